import {formatDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {formatFloat} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {SEVERITIES} from "../severity/severity_field";
import {Component} from "@odoo/owl";

/** The explainer's lines as an answer: per reading its limits and its policies. */
export class ExplanationField extends Component {
    static template = "mfg_variance_core.ExplanationField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get readings() {
        const readings = [];
        for (const record of this.props.record.data[this.props.name].records) {
            const line = record.data;
            if (line.kind === "measurement") {
                readings.push({
                    ...this.prepareReading(record),
                    limits: [],
                    policies: [],
                });
            } else if (readings.length) {
                const reading = readings[readings.length - 1];
                const list = line.kind === "limit" ? "limits" : "policies";
                reading[list].push({
                    id: record.id,
                    title: line.title,
                    text: line.text,
                    isHit: line.is_hit,
                    ...this.prepareSeverity(record),
                });
            }
        }
        return readings;
    }

    prepareReading(record) {
        const line = record.data;
        return {
            id: record.id,
            title: line.title,
            text: line.text,
            outcome: line.outcome,
            hasFigures: Boolean(line.measurement_id && (line.planned || line.actual)),
            planned: this.formatQuantity(line.planned, line.unit),
            actual: this.formatQuantity(line.actual, line.unit),
            percent:
                (line.deviation_percent > 0 ? "+" : "") +
                Math.round(line.deviation_percent),
            when: line.event_at ? formatDateTime(line.event_at) : "",
            exception: line.exception_id,
            measurement: line.measurement_id,
            ...this.prepareSeverity(record),
        };
    }

    prepareSeverity(record) {
        const value = record.data.severity;
        const option = record.fields.severity.selection.find(([key]) => key === value);
        return {
            severity: value,
            severityLabel: option ? option[1] : "",
            icon: value ? SEVERITIES[value].icon : "",
        };
    }

    formatQuantity(value, unit) {
        return `${formatFloat(value, {digits: [16, 1]})} ${unit || ""}`.trim();
    }

    open(resModel, many2one) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: many2one.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("variance_explanation", {
    component: ExplanationField,
    displayName: _t("Explanation"),
    supportedTypes: ["one2many"],
    relatedFields: [
        {
            name: "kind",
            type: "selection",
            selection: [],
        },
        {name: "title", type: "char"},
        {name: "text", type: "char"},
        {name: "outcome", type: "char"},
        {
            name: "severity",
            type: "selection",
            selection: [
                ["info", _t("Info")],
                ["warning", _t("Warning")],
                ["major", _t("Major")],
                ["critical", _t("Critical")],
            ],
        },
        {name: "is_hit", type: "boolean"},
        {name: "planned", type: "float"},
        {name: "actual", type: "float"},
        {name: "deviation_percent", type: "float"},
        {name: "unit", type: "char"},
        {name: "event_at", type: "datetime"},
        {name: "exception_id", type: "many2one", relation: "mfg.variance.exception"},
        {
            name: "measurement_id",
            type: "many2one",
            relation: "mfg.variance.measurement",
        },
    ],
});

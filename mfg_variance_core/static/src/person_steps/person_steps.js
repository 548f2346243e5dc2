import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {parseFloat as parseNumber} from "@web/views/fields/parsers";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, useState} from "@odoo/owl";

/**
 * Open person steps with one large button per answer; only a measurement is typed.
 * `steps` are those of `mfg.variance.case.step._get_floor_steps`, `onAnswered` is
 * called once the server has stored an answer.
 */
export class PersonSteps extends Component {
    static template = "mfg_variance_core.PersonSteps";
    static props = {
        steps: Array,
        showCase: {type: Boolean, optional: true},
        beforeAnswer: {type: Function, optional: true},
        onAnswered: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({busy: false, values: {}});
    }

    getDue(step) {
        return step.due_at ? deserializeDateTime(step.due_at).toRelative() : "";
    }

    getLimits(step) {
        const unit = step.unit ? ` ${step.unit}` : "";
        if (step.minimum !== null && step.maximum !== null) {
            return _t("Between %(low)s and %(high)s", {
                low: step.minimum,
                high: `${step.maximum}${unit}`,
            });
        }
        if (step.minimum !== null) {
            return _t("At least %s", `${step.minimum}${unit}`);
        }
        return step.maximum === null ? "" : _t("At most %s", `${step.maximum}${unit}`);
    }

    async answerMeasure(step) {
        let value = NaN;
        try {
            value = parseNumber(this.state.values[step.id] || "x");
        } catch {
            this.notification.add(_t("Enter the measured number."), {type: "warning"});
            return;
        }
        await this.answer(step, null, value);
    }

    async answer(step, key, value = null) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            if (
                this.props.beforeAnswer &&
                (await this.props.beforeAnswer()) === false
            ) {
                return;
            }
            await this.orm.call(
                "mfg.variance.case.step",
                "action_answer",
                [[step.id]],
                {
                    key,
                    value,
                }
            );
            delete this.state.values[step.id];
        } finally {
            this.state.busy = false;
            // also after a refusal: somebody else may have answered meanwhile
            await this.props.onAnswered?.();
        }
    }
}

/** The steps of a record's JSON field; the form is saved before and read after. */
export class PersonStepsField extends Component {
    static template = "mfg_variance_core.PersonStepsField";
    static components = {PersonSteps};
    static props = {...standardFieldProps, showCase: {type: Boolean, optional: true}};

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    save() {
        return this.props.record.model.root.save({reload: false});
    }

    reload() {
        return this.props.record.model.root.load();
    }
}

registry.category("fields").add("variance_person_steps", {
    component: PersonStepsField,
    displayName: _t("Steps for People"),
    supportedTypes: ["json"],
    supportedOptions: [
        {label: _t("Show the case"), name: "show_case", type: "boolean"},
    ],
    extractProps: ({options}) => ({showCase: Boolean(options.show_case)}),
    isEmpty: (record, fieldName) => !record.data[fieldName]?.length,
});

import {formatCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {SEVERITIES} from "../severity/severity_field";
import {Component, onWillStart, useState} from "@odoo/owl";

/** What can be judged today, what to mend first, and how far time scatters. */
export class VarianceReadiness extends Component {
    static template = "mfg_variance_core.Readiness";
    static components = {ControlPanel};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = {controlPanel: {}};
        this.state = useState({report: null, busy: false});
        onWillStart(() => this.load(false));
    }

    async load(plantId) {
        this.state.busy = true;
        try {
            this.state.report = await this.orm.call(
                "mfg.variance.readiness",
                "action_read",
                [plantId]
            );
        } finally {
            this.state.busy = false;
        }
    }

    get report() {
        return this.state.report;
    }

    onPlantChange(ev) {
        return this.load(Number(ev.target.value) || false);
    }

    open(action) {
        return this.action.doAction(action);
    }

    icon(severity) {
        return SEVERITIES[severity].icon;
    }

    severityLabel(severity) {
        return {
            info: _t("Note"),
            warning: _t("Some"),
            major: _t("Most"),
        }[severity];
    }

    percent(share) {
        return share === null ? "" : `${Math.round(share * 100)} %`;
    }

    integer(value) {
        return formatInteger(value);
    }

    money(value) {
        return formatCurrency(value, this.report.currency_id);
    }

    factor(value) {
        return `${formatFloat(value, {digits: [16, 2]})} ×`;
    }

    /** The consequence in the readings of the period, and what they are worth. */
    blockedText(check) {
        if (!check.blocked) {
            return _t("No reading of the last %s days was spoilt by it.", [
                this.report.days,
            ]);
        }
        const values = {count: this.integer(check.blocked), days: this.report.days};
        const text = {
            judged: _t(
                "%(count)s readings of the last %(days)s days could not be judged because of it.",
                values
            ),
            priced: _t(
                "%(count)s readings of the last %(days)s days could not be priced because of it.",
                values
            ),
            weakened: _t(
                "%(count)s readings of the last %(days)s days were judged less well because of it.",
                values
            ),
        }[check.spoils];
        return check.money
            ? `${text} ${_t("Worth about %s.", [this.money(check.money)])}`
            : text;
    }

    /** Where 10 % to 90 % lie on an axis up to the widest of them, and the plan. */
    range(row) {
        const widest = Math.max(2, ...this.report.spread.rows.map((one) => one.high));
        const at = (value) => (100 * Math.max(value, 0)) / widest;
        return {
            band: `left: ${at(row.low)}%; width: ${Math.max(at(row.high) - at(row.low), 1)}%`,
            median: `left: ${at(row.median)}%`,
            plan: `left: ${at(1)}%`,
        };
    }
}

registry.category("actions").add("mfg_variance_readiness", VarianceReadiness);

import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";

/** Colour, icon and word together: none of them has to be read alone. */
export const SEVERITIES = {
    info: {icon: "fa-info-circle", color: "info"},
    warning: {icon: "fa-exclamation-triangle", color: "warning"},
    major: {icon: "fa-exclamation-circle", color: "major"},
    critical: {icon: "fa-bolt", color: "danger"},
};

export class SeverityField extends Component {
    static template = "mfg_variance_core.SeverityField";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }

    get style() {
        return SEVERITIES[this.value] || SEVERITIES.info;
    }

    get label() {
        const options = this.props.record.fields[this.props.name].selection;
        const found = options.find((option) => option[0] === this.value);
        return found ? found[1] : "";
    }
}

registry.category("fields").add("variance_severity", {
    component: SeverityField,
    displayName: _t("Severity"),
    supportedTypes: ["selection"],
    isEmpty: (record, fieldName) => !record.data[fieldName],
});

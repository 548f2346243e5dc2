import {_t} from "@web/core/l10n/translation";
import {formatDateTime} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, onWillUnmount, useState} from "@odoo/owl";

/** "2 hours ago", "in 20 minutes"; the moment itself on hover. Counts on by itself. */
export class RelativeTimeField extends Component {
    static template = "mfg_variance_core.RelativeTimeField";
    static props = {...standardFieldProps};

    setup() {
        this.clock = useState({tick: 0});
        const timer = setInterval(() => this.clock.tick++, 30000);
        onWillUnmount(() => clearInterval(timer));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get relative() {
        // reading the tick makes the text follow it
        return this.value && this.clock.tick >= 0 ? this.value.toRelative() : "";
    }

    get moment() {
        return this.value ? formatDateTime(this.value) : "";
    }
}

registry.category("fields").add("variance_relative_time", {
    component: RelativeTimeField,
    displayName: _t("Relative Time"),
    supportedTypes: ["datetime"],
    isEmpty: (record, fieldName) => !record.data[fieldName],
});

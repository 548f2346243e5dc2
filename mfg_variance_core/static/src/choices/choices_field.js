import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component} from "@odoo/owl";
import {CauseButtons} from "../cause_buttons/cause_buttons";

/** A selection as large buttons with an icon each; the chosen one is marked. */
export class ChoicesField extends Component {
    static template = "mfg_variance_core.ChoicesField";
    static components = {CauseButtons};
    static props = {
        ...standardFieldProps,
        icons: {type: Object, optional: true},
        narrow: {type: String, optional: true},
        narrowed: {type: Array, optional: true},
    };

    /** While the narrowing field is not set, only some of the choices are there. */
    get choices() {
        const {record, name, icons = {}, narrow, narrowed = []} = this.props;
        const isNarrow = narrow && !record.data[narrow];
        return record.fields[name].selection
            .filter(([key]) => !isNarrow || narrowed.includes(key))
            .map(([key, label]) => ({
                id: key,
                name: label,
                icon: icons[key] || "fa-circle-o",
            }));
    }

    choose(choice) {
        return this.props.record.update({[this.props.name]: choice.id});
    }
}

registry.category("fields").add("variance_choices", {
    component: ChoicesField,
    displayName: _t("Choices"),
    supportedTypes: ["selection"],
    isEmpty: () => false,
    extractProps: ({options}) => ({
        icons: options.icons,
        narrow: options.narrow,
        narrowed: options.narrowed,
    }),
});

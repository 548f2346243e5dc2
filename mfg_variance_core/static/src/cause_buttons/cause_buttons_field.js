import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Component, useState} from "@odoo/owl";
import {CauseButtons} from "./cause_buttons";

/**
 * One large button per cause. On light cases a tap is all there is to do: the cause
 * is stored and the cases are closed. On others it chooses, and the form confirms.
 */
export class CauseButtonsField extends Component {
    static template = "mfg_variance_core.CauseButtonsField";
    static components = {CauseButtons};
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.state = useState({busy: false});
    }

    get causes() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
            icon: record.data.icon || "fa-wrench",
        }));
    }

    get chosenId() {
        return this.props.record.data.cause_id?.id;
    }

    async choose(cause) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        const wizard = this.props.record;
        try {
            await wizard.update({cause_id: {id: cause.id, display_name: cause.name}});
            if (wizard.data.is_light && (await wizard.save({reload: false}))) {
                await this.action.doActionButton({
                    type: "object",
                    name: "action_apply",
                    resModel: wizard.resModel,
                    resId: wizard.resId,
                    resIds: [wizard.resId],
                    context: wizard.context,
                });
            }
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("fields").add("variance_cause_buttons", {
    component: CauseButtonsField,
    displayName: _t("Cause Buttons"),
    supportedTypes: ["many2many"],
    relatedFields: [
        {name: "name", type: "char"},
        {name: "icon", type: "char"},
    ],
    isEmpty: () => false,
});

import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** A form whose buttons send what was typed, though nobody stores it. */
class SigningFormController extends FormController {
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.special) {
            return super.beforeExecuteActionButton(clickParams);
        }
        // read again after saving, what is not stored would come back empty
        return this.model.root.save({reload: false});
    }
}

registry.category("views").add("mfg_variance_signing_form", {
    ...formView,
    Controller: SigningFormController,
});

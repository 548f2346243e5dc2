import {registry} from "@web/core/registry";
import {RaiseProblemDialog} from "./raise_problem_dialog";

/** The button on a work order: the dialog, with the place already known. */
function raiseProblemAction(env, action) {
    env.services.dialog.add(RaiseProblemDialog, {
        workcenterId: action.params.workcenter_id,
        workorderId: action.params.workorder_id,
        place: action.params.name,
    });
}

registry.category("actions").add("mfg_variance_raise_problem", raiseProblemAction);

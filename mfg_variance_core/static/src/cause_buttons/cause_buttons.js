import {Component} from "@odoo/owl";

/** One large button per cause; the chosen one is marked, by more than its colour. */
export class CauseButtons extends Component {
    static template = "mfg_variance_core.CauseButtons";
    static props = {
        causes: Array,
        chosenId: {type: [Number, String, Boolean], optional: true},
        isBusy: {type: Boolean, optional: true},
        onChoose: Function,
    };
}

import {Dialog} from "@web/core/dialog/dialog";
import {Component, useState} from "@odoo/owl";
import {CauseButtons} from "../cause_buttons/cause_buttons";

/** The second tap of a light case: its cause. */
export class CauseDialog extends Component {
    static template = "mfg_variance_core.CauseDialog";
    static components = {CauseButtons, Dialog};
    static props = {
        close: Function,
        title: String,
        causes: Array,
        onChoose: Function,
    };

    setup() {
        this.state = useState({isBusy: false});
    }

    async choose(cause) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.props.onChoose(cause);
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}

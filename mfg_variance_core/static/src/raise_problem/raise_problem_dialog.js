import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {Dialog} from "@web/core/dialog/dialog";
import {getDataURLFromFile} from "@web/core/utils/urls";
import {useService} from "@web/core/utils/hooks";
import {Component, onWillStart, useState} from "@odoo/owl";
import {CauseButtons} from "../cause_buttons/cause_buttons";

const REMEMBERED_CENTER = "mfg_variance_core.problem_center";
const LARGEST_PHOTO = 10 * 1024 * 1024;

/**
 * A problem in one tap: the work center is known or remembered, a tap on the reason
 * sends it. A photo and a note may be added before that tap.
 */
export class RaiseProblemDialog extends Component {
    static template = "mfg_variance_core.RaiseProblemDialog";
    static components = {CauseButtons, Dialog};
    static props = {
        close: Function,
        workcenterId: {type: [Number, Boolean], optional: true},
        workorderId: {type: [Number, Boolean], optional: true},
        place: {type: [String, Boolean], optional: true},
        onRaised: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            centers: [],
            reasons: [],
            workcenterId: false,
            isBusy: false,
            hasNote: false,
            note: "",
            photo: false,
        });
        onWillStart(() => this.load());
    }

    async load() {
        const found = await this.orm.call(
            "mfg.variance.problem",
            "action_get_choices",
            []
        );
        const known = (id) => found.centers.some((center) => center.id === id);
        const remembered = Number(browser.localStorage.getItem(REMEMBERED_CENTER));
        const only = found.centers.length === 1 && found.centers[0].id;
        this.state.centers = found.centers;
        this.state.reasons = found.reasons;
        this.state.workcenterId =
            [this.props.workcenterId, remembered, only].find(known) || false;
    }

    get chosenCenter() {
        return this.state.centers.find((one) => one.id === this.state.workcenterId);
    }

    /** The reasons of the center's plant; without a center there is nothing to tap. */
    get reasons() {
        const center = this.chosenCenter;
        return this.state.reasons.filter(
            (reason) =>
                center &&
                (!reason.company_id || reason.company_id === center.company_id) &&
                (!reason.plant_id || reason.plant_id === center.plant_id)
        );
    }

    onCenterChange(ev) {
        this.state.workcenterId = Number(ev.target.value) || false;
        browser.localStorage.setItem(REMEMBERED_CENTER, this.state.workcenterId || "");
    }

    async onPhotoChange(ev) {
        const file = ev.target.files[0];
        this.state.photo = false;
        if (!file) {
            return;
        }
        if (file.size > LARGEST_PHOTO) {
            this.notification.add(
                _t("This photo is too large. Choose one below 10 MB."),
                {
                    type: "warning",
                }
            );
            return;
        }
        this.state.photo = (await getDataURLFromFile(file)).split(",")[1];
    }

    async raise(reason) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const raised = await this.orm.call(
                "mfg.variance.problem",
                "action_raise",
                [reason.id, this.state.workcenterId],
                {
                    workorder_id: this.props.workorderId || false,
                    note: this.state.note || false,
                    photo: this.state.photo,
                }
            );
            this.notification.add(
                raised.count > 1
                    ? _t("%(case)s: reported %(count)s times.", {
                          case: raised.case_name,
                          count: raised.count,
                      })
                    : _t("%(case)s: reported.", {case: raised.case_name}),
                {title: raised.title, type: "success"}
            );
            this.props.onRaised?.(raised);
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}

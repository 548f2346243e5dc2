import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";

/** One hold on the screen: what, why, since when, and whether somebody has seen it. */
export class HoldCard extends Component {
    static template = "mfg_variance_core.HoldCard";
    static props = {
        hold: Object,
        now: Object,
        onOpen: Function,
        onConfirm: Function,
    };

    get age() {
        const since = deserializeDateTime(this.props.hold.placed_at);
        const hours = Math.floor(this.props.now.diff(since, "hours").hours);
        if (hours < 1) {
            return _t("for less than an hour");
        }
        return hours < 48
            ? _t("for %s h", hours)
            : _t("for %s days", Math.floor(hours / 24));
    }
}

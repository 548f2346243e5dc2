import {_t} from "@web/core/l10n/translation";
import {formatMonetary} from "@web/views/fields/formatters";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";
import {SEVERITIES} from "../severity/severity_field";

const LABELS = {
    info: _t("Info"),
    warning: _t("Warning"),
    major: _t("Major"),
    critical: _t("Critical"),
};
const STEPS = {
    done: {label: _t("Done"), icon: "fa-check"},
    take: {label: _t("Take it"), icon: "fa-hand-paper-o"},
    open: {label: _t("Open"), icon: "fa-arrow-right"},
};

/** One case on the screen: how bad, what, where, how long, how much, and one button. */
export class ShiftCard extends Component {
    static template = "mfg_variance_core.ShiftCard";
    static props = {
        card: Object,
        now: Object,
        isBusy: Boolean,
        onStep: Function,
        onOpen: Function,
        onTake: Function,
        onHold: Function,
    };

    get severity() {
        const {severity} = this.props.card;
        return {...SEVERITIES[severity], label: LABELS[severity]};
    }

    get step() {
        return STEPS[this.props.card.step];
    }

    get place() {
        const {place, order, operation} = this.props.card;
        return [place, order, operation].filter(Boolean).join(" · ");
    }

    get money() {
        const {amount, currency_id: currencyId} = this.props.card;
        return amount ? formatMonetary(amount, {currencyId, digits: [16, 0]}) : "";
    }

    /** What is due and how long is left, in words; overdue says so, not only in red. */
    get clock() {
        const {card, now} = this.props;
        if (card.is_cleared) {
            return {text: _t("Over by itself: give the cause"), isLate: false};
        }
        if (!card.respond_by) {
            return card.waits_for ? {text: card.waits_for, isLate: false} : null;
        }
        const minutes = Math.round(
            deserializeDateTime(card.respond_by).diff(now, "minutes").minutes
        );
        const span = this.formatMinutes(Math.abs(minutes));
        if (minutes < 0) {
            const text = _t("%(due)s: overdue by %(span)s", {due: card.due, span});
            return {text, isLate: true};
        }
        return {
            text: card.is_likely_late
                ? _t("%(due)s: %(span)s left, likely late", {due: card.due, span})
                : _t("%(due)s: %(span)s left", {due: card.due, span}),
            isLate: false,
        };
    }

    formatMinutes(minutes) {
        if (minutes < 60) {
            return _t("%s min", minutes);
        }
        if (minutes < 24 * 60) {
            return _t("%(hours)s h %(minutes)s min", {
                hours: Math.floor(minutes / 60),
                minutes: minutes % 60,
            });
        }
        const days = Math.floor(minutes / 1440);
        return days === 1 ? _t("1 day") : _t("%s days", days);
    }
}

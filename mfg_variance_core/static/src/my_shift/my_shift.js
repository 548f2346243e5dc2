import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {registry} from "@web/core/registry";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useBus, useService} from "@web/core/utils/hooks";
import {
    Component,
    onWillDestroy,
    onWillStart,
    useExternalListener,
    useState,
} from "@odoo/owl";
import {CauseDialog} from "./cause_dialog";
import {PersonSteps} from "../person_steps/person_steps";
import {RaiseProblemDialog} from "../raise_problem/raise_problem_dialog";
import {HoldCard} from "./hold_card";
import {ShiftCard} from "./shift_card";

const CHANNEL = "mfg_variance_floor";
const REMEMBERED_PLACE = "mfg_variance_core.my_shift";
const PAGE = 50;
const MODEL = "mfg.variance.floor";
// many messages are one reading; screens of one plant do not all read at once
const SETTLE_MS = 800;
const SPREAD_MS = 700;
// what no message tells: the time that is left, and a connection that was lost
const TICK_MS = 30 * 1000;
const READ_ANYWAY_MS = 5 * 60 * 1000;

// what may be held once it was scanned: model, and the field that names it
const HOLDABLE = new Map([
    ["stock.lot", "lot_id"],
    ["mrp.production", "production_id"],
    ["mrp.workorder", "workorder_id"],
    ["mrp.workcenter", "workcenter_id"],
    ["mfg.variance.exception", "exception_id"],
]);

/** The first screen of the floor: what is off now, what is mine, what waits for me. */
export class MyShift extends Component {
    static template = "mfg_variance_core.MyShift";
    static components = {HoldCard, PersonSteps, ShiftCard};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.bus = useService("bus_service");
        this.state = useState({
            sections: [],
            causes: {},
            places: {plants: [], centers: []},
            isSupervisor: false,
            now: luxon.DateTime.now(),
            place: this.readPlace(),
            focus: null,
            busyId: false,
            isLoaded: false,
        });
        this.limits = {};
        this.offset = luxon.Duration.fromMillis(0);
        this.reading = 0;
        this.canUseCamera = isBarcodeScannerSupported();
        useBus(useService("barcode").bus, "barcode_scanned", (ev) =>
            this.find(ev.detail.barcode)
        );
        this.listen();
        onWillStart(() => this.read());
    }

    /** Read again when told, when the time has passed, and when looked at again. */
    listen() {
        const onMessage = () => this.readSoon();
        this.bus.subscribe(CHANNEL, onMessage);
        this.bus.addChannel(CHANNEL);
        useBus(this.bus, "BUS:RECONNECT", () => this.readSoon());
        useExternalListener(document, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.readSoon();
            }
        });
        const ticking = browser.setInterval(() => this.tick(), TICK_MS);
        const rereading = browser.setInterval(() => this.readSoon(), READ_ANYWAY_MS);
        onWillDestroy(() => {
            this.bus.unsubscribe(CHANNEL, onMessage);
            this.bus.deleteChannel(CHANNEL);
            browser.clearInterval(ticking);
            browser.clearInterval(rereading);
            browser.clearTimeout(this.settling);
        });
    }

    tick() {
        this.state.now = luxon.DateTime.now().plus(this.offset);
    }

    // -------------------------------------------------------------- reading

    readSoon() {
        browser.clearTimeout(this.settling);
        this.settling = browser.setTimeout(
            () => this.read(true),
            SETTLE_MS + Math.random() * SPREAD_MS
        );
    }

    async read(isSilent = false) {
        const ticket = ++this.reading;
        const {plantId, workcenterId} = this.state.place;
        const orm = isSilent ? this.orm.silent : this.orm;
        const found = await orm.call(MODEL, "action_get_my_shift", [], {
            plant_id: plantId,
            workcenter_id: workcenterId,
            focus: this.state.focus,
            limits: this.limits,
        });
        // an answer that was overtaken by a later question is of no use
        if (ticket !== this.reading) {
            return;
        }
        // the clock of the server counts: that of a tablet may be wrong
        this.offset = deserializeDateTime(found.now).diff(luxon.DateTime.now());
        Object.assign(this.state, {
            sections: found.sections,
            causes: found.causes,
            places: found.places,
            isSupervisor: found.is_supervisor,
            isLoaded: true,
        });
        this.tick();
    }

    countText(section) {
        return section.count > section.most ? `${section.most}+` : `${section.count}`;
    }

    async showMore(section) {
        this.limits[section.key] = section.cards.length + PAGE;
        await this.read();
    }

    // -------------------------------------------------------------- places

    readPlace() {
        try {
            const place = JSON.parse(browser.localStorage.getItem(REMEMBERED_PLACE));
            return {
                plantId: Number(place.plantId) || false,
                workcenterId: Number(place.workcenterId) || false,
            };
        } catch {
            return {plantId: false, workcenterId: false};
        }
    }

    get centers() {
        const {plantId} = this.state.place;
        return this.state.places.centers.filter(
            (center) => !plantId || !center.plant_id || center.plant_id === plantId
        );
    }

    async setPlace(values) {
        Object.assign(this.state.place, values);
        browser.localStorage.setItem(
            REMEMBERED_PLACE,
            JSON.stringify(this.state.place)
        );
        this.limits = {};
        await this.read();
    }

    onPlantChange(ev) {
        return this.setPlace({
            plantId: Number(ev.target.value) || false,
            workcenterId: false,
        });
    }

    onCenterChange(ev) {
        return this.setPlace({workcenterId: Number(ev.target.value) || false});
    }

    // ------------------------------------------------------------ scanning

    async scan() {
        try {
            await this.find(await scanBarcode(this.env));
        } catch (error) {
            this.notification.add(
                _t("The camera cannot be used: %s", error.message || ""),
                {
                    type: "warning",
                }
            );
        }
    }

    async find(code) {
        const found = await this.orm.call(MODEL, "action_find", [code]);
        if (!found) {
            this.notification.add(
                _t("Nothing here has the code %s. Scan an order, lot or work center.", [
                    code,
                ]),
                {type: "warning"}
            );
            return;
        }
        this.state.focus = found;
        await this.read();
    }

    async leaveFocus() {
        this.state.focus = null;
        await this.read();
    }

    // ------------------------------------------------------------- handling

    async onStep(card) {
        if (card.step === "done") {
            this.askCause(card);
        } else if (card.step === "take") {
            await this.onTake(card);
        } else {
            await this.onOpen(card);
        }
    }

    askCause(card) {
        this.dialog.add(CauseDialog, {
            title: card.title,
            causes: this.state.causes[card.category_id],
            onChoose: (cause) => this.finish(card, cause),
        });
    }

    async finish(card, cause) {
        await this.orm.call("mfg.variance.cause.wizard", "action_choose", [
            [card.id],
            cause.id,
        ]);
        this.notification.add(`${card.name} · ${cause.name}`, {
            title: _t("Done"),
            type: "success",
            buttons: [{name: _t("Undo"), onClick: () => this.reopen(card)}],
        });
        await this.read(true);
    }

    async reopen(card) {
        await this.orm.call("mfg.variance.exception", "action_reopen", [[card.id]]);
        await this.read(true);
    }

    async onTake(card) {
        this.state.busyId = card.id;
        try {
            await this.orm.call("mfg.variance.exception", "action_take", [[card.id]]);
            await this.read(true);
        } finally {
            this.state.busyId = false;
        }
    }

    async onOpen(card) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mfg.variance.exception",
            res_id: card.id,
            views: [[false, "form"]],
        });
    }

    // --------------------------------------------------------------- holds

    /** A dialog of the server; what it did is read again when it closes. */
    async openDialog(model, method, id) {
        const action = await this.orm.call(model, method, [[id]]);
        await this.action.doAction(action, {onClose: () => this.read(true)});
    }

    onHold(card) {
        return this.openDialog("mfg.variance.exception", "action_hold", card.id);
    }

    onConfirmHold(hold) {
        return this.openDialog("mfg.variance.hold", "action_confirm", hold.id);
    }

    async onOpenHold(hold) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mfg.variance.hold",
            res_id: hold.id,
            views: [[false, "form"]],
        });
    }

    get canHoldFocus() {
        return HOLDABLE.has(this.state.focus?.model);
    }

    holdFocus() {
        const {model, id} = this.state.focus;
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Place a Hold"),
                res_model: "mfg.variance.hold.wizard",
                views: [[false, "form"]],
                target: "new",
                context: {[`default_${HOLDABLE.get(model)}`]: id},
            },
            {onClose: () => this.read(true)}
        );
    }

    /** Whatever is not at hand to be scanned: the dialog asks what. */
    placeHold() {
        return this.action.doAction(
            "mfg_variance_core.mfg_variance_hold_wizard_action",
            {onClose: () => this.read(true)}
        );
    }

    async onOpenApproval(approval) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mfg.variance.approval",
            res_id: approval.id,
            views: [[false, "form"]],
        });
    }

    // ---------------------------------------------------------- other doors

    raiseProblem() {
        this.dialog.add(RaiseProblemDialog, {
            workcenterId:
                this.state.focus?.workcenter_id || this.state.place.workcenterId,
            workorderId: this.state.focus?.workorder_id,
            place: this.state.focus?.name,
            onRaised: () => this.read(true),
        });
    }

    async handOver(which) {
        const action = await this.orm.call(
            "mfg.variance.handover",
            "action_prepare_handover",
            [this.state.place.plantId, which]
        );
        await this.action.doAction(action);
    }
}

registry.category("actions").add("mfg_variance_my_shift", MyShift);

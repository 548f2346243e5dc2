from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import shifts, silences
from ..models.mfg_variance_measurement import SEVERITY_SELECTION
from ..models.mfg_variance_silence import SCOPE

# the choices whose end follows from the clock
QUICK = ("shift", "today", "days")


class MfgVarianceShelve(models.TransientModel):
    """Shelve: what is to be quiet, why, and until when, in a few large buttons.

    From a case it is about that case; a supervisor may choose more. What may be
    decided by whom is checked where the silence is made, not here.
    """

    _name = "mfg.variance.shelve"
    _description = "Shelve"
    _inherit = ["mfg.variance.dialog"]
    _subject = "exception_id"

    exception_id = fields.Many2one("mfg.variance.exception", string="Case")
    what = fields.Selection(
        [
            ("case", "Only this case"),
            ("workcenter", "This metric on this work center"),
            ("operation", "This metric on this operation"),
            ("product", "This metric for this product"),
            ("policy", "Everything of this policy"),
            ("other", "Something else"),
        ],
        required=True,
        default="case",
    )
    until = fields.Selection(
        [
            ("shift", "This Shift"),
            ("today", "Today"),
            ("days", "Three Days"),
            ("date", "Until a Date"),
            ("worse", "Until It Is Worse"),
        ],
        string="How Long",
        required=True,
        default="shift",
    )
    reason = fields.Char()
    ends_at = fields.Datetime(
        string="Until",
        compute="_compute_ends_at",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    worse_than = fields.Float(
        string="Worse Than",
        compute="_compute_worse_than",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="The deviation that is not accepted any more, in the unit of the metric.",
    )
    # --- which of the large buttons the user may press, and why not the others
    is_shift_offered = fields.Boolean(compute="_compute_offered", compute_sudo=False)
    is_today_offered = fields.Boolean(compute="_compute_offered", compute_sudo=False)
    is_days_offered = fields.Boolean(compute="_compute_offered", compute_sudo=False)
    refusal = fields.Char(compute="_compute_offered", compute_sudo=False)
    unit = fields.Char(related="exception_id.unit", related_sudo=False)
    up_to = fields.Selection(
        SEVERITY_SELECTION,
        string="Up to Severity",
        compute="_compute_up_to",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="What is worse than this still opens a case.",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, required=True
    )
    plant_id = fields.Many2one("mfg.variance.plant")
    category_id = fields.Many2one("mfg.variance.category")
    metric_id = fields.Many2one("mfg.variance.metric")
    policy_id = fields.Many2one("mfg.variance.policy")
    product_id = fields.Many2one("product.product")
    operation_id = fields.Many2one("mrp.routing.workcenter")
    workcenter_id = fields.Many2one("mrp.workcenter", string="Work Center")

    @api.depends("until", "exception_id", "plant_id")
    def _compute_ends_at(self):
        now = self.env["mfg.variance.engine"]._now()
        for wizard in self:
            wizard.ends_at = wizard._get_end(wizard.until, now)

    @api.depends("exception_id", "plant_id", "what", "up_to")
    @api.depends_context("uid")
    def _compute_offered(self):
        Silence = self.env["mfg.variance.silence"]
        now = self.env["mfg.variance.engine"]._now()
        for wizard in self:
            case, refused = wizard.exception_id, []
            for until in QUICK:
                vals = wizard._prepare_silence_vals(until, now)
                code = Silence._get_problem({**vals, "starts_at": now}, case) or ""
                # what is muted may still be filled in; the right to it may not
                is_refused = code.startswith("needs")
                wizard[f"is_{until}_offered"] = not is_refused
                refused += [code] if is_refused else []
            wizard.refusal = bool(refused) and Silence._get_problem_label(refused[0])

    @api.depends("until", "exception_id")
    def _compute_worse_than(self):
        for wizard in self:
            case = wizard.exception_id
            worst = case._get_worst_deviation() if case else None
            is_accepted = wizard.until == "worse"
            wizard.worse_than = is_accepted and silences.accepted_limit(worst) or 0.0

    @api.depends("exception_id")
    def _compute_up_to(self):
        for wizard in self:
            wizard.up_to = wizard.exception_id.severity or "major"

    def _get_company(self):
        return self.exception_id.company_id or self.company_id

    def _get_plant(self):
        return self.exception_id.plant_id or self.plant_id

    def _get_end(self, until, now):
        """When one of the choices ends; what was filled in where the clock says not."""
        if until == "shift":
            return self._get_shift_end(now)
        if until == "today":
            return self._get_day_end(now)
        if until == "days":
            return now + timedelta(days=3)
        if until == "worse":
            return now + timedelta(days=self._get_company().variance_shelve_days)
        return self.ends_at or now + timedelta(days=1)

    def _get_shift_end(self, now):
        """The end of the shift the plant is in; in eight hours where there is none."""
        plant = self._get_plant()
        turn = plant.shift_ids and shifts.shift_at(
            now, plant.tz, plant.shift_ids._to_domain()
        )
        return turn.ends_at if turn else now + timedelta(hours=8)

    def _get_day_end(self, now):
        """Midnight by the clock of the plant."""
        zone = self._get_plant().tz or self.env.user.tz or "UTC"
        day = shifts.Shift(0, "", 0, 24, range(7))
        return shifts.shift_at(now, zone, [day]).ends_at

    # ---------------------------------------------------------------- buttons

    def action_shift(self):
        return self._choose("shift")

    def action_today(self):
        return self._choose("today")

    def action_days(self):
        return self._choose("days")

    def action_apply(self):
        """Shelve until the date, or until the deviation, that was filled in."""
        return self._choose(self.until)

    def _choose(self, until):
        self.ensure_one()
        if until != self.until:
            self.until = until
        if until == "worse" and not self.exception_id:
            raise UserError(
                self.env._("Only what is a case already is accepted until worse.")
            )
        case = self.exception_id
        is_wider = case and self.what not in ("case", "other") and until != "worse"
        if is_wider and not case[f"{self.what}_id"]:
            raise UserError(
                self.env._("%(case)s is about nothing of that kind.", case=case.name)
            )
        now = self.env["mfg.variance.engine"]._now()
        vals = self._prepare_silence_vals(until, now)
        self.env["mfg.variance.silence"]._shelve(vals)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _prepare_silence_vals(self, until, now):
        # a dialog may stay open for a while: the clock counts when it is answered
        ends_at = self._get_end(until, now) if until in QUICK else self.ends_at
        return {
            "kind": "accept" if until == "worse" else "shelve",
            "reason": self.reason,
            "ends_at": ends_at,
            "company_id": self._get_company().id,
            "up_to": self.up_to or "major",
            "worse_than": self.worse_than if until == "worse" else 0.0,
            **self._prepare_scope_vals(until),
        }

    def _prepare_scope_vals(self, until):
        case = self.exception_id
        if not case or self.what == "other":
            return {name: self[name].id for name in SCOPE}
        if self.what == "case" or until == "worse":
            return {
                "exception_id": case.id,
                "fingerprint": case.fingerprint,
                "plant_id": case.plant_id.id,
            }
        name = f"{self.what}_id"
        vals = {"plant_id": case.plant_id.id, name: case[name].id}
        if self.what != "policy":
            vals["metric_id"] = case.metric_id.id
        return vals

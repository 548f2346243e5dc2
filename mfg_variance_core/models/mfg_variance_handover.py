from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..domain import ledger, shifts
from ..guard import check_person


class MfgVarianceHandover(models.Model):
    """What one turn of a shift leaves to the next, made by rules.

    A supervisor asks for it as often as he likes; it is made again until he signs.
    From then on it stays as signed, and another supervisor accepts it.
    """

    _name = "mfg.variance.handover"
    _description = "Shift Hand-over"
    _inherit = ["mfg.variance.guarded"]
    _order = "starts_at desc, id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", required=True, ondelete="restrict")
    shift_id = fields.Many2one(
        "mfg.variance.plant.shift", string="Shift", ondelete="set null"
    )
    shift_name = fields.Char(required=True)
    day = fields.Date(required=True, help="A night shift belongs to the day it began.")
    starts_at = fields.Datetime(string="From", required=True)
    ends_at = fields.Datetime(string="To", required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("signed", "Handed Over"), ("accepted", "Accepted")],
        string="Status",
        required=True,
        default="draft",
    )
    snapshot = fields.Json(help="The sections and figures as they were made.")
    snapshot_html = fields.Html(
        string="Content", compute="_compute_snapshot_html", sanitize=False
    )
    made_at = fields.Datetime()
    opened_count = fields.Integer(string="Opened")
    closed_count = fields.Integer(string="Closed")
    open_count = fields.Integer(string="Left Open")
    overdue_count = fields.Integer(string="Overdue")
    remark = fields.Text()
    remark_by_id = fields.Many2one("res.users", string="Remark By")
    signed_at = fields.Datetime(string="Handed Over At")
    signed_by_id = fields.Many2one("res.users", string="Handed Over By")
    accepted_at = fields.Datetime()
    accepted_by_id = fields.Many2one("res.users", string="Accepted By")

    _one_per_turn = models.UniqueIndex(
        "(plant_id, shift_name, starts_at)",
        "This turn of the shift has its hand-over already.",
    )

    @api.depends("snapshot", "remark", "signed_at", "accepted_at")
    def _compute_snapshot_html(self):
        for handover in self:
            handover.snapshot_html = self.env["ir.qweb"]._render(
                "mfg_variance_core.handover_content",
                {"handover": handover, "content": handover._get_content()},
            )

    def _check_may_hand_over(self):
        """A supervisor of the plant, in person."""
        check_person(self.env)
        # as the user himself, so that record rules of company and plant count
        self.with_env(self.env(su=False)).check_access("read")
        if not self.env.user.has_group("mfg_variance_core.group_supervisor"):
            raise AccessError(
                self.env._(
                    "Hand-overs are made, signed and accepted by supervisors of the "
                    "plant. Ask one of them."
                )
            )

    def _check_state(self, state, sentence):
        self.lock_for_update()
        if self.filtered(lambda handover: handover.state != state):
            raise UserError(sentence)

    # ---------------------------------------------------------------- buttons

    @api.model
    def action_prepare_handover(self, plant_id=False, which="current"):
        """Make the hand-over of the turn that is on, or of the one before it.

        Without a plant, the only one of this person counts. Opens the form; the
        content is made anew as long as nobody signed it.
        """
        self._check_may_hand_over()
        plant = self._get_plant(plant_id)
        handover = self._get_of_turn(plant, self._get_turn(plant, which))
        if handover.state == "draft":
            handover._make()
        return {
            "type": "ir.actions.act_window",
            "name": handover.name,
            "res_model": self._name,
            "res_id": handover.id,
            "views": [(False, "form")],
        }

    def action_refresh(self):
        """Make the content again, with what happened since."""
        self._check_may_hand_over()
        self._check_state(
            "draft", self.env._("A hand-over that was signed stays as it was signed.")
        )
        for handover in self:
            handover._make()
        return True

    def action_set_remark(self, remark):
        """Add what no rule knows; one remark, until the hand-over is signed."""
        self._check_may_hand_over()
        self._check_state(
            "draft",
            self.env._("A hand-over that was signed takes no further remark."),
        )
        if not isinstance(remark, str):
            raise UserError(self.env._("Enter the remark as text."))
        self._as_system().write(
            {"remark": remark.strip()[:2000] or False, "remark_by_id": self.env.uid}
        )
        return True

    def action_ask_remark(self):
        """Open the dialog for the remark."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remark for the next shift"),
            "res_model": "mfg.variance.handover.remark",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_handover_id": self.id,
                "default_remark": self.remark or "",
            },
        }

    def action_sign(self):
        """The supervisor who leaves signs what he hands over, as of now."""
        self._check_may_hand_over()
        self._check_state("draft", self.env._("This was handed over already."))
        now = self.env["mfg.variance.engine"]._now()
        for handover in self:
            handover._make()
            handover._as_system().write(
                {"state": "signed", "signed_at": now, "signed_by_id": self.env.uid}
            )
            handover._tell_ledger("handover.signed")
        return True

    def action_accept(self):
        """The supervisor who comes accepts; nobody accepts from himself."""
        self._check_may_hand_over()
        self._check_state(
            "signed", self.env._("Only what was handed over can be accepted.")
        )
        if self.env.user in self.signed_by_id:
            raise UserError(
                self.env._(
                    "You handed this over yourself. The supervisor who takes over "
                    "accepts it."
                )
            )
        now = self.env["mfg.variance.engine"]._now()
        self._as_system().write(
            {"state": "accepted", "accepted_at": now, "accepted_by_id": self.env.uid}
        )
        for handover in self:
            handover._tell_ledger("handover.accepted")
        return True

    def _tell_ledger(self, kind):
        """Keep the fingerprint of what was signed: what it says cannot change after."""
        self.ensure_one()
        self.env["mfg.variance.ledger"]._append(
            kind,
            self,
            {
                "remark": self.remark,
                "snapshot_sha256": ledger.digest(ledger.canonical(self.snapshot)),
            },
        )

    def action_print(self):
        """The hand-over on paper."""
        report = self.env.ref("mfg_variance_core.report_handover")
        return report.report_action(self)

    # ------------------------------------------------------------- which turn

    def _get_plant(self, plant_id):
        plants = self.env["mfg.variance.plant"].search(
            [("id", "=", plant_id)] if plant_id else [], limit=2
        )
        if len(plants) != 1:
            raise UserError(self.env._("Choose the plant you hand over first."))
        return plants

    def _get_turn(self, plant, which):
        """The turn of a shift to hand over; between two shifts the one that ended."""
        now = self.env["mfg.variance.engine"]._now()
        plan = plant.shift_ids._to_domain()
        turn = shifts.shift_at(now, plant.tz, plan)
        if not turn or which == "previous":
            start = turn.starts_at if turn else now
            turn = shifts.turn_before(start, plant.tz, plan)
        if not turn:
            raise UserError(
                self.env._(
                    "%(plant)s has no shift to hand over. Enter its shifts under "
                    "Configuration, Plants.",
                    plant=plant.name,
                )
            )
        return turn

    def _get_of_turn(self, plant, turn):
        shift = self.env["mfg.variance.plant.shift"].browse(turn.shift_id)
        known = self.search(
            [("plant_id", "=", plant.id), ("starts_at", "=", turn.starts_at)]
        ).filtered(lambda handover: handover.shift_name == shift.name)
        if known:
            return known[0]
        handover = self._as_system().create(
            {
                "name": self.env._(
                    "%(plant)s, %(shift)s, %(day)s",
                    plant=plant.name,
                    shift=shift.name,
                    day=fields.Date.to_string(turn.day),
                ),
                "company_id": plant.company_id.id,
                "plant_id": plant.id,
                "shift_id": shift.id,
                "shift_name": shift.name,
                "day": turn.day,
                "starts_at": turn.starts_at,
                "ends_at": turn.ends_at,
            }
        )
        return handover.with_env(self.env)

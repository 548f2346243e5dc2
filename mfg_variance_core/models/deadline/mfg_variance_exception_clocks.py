from odoo import api, fields, models
from odoo.fields import Domain

from ...domain import deadlines
from .mfg_variance_sla import CLOCK_SELECTION

RESULTS = [("met", "Met"), ("breached", "Breached")]
# this close to a deadline it is worth a word
SOON_MINUTES = 30


class MfgVarianceException(models.Model):
    """The clocks of a case, what became of them, and which is the next to run out.

    ``respond_by`` is the one deadline people look at: the earliest of those that are
    still running. The four behind it are kept apart, so that what was met and what was
    not stays told.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    respond_by = fields.Datetime(
        string="Due",
        help="The next deadline of the case: to acknowledge, contain, decide or "
        "resolve, whichever runs out first.",
    )
    respond_clock = fields.Selection(
        CLOCK_SELECTION, string="What Is Due", readonly=True
    )
    respond_minutes = fields.Integer(
        readonly=True, help="The policy, action or reason asks to acknowledge it so."
    )
    sla_id = fields.Many2one(
        "mfg.variance.sla",
        string="Response Times",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    clock_started_at = fields.Datetime(
        string="Clocks Since",
        readonly=True,
        help="Detection, or the moment the case was opened again.",
    )
    acknowledge_by = fields.Datetime(readonly=True)
    contain_by = fields.Datetime(readonly=True)
    decide_by = fields.Datetime(readonly=True)
    resolve_by = fields.Datetime(readonly=True)
    acknowledge_result = fields.Selection(
        RESULTS, string="Acknowledged in Time", readonly=True
    )
    contain_result = fields.Selection(
        RESULTS, string="Contained in Time", readonly=True
    )
    decide_result = fields.Selection(RESULTS, string="Decided in Time", readonly=True)
    resolve_result = fields.Selection(RESULTS, string="Resolved in Time", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    is_breached = fields.Boolean(
        string="Deadline Missed",
        compute="_compute_is_breached",
        search="_search_is_breached",
        help="At least one of its deadlines passed unanswered.",
    )
    deadline_state = fields.Selection(
        [
            ("late", "Late"),
            ("soon", "Due soon"),
            ("running", "In time"),
            ("paused", "Paused"),
            ("none", "No deadline"),
        ],
        compute="_compute_deadline_state",
    )
    time_left = fields.Char(compute="_compute_deadline_state")
    # --- paused
    pause_ids = fields.One2many(
        "mfg.variance.exception.pause", "exception_id", string="Pauses"
    )
    paused_at = fields.Datetime(string="Paused Since", readonly=True)
    paused_for = fields.Char(string="Waits For", readonly=True)
    # --- escalated
    escalation_ids = fields.One2many(
        "mfg.variance.exception.escalation", "exception_id", string="Escalations"
    )
    escalation_count = fields.Integer(
        string="Escalated", compute="_compute_escalation_count"
    )
    watch_at = fields.Datetime(
        readonly=True, help="When the case is looked at next by the scheduled action."
    )

    _watch = models.Index("(watch_at) WHERE watch_at IS NOT NULL")

    # --------------------------------------------------------------- computes

    @api.depends(*(f"{clock}_result" for clock in deadlines.CLOCKS))
    def _compute_is_breached(self):
        for case in self:
            case.is_breached = any(
                case[f"{clock}_result"] == "breached" for clock in deadlines.CLOCKS
            )

    def _search_is_breached(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain.OR(
            Domain(f"{clock}_result", "=", "breached") for clock in deadlines.CLOCKS
        )
        return domain if True in value else ~domain

    @api.depends("state", "respond_by", "cleared_at")
    def _compute_is_overdue(self):
        now = self.env["mfg.variance.engine"]._now()
        for case in self:
            case.is_overdue = bool(
                case.is_open
                and not case.cleared_at
                and not case.is_shelved
                and case.respond_by
                and case.respond_by < now
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = self.env["mfg.variance.engine"]._now()
        # what cleared by itself or is shelved presses nobody
        domain = (
            Domain("is_open", "=", True)
            & Domain("cleared_at", "=", False)
            & Domain("respond_by", "<", now)
            & ~self._get_shelved_domain()
        )
        return domain if True in value else ~domain

    @api.depends("state", "respond_by", "respond_clock", "cleared_at", "paused_at")
    def _compute_deadline_state(self):
        now = self.env["mfg.variance.engine"]._now()
        labels = dict(self._fields["respond_clock"]._description_selection(self.env))
        for case in self:
            due = not case.cleared_at and case.respond_by
            if not case.is_open or not due:
                is_paused = case.is_open and case.paused_at
                case.deadline_state = "paused" if is_paused else "none"
                case.time_left = is_paused and self.env._("Paused")
                continue
            minutes = round((due - now).total_seconds() / 60)
            case.deadline_state = (
                "late"
                if due < now
                else "soon"
                if minutes <= SOON_MINUTES
                else "running"
            )
            text = (
                self.env._("%(clock)s: %(time)s late")
                if due < now
                else self.env._("%(clock)s: %(time)s left")
            )
            case.time_left = text % {
                "clock": labels.get(case.respond_clock, ""),
                "time": self._get_span_label(abs(minutes)),
            }

    def _get_span_label(self, minutes):
        """A span as people say it: rough, the longer it is."""
        if minutes < 120:
            return self.env._("%(count)s min", count=minutes)
        if minutes < 2880:
            return self.env._("%(count)s h", count=round(minutes / 60))
        return self.env._("%(count)s days", count=round(minutes / 1440))

    def _compute_escalation_count(self):
        counts = dict(
            self.env["mfg.variance.exception.escalation"]._read_group(
                [("exception_id", "in", self.ids)], ["exception_id"], ["__count"]
            )
        )
        for case in self:
            case.escalation_count = counts.get(case._origin, 0)

from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

from ...domain import deadlines
from .working_time import WorkingTime

# a longer wait is asked for again
MOST_DAYS = 31
# the wait is over when somebody goes on
PAUSE_ENDS = frozenset(("new", "resolving", "resolved", "closed"))


class MfgVarianceException(models.Model):
    """A case that waits for somebody else: why, whom for, and until when at most.

    Only the clocks to decide and to resolve stand still. What was left of them when
    the pause began is what is left when it ends, in the same working time; a deadline
    that had passed by then stays passed.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    # ---------------------------------------------------------------- buttons

    def action_pause(self):
        """Ask whom the case waits for, why and until when."""
        self.ensure_one()
        self._check_may_handle()
        self._check_may_pause()
        return self._open_dialog(
            self.env._("Whom do we wait for?"), "mfg.variance.pause"
        )

    def action_resume(self):
        """End the pause: the clocks go on from here."""
        self.ensure_one()
        self._check_may_handle()
        if not self.paused_at:
            raise UserError(self.env._("%(case)s is not paused.", case=self.name))
        self.lock_for_update(allow_referencing=True)
        self._resume(self.env.uid)
        return True

    def _check_may_pause(self):
        self.ensure_one()
        if self.paused_at:
            raise UserError(
                self.env._(
                    "%(case)s waits for %(whom)s already. Resume it first.",
                    case=self.name,
                    whom=self.paused_for,
                )
            )
        if self.state not in ("acknowledged", "contained", "resolving"):
            raise UserError(
                self.env._(
                    "Only what somebody took can wait for somebody else. Take "
                    "%(case)s first; what is resolved waits for nobody.",
                    case=self.name,
                )
            )
        if not (self.decide_by or self.resolve_by):
            raise UserError(
                self.env._(
                    "%(case)s has no deadline to decide or to resolve: there is "
                    "nothing to pause.",
                    case=self.name,
                )
            )

    # ------------------------------------------------------------- the clocks

    def _transition(self, state, **values):
        """Going on ends the wait, before the clocks are stopped."""
        paused = self.filtered("paused_at")
        if paused and state in PAUSE_ENDS:
            paused._check_may_handle()
            paused._resume(self.env.uid)
        return super()._transition(state, **values)

    def _pause(self, waits_for, name, reason, until):
        """Stop the clocks to decide and to resolve."""
        self.ensure_one()
        self._check_may_handle()
        self.lock_for_update(allow_referencing=True)
        self._check_may_pause()
        now = self.env["mfg.variance.engine"]._now()
        if not now < until <= now + timedelta(days=MOST_DAYS):
            raise UserError(
                self.env._(
                    "Choose a moment within the next %(days)s days: what takes longer "
                    "is asked for again.",
                    days=MOST_DAYS,
                )
            )
        stopped = self._get_stopped_clocks()
        pause = self.env["mfg.variance.exception.pause"]._as_system()
        pause = pause.create(
            {
                "exception_id": self.id,
                "company_id": self.company_id.id,
                "plant_id": self.plant_id.id,
                "waits_for": waits_for,
                "waits_for_name": name,
                "reason": reason,
                "started_at": now,
                "started_by_id": self.env.uid,
                "until": until,
                **{f"{clock}_by": self[f"{clock}_by"] for clock in stopped},
            }
        )
        self._as_system().write(
            {
                "paused_at": now,
                "paused_for": pause.display_name,
                **{f"{clock}_by": False for clock in stopped},
            }
        )
        self._set_next()
        self.env["mfg.variance.ledger"]._append(
            "exception.paused",
            self,
            {"waits_for": name, "reason": reason, "until": str(until)},
        )

    def _get_stopped_clocks(self):
        done = self._get_done_clocks()
        return [clock for clock in deadlines.PAUSED_CLOCKS if clock not in done]

    def _resume(self, by=False):
        """End the pauses of these cases; the clocks go on with what was left."""
        now = self.env["mfg.variance.engine"]._now()
        time = WorkingTime(self.env)
        for case in self:
            running = case.pause_ids.filtered(lambda pause: not pause.ended_at)
            ended = running._end(min([now, *running.mapped("until")]), by)
            vals = {"paused_at": False, "paused_for": False}
            for pause in ended:
                vals |= case._prepare_resumed_vals(pause, time)
            case._as_system().write(vals)
            case._set_next()
            self.env["mfg.variance.ledger"]._append(
                "exception.resumed", case, {"by_itself": not by}
            )
        self._wake_for_deadlines()

    def _prepare_resumed_vals(self, pause, time):
        """The deadlines of a pause, later by the working time it took."""
        self.ensure_one()
        role = self.sla_id.sudo().role or "quality_manager"  # sudo: for the clock
        hours = time.of_role(role, self.plant_id, self.company_id, pause.started_at)
        vals = {}
        for clock in self._get_stopped_clocks():
            name = f"{clock}_by"
            vals[name] = by = pause[name]
            if by and by > pause.started_at:
                windows = hours(time.get_reach(pause.started_at, by)).windows
                left = deadlines.spent_minutes(pause.started_at, by, windows)
                rest = time.of_role(
                    role, self.plant_id, self.company_id, pause.ended_at
                )
                vals[name] = time.due(
                    deadlines.Limit(max(round(left), 1)), pause.ended_at, rest
                )
        return vals

    def _tighten_pause(self, fresh):
        """A case that got worse while it waits has less time when it goes on."""
        self.ensure_one()
        pause = self.pause_ids.filtered(lambda row: not row.ended_at)
        stopped = [f"{clock}_by" for clock in self._get_stopped_clocks()]
        pause._as_system().write(
            {
                name: deadlines.tighten(pause[name] or None, fresh[name] or None)
                or False
                for name in stopped
            }
        )
        return {**fresh, **dict.fromkeys(stopped, False)}

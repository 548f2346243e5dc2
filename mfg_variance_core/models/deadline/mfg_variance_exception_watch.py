import time
from datetime import timedelta

from odoo import api, models

from ...domain import deadlines, escalations
from ...guard import own_entry
from .working_time import WorkingTime

BATCH = 100
SECOND = timedelta(seconds=1)


class MfgVarianceException(models.Model):
    """When a case is looked at, and which deadlines were missed by then.

    ``watch_at`` says when a case has to be looked at; a look takes what fell due since
    and says when the next one is. Nothing is polled but what is due.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    # -------------------------------------------------------------------- cron

    @api.model
    @own_entry
    def _cron_watch_deadlines(self, batch=BATCH):
        """Look at every case whose moment has come, then ask to be woken for the next.

        Safe on several nodes and run twice: rows are locked, a step of the chain is
        one row in the database, and a case looked at is looked at later. One that
        cannot be is logged and set aside for an hour.
        """
        started = time.monotonic()
        engine = self.env["mfg.variance.engine"]
        now = engine._now()
        Case = self.with_env(engine._clean_engine().env)
        Case._watch_costly()
        total = Case._watch_due(self.env["ir.cron"]._commit_progress, batch)
        following = Case.search([("watch_at", ">", now)], order="watch_at", limit=1)
        following._wake_for_deadlines()
        engine._log_done(self.env._("Deadlines and escalation"), total, started)

    @api.model
    def _watch_due(self, commit, batch=BATCH):
        """Look at the cases whose moment has come; returns how many."""
        engine, clock = self.env["mfg.variance.engine"], WorkingTime(self.env)
        return engine._work_off(
            self,
            [("watch_at", "<=", engine._now())],
            lambda case: case._look(clock),
            lambda case: self.env._("Deadlines not watched: %(case)s", case=case.name),
            batch,
            order="watch_at, id",
            commit=commit,
            put_off="watch_at",
            kind="step",
        )

    @api.model
    def _watch_costly(self):
        """Look at what has grown worth a step of its chain since it was looked at.

        Events merged into a case do not write it, so its chain does not know.
        """
        soon = self.env["mfg.variance.engine"]._now()
        chains = self.env["mfg.variance.escalation"]._get_chains()
        for sla, steps in chains.items():
            for step in steps:
                if step.basis != escalations.AMOUNT:
                    continue
                costly = self.search(
                    [
                        ("sla_id", "=", sla),
                        ("is_open", "=", True),
                        ("cleared_at", "=", False),
                        ("is_historic", "=", False),
                        ("listed_amount", ">=", step.count),
                        ("watch_at", ">", soon),
                        ("escalation_ids", "not any", [("step_id", "=", step.id)]),
                    ],
                    limit=BATCH,
                )
                costly._as_system().write({"watch_at": soon})

    # ----------------------------------------------------------------- a look

    def _look(self, clock):
        """Take what is due on this case and say when to look again."""
        self.ensure_one()
        now = self.env["mfg.variance.engine"]._now()
        pause = self.pause_ids.filtered(lambda row: not row.ended_at)
        if pause and pause.until <= now:
            self._resume()
            pause = pause.browse()
        if not self.is_open or self.cleared_at or self.is_historic:
            return self._as_system().write({"watch_at": False})
        if self.is_shelved:
            # shelving moves no deadline: when it ends, they stand as they are
            return self._as_system().write({"watch_at": self.shelved_until})
        self._stamp_missed(now)
        moments = [pause.until] if pause else []
        moments += self._escalate(now, clock)
        moments += self._look_ahead(now)
        moments += [
            by + SECOND for by in self._get_running().values() if by + SECOND > now
        ]
        later = [moment for moment in moments if moment and moment > now]
        return self._as_system().write({"watch_at": min(later, default=False)})

    def _look_ahead(self, now):
        """Further moments at which to look at this case; others add theirs."""
        return []

    def _get_running(self):
        """Clock -> deadline of what is not done yet."""
        done = self._get_done_clocks()
        return {
            clock: self[f"{clock}_by"]
            for clock in deadlines.CLOCKS
            if clock not in done and self[f"{clock}_by"]
        }

    def _stamp_missed(self, now):
        """What passed unanswered is breached from now on, whatever comes later."""
        missed = [
            clock
            for clock, by in self._get_running().items()
            if by < now and not self[f"{clock}_result"]
        ]
        if not missed:
            return
        self._as_system().write(
            {f"{clock}_result": deadlines.BREACHED for clock in missed}
        )
        self.env["mfg.variance.ledger"]._append_many(
            [
                (
                    "exception.deadline_missed",
                    self,
                    {"clock": clock, "deadline": str(self[f"{clock}_by"])},
                )
                for clock in missed
            ]
        )

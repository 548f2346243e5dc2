import logging
import time
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..domain import clocks, outcomes, thresholds
from ..guard import own_entry

_logger = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(minutes=5)


class MfgVarianceEngine(models.AbstractModel):
    """Running work orders: wake at the minute a limit is crossed, never poll (D11)."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    def _arm_watches(self, workorders, known_only=False, not_before=None):
        """Compute when each running work order crosses its next limit, and ask the
        scheduler to wake then. Paused, finished and planless ones are not watched.

        ``known_only`` leaves out work orders nobody asked to watch; ``not_before``
        is when to look again at the earliest.
        """
        metric = self._get_metric("work_order_time")
        if known_only:
            rows = self.env["mfg.variance.watch"].search(
                [("workorder_id", "in", workorders.ids)]
            )
            workorders = rows.workorder_id
        if not metric or not workorders:
            return
        running = workorders.filtered(lambda wo: wo.state == "progress")
        facts = metric._read_work_order_time(running, "running", {}) if running else []
        reached = self._get_reached(metric, facts)
        due = {
            fact.source_id: self._get_next_crossing(metric, fact, reached)
            for fact in facts
        }
        self._store_watches(workorders, due, not_before)

    def _judge_running_again(self, workorders):
        """Judge again what was found beyond a limit while it runs: logs changed."""
        running = workorders.filtered(lambda wo: wo.state not in ("done", "cancel"))
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("metric_code", "=", "work_order_time"),
                ("source_model", "=", "mrp.workorder"),
                ("source_id", "in", running.ids),
                ("phase", "=", "running"),
                ("is_current", "=", True),
            ]
        )
        found = running.browse(rows.mapped("source_id"))
        self._judge_records("work_order_time", found, "running")

    def _get_reached(self, metric, facts):
        """The severity each of these has reached while running, by source id."""
        rows = self.env["mfg.variance.measurement"].search_fetch(
            [
                ("metric_id", "=", metric.id),
                ("source_model", "=", "mrp.workorder"),
                ("source_id", "in", [fact.source_id for fact in facts]),
                ("phase", "=", "running"),
                ("is_current", "=", True),
                # what a cause explains is looked at again: the cause may be over
                ("outcome", "!=", outcomes.INHIBITED),
            ],
            ["source_id", "severity"],
        )
        return {row.source_id: row.severity for row in rows}

    def _get_next_crossing(self, metric, fact, reached):
        """``(severity, moment)`` of the next limit, or None when there is none."""
        if fact.gap or not any(end is None for _start, end in fact.intervals):
            return None
        active, _shadow, _considered = self._pick_versions(metric, fact)
        if not active:
            return None
        upcoming = thresholds.next_crossing(
            active.tolerance,
            fact.planned,
            reached.get(fact.source_id) or None,
            rate=fact.rate,
            source=fact.standard_source,
            sample_size=fact.sample_size,
        )
        if not upcoming:
            return None
        severity, minutes = upcoming
        moment = clocks.reach_at(fact.intervals, self._now(), minutes)
        return moment and (severity, moment)

    def _store_watches(self, workorders, due, not_before):
        Watch = self.env["mfg.variance.watch"]._as_system()
        rows = {
            row.workorder_id.id: row
            for row in Watch.search([("workorder_id", "in", workorders.ids)])
        }
        earliest, vals_list = None, []
        for workorder in workorders:
            crossing, row = due.get(workorder.id), rows.get(workorder.id)
            vals = {"next_crossing_at": False, "severity": False}
            if crossing:
                severity, moment = crossing
                # a second later than the limit itself, so that it is beyond it
                moment = moment.replace(microsecond=0) + timedelta(seconds=1)
                moment = max(moment, not_before or moment)
                earliest = min(earliest or moment, moment)
                vals = {"next_crossing_at": moment, "severity": severity}
            if not row:
                # also where nothing is crossed yet: a limit or a plan may follow
                vals_list.append(
                    {
                        **vals,
                        "workorder_id": workorder.id,
                        "company_id": workorder.company_id.id,
                    }
                )
            elif crossing or row.next_crossing_at:
                row.write(vals)
        if vals_list:
            Watch.create(vals_list)
        if earliest:
            self._wake_at(earliest)

    def _wake_at(self, moment, name="cron_running"):
        """Ask for the scheduled action then, unless it wakes earlier anyway."""
        cron = self.env.ref(f"mfg_variance_core.{name}", raise_if_not_found=False)
        if not cron:
            return
        # what is due already is deleted after the run that it asked for
        asked = self.env["ir.cron.trigger"].search(
            [
                ("cron_id", "=", cron.id),
                ("call_at", ">", self._now()),
                ("call_at", "<=", moment),
            ],
            limit=1,
        )
        if not asked:
            cron._trigger(at=moment)

    @api.model
    @own_entry
    def _cron_judge_running(self, batch=100):
        """Judge the running work orders whose next limit is due, then re-arm them.

        Rows are locked and skipped when another node has them; progress is committed
        per batch, and one order that cannot be judged is logged and set aside. A
        lost race is run again at once: Odoo would wait for the next full hour.
        """
        try:
            self._judge_due(batch)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            _logger.info("Running work orders lost a race; once more", exc_info=True)
            # what was asked for is deleted by now, and so would be what we ask for;
            # the batches before this one are committed
            self.env.cr.rollback()
            self.env.ref("mfg_variance_core.cron_running")._trigger()

    def _judge_due(self, batch):
        started = time.monotonic()
        engine = self._clean_engine()
        Watch = engine.env["mfg.variance.watch"]._as_system()
        domain = [("next_crossing_at", "<=", self._now())]
        total = 0
        left = True
        while left:
            watches = Watch.search(domain, limit=batch).try_lock_for_update()
            if not watches:
                break
            workorders = watches.workorder_id.with_env(engine.env)
            watches.write({"next_crossing_at": False})
            engine._judge_running(workorders)
            total += len(watches)
            left = self.env["ir.cron"]._commit_progress(
                len(watches), remaining=Watch.search_count(domain)
            )
        engine._wake_for_next()
        self._log_done(self.env._("Running work orders"), total, started)

    def _judge_running(self, workorders):
        """Judge and re-arm in batch; one that cannot be judged is set aside."""
        try:
            self._judge_and_arm(workorders)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Running work orders failed as a batch", exc_info=True)
            for workorder in workorders:
                self._judge_one_running(workorder)

    def _judge_one_running(self, workorder):
        try:
            self._judge_and_arm(workorder)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Judging running %s failed", workorder, exc_info=True)
            key = ("mrp.workorder", "running", "work_order_time")
            self._log_judge_failure(key, workorder.id, exc, time.monotonic())

    def _judge_and_arm(self, workorders):
        with self.env.cr.savepoint():
            self._judge_records("work_order_time", workorders, "running")
            # a limit that was due and is not reached yet (money lags behind time where
            # set-up has an amount of its own) is not looked at again at once
            later = self._now() + LOOK_AGAIN
            self._arm_watches(workorders, not_before=later)

    def _wake_for_next(self):
        following = self.env["mfg.variance.watch"].search(
            [("next_crossing_at", "!=", False)], limit=1
        )
        if following:
            self._wake_at(following.next_crossing_at)

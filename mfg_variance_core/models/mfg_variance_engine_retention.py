from datetime import datetime, time, timedelta
from time import monotonic

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL, split_every

from ..guard import own_entry

REFRESH_BATCH = 1000


class MfgVarianceEngine(models.AbstractModel):
    """The scheduled passes that keep years of measurements quick (D19)."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    @own_entry
    def _cron_roll_up(self):
        """Bring case lists and closed months up to date with what is new.

        Reads the measurements since the last pass only. A month is added up again
        when something new touches it; the month going on waits for its end.
        """
        engine = self._clean_engine()
        progress = engine.env["mfg.variance.rollup.progress"]._take()
        if not progress:
            return
        engine._refresh_case_lists(progress.settled_id)
        engine.env["mfg.variance.rollup.month"]._mark_due(progress.settled_id)
        progress._settle()
        # the context of the scheduled action is what knows its progress
        if self.env["ir.cron"]._commit_progress(1, remaining=0):
            engine._roll_up_months(self.env["ir.cron"]._commit_progress)

    def _refresh_case_lists(self, after_id):
        """Cases with new events; those somebody holds wait for the next pass."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT exception_id FROM mfg_variance_measurement "
                "WHERE id > %(after)s AND exception_id IS NOT NULL UNION "
                "SELECT exception_id FROM mfg_variance_measurement "
                "WHERE superseded_by_id > %(after)s AND exception_id IS NOT NULL",
                after=after_id,
            )
        )
        Case = self.env["mfg.variance.exception"]
        ids = [row[0] for row in rows]
        for part in split_every(REFRESH_BATCH, ids, Case.browse):
            # people may add events to a case meanwhile
            part.try_lock_for_update(allow_referencing=True)._refresh_listed()

    def _roll_up_months(self, commit):
        """Add up what is due month by month; one that fails is logged and set aside."""
        Month = self.env["mfg.variance.rollup.month"]
        domain = Month._get_closed_domain()
        months = Month.search(domain, order="month, id")
        for number, month in enumerate(months, 1):
            if not month.try_lock_for_update():
                continue
            self._roll_up_one(month)
            if not commit(1, remaining=len(months) - number):
                break

    def _roll_up_one(self, month):
        started = monotonic()
        name = self.env._("Monthly figures of %(month)s", month=month.month)
        if self._attempt(month, lambda one: one._roll_up(), lambda _one: name):
            self.env["mfg.variance.run"]._log(
                "cron",
                name,
                record_count=month.measured_count,
                duration_ms=int((monotonic() - started) * 1000),
                company_id=month.company_id.id,
            )

    @api.model
    @own_entry
    def _cron_archive(self, batch=5000):
        """Move what is older than its company keeps to the archive, in batches.

        Only months whose figures stand are touched; the roll-up comes first.
        """
        engine = self._clean_engine()
        Archive = engine.env["mfg.variance.measurement.archive"]
        companies = engine.env["res.company"].search([("variance_keep_months", ">", 0)])
        for company in companies:
            before = engine._get_archive_border(company)
            left = 1.0
            while left and (moved := Archive._move(company, before, batch)):
                left = self.env["ir.cron"]._commit_progress(moved, remaining=0)
            if not left:
                # more may be due: run again at once
                engine.env.ref("mfg_variance_core.cron_archive")._trigger()
                return

    def _get_archive_border(self, company):
        """Before this moment measurements of the company are moved.

        Never beyond a month whose figures are still to be added up.
        """
        border = self._now() - relativedelta(
            months=company.variance_keep_months,
            day=1,
            hour=0,
            minute=0,
            second=0,
            microsecond=0,
        )
        due = self.env["mfg.variance.rollup.month"].search(
            [("company_id", "=", company.id), ("is_due", "=", True)],
            order="month",
            limit=1,
        )
        if due and due.month <= border.date():
            # a month of a plant begins up to a day before that of UTC
            border = datetime.combine(due.month, time.min) - timedelta(days=1)
        return border

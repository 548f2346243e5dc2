import logging
import time
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(minutes=60)


class MfgVarianceEngine(models.AbstractModel):
    """Scheduled work on rows: a fault in one of them stops no other."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    def _work_off(
        self, rows, domain, work, failure, batch=100, order="id", commit=None, **values
    ):
        """Do scheduled work on all rows that are due, each once; returns how many.

        Safe on several nodes and run twice: rows are locked, what another node has is
        left to it, and progress is committed per batch while there is time.

        Called in the context of the scheduled action, which knows its progress.

        :param rows: of the model, in the environment in which the work is done
        :param domain: what is due
        :param work: done with one row, by :meth:`_attempt`, as ``failure`` and others
        :param commit: in place of the progress of the scheduled action
        """
        commit = commit or self.env["ir.cron"]._commit_progress
        total, tried, left = 0, [], True
        while left:
            due = Domain(domain) & Domain("id", "not in", tried)
            found = rows.search(due, limit=batch, order=order)
            if not found:
                break
            tried += found.ids
            mine = found.try_lock_for_update()
            for row in mine:
                self._attempt(row, work, failure, **values)
            total += len(mine)
            due &= Domain("id", "not in", found.ids)
            left = commit(len(mine), remaining=rows.search_count(due))
        return total

    @api.model
    def _attempt(self, row, work, failure, put_off=None, **values):
        """Do scheduled work on one row; returns whether it was done.

        A lost race is raised, so that Odoo repeats. After any other fault what was
        begun is undone, the row is left alone for an hour and a failed run tells why.

        :param work: called with the row, within a savepoint
        :param failure: called with the row, returns the name of that run
        :param put_off: the field that says when to look at the row again
        :param values: of that run
        """
        try:
            with self.env.cr.savepoint():
                work(row)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Work on %s failed", row, exc_info=True)
            if put_off:
                row._as_system().write({put_off: self._now() + LOOK_AGAIN})
            self._log_failure(row, failure(row), exc, **values)
            return False
        return True

    @api.model
    def _log_failure(self, row, name, exc, kind="cron", **values):
        """A failed run about a row, and about the case it belongs to."""
        is_case = row._name == "mfg.variance.exception"
        case = row if is_case else "exception_id" in row and row.exception_id
        about = {
            "res_model": row._name,
            "res_id": row.id,
            "company_id": row.company_id.id,
            "exception_id": case and case.id,
        }
        error = f"{type(exc).__name__}: {exc}"
        row.env["mfg.variance.run"]._log(
            kind, name, "failed", error=error, record_count=1, **{**about, **values}
        )

    @api.model
    def _log_done(self, name, count, started):
        """The row of a scheduled action that found something to do."""
        if count:
            self.env["mfg.variance.run"]._log(
                "cron",
                name,
                record_count=count,
                duration_ms=int((time.monotonic() - started) * 1000),
            )

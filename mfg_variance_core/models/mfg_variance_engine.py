import logging
import time

import psycopg2
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..domain import outcomes
from ..guard import CLOCK_KEY, own_entry, simulated_now
from .fact import Fact

_logger = logging.getLogger(__name__)
QUEUE_KEY = "mfg_variance_core.captured"
PASS_ORDER = {
    "freeze": 0,
    "freeze_components": 0,
    "replan": 0,
    "replan_components": 0,
    "correct": 2,
    "watch": 3,
    "negative": 3,
    "rearm": 4,
}
# the model of what is captured under a key without a model of its own
KEY_MODELS = {
    "freeze_components": "mrp.production",
    "replan_components": "mrp.production",
    "negative": "stock.quant",
}
# what a correction is captured for, and how a measurement refers to it
CORRECTED_LINKS = {"mrp.production": "production_id", "mrp.workorder": "workorder_id"}


class MfgVarianceEngine(models.AbstractModel):
    """Capture during the transaction, judge once when it ends (D1).

    Rules and hooks only :meth:`_capture`; the pass reads, judges and reacts when
    the transaction is flushed for commit, in batch. It may run more than once in a
    transaction (flushing savepoints): judging the same figures again changes
    nothing, and a later capture supersedes. A fault in here never stops the work
    that was captured; a lost race repeats the request (D8, D9).
    """

    _name = "mfg.variance.engine"
    _description = "Variance Engine"

    @api.model
    def _now(self):
        """Naive UTC now, or the replayed moment while the demo plays history."""
        return simulated_now(self.env) or fields.Datetime.now()

    # -------------------------------------------------------------- capturing

    @api.model
    def _shielded(self, method_name, *args):
        """Capture from within a method of Odoo's: a fault in here stops nobody (D8).

        What the database refused is raised: the transaction is over, or lost a race.
        """
        try:
            getattr(self, method_name)(*args)
        except Exception as exc:
            self._reraise_concurrency(exc)
            if isinstance(exc, psycopg2.Error):
                raise
            _logger.exception("Not captured: %s", method_name)

    @api.model
    def _capture(self, codes, records, phase="final"):
        """Remember that these records are to be judged when the transaction ends.

        :param codes: metric codes; empty means every metric of the records' model
        """
        if not records:
            return
        codes = codes or self.env["mfg.variance.metric"]._get_codes_of(records._name)
        queue = self._get_queue()
        for code in codes:
            queue.setdefault((records._name, phase, code), {}).update(
                dict.fromkeys(records.ids)
            )

    @api.model
    def _capture_freeze(self, workorders):
        """Remember work orders whose plan is frozen when the transaction ends."""
        if workorders:
            self._get_queue().setdefault(("freeze",), {}).update(
                dict.fromkeys(workorders.ids)
            )

    @api.model
    def _capture_freeze_components(self, productions):
        """Remember orders whose components are frozen when the transaction ends."""
        if productions:
            self._get_queue().setdefault(("freeze_components",), {}).update(
                dict.fromkeys(productions.ids)
            )

    @api.model
    def _capture_replan_components(self, productions, reason):
        """Remember open orders whose components were changed on purpose (D5)."""
        open_ones = productions.filtered(lambda mo: mo.state not in ("done", "cancel"))
        if open_ones:
            self._get_queue().setdefault(("replan_components", reason), {}).update(
                dict.fromkeys(open_ones.ids)
            )

    @api.model
    def _capture_replan(self, workorders, reason):
        """Remember work orders whose plan was changed on purpose (D5)."""
        open_ones = workorders.filtered(lambda wo: wo.state not in ("done", "cancel"))
        if open_ones:
            self._get_queue().setdefault(("replan", reason), {}).update(
                dict.fromkeys(open_ones.ids)
            )

    @api.model
    def _capture_time_change(self, workorders):
        """A time log changed: re-arm what is watched, correct what was judged."""
        if workorders:
            closed = workorders.filtered(lambda wo: wo.state in ("done", "cancel"))
            self._capture_correction(closed)
            self._capture_watch(workorders)

    @api.model
    def _capture_watch(self, workorders):
        """Something changed that moves the moment at which a limit is crossed."""
        if workorders:
            self._get_queue().setdefault(("watch",), {}).update(
                dict.fromkeys(workorders.ids)
            )

    @api.model
    def _capture_policy_change(self):
        """Other limits are in force: running work crosses them at another minute."""
        self._get_queue().setdefault(("rearm",), {})[0] = None

    @api.model
    def _capture_correction(self, records):
        """A figure of judged orders or work orders changed: judge again what was.

        Only metrics with a measurement are read again, so that a rule somebody
        switched off is not undone by this door.

        :param records: of one of the models in ``CORRECTED_LINKS``
        """
        if records:
            self._get_queue().setdefault(("correct", records._name), {}).update(
                dict.fromkeys(records.ids)
            )
        if records._name == "mrp.workorder":
            # the order counts pieces and minutes of its work orders
            orders = records.production_id
            self._capture_correction(orders.filtered(lambda mo: mo.state == "done"))

    @api.model
    def _capture_consumption(self, productions):
        """What orders consumed was registered, corrected or scrapped.

        A running order is judged by what it may consume as a whole; a finished one is
        judged again if it was judged before.
        """
        closed = productions.filtered(lambda order: order.state in ("done", "cancel"))
        self._capture_correction(closed.filtered(lambda order: order.state == "done"))
        cancelled = closed.filtered(lambda order: order.state == "cancel")
        self._capture(["material_usage"], cancelled)
        self._capture(["material_usage"], productions - closed, "running")

    @api.model
    def _capture_facts(self, metric, facts):
        """Remember figures read from a foreign model by a server action."""
        if facts:
            queue = self._get_queue()
            for fact in facts:
                key = (fact.source_model, fact.source_id)
                queue.setdefault(("facts", metric.code), {})[key] = fact

    def _get_queue(self):
        precommit = self.env.cr.precommit
        if QUEUE_KEY not in precommit.data:
            precommit.data[QUEUE_KEY] = {}
            precommit.add(self._clean_engine()._judge_captured)
        return precommit.data[QUEUE_KEY]

    def _clean_engine(self):
        """The engine as superuser with nothing of the client's context but the zone.

        The token, defaults and flags of whoever triggered it stay outside.
        """
        kept = {
            key: value
            for key, value in self.env.context.items()
            if key in ("lang", "tz", CLOCK_KEY)
        }
        # sudo: judging reads plans, policies and logs for whoever worked; it writes
        # evidence rows only
        return self.sudo().with_context(kept)  # replaces the whole context

    # ---------------------------------------------------------------- the pass

    @api.model
    @own_entry
    def _judge_captured(self):
        """Judge what was captured since the last pass of this transaction."""
        queue = self.env.cr.precommit.data.pop(QUEUE_KEY, None)
        if not queue:
            return
        started = time.monotonic()
        try:
            with self.env.cr.savepoint():
                self._run_queue(queue)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Judging a batch failed; one by one now", exc_info=True)
            self._run_queue_one_by_one(queue, started)

    def _run_queue(self, queue):
        """Plans first, then readings, then corrections and watches."""
        shared = {}
        self._drop_covered(queue)
        # readings are keyed by a model: all of them are judged in one go
        readings = {key: queue[key] for key in queue if "." in key[0]}
        others = queue.keys() - readings
        for key in sorted({*others, ("readings",)}, key=self._get_pass_order):
            if key == ("readings",):
                self._run_readings(readings, shared)
            else:
                getattr(self, f"_run_{key[0]}")(key, queue[key], shared)

    def _get_pass_order(self, key):
        return PASS_ORDER.get(key[0], 1), str(key)

    def _drop_covered(self, queue):
        """What is judged or armed in this pass anyway needs no second look."""
        covered = {
            ("watch",): queue.get(("mrp.workorder", "running", "work_order_time"), {})
        }
        for model in CORRECTED_LINKS:
            codes = self.env["mfg.variance.metric"]._get_codes_of(model)
            final = [queue.get((model, "final", code), {}) for code in codes]
            # a correction reads every metric, so all of them have to be due
            due = set(final[0]).intersection(*final[1:]) if final else set()
            covered["correct", model] = due
        for key, items in covered.items():
            if key in queue:
                queue[key] = dict.fromkeys(queue[key].keys() - items)

    def _run_freeze(self, _key, items, shared):
        workorders = self._get_existing("mrp.workorder", items, shared)
        self.env["mfg.variance.standard"]._freeze_workorders(workorders)

    def _run_replan(self, key, items, shared):
        workorders = self._get_existing("mrp.workorder", items, shared)
        self.env["mfg.variance.standard"]._supersede(workorders, key[1])
        self._arm_watches(workorders, known_only=True)

    def _run_freeze_components(self, _key, items, shared):
        productions = self._get_existing("mrp.production", items, shared)
        self.env["mfg.variance.standard"]._freeze_components(productions)

    def _run_replan_components(self, key, items, shared):
        productions = self._get_existing("mrp.production", items, shared)
        self.env["mfg.variance.standard"]._supersede_components(productions, key[1])

    def _run_facts(self, key, items, _shared):
        self._judge(key[1], "final", list(items.values()))

    def _run_readings(self, readings, shared):
        due = {}
        for (model, phase, code), items in readings.items():
            records = self._get_existing(model, items, shared)
            if model == "mrp.workorder" and phase == "running":
                # time is judged at the minute it crosses a limit, set-up when done
                if code == "work_order_time":
                    self._arm_watches(records)
            else:
                due.setdefault(phase, {})[code] = records
        for phase, records_by_code in due.items():
            self._judge_records_together(phase, records_by_code, shared)

    def _run_correct(self, key, items, shared):
        if not items:
            return
        _word, model = key
        link = CORRECTED_LINKS[model]
        # readers look up what they had found before for these only
        shared["corrected", model] = set(items)
        rows = self.env["mfg.variance.measurement"].search(
            [
                (link, "in", list(items)),
                ("metric_id.source_model", "=", model),
                ("phase", "=", "final"),
                ("is_current", "=", True),
            ]
        )
        self._judge_records_together(
            "final",
            {
                code: self._get_existing(model, found[link].ids, shared)
                for code, found in rows.grouped("metric_code").items()
            },
            shared,
        )

    def _run_watch(self, _key, items, shared):
        if items:
            workorders = self._get_existing("mrp.workorder", items, shared)
            self._judge_running_again(workorders)
            self._arm_watches(workorders, known_only=True)

    def _run_rearm(self, _key, _items, _shared):
        watches = self.env["mfg.variance.watch"].search(
            [("workorder_id.state", "=", "progress")]
        )
        self._arm_watches(watches.workorder_id)

    def _get_existing(self, model, ids, shared):
        """The records that still exist, looked up once a pass."""
        key = ("existing", model, frozenset(ids))
        if key not in shared:
            shared[key] = self.env[model].browse(list(ids)).exists()
        return shared[key]

    def _run_queue_one_by_one(self, queue, started):
        """Isolate the poison record: the others are judged, it becomes a row."""
        for key, items in queue.items():
            for item in items:
                try:
                    with self.env.cr.savepoint():
                        self._run_queue({key: {item: items[item]}})
                except Exception as exc:
                    self._reraise_concurrency(exc)
                    _logger.info("Judging %s %s failed", key, item, exc_info=True)
                    self._log_judge_failure(key, item, exc, started)

    def _log_judge_failure(self, key, item, exc, started):
        """Make a failure a row, if even that is possible; else it is in the log."""
        try:
            with self.env.cr.savepoint():
                self._store_judge_failure(key, item, exc, started)
        except Exception as second:
            self._reraise_concurrency(second)
            _logger.exception("No row for the failed judging of %s %s", key, item)

    def _store_judge_failure(self, key, item, exc, started):
        model, res_id = item if key[0] == "facts" else (key[0], item)
        if key[0] in PASS_ORDER:
            model = key[1] if key[0] == "correct" else None
            model = model or KEY_MODELS.get(key[0], "mrp.workorder")
        record = self.env[model].browse(res_id).exists()
        company = record.company_id if record and "company_id" in record else None
        self.env["mfg.variance.run"]._log(
            "judge",
            self.env._("Not judged: %(what)s", what=record.display_name or res_id),
            "failed",
            error=f"{type(exc).__name__}: {exc}",
            res_model=model,
            res_id=res_id,
            record_count=1,
            company_id=company.id if company else False,
            duration_ms=int((time.monotonic() - started) * 1000),
        )
        if record and key[0] == record._name:
            self._store_error(key, record, exc)

    def _store_error(self, key, record, exc):
        """Mark the record itself as not judged, if even that is possible."""
        _model, phase, code = key
        try:
            with self.env.cr.savepoint():
                dims = {"company_id": record.company_id.id or self.env.company.id}
                if record._name in CORRECTED_LINKS:
                    dims = record._get_variance_dims()
                fact = Fact(
                    source_model=record._name,
                    source_id=record.id,
                    event_at=self._now(),
                    dims=dims,
                    gap=outcomes.ERROR,
                    gap_reason=f"{type(exc).__name__}: {exc}",
                )
                self._judge(code, phase, [fact])
        except Exception as second:
            self._reraise_concurrency(second)
            _logger.info("No error row for %s", record, exc_info=True)

    def _reraise_concurrency(self, exc):
        """Let Odoo repeat the request on a fresh snapshot instead of failing open."""
        if isinstance(exc, (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)):
            raise exc
        if isinstance(exc, UniqueViolation) and (exc.diag.table_name or "").startswith(
            "mfg_variance_"
        ):
            raise ConcurrencyError(exc.diag.message_primary) from exc

    def _judge_records(self, code, records, phase, shared=None):
        """Read one metric from records and judge it."""
        return self._judge_records_together(
            phase, {code: records}, {} if shared is None else shared
        )

    def _judge_records_together(self, phase, records_by_code, shared):
        """Read several metrics, each from its records, and judge them in one go."""
        facts_by_code = {}
        metrics = self._get_metrics(records_by_code)
        for code, records in records_by_code.items():
            reader = code in metrics and metrics[code]._get_reader()
            if reader and records:
                facts_by_code[code] = reader(records, phase, shared)
        return self._judge_together(phase, facts_by_code)

    def _get_metrics(self, codes):
        """The active metrics with these codes by code, read in one query."""
        Metric = self.env["mfg.variance.metric"]
        ids = {code: Metric._get_id(code) for code in codes}
        found = Metric.browse([metric_id for metric_id in ids.values() if metric_id])
        return {metric.code: metric for metric in found}

    def _get_metric(self, code):
        metric_id = self.env["mfg.variance.metric"]._get_id(code)
        return self.env["mfg.variance.metric"].browse(metric_id or [])

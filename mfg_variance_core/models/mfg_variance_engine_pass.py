import logging
import time
from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..domain import budgets, fingerprint, patterns
from ..guard import own_entry
from .fact import Fact
from .mfg_variance_engine_case import DIM_FIELDS
from .mfg_variance_series import KEPT_POINTS
from .pattern import Subject, WindowReading

_logger = logging.getLogger(__name__)
MOMENT = timedelta(microseconds=1)
# what a series is of never changes; what is only told of it is no change by itself
SUBJECT = {
    "policy_id",
    "metric_id",
    "is_shadow",
    "fingerprint",
    "company_id",
    *DIM_FIELDS.values(),
}
TOLD = {"cleared_at", "sentence"}
# subjects judged in one transaction; others wait for its locks no longer than that
ENOUGH = 200


class MfgVarianceEngine(models.AbstractModel):
    """The scheduled pass over windows: only what was measured since is looked at."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    @own_entry
    def _cron_judge_patterns(self):
        """Judge the windows of every policy that looks at several readings.

        Progress rows are locked, and skipped when another node has them; committed
        once enough was judged. A lost race is run again at once.
        """
        try:
            self._judge_windows()
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            _logger.info("Windows lost a race; once more", exc_info=True)
            self.env.cr.rollback()
            self.env.ref("mfg_variance_core.cron_patterns")._trigger()

    def _judge_windows(self):
        started = time.monotonic()
        engine = self._clean_engine()
        lives = engine._get_window_versions()
        Watermark = engine.env["mfg.variance.watermark"]
        marks = Watermark._ensure(lives)
        # whichever waits longest comes first, should the time not do for all
        waiting = marks.sorted(lambda mark: mark.passed_at or mark.create_date).ids
        total = 0
        while waiting:
            marks = Watermark._as_system().browse(waiting).try_lock_for_update()
            passed, count = engine._judge_marks(marks, lives)
            total += count
            # what another node has is in its hands
            waiting = (marks - passed).ids
            if not self.env["ir.cron"]._commit_progress(
                len(passed), remaining=len(waiting)
            ):
                break
        self._log_done(self.env._("Patterns"), total, started)

    def _get_window_versions(self):
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        return [live for live in lives if live.pattern]

    def _judge_marks(self, marks, lives):
        """Judge policies in one transaction until that was work enough for one.

        Returns the marks it came to, and how many subjects were looked at. Policies
        with nothing new cost nothing of their own.
        """
        passed, done, total = marks.browse(), marks.browse(), 0
        if not marks:
            return passed, total
        snapshot = marks._get_snapshot()
        versions = {
            mark: [live for live in lives if live.policy_id == mark.policy_id.id]
            for mark in marks
        }
        touched = self._get_touched(versions, snapshot[0])
        due = self._get_due(marks)
        for mark, mine in versions.items():
            count, is_done = self._judge_policy(mark, mine, snapshot[0], touched, due)
            passed |= mark
            done |= mark if is_done else done
            total += count
            if total >= ENOUGH:
                break
        done._advance(snapshot)
        return passed, total

    def _judge_policy(self, mark, lives, newest, touched, due):
        """Judge what was touched since the mark: ``(how many, whether it may move)``.

        A policy that cannot be read is a row of its own and is tried again; a subject
        that cannot be judged is set aside with a row.
        """
        total = 0
        try:
            for live in lives:
                found = touched and touched[live.id]
                series = due[live.policy_id, live.state == "shadow"]
                if found is None or found or series:
                    with self.env.cr.savepoint():
                        if found is None:
                            spans = [(live, mark.settled_id)]
                            found = self._find_touched(spans, newest)[live.id]
                        subjects = self._collect_subjects(live, found, series)
                        self._sum_up(live, subjects)
                    self._judge_subjects(live, subjects)
                    total += len(subjects)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Windows of %s failed", mark.policy_id, exc_info=True)
            name = self._get_window_failure(mark.policy_id)
            self._log_failure(mark.policy_id, name, exc, kind="judge")
            return total, False
        return total, True

    # -------------------------------------------------------------- which windows

    def _get_touched(self, versions, newest):
        """What was touched by version, asked for all at once.

        None when one of them cannot be asked: then each is by itself.
        """
        spans = [
            (live, mark.settled_id) for mark, mine in versions.items() for live in mine
        ]
        try:
            with self.env.cr.savepoint():
                return self._find_touched(spans, newest)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Windows cannot be asked for together", exc_info=True)
            return None

    def _get_due(self, marks):
        """The series of these policies whose time has come, in or out of shadow."""
        due = self.env["mfg.variance.series"].search(
            [
                ("policy_id", "in", marks.policy_id.ids),
                ("expires_at", "<=", self._now()),
            ]
        )
        found = due.grouped(lambda one: (one.policy_id.id, one.is_shadow))
        return defaultdict(due.browse, found)

    def _collect_subjects(self, live, touched, due):
        """The subjects touched since, and those whose time has come, ready to read."""
        anchors, now = dict(touched), self._now()
        for series in due:
            key = tuple(series[name].id or None for name in self._get_dim_columns(live))
            anchors[key] = now
        subjects = [
            Subject(key=key, anchor=anchor, fingerprint=self._get_mark(live, key))
            for key, anchor in anchors.items()
        ]
        self._place_windows(live, subjects)
        return subjects

    def _get_mark(self, live, key):
        """What makes two windows the same case, apart from those of single readings."""
        dims = self._get_dim_keys(live.dims) or ("plant",)
        values = dict(zip(dims, key[2:] or key[1:2], strict=True))
        word = f"{live.metric_code}:{live.method}:{key[1] or 0}"
        if live.state == "shadow":
            word += ":shadow"
        return fingerprint.fingerprint(key[0], word, live.dims, values)

    def _place_windows(self, live, subjects):
        """Set where each window begins, and what a closed case has answered already."""
        cases = self._find_cases([subject.fingerprint for subject in subjects])
        known = self._find_series(live, subjects)
        for subject in subjects:
            subject.case = case = cases.get(subject.fingerprint)
            subject.series = known.get(subject.fingerprint)
            closed = case and not case.is_open and case.closed_at
            before = subject.series and subject.series.restart_at
            subject.restart_at = max(filter(None, (closed, before)), default=None)
            subject.since, subject.ends_at = self._get_window_bounds(live, subject)

    def _find_series(self, live, subjects):
        Series = self.env["mfg.variance.series"]
        rows = Series.search_fetch(
            [
                ("policy_id", "=", live.policy_id),
                ("is_shadow", "=", live.state == "shadow"),
                ("fingerprint", "in", [subject.fingerprint for subject in subjects]),
            ],
            [
                name
                for name, field in Series._fields.items()
                if field.store and field.column_type
            ],
        )
        return {row.fingerprint: row for row in rows}

    def _get_window_bounds(self, live, subject):
        """``(readings after this, the window ends then)``, None: not by time."""
        pattern = live.pattern
        if pattern.method != patterns.BUDGET:
            if pattern.window != "time":
                return None, None
            return subject.anchor - timedelta(hours=pattern.size), None
        plant = self.env["mfg.variance.plant"].browse(subject.key[1] or [])
        period = budgets.period_at(
            subject.anchor,
            pattern.period,
            plant.tz or "UTC",
            plant.shift_ids._to_domain(),
            pattern.rolling_days,
        )
        if not period:
            return subject.anchor, None  # between two shifts nothing is spent
        start, end = period
        if pattern.period == "rolling":
            return start, None
        return start - MOMENT, end

    # ------------------------------------------------------------------- judging

    def _judge_subjects(self, live, subjects):
        """Judge in batch; one that cannot be judged is set aside."""
        if not subjects:
            return
        try:
            with self.env.cr.savepoint():
                self._judge_batch(live, subjects)
        except Exception as exc:
            self._reraise_concurrency(exc)
            _logger.info("Windows failed as a batch; one by one now", exc_info=True)
            policy = self.env["mfg.variance.policy"].browse(live.policy_id)
            for subject in subjects:
                self._attempt(
                    subject.series or policy,
                    lambda _row, subject=subject: self._judge_batch(live, [subject]),
                    self._get_window_failure,
                    kind="judge",
                    company_id=policy.company_id.id,
                )

    def _get_window_failure(self, record):
        return self.env._("Not judged: %(what)s", what=record.display_name)

    def _judge_batch(self, live, subjects):
        """Store what changed; what is, or was, beyond a limit becomes a measurement."""
        due, fresh = [], []
        for subject in subjects:
            judgement = self._get_judgement(live, subject)
            vals = self._prepare_series_vals(live, subject, judgement)
            series, case = subject.series, subject.case
            if not series:
                fresh.append((subject, judgement, vals))
            elif changes := self._get_window_changes(series, vals):
                is_waiting = case and case.is_open and not case.cleared_at
                if series.severity or vals["severity"] or is_waiting:
                    due.append((subject, judgement, series))
                if series.severity and not vals["severity"]:
                    changes["cleared_at"] = subject.anchor
                series._as_system().write(changes)
        rows = (
            self.env["mfg.variance.series"]
            ._as_system()
            .create([vals for _subject, _judgement, vals in fresh])
        )
        due += [
            (subject, judgement, row)
            for (subject, judgement, vals), row in zip(fresh, rows, strict=True)
            if vals["severity"]
        ]
        facts = [self._prepare_window_fact(live, *one) for one in due]
        self._judge(live.metric_code, "window", facts)

    def _get_judgement(self, live, subject):
        found = subject.found
        currency = ""
        if live.pattern.asks_for_money:
            company = self.env["res.company"].browse(subject.key[0])
            currency = company.currency_id.name
        return patterns.judge(
            live.pattern,
            patterns.Found(
                orders=found["orders"],
                events=found["events"],
                run=found["run"],
                pieces=float(found["pieces"] or 0.0),
                defects=float(found["defects"] or 0.0),
                amount=None if found["amount"] is None else float(found["amount"]),
            ),
            currency,
        )

    def _prepare_series_vals(self, live, subject, judgement):
        found, verdict = subject.found, judgement.verdict
        columns = self._get_dim_columns(live)
        return {
            **dict(zip(columns, subject.key, strict=True)),
            "policy_id": live.policy_id,
            "policy_version_id": live.id,
            "metric_id": live.metric_id,
            "is_shadow": live.state == "shadow",
            "fingerprint": subject.fingerprint,
            "is_beyond": bool(verdict.severity and not verdict.shade_only),
            "is_thin": judgement.is_thin,
            "severity": verdict.severity or False,
            "sentence": verdict.sentence,
            "order_count": found["orders"],
            "event_count": found["events"],
            "run_count": found["run"],
            "pieces": float(found["pieces"] or 0.0),
            "defects": float(found["defects"] or 0.0),
            "probability": (judgement.probability or 0.0) * 100,
            "amount": float(found["amount"] or 0.0),
            "window_start": found["started"] or False,
            "window_end": found["newest"] or False,
            "restart_at": subject.restart_at or False,
            "cleared_at": False,
            "expires_at": self._get_expiry(live, subject, judgement) or False,
            "point_ids": (found["points"] or [])[:KEPT_POINTS],
        }

    def _get_expiry(self, live, subject, judgement):
        """When time alone may end what was found; None where only readings can."""
        pattern, found = live.pattern, subject.found
        if not judgement.verdict.severity:
            return None
        if subject.ends_at:
            return subject.ends_at
        oldest = found["oldest_event"]
        if pattern.method == patterns.RATE:
            oldest = found["started"]
        if pattern.method == patterns.BUDGET and pattern.period == "rolling":
            return oldest and oldest + timedelta(days=pattern.rolling_days)
        if pattern.method != patterns.BUDGET and pattern.window == "time":
            return oldest and oldest + timedelta(hours=pattern.size)
        return None

    def _get_window_changes(self, series, vals):
        """What differs; empty when nothing judged, shown or waited for does."""
        changed = {
            name: value
            for name, value in vals.items()
            if name not in SUBJECT and not self._is_same(series, name, value)
        }
        return changed if changed.keys() - TOLD else {}

    def _is_same(self, series, name, value):
        old, field = series[name], series._fields[name]
        if name == "probability":
            return abs(old - value) <= 1e-6
        if field.type in ("float", "monetary"):
            # stored rounded to the digits of the column
            return abs(old - value) <= 0.01 + 1e-9 * abs(value)
        if field.relational:
            old = old.id
        return (old or False) == (value or False)

    def _prepare_window_fact(self, live, subject, judgement, series):
        found, severity = subject.found, judgement.verdict.severity
        event_at = found["newest_event"] if severity else subject.anchor
        timeliness = found["event_timeliness"] if severity else found["timeliness"]
        columns = self._get_dim_columns(live)
        pairs = zip(columns, subject.key, strict=True)
        return Fact(
            source_model="mfg.variance.series",
            source_id=series.id,
            event_at=event_at or subject.anchor,
            dims={name: value or False for name, value in pairs},
            planned=judgement.planned,
            actual=judgement.actual,
            unit=judgement.unit,
            quantity=self._get_size(live, found),
            defects=float(
                found["defects"] if live.method == patterns.RATE else found["events"]
            ),
            amount=None if found["amount"] is None else float(found["amount"]),
            amount_formula=self.env._("The readings of the window, counted there."),
            amount_missing_reason=None
            if found["amount"] is not None
            else self.env._("No cost is known of the readings."),
            pattern=WindowReading(
                version=live,
                judgement=judgement,
                mark=subject.fingerprint,
                is_shadow=live.state == "shadow",
                timeliness=timeliness or "live",
                considered=self._describe_window(live),
                evidence=self._prepare_evidence(live, subject, judgement),
            ),
        )

    def _get_size(self, live, found):
        if live.method == patterns.RATE:
            return float(found["pieces"] or 0.0)
        return float(found["orders"])

    def _prepare_evidence(self, live, subject, judgement):
        """What the snapshot of a case keeps of its window."""
        found, pattern = subject.found, live.pattern
        return {
            "method": live.method,
            "orders": found["orders"],
            "events": found["events"],
            "run": found["run"],
            "pieces": float(found["pieces"] or 0.0),
            "defects": float(found["defects"] or 0.0),
            "target": pattern.target,
            "probability": judgement.probability,
            "amount": None if found["amount"] is None else float(found["amount"]),
            "start": str(found["started"] or ""),
            "end": str(found["newest"] or ""),
            "points": (found["points"] or [])[:KEPT_POINTS],
        }

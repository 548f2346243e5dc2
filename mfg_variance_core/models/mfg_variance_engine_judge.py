from dataclasses import asdict

from pytz import utc

from odoo import models

from ..domain import clocks, outcomes, scope, thresholds
from ..domain.scope import Subject
from .mfg_variance_measurement import LEAF_KINDS
from .verdict import Batch, Judged

# a corrected reading with one of these says nothing about its case being over
STILL_OUT = (
    outcomes.OPENED,
    outcomes.MERGED,
    outcomes.SILENCED,
    outcomes.INHIBITED,
    outcomes.ERROR,
)


class MfgVarianceEngine(models.AbstractModel):
    """Judging: from facts to named outcomes, stored as measurements."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _judge(self, code, phase, facts):
        """Judge facts of one metric and store a measurement for each that is new."""
        return self._judge_together(phase, {code: facts})

    def _judge_together(self, phase, facts_by_code):
        """Judge facts of several metrics; what is new is stored in one insert.

        Facts whose figures did not change since their current measurement are left
        alone, so that judging twice writes nothing.
        """
        rows = self.env["mfg.variance.measurement"]
        facts_by_code = {code: facts for code, facts in facts_by_code.items() if facts}
        if not facts_by_code:
            return rows
        metrics = self._get_metrics(facts_by_code)
        current = self._get_current(metrics, phase, facts_by_code)
        batches = [
            self._judge_metric(metrics[code], phase, facts, *current[code])
            for code, facts in facts_by_code.items()
        ]
        batches = [batch for batch in batches if batch.judged]
        stored = self._store(phase, batches)
        for batch, mine in zip(batches, stored, strict=True):
            self._supersede_rows(batch.judged, mine)
            self._refresh_listed(batch.opened)
            self._react(batch.opened)
            self._after_judged(batch.metric, phase, mine)
            rows |= mine
        return rows

    def _after_judged(self, metric, phase, rows):
        """A hook: what follows from the new measurements of a metric."""

    def _judge_metric(self, metric, phase, facts, earlier, running):
        """Judge facts of one metric up to their cases; nothing is stored yet."""
        facts = [
            fact
            for fact in facts
            if not self._is_unchanged(
                fact, earlier.get((fact.source_model, fact.source_id))
            )
        ]
        judged = [self._judge_fact(metric, phase, fact) for fact in facts]
        self._note_replaced(judged, earlier, running)
        if phase == "running":
            # nothing is known yet about work that is within its limits so far, but
            # that it is no longer beyond them
            judged = [
                one
                for one in judged
                if one.replaced or (one.verdict and one.verdict.severity)
            ]
        judged = self._mute(metric, judged)
        opened = self._assign_cases(metric, judged)
        self._keep_cases(judged)
        return Batch(metric, judged, earlier, opened)

    def _get_current(self, metrics, phase, facts_by_code):
        """The current rows of these facts by metric code, as two dicts by source: of
        this phase, and of the running phase that a final reading takes the place of.
        """
        facts = [fact for facts in facts_by_code.values() for fact in facts]
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("metric_id", "in", [metric.id for metric in metrics.values()]),
                ("phase", "in", list({phase, "running"})),
                ("is_current", "=", True),
                ("source_model", "in", list({fact.source_model for fact in facts})),
                ("source_id", "in", [fact.source_id for fact in facts]),
            ]
        )
        found = {code: {"running": {}, phase: {}} for code in facts_by_code}
        for row in rows:
            place = found[row.metric_code][row.phase]
            place[row.source_model, row.source_id] = row
        return {
            code: (mine[phase], mine["running"] if phase != "running" else {})
            for code, mine in found.items()
        }

    def _is_unchanged(self, fact, row):
        """Same figures, at the same time, against the same plan as the current row.

        An error is judged again when it is gone.
        """
        if not row:
            return False
        if outcomes.ERROR in (row.outcome, fact.gap):
            return row.outcome == fact.gap and row.outcome_detail == fact.gap_reason
        is_gap = row.outcome in outcomes.GAPS and not (
            row.outcome == outcomes.UNPLANNED and self._is_unplanned(fact)
        )
        if fact.gap or is_gap:
            if fact.gap != row.outcome:
                return False
        elif abs(row.planned - (fact.planned or 0.0)) >= 1e-4:
            return False
        return (
            abs(row.actual - (fact.actual or 0.0)) < 1e-4
            and abs(row.quantity - (fact.quantity or 0.0)) < 1e-4
            and abs(row.defects - (fact.defects or 0.0)) < 1e-4
            and row.currency_id.compare_amounts(row.amount, fact.amount or 0.0) == 0
            and (row.standard_id.id or None) == (fact.standard_id or None)
            and not self._is_moved(fact, row)
        )

    def _is_moved(self, fact, row):
        """Its minutes are now logged at another time: another day, another shift.

        What is still running has no such time but that of the last look at it.
        """
        if row.phase == "running" or not fact.intervals:
            return False
        return row.event_at != fact.event_at.replace(microsecond=0)

    # ------------------------------------------------------------- one reading

    def _judge_fact(self, metric, phase, fact):
        company = self.env["res.company"].browse(fact.dims["company_id"])
        judged = Judged(
            fact=fact,
            timeliness=clocks.timeliness(
                fact.event_at,
                self._now(),
                company.variance_late_hours,
                company.variance_historic_hours,
            ),
            shift_id=self.env["mfg.variance.plant"]
            .browse(fact.dims.get("plant_id") or [])
            ._get_shift_at(fact.event_at)
            .id,
        )
        if fact.gap:
            judged.outcome, judged.detail = fact.gap, fact.gap_reason
            return judged
        active, shadow, judged.considered = self._pick_versions(metric, fact)
        if shadow:
            verdict = self._get_verdict(metric, shadow, fact)
            if verdict.severity:
                judged.shadow_hits.append((shadow, verdict))
        version = active or shadow
        if not version:
            judged.outcome = outcomes.NO_POLICY
            judged.detail = self.env._("No active policy covers this.")
            return judged
        judged.version = version
        judged.verdict = self._get_verdict(metric, version, fact)
        self._name_outcome(judged, is_shadow=not active)
        return judged

    def _name_outcome(self, judged, is_shadow):
        """The outcome as far as it can be told without looking at other cases."""
        verdict = judged.verdict
        judged.detail = self._get_sentence(judged)
        if not verdict.severity and self._is_unplanned(judged.fact):
            judged.outcome = outcomes.UNPLANNED
        elif not verdict.severity:
            judged.outcome = outcomes.WITHIN
        elif is_shadow:
            judged.outcome = outcomes.SHADOW
        elif self._is_recording_suspect(judged):
            judged.outcome = outcomes.RECORDING_SUSPECT
        elif verdict.shade_only or verdict.severity == "info":
            judged.outcome = outcomes.SHADED
        else:
            judged.outcome = outcomes.OPENED

    def _get_sentence(self, judged):
        """The verdict in words; a reading with words of its own keeps them."""
        note, verdict = judged.fact.note, judged.verdict
        if not note:
            return verdict.sentence
        if not verdict.severity:
            return self.env._("%(note)s Within the limits.", note=note)
        labels = dict(
            self.env["mfg.variance.measurement"]
            ._fields["severity"]
            ._description_selection(self.env)
        )
        return self.env._(
            "%(note)s Beyond the limit: %(severity)s.",
            note=note,
            severity=labels[verdict.severity],
        )

    def _is_unplanned(self, fact):
        """Something where nothing was planned: only its cost can be judged."""
        return not fact.planned and bool(fact.actual) and not fact.is_plan_zero

    def _get_verdict(self, metric, version, fact):
        amount = fact.amount
        if amount is not None and metric.direction == "both":
            amount = abs(amount)  # what is found too much is as wrong as what is lost
        return thresholds.judge(
            version.tolerance,
            thresholds.Reading(
                planned=fact.planned,
                actual=fact.actual,
                amount=amount,
                sample_size=fact.sample_size,
                source=fact.standard_source,
                unit=fact.unit or metric.unit,
                step=fact.step,
                money_floor=fact.money_floor,
            ),
        )

    def _is_recording_suspect(self, judged):
        """True when more minutes than plausible lie outside the operating hours."""
        fact = judged.fact
        center = self.env["mrp.workcenter"].browse(fact.dims.get("workcenter_id"))
        calendar = center.resource_calendar_id
        closed = [(start, end) for start, end in fact.intervals if end]
        if not closed or not calendar:
            return False
        fact.outside_minutes = clocks.minutes_outside(
            closed, self._get_working_intervals(center, closed)
        )
        limit = center.company_id.variance_outside_minutes
        if not limit or fact.outside_minutes <= limit:
            return False
        judged.detail = self.env._(
            "%(minutes)s of the minutes lie outside the operating hours of "
            "%(center)s: was a timer left running?",
            minutes=round(fact.outside_minutes),
            center=center.display_name,
        )
        return True

    def _get_working_intervals(self, center, intervals):
        """The calendar's working intervals around these, as naive UTC pairs."""
        start = min(pair[0] for pair in intervals).replace(tzinfo=utc)
        stop = max(pair[1] for pair in intervals).replace(tzinfo=utc)
        working = center.resource_calendar_id._work_intervals_batch(
            start, stop, resources=center.resource_id
        )[center.resource_id.id]
        return [
            (
                begin.astimezone(utc).replace(tzinfo=None),
                end.astimezone(utc).replace(tzinfo=None),
            )
            for begin, end, _meta in working
        ]

    # ------------------------------------------------------------ which policy

    def _pick_versions(self, metric, fact):
        """The active and the shadow version that judge, and all that matched."""
        versions = [
            version
            for version in self.env["mfg.variance.policy"]._get_live_versions()
            if version.metric_id == metric.id and not version.pattern
        ]
        # tags cost a query per work center: asked for where a scope names one
        has_tags = any(v.candidate.scope.workcenter_tag for v in versions)
        subject = self._get_subject_of(fact.dims, has_tags)
        considered, by_state = [], {"active": [], "shadow": []}
        for version in versions:
            match = scope.match(version.candidate.scope, subject)
            if match.matches:
                by_state[version.state].append(version)
        picked = {}
        for state, versions in by_state.items():
            winner, losers = scope.pick([v.candidate for v in versions], subject)
            picked[state] = next(
                (v for v in versions if winner and v.id == winner.version_id), None
            )
            if winner:
                considered.append(self._describe(winner, state, None))
            considered += [self._describe(c, state, why) for c, why in losers]
        return picked["active"], picked["shadow"], considered

    def _describe(self, candidate, state, why):
        return {
            "version_id": candidate.version_id,
            "policy": candidate.name,
            "state": state,
            "reason": why or self.env._("The most specific policy in force."),
        }

    def _get_subject_of(self, dims, has_tags=True):
        product = self.env["product.product"].browse(dims.get("product_id"))
        center = self.env["mrp.workcenter"].browse(dims.get("workcenter_id"))
        path = (product.categ_id.parent_path or "").strip("/").split("/")
        return Subject(
            company=dims["company_id"],
            plant=dims.get("plant_id"),
            product_categories=tuple(int(node) for node in reversed(path) if node),
            product=dims.get("product_id"),
            operation=dims.get("operation_id"),
            workcenter=dims.get("workcenter_id"),
            workcenter_tags=tuple(center.tag_ids.ids) if has_tags else (),
        )

    # ------------------------------------------------------------------ storing

    def _store(self, phase, batches):
        """The new measurements of each batch, all of them stored in one insert."""
        Measurement = self.env["mfg.variance.measurement"]
        judged = [one for batch in batches for one in batch.judged]
        vals_list = [
            self._prepare_measurement_vals(batch.metric, phase, one, batch.earlier)
            for batch in batches
            for one in batch.judged
        ]
        for vals in vals_list:
            is_leaf = vals["amount_kind"] in LEAF_KINDS
            vals["leaf_amount"] = vals["amount"] if is_leaf else 0.0
        rows = Measurement._as_system().create(vals_list).with_env(self.env)
        hits = [
            {
                "version_id": version.id,
                "measurement_id": row.id,
                "company_id": row.company_id.id,
                "severity": verdict.severity,
                "sentence": verdict.sentence,
            }
            for one, row in zip(judged, rows, strict=True)
            for version, verdict in one.shadow_hits
        ]
        if hits:
            self.env["mfg.variance.shadow.hit"]._as_system().create(hits)
        stored, start = [], 0
        for batch in batches:
            end = start + len(batch.judged)
            stored.append(rows[start:end])
            start = end
        return stored

    def _note_replaced(self, judged, earlier, running):
        """Note the current rows of the same source, which a new reading supersedes."""
        nothing = self.env["mfg.variance.measurement"]
        for one in judged:
            source = (one.fact.source_model, one.fact.source_id)
            one.replaced = earlier.get(source, nothing) | running.get(source, nothing)

    def _keep_cases(self, judged):
        """A corrected reading stays on the case of the earlier one: it shows both."""
        for one in judged:
            if not one.exception and one.outcome not in STILL_OUT:
                one.exception = one.replaced.exception_id[-1:]

    def _supersede_rows(self, judged, rows):
        """Link the corrected rows; clear the cases without a reading beyond a limit."""
        settled = self.env["mfg.variance.exception"]
        for one, row in zip(judged, rows, strict=True):
            if one.replaced:
                old = one.replaced._as_system()
                old.write({"is_current": False, "superseded_by_id": row.id})
                if one.outcome not in STILL_OUT:
                    settled |= one.replaced.exception_id
        if settled:
            settled._clear_settled(self._now())

    def _prepare_measurement_vals(self, metric, phase, one, earlier):
        fact, verdict = one.fact, one.verdict
        old = earlier.get((fact.source_model, fact.source_id))
        company = self.env["res.company"].browse(fact.dims["company_id"])
        product = self.env["product.product"].browse(fact.dims.get("product_id"))
        known = fact.planned is not None and fact.actual is not None
        deviation = fact.actual - fact.planned if known else 0.0
        percent = deviation / fact.planned * 100 if known and fact.planned else 0.0
        kind = False
        if fact.amount is not None:
            kind = "at_risk" if phase == "running" else fact.amount_kind or "loss"
        return {
            **fact.dims,
            **one.muted_by,
            "metric_id": metric.id,
            "metric_code": metric.code,
            "category_id": metric.category_id.id,
            "source_model": fact.source_model,
            "source_id": fact.source_id,
            "phase": phase,
            "revision": old.revision + 1 if old else 1,
            "planned": fact.planned or 0.0,
            "actual": fact.actual or 0.0,
            "quantity": fact.quantity or 0.0,
            "defects": fact.defects or 0.0,
            "unit": fact.unit or metric.unit,
            "deviation": deviation,
            "deviation_percent": percent,
            "outside_minutes": fact.outside_minutes,
            "event_at": fact.event_at,
            "recorded_at": self._now(),
            "timeliness": one.timeliness,
            "currency_id": company.currency_id.id,
            "amount": fact.amount or 0.0,
            # what is still running is a part of what will be final: money once
            "amount_kind": kind,
            "amount_formula": fact.amount_formula,
            "amount_missing_reason": fact.amount_missing_reason,
            "product_categ_id": product.categ_id.id,
            "shift_id": one.shift_id,
            "standard_id": fact.standard_id,
            "outcome": one.outcome,
            "outcome_detail": one.detail,
            "severity": verdict.severity if verdict else False,
            "policy_version_id": one.version.id if one.version else False,
            "considered": one.considered,
            "limits": [asdict(limit) for limit in verdict.limits] if verdict else [],
            "exception_id": one.exception.id if one.exception else False,
        }

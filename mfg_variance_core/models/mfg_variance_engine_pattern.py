from datetime import timedelta

from odoo import models

from ..domain import outcomes, scope
from .mfg_variance_engine_case import DIM_FIELDS
from .verdict import Judged


class MfgVarianceEngine(models.AbstractModel):
    """Windows on the way every reading takes: outcome, case, measurement.

    A window arrives as a fact that was judged already (``fact.pattern``); see
    ``mfg_variance_engine_pass.py`` for the scheduled pass it comes from.
    """

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _after_judged(self, metric, phase, rows):
        """A reading beyond a limit lets the windows it may belong to be looked at."""
        result = super()._after_judged(metric, phase, rows)
        if phase == "final" and any(row.severity for row in rows):
            self._wake_for_patterns(metric)
        return result

    def _wake_for_patterns(self, metric):
        """Ask for the scheduled action a minute from now, unless somebody has.

        What is due already is deleted after the run that it asked for, and that run
        may not see this transaction: so only a later one will do.
        """
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        if any(live.pattern and live.metric_id == metric.id for live in lives):
            moment = self._now() + timedelta(minutes=1)
            self._wake_at(moment, "cron_patterns")

    def _judge_fact(self, metric, phase, fact):
        seen = fact.pattern
        if not seen:
            return super()._judge_fact(metric, phase, fact)
        plant = self.env["mfg.variance.plant"].browse(fact.dims.get("plant_id") or [])
        verdict = seen.judgement.verdict
        judged = Judged(
            fact=fact,
            timeliness=seen.timeliness,
            shift_id=plant._get_shift_at(fact.event_at).id,
            version=seen.version,
            verdict=verdict,
            detail=verdict.sentence,
            considered=seen.considered,
        )
        judged.outcome = self._get_window_outcome(seen)
        if seen.is_shadow and verdict.severity:
            judged.shadow_hits.append((seen.version, verdict))
        return judged

    def _get_window_outcome(self, seen):
        verdict = seen.judgement.verdict
        if seen.judgement.is_thin:
            return outcomes.NOT_ENOUGH_DATA
        if not verdict.severity:
            return outcomes.WITHIN
        if seen.is_shadow:
            return outcomes.SHADOW
        return outcomes.SHADED if verdict.shade_only else outcomes.OPENED

    def _is_unchanged(self, fact, row):
        # only windows that changed get here
        return not fact.pattern and super()._is_unchanged(fact, row)

    def _get_fingerprint(self, metric, one):
        if not one.fact.pattern:
            return super()._get_fingerprint(metric, one)
        return one.fact.pattern.mark

    def _prepare_measurement_vals(self, metric, phase, one, earlier):
        vals = super()._prepare_measurement_vals(metric, phase, one, earlier)
        if one.fact.pattern and one.fact.amount is not None:
            # the single readings are the leaves
            vals["amount_kind"] = "explained_by"
        return vals

    def _prepare_case_vals(self, metric, one, timely):
        vals = super()._prepare_case_vals(metric, one, timely)
        if one.fact.pattern:
            series = self.env["mfg.variance.series"].browse(one.fact.source_id)
            vals["title"] = series.display_name
        return vals

    def _prepare_snapshot(self, one, record):
        snapshot = super()._prepare_snapshot(one, record)
        if one.fact.pattern:
            snapshot["window"] = one.fact.pattern.evidence
        return snapshot

    # ------------------------------------------------------------ which policy

    def _pick_versions(self, metric, fact):
        """Single readings have a winner of their own; windows are told beside it."""
        active, shadow, considered = super()._pick_versions(metric, fact)
        return active, shadow, considered + self._describe_windows(metric, fact)

    def _describe_windows(self, metric, fact):
        lives = [
            live
            for live in self.env["mfg.variance.policy"]._get_live_versions()
            if live.pattern and live.metric_id == metric.id
        ]
        if not lives:
            return []
        has_tags = any(live.candidate.scope.workcenter_tag for live in lives)
        subject = self._get_subject_of(fact.dims, has_tags)
        reason = self.env._("It judges the readings of a window together.")
        described = []
        for live in lives:
            match = scope.match(live.candidate.scope, subject)
            why = reason if match.matches else match.reason
            described.append(self._describe(live.candidate, live.state, why))
        return described

    def _get_family(self, live):
        """Versions of which one has a reading: the same question of the same."""
        return live.metric_id, live.method, live.dims, live.state

    def _get_rank(self, live):
        """The order of :func:`scope.pick` for a scope by itself: the least wins.

        Two scopes by category that cover the same product are ancestor and
        descendant, so their depth in the tree tells which is nearer.
        """
        place = live.candidate.scope
        category = self.env["product.category"].browse(place.product_category or [])
        depth = len((category.parent_path or "").strip("/").split("/"))
        return (
            tuple(
                -rank
                for rank in (
                    bool(place.operation),
                    bool(place.workcenter),
                    bool(place.product),
                    bool(place.workcenter_tag),
                    depth if place.product_category else 0,
                    bool(place.plant),
                    bool(place.company),
                )
            ),
            live.candidate.sequence,
            live.id,
        )

    def _get_rivals(self, live):
        """The versions of its family that take the readings they cover from this."""
        mine = self._get_rank(live)
        return [
            other
            for other in self.env["mfg.variance.policy"]._get_live_versions()
            if other.pattern
            and other.id != live.id
            and self._get_family(other) == self._get_family(live)
            and self._get_rank(other) < mine
        ]

    def _describe_window(self, live):
        """What the explainer shows of a window: who judged it, and who else might."""
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        others = [
            other
            for other in lives
            if other.pattern
            and other.id != live.id
            and self._get_family(other) == self._get_family(live)
        ]
        rivals = self._get_rivals(live)
        described = [self._describe(live.candidate, live.state, None)]
        for other in others:
            if other in rivals:
                why = self.env._("It is more specific and has its own readings.")
            else:
                why = self.env._("It is less specific: these readings are not its.")
            described.append(self._describe(other.candidate, other.state, why))
        return described

    def _get_dim_columns(self, live):
        """The columns a window of this version is grouped by, the plant's included."""
        keys = self._get_dim_keys(live.dims)
        return ["company_id", "plant_id", *(DIM_FIELDS[key] for key in keys)]

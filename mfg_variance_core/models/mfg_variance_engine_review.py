import time
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..domain import favourable, outcomes
from ..guard import own_entry
from .fact import Fact

LOOK_BACK_DAYS = 90
MINIMUM = 5
KEY = (
    "company_id",
    "plant_id",
    "metric_id",
    "product_id",
    "component_id",
    "operation_id",
    "workcenter_id",
)
# what is planned per piece; a share or a price has no plan that grows with the pieces
PER_PIECE = ("work_order_time", "setup_time", "material_usage", "byproduct_ratio")
# only what was measured and judged by a standard says something about it
JUDGED = (outcomes.WITHIN, outcomes.OPENED, outcomes.MERGED, outcomes.SHADED)


class MfgVarianceEngine(models.AbstractModel):
    """The weekly standards review: what keeps going better than planned."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    @own_entry
    def _cron_review_standards(self):
        """List the standards that the last 90 days typically beat by a whole limit.

        An open review is brought up to date; one that no longer holds is settled.
        What an engineer has decided counts no more: only readings since then do.
        """
        started = time.monotonic()
        engine = self._clean_engine()
        found = engine._find_favourable()
        engine._store_reviews(found)
        self.env["mfg.variance.run"]._log(
            "cron",
            self.env._("Review of the standards"),
            record_count=len(found),
            duration_ms=int((time.monotonic() - started) * 1000),
        )

    def _find_favourable(self):
        """``{key: (version, review, count, since)}`` of standards worth a look."""
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        per_piece = {metric.id for metric in self._get_metrics(PER_PIECE).values()}
        metric_ids = per_piece & {live.metric_id for live in lives if not live.pattern}
        found = {}
        since = self._now() - timedelta(days=LOOK_BACK_DAYS)
        for *key, count, planned, actual, per_unit, saved, begun in self._query_typical(
            list(metric_ids), since
        ):
            metric = self.env["mfg.variance.metric"].browse(key[2])
            dims = dict(zip(KEY, key, strict=True))
            fact = Fact("mrp.workorder", 0, since, dims)
            version, _shadow, _considered = self._pick_versions(metric, fact)
            if not version:
                continue
            typical = favourable.Typical(
                count=count,
                planned=planned,
                actual=actual,
                per_unit=per_unit or 0.0,
                saved=None if saved is None else float(saved),
                days=LOOK_BACK_DAYS,
            )
            review = favourable.review(version.tolerance, typical, MINIMUM)
            if review:
                found[tuple(key)] = (version, review, count, max(begun or since, since))
        return found

    def _query_typical(self, metric_ids, since):
        """Medians by product and place since then, or since the last decision."""
        self.env["mfg.variance.measurement"].flush_model()
        self.env["mfg.variance.standard.review"].flush_model()
        key = SQL(", ").join(SQL.identifier("m", name) for name in KEY)
        same = SQL(" AND ").join(
            SQL(
                "r.%s IS NOT DISTINCT FROM m.%s",
                SQL.identifier(name),
                SQL.identifier(name),
            )
            for name in KEY
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT %(key)s, COUNT(*),
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY m.planned),
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY m.actual),
                       PERCENTILE_CONT(0.5) WITHIN GROUP
                           (ORDER BY m.actual / NULLIF(m.quantity, 0)),
                       -SUM(CASE WHEN m.amount_kind = 'loss' THEN m.amount END),
                       MAX(d.decided_at)
                  FROM mfg_variance_measurement m
             LEFT JOIN mrp_production p ON p.id = m.production_id
             LEFT JOIN LATERAL (
                       SELECT MAX(r.decided_at) AS decided_at
                         FROM mfg_variance_standard_review r
                        WHERE %(same)s) d ON TRUE
                 WHERE m.metric_id = ANY(%(metrics)s)
                   AND m.event_at > %(since)s
                   AND (d.decided_at IS NULL OR m.event_at > d.decided_at)
                   AND m.is_current AND m.phase = 'final'
                   AND m.outcome = ANY(%(judged)s)
                   AND m.planned > 0 AND m.actual > 0
                   AND p.is_variance_rework IS NOT TRUE
              GROUP BY %(key)s
                HAVING COUNT(*) >= %(minimum)s
                """,
                key=key,
                same=same,
                metrics=metric_ids,
                since=since,
                judged=list(JUDGED),
                minimum=MINIMUM,
            )
        )

    def _store_reviews(self, found):
        """Open, bring up to date and settle review rows."""
        Review = self.env["mfg.variance.standard.review"]._as_system()
        rows = {
            tuple(row[name].id or None for name in KEY): row
            for row in Review.search([("state", "=", "open")])
        }
        now = self._now()
        fresh = []
        for key, one in found.items():
            vals = self._prepare_review_vals(key, *one, now)
            if key in rows:
                rows[key].write(vals)
            else:
                fresh.append(vals)
        Review.create(fresh)
        for key, row in rows.items():
            if key not in found:
                row.write({"state": "settled", "reviewed_at": now})

    def _get_review_unit(self, metric, key):
        """A component is counted in its own unit."""
        component_id = dict(zip(KEY, key, strict=True))["component_id"]
        component = self.env["product.product"].browse(component_id or [])
        return component.uom_id.name or metric.unit

    def _prepare_review_vals(self, key, version, review, count, since, now):
        metric = self.env["mfg.variance.metric"].browse(key[2])
        return {
            **dict(zip(KEY, key, strict=True)),
            "policy_version_id": version.id,
            "reading_count": count,
            "ratio_percent": review.ratio_percent,
            "suggested": review.suggested,
            "unit": self._get_review_unit(metric, key),
            "saved_per_year": review.saved_per_year or 0.0,
            "since": since,
            "reviewed_at": now,
        }

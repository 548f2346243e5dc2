from collections import Counter

from odoo import models

OVER = (25, 50, 100)


class MfgVarianceDemoLog(models.AbstractModel):
    """The summary of a replay, read back from Odoo."""

    _name = "mfg.variance.demo.log"
    _inherit = "mfg.variance.demo.log"

    def _get_figures(self, log, plan, shop):
        """Counts for the summary, read back from Odoo; minutes and plans are its own.

        Keys: rows_read, rejected {reason: n}, orders, work_orders, history, judged,
        outcomes {outcome: n}, over_25, over_50, over_100, opened, opened_per_week
        {ISO week: n}, max_per_week, cost, currency.
        """
        records = self._get_workorders()
        judged = [records[work_order.key].id for work_order in plan.judged]
        measurements = self.env["mfg.variance.measurement"].search(
            [
                ("metric_code", "=", "work_order_time"),
                ("is_current", "=", True),
                ("phase", "=", "final"),
                ("workorder_id", "in", judged),
            ]
        )
        compared = measurements.filtered(
            lambda row: row.planned and row.actual and row.quantity
        )
        weeks = self._get_openings_per_week(shop)
        return {
            "rows_read": log.rows_read,
            "rejected": dict(Counter(reject.reason for reject in log.rejects)),
            "orders": len(self._get_productions()),
            "work_orders": len(records),
            "history": len(plan.history),
            "judged": len(measurements),
            "outcomes": dict(Counter(measurements.mapped("outcome"))),
            **{
                f"over_{percent}": sum(
                    100 * row.deviation > percent * row.planned for row in compared
                )
                for percent in OVER
            },
            "opened": sum(weeks.values()),
            "opened_per_week": weeks,
            "max_per_week": max(weeks.values(), default=0),
            "cost": round(sum(row.amount for row in compared if row.deviation > 0), 2),
            "currency": shop.company.currency_id.name,
        }

    def _get_openings_per_week(self, shop):
        cases = self.env["mfg.variance.exception"].search(
            [("company_id", "=", shop.company.id), ("is_meta", "=", False)],
            order="first_event_at",
        )
        weeks = Counter()
        for case in cases:
            year, week, _day = case.first_event_at.isocalendar()
            weeks[f"{year}-W{week:02d}"] += 1
        return dict(weeks)

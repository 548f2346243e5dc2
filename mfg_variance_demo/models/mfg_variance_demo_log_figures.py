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
        outcomes {outcome: n}, over_25, over_50, over_100, opened {metric: n},
        opened_per_week {metric: {ISO week: n}}, incidents_per_week {ISO week: n}, cost,
        currency.
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
        cases = self.env["mfg.variance.exception"].search(
            [("company_id", "=", shop.company.id), ("is_meta", "=", False)],
            order="first_event_at",
        )
        by_metric = cases.grouped(lambda case: case.metric_id.code)
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
            "opened": {code: len(found) for code, found in by_metric.items()},
            "opened_per_week": {
                code: self._count_weeks(found.mapped("first_event_at"))
                for code, found in by_metric.items()
            },
            # what calls somebody: the cases of an incident call together
            "incidents_per_week": self._count_weeks(
                min(found.mapped("first_event_at"))
                for found in cases.grouped(
                    lambda case: case.incident_id.id or -case.id
                ).values()
            ),
            "cost": round(sum(row.amount for row in compared if row.deviation > 0), 2),
            "currency": shop.company.currency_id.name,
        }

    def _count_weeks(self, moments):
        return dict(Counter(moment.strftime("%G-W%V") for moment in moments))

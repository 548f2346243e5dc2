from odoo import api, models

from .fact import Fact


class MfgVarianceEngine(models.AbstractModel):
    """Counts and stock below zero: captured where they are booked, judged like all."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    @api.model
    def _capture_negative(self, quant_ids):
        """Remember quants that went below zero, came back or are gone."""
        if quant_ids:
            self._get_queue().setdefault(("negative",), {}).update(
                dict.fromkeys(quant_ids)
            )

    @api.model
    def _capture_merged_quants(self):
        """Remember the quants that were below zero and, by a merge, are no longer."""
        metric = self._get_metric("negative_stock")
        rows = self.env["mfg.variance.measurement"].sudo()  # sudo: ids of quants only
        rows = rows.search_fetch(
            [
                ("metric_id", "=", metric.id),
                ("is_current", "=", True),
                ("severity", "!=", False),
            ],
            ["source_id"],
        )
        known = set(rows.mapped("source_id"))
        if known:
            quants = self.env["stock.quant"].sudo()  # sudo: as above
            still = quants.search([("id", "in", list(known)), ("quantity", "<", 0)])
            self._capture_negative(known - set(still.ids))

    def _run_negative(self, _key, items, shared):
        metric = self._get_metric("negative_stock")
        if not metric:
            return
        quants = self._get_existing("stock.quant", items, shared)
        facts = metric._read_negative_stock(quants, "running", shared)
        gone = set(items) - set(quants.ids)
        if gone:
            facts += self._get_gone_facts(metric, gone)
        # a condition, not an event: it has a row as long as it lasts
        self._judge("negative_stock", "running", facts)

    def _get_gone_facts(self, metric, quant_ids):
        """Quants that were merged or deleted are below zero no longer."""
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("metric_id", "=", metric.id),
                ("source_model", "=", "stock.quant"),
                ("source_id", "in", list(quant_ids)),
                ("is_current", "=", True),
            ]
        )
        return [
            Fact(
                source_model="stock.quant",
                source_id=row.source_id,
                event_at=self._now(),
                dims={
                    "company_id": row.company_id.id,
                    "plant_id": row.plant_id.id,
                    "product_id": row.product_id.id,
                    "component_id": row.component_id.id,
                    "lot_id": row.lot_id.id,
                },
                planned=0.0,
                actual=0.0,
                unit=row.unit,
                is_plan_zero=True,
                note=self.env._("The quantity below zero was merged or corrected."),
            )
            for row in rows
        ]

    def _after_judged(self, metric, phase, rows):
        """Allot what a count found to the orders it may come from."""
        result = super()._after_judged(metric, phase, rows)
        if metric.code == "inventory_adjustment":
            self.env["mfg.variance.allotment"]._allot(
                rows.filtered(lambda row: row.deviation)
            )
        return result

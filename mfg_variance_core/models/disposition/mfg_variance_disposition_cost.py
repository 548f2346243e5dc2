from odoo import models

from ...domain import dispositions, outcomes

METRIC = "disposition_cost"


class MfgVarianceDisposition(models.Model):
    """The money of a decision, booked on its case once (DESIGN rule 11).

    Scrap that names an order is a leaf of that order already, and rework stands on the
    leaves of the rework order: neither is booked here.
    """

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    def _get_loss(self):
        """What was lost by it, negative for a saving; None where a leaf tells it."""
        self.ensure_one()
        moves = self.move_ids.sudo()  # sudo: values of the stock moves
        if self.kind == dispositions.SCRAP:
            scrap = self.scrap_id.sudo()  # sudo: whether an order counts it
            if scrap._get_variance_orders():
                return None
            return None if self.amount_missing_reason else self.amount
        if self.kind == dispositions.REGRADE:
            gone = moves.filtered(lambda move: move.product_id == self.product_id)
            made = moves - gone
            if self.target_product_id == self.product_id:
                return None
            return sum(gone.mapped("value")) - sum(made.mapped("value"))
        return None

    def _book_cost(self):
        self.ensure_one()
        loss = self._get_loss()
        if loss is None or self.currency_id.is_zero(loss):
            return
        self._as_system().write({"cost_amount": loss})
        if not self.exception_id:
            return
        self.env["mfg.variance.measurement"]._as_system().create(
            self._prepare_cost_vals(loss)
        )
        self.exception_id.invalidate_recordset(["amount"])

    def _prepare_cost_vals(self, loss):
        # sudo: the metric is set-up
        metric = self.env.ref("mfg_variance_core.metric_disposition_cost").sudo()
        now = self.env["mfg.variance.engine"]._now()
        return {
            "metric_id": metric.id,
            "metric_code": METRIC,
            "category_id": metric.category_id.id,
            "source_model": self._name,
            "source_id": self.id,
            "phase": "final",
            "revision": 1,
            "event_at": now,
            "recorded_at": now,
            "timeliness": "live",
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "quantity": self.quantity,
            "planned": 0.0,
            "actual": loss,
            "unit": self.currency_id.name,
            "currency_id": self.currency_id.id,
            "amount": loss,
            "amount_kind": "loss" if loss > 0 else "saving",
            "amount_formula": f"{self.display_name}: {loss:.2f}",
            "outcome": outcomes.MERGED,
            "outcome_detail": self._get_plan_text(),
            "exception_id": self.exception_id.id,
        }

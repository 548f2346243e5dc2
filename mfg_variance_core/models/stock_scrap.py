from odoo import api, fields, models

from .occurred import check_occurred


class StockScrap(models.Model):
    """Scrap of an order: a component was consumed by it, a product is lost to it."""

    _name = "stock.scrap"
    _inherit = "stock.scrap"

    variance_occurred_at = fields.Datetime(
        string="Occurred at",
        copy=False,
        help="When the pieces turned bad; empty means when the scrap is booked.",
    )

    @api.constrains("variance_occurred_at")
    def _check_variance_occurred_at(self):
        check_occurred(self)

    def do_scrap(self):
        result = super().do_scrap()
        done = self.filtered(lambda scrap: scrap.state == "done")
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_consumption", done._get_variance_orders())
        return result

    def write(self, vals):
        """Scrap booked on another order, or at another time, is judged again."""
        links = {"production_id", "workorder_id", "variance_occurred_at"} & set(vals)
        done = self.filtered(lambda scrap: links and scrap.state == "done")
        before = done._get_variance_orders()
        result = super().write(vals)
        if done:
            engine = self.env["mfg.variance.engine"]
            orders = before | done._get_variance_orders()
            engine._shielded("_capture_consumption", orders)
            engine._shielded("_capture", [], done)
        return result

    def _get_variance_orders(self):
        """The orders the scrap belongs to, by itself or by its work order."""
        return self.production_id | self.workorder_id.production_id

    def _get_variance_quantity(self):
        """The scrapped quantity in the unit of the product."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.scrap_qty, self.product_id.uom_id, round=False
        )

    def _get_variance_cause(self):
        """The cause the reasons of the scrap stand for, if they agree on one."""
        causes = self.scrap_reason_tag_ids.variance_cause_id
        return causes if len(causes) == 1 else causes.browse()

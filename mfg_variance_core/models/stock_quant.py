from odoo import api, models


class StockQuant(models.Model):
    """Stock below zero is noticed where it is written; else nothing is looked up."""

    _name = "stock.quant"
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants.filtered(lambda quant: quant.quantity < 0)._capture_negative()
        return quants

    def write(self, vals):
        if "quantity" not in vals:
            return super().write(vals)
        # whoever changes a quantity has read it before: this costs no query
        was_below = self.filtered(lambda quant: quant.quantity < 0)
        result = super().write(vals)
        is_below = self.filtered(lambda quant: quant.quantity < 0)
        (was_below | is_below)._capture_negative()
        return result

    def unlink(self):
        below = self.filtered(lambda quant: quant.quantity < 0)
        below._capture_negative()
        return super().unlink()

    @api.model
    def _merge_quants(self):
        """Odoo merges quants past the ORM: what is gone is below zero no longer."""
        result = super()._merge_quants()
        self.env["mfg.variance.engine"]._shielded("_capture_merged_quants")
        return result

    def _capture_negative(self):
        # supplier, customer and production are below zero by nature
        inside = self.filtered(lambda quant: quant.location_id.usage == "internal")
        self.env["mfg.variance.engine"]._shielded("_capture_negative", inside.ids)

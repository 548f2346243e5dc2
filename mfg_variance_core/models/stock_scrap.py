from odoo import models


class StockScrap(models.Model):
    """A component scrapped from an order was consumed by it too."""

    _name = "stock.scrap"
    _inherit = "stock.scrap"

    def do_scrap(self):
        result = super().do_scrap()
        done = self.filtered(lambda scrap: scrap.state == "done")
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_consumption", done.production_id)
        return result

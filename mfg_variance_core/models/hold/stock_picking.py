from odoo import models


class StockPicking(models.Model):
    """A transfer that does not leave, or comes in to quarantine, while it is held."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "mfg.variance.holdable"]

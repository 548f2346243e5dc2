from odoo import fields, models


class MrpProduction(models.Model):
    """Orders made from a production log keep their case."""

    _name = "mrp.production"
    _inherit = "mrp.production"

    variance_log_key = fields.Char(string="Case in the Log", readonly=True, copy=False)

    _variance_log_key_unique = models.UniqueIndex(
        "(company_id, variance_log_key) WHERE variance_log_key IS NOT NULL",
        "This case of the log has an order already.",
    )

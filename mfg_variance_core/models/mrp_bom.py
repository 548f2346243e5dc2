from odoo import fields, models


class MrpBom(models.Model):
    _name = "mrp.bom"
    _inherit = "mrp.bom"

    variance_scrap_percent = fields.Float(
        string="Expected Scrap (%)",
        help="Of the product: this share of bad pieces is normal and no deviation.",
    )

    _variance_scrap_range = models.Constraint(
        "CHECK (variance_scrap_percent >= 0 AND variance_scrap_percent < 100)",
        "The expected scrap must be at least 0 % and below 100 %.",
    )

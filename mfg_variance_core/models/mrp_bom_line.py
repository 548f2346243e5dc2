from odoo import fields, models


class MrpBomLine(models.Model):
    _name = "mrp.bom.line"
    _inherit = "mrp.bom.line"

    variance_loss_percent = fields.Float(
        string="Expected Loss (%)",
        help="More of the component than this line says is consumed as a rule: trim, "
        "start-up pieces, evaporation. Variance control allows it on top.",
    )

    _variance_loss_positive = models.Constraint(
        "CHECK(variance_loss_percent >= 0)",
        "The expected loss of a component cannot be negative.",
    )

from odoo import fields, models


class MfgVarianceCause(models.Model):
    """Why a deviation happened, in the words of the shop floor."""

    _name = "mfg.variance.cause"
    _description = "Variance Cause"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    icon = fields.Char(
        default="fa-wrench", help="A Font Awesome class, such as fa-wrench."
    )
    color = fields.Integer()
    sequence = fields.Integer(default=10)
    category_ids = fields.Many2many(
        "mfg.variance.category",
        "mfg_variance_category_cause_rel",
        "cause_id",
        "category_id",
        string="Categories",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "The code of a cause must be unique."
    )

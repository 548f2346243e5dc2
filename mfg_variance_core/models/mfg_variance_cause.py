from odoo import fields, models

RESOLUTIONS = [
    ("fixed", "Fixed"),
    ("accepted", "Accepted deviation"),
    ("recording_error", "Recording error"),
    ("master_data_error", "Master data error"),
    ("false_positive", "False positive"),
    ("duplicate", "Duplicate"),
    ("no_fault", "No fault found"),
]


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
    resolution = fields.Selection(
        RESOLUTIONS,
        string="Usual Resolution",
        help="Proposed with this cause; empty means fixed.",
    )
    sequence = fields.Integer(default=10)
    category_ids = fields.Many2many(
        "mfg.variance.category",
        "mfg_variance_category_cause_rel",
        "cause_id",
        "category_id",
        string="Categories",
    )
    scrap_reason_tag_ids = fields.One2many(
        "stock.scrap.reason.tag",
        "variance_cause_id",
        string="Scrap Reasons",
        help="A case about scrap with one of these reasons starts with this cause.",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "The code of a cause must be unique."
    )

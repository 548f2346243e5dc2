from odoo import fields, models


class MrpWorkcenterProductivity(models.Model):
    """Time logs made from a production log keep their line."""

    _name = "mrp.workcenter.productivity"
    _inherit = "mrp.workcenter.productivity"

    variance_log_line = fields.Integer(
        string="Line in the Log", readonly=True, copy=False, default=None
    )

    _variance_log_line_unique = models.UniqueIndex(
        "(company_id, variance_log_line) WHERE variance_log_line > 0",
        "This line of the log is recorded already.",
    )

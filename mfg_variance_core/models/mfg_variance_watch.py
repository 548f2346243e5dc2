from odoo import fields, models

from .mfg_variance_measurement import SEVERITY_SELECTION


class MfgVarianceWatch(models.Model):
    """When a running work order will next cross a limit (D11)."""

    _name = "mfg.variance.watch"
    _description = "Running Work Order Watch"
    _inherit = ["mfg.variance.guarded"]
    _order = "next_crossing_at"
    _rec_name = "workorder_id"

    workorder_id = fields.Many2one(
        "mrp.workorder", string="Work Order", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    next_crossing_at = fields.Datetime(index="btree_not_null")
    severity = fields.Selection(SEVERITY_SELECTION)

    _workorder_unique = models.Constraint(
        "UNIQUE(workorder_id)", "This work order is watched already."
    )

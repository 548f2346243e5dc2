from odoo import fields, models


class MrpWorkcenterProductivityLoss(models.Model):
    _name = "mrp.workcenter.productivity.loss"
    _inherit = "mrp.workcenter.productivity.loss"

    is_variance_setup = fields.Boolean(
        string="Set-up",
        help="Time logged under this reason is set-up and is judged against the "
        "planned set-up of the operation.",
    )

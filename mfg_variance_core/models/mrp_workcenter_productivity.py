from odoo import api, fields, models


class MrpWorkcenterProductivity(models.Model):
    """Time logs are where machine time comes from: what changes them is captured."""

    _name = "mrp.workcenter.productivity"
    _inherit = "mrp.workcenter.productivity"

    variance_is_estimate = fields.Boolean(
        string="Copied from the Plan",
        readonly=True,
        copy=False,
        help="Odoo wrote this log when an untimed work order was finished.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        logs = super().create(vals_list)
        self.env["mfg.variance.engine"]._capture_time_change(logs.workorder_id)
        return logs

    def write(self, vals):
        before = self.workorder_id if "workorder_id" in vals else None
        result = super().write(vals)
        if {"date_start", "date_end", "loss_id", "workorder_id"} & set(vals):
            workorders = self.workorder_id | (before or self.workorder_id)
            self.env["mfg.variance.engine"]._capture_time_change(workorders)
        return result

    def unlink(self):
        workorders = self.workorder_id
        result = super().unlink()
        self.env["mfg.variance.engine"]._capture_time_change(workorders)
        return result

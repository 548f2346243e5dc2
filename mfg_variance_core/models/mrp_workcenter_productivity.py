from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..guard import is_system


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
        if not is_system(self.env):
            self._check_estimate(*vals_list)
            # nor by a default: an estimate counts as not recorded
            vals_list = [{**vals, "variance_is_estimate": False} for vals in vals_list]
        logs = super().create(vals_list)
        logs._capture_change(logs.workorder_id)
        return logs

    def write(self, vals):
        if not is_system(self.env):
            self._check_estimate(vals)
        if {"date_start", "date_end"} & set(vals):
            # whoever corrects the minutes Odoo copied has measured them
            vals = {"variance_is_estimate": False, **vals}
        before = self.workorder_id if "workorder_id" in vals else None
        result = super().write(vals)
        if {"date_start", "date_end", "loss_id", "workorder_id"} & set(vals):
            workorders = self.workorder_id | (before or self.workorder_id)
            self._capture_change(workorders)
        return result

    def _capture_change(self, workorders):
        self.env["mfg.variance.engine"]._shielded("_capture_time_change", workorders)

    @api.model
    def _check_estimate(self, *vals_list):
        """Nobody declares measured minutes an estimate: it would go unjudged."""
        if any(vals.get("variance_is_estimate") for vals in vals_list):
            raise AccessError(
                self.env._("Whether minutes are copied from the plan is not chosen.")
            )

    def unlink(self):
        workorders = self.workorder_id
        result = super().unlink()
        self._capture_change(workorders)
        return result

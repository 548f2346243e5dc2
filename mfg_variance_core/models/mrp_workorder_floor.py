from odoo import models


class MrpWorkorder(models.Model):
    _name = "mrp.workorder"
    _inherit = "mrp.workorder"

    def action_variance_raise_problem(self):
        """Ask for the reason of a problem with this work order."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "mfg_variance_raise_problem",
            "params": {
                "workcenter_id": self.workcenter_id.id,
                "workorder_id": self.id,
                "name": self.display_name,
            },
        }

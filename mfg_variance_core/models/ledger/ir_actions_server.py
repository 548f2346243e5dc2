from odoo import models


class IrActionsServer(models.Model):
    """Server actions of our types, or on our records, are controls."""

    _name = "ir.actions.server"
    _inherit = ["ir.actions.server", "mfg.variance.control"]

    def _is_control(self):
        self.ensure_one()
        return (self.state or "").startswith("variance_") or (
            self.model_name or ""
        ).startswith("mfg.variance.")

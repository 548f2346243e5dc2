from odoo import models


class IrModelAccess(models.Model):
    """Access rights on our records are controls."""

    _name = "ir.model.access"
    _inherit = ["ir.model.access", "mfg.variance.control"]
    _control_fields = (
        "active",
        "group_id",
        "model_id",
        "name",
        "perm_create",
        "perm_read",
        "perm_unlink",
        "perm_write",
    )

    def _is_control(self):
        self.ensure_one()
        return (self.model_id.model or "").startswith("mfg.variance.")

from odoo import models


class IrRule(models.Model):
    """Record rules on our records decide who sees what: controls."""

    _name = "ir.rule"
    _inherit = ["ir.rule", "mfg.variance.control"]
    _control_fields = (
        "active",
        "domain_force",
        "groups",
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

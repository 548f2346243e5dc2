from odoo import models

from .mfg_variance_control_rights import RIGHTS


class IrRule(models.Model):
    """Record rules on our records are controls."""

    _name = "ir.rule"
    _inherit = ["ir.rule", "mfg.variance.control.rights"]
    _control_fields = (*RIGHTS, "domain_force", "groups")

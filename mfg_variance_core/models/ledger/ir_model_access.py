from odoo import models

from .mfg_variance_control_rights import RIGHTS


class IrModelAccess(models.Model):
    """Access rights on our records are controls."""

    _name = "ir.model.access"
    _inherit = ["ir.model.access", "mfg.variance.control.rights"]
    _control_fields = (*RIGHTS, "group_id")

from odoo import models

RIGHTS = (
    "active",
    "model_id",
    "name",
    "perm_create",
    "perm_read",
    "perm_unlink",
    "perm_write",
)


class MfgVarianceControlRights(models.AbstractModel):
    """Who may read and change our records is a control."""

    _name = "mfg.variance.control.rights"
    _description = "Rights on Records of Variance Control"
    _inherit = ["mfg.variance.control"]

    def _is_control(self):
        self.ensure_one()
        return (self.model_id.model or "").startswith("mfg.variance.")

from odoo import fields, models
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    """Users that are machines: they may record and ask, and decide nothing."""

    _name = "res.users"
    _inherit = "res.users"

    variance_is_automated = fields.Boolean(
        string="Integration or AI User",
        groups="base.group_erp_manager,mfg_variance_core.group_administrator",
        copy=False,
        help="A machine signs in as this user. It confirms, approves and releases "
        "nothing, whatever its groups are.",
    )

    def _is_variance_automated(self):
        """True for what is no person: machines, the superuser, portal and public."""
        self.ensure_one()
        return self.variance_is_automated or self.share or self._is_superuser()

    def write(self, vals):
        # the change itself is told to the ledger as that of a control
        if "variance_is_automated" in vals and self.env.user in self:
            raise AccessError(
                self.env._("Somebody else has to say that you are a person.")
            )
        return super().write(vals)

from odoo import api, models

from .signature import BADGE, PASSWORD, Signature


class MfgVarianceAuthority(models.AbstractModel):
    """The ways to sign beside being signed in: password again, badge and PIN."""

    _name = "mfg.variance.authority"
    _inherit = "mfg.variance.authority"

    @api.model
    def _sign_with_password(self, action, password):
        """The signature of who is here, after asking for the password again."""
        signature = self._check_presence(action)
        self.env.user._check_own_password(password)
        return Signature(signature.user_id, PASSWORD, signature.device_user_id)

    @api.model
    def _sign_with_badge(self, action, badge, pin):
        """The signature of whoever shows badge and PIN on this device; None if wrong.

        The session of the device is a person's own, too; his rights count for nothing.
        """
        self._check_presence(action)
        user = self.env["res.users"]._sign_with_badge(badge, pin)
        return Signature(user.id, BADGE, self.env.uid) if user else None

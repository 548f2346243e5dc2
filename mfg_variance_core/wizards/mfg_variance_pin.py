from odoo import fields, models


class MfgVariancePin(models.TransientModel):
    """Set one's own PIN for signing on shared devices; nothing of it is stored here."""

    _name = "mfg.variance.pin"
    _description = "Set My PIN"

    pin = fields.Char(string="New PIN", store=False)
    password = fields.Char(string="Your Password", store=False)

    def action_apply(self):
        given = self.env.context
        # ``env.user`` is in superuser mode, and nobody sets a PIN in that
        user = self.env.user.with_env(self.env)
        user._set_variance_pin(given.get("pin"), given.get("password"))
        return {"type": "ir.actions.act_window_close"}

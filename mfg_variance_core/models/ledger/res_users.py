from odoo import models


class ResUsers(models.Model):
    """Who has a role of variance control, and where, is a control."""

    _name = "res.users"
    _inherit = ["res.users", "mfg.variance.control"]
    _control_fields = (
        "active",
        "company_ids",
        "group_ids",
        "login",
        "variance_badge",
        "variance_is_automated",
        "variance_plant_ids",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("password"):
            others = self.sudo() - self.env.user  # sudo: whose password it is
            others.filtered(lambda user: user._is_control())._tell_password()
        return result

    def _tell_password(self):
        """Who sets the password of somebody may sign in as him: that is told."""
        data = {"event": "changed", "changes": {"password": ["", "***"]}}
        ledger = self.env["mfg.variance.ledger"]
        ledger._observe(
            ledger._prepare_rows([("control.changed", user, data) for user in self])
        )

    def _is_control(self):
        self.ensure_one()
        return bool(self._get_variance_roles_held())

    def _get_variance_roles_held(self):
        return self.all_group_ids & self.env["res.groups"]._get_variance_roles()

    def _get_control_value(self, name):
        """Of the groups only the roles of variance control, implied ones too."""
        if name == "group_ids":
            roles = self._get_variance_roles_held()
            return self.env["mfg.variance.ledger"]._freeze(roles)
        return super()._get_control_value(name)

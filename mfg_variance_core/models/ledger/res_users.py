from odoo import models

from ..appending import CONTROL, insert


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
            # who sets the password of somebody may sign in as him
            data = {"event": "changed", "changes": {"password": ["", "***"]}}
            rows = [(CONTROL, user, data) for user in others if user._is_control()]
            insert(self.env.cr, self.env["mfg.variance.ledger"]._prepare_rows(rows))
        return result

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

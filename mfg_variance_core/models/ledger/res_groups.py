from odoo import api, models, tools

from ..mfg_variance_control import OURS


class ResGroups(models.Model):
    """The roles of variance control, and whatever gives one, are controls."""

    _name = "res.groups"
    _inherit = ["res.groups", "mfg.variance.control"]
    _control_fields = (
        "implied_by_ids",
        "implied_ids",
        "name",
        "privilege_id",
        "user_ids",
    )

    @api.model
    def _get_variance_roles(self):
        """The groups that are roles of variance control."""
        return self.browse(self._get_variance_role_ids())

    @api.model
    @tools.ormcache()
    def _get_variance_role_ids(self):
        """By the names the addons gave them: a privilege can be taken off a group."""
        # sudo: which groups are ours is no secret
        names = self.env["ir.model.data"].sudo()
        found = names.search(
            [("model", "=", self._name), ("module", "=like", f"{OURS}%")]
        )
        return tuple(found.mapped("res_id"))

    def _is_control(self):
        self.ensure_one()
        return bool((self | self.all_implied_ids) & self._get_variance_roles())

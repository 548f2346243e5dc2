from odoo import api, models


class ResGroups(models.Model):
    """The roles of variance control, and whatever gives one, are controls."""

    _name = "res.groups"
    _inherit = ["res.groups", "mfg.variance.control"]
    _control_fields = ("implied_by_ids", "implied_ids", "name", "user_ids")

    @api.model
    def _get_variance_roles(self):
        """The groups that are roles of variance control."""
        privilege = self.env.ref(
            "mfg_variance_core.privilege_variance", raise_if_not_found=False
        )
        # sudo: which groups are ours is no secret
        return privilege.sudo().group_ids if privilege else self.browse()

    def _is_control(self):
        self.ensure_one()
        return bool((self | self.all_implied_ids) & self._get_variance_roles())

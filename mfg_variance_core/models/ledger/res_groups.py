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
        "rule_groups",
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
        is_role = (self | self.all_implied_ids) & self._get_variance_roles()
        return bool(is_role or self._get_variance_rules())

    def _get_variance_rules(self):
        """A rule on our records that gets a group holds for nobody else any more."""
        return self.rule_groups.filtered(lambda rule: rule._is_control())

    def _get_control_value(self, name):
        """Of the record rules only those on records of variance control."""
        if name == "rule_groups":
            rules = self._get_variance_rules()
            return self.env["mfg.variance.ledger"]._freeze(rules)
        return super()._get_control_value(name)

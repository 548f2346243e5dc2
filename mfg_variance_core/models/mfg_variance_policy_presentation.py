from odoo import api, fields, models


class MfgVariancePolicy(models.Model):
    """What the form of a policy needs to know about the person looking at it."""

    _name = "mfg.variance.policy"
    _inherit = "mfg.variance.policy"

    is_author = fields.Boolean(compute="_compute_is_author")

    @api.depends("author_ids")
    @api.depends_context("uid")
    def _compute_is_author(self):
        for policy in self:
            policy.is_author = self.env.user in policy.author_ids

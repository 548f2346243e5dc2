from odoo import api, fields, models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = "res.users"

    variance_plant_ids = fields.Many2many(
        "mfg.variance.plant",
        "mfg_variance_plant_res_users_rel",
        "user_id",
        "plant_id",
        string="Plants",
        help="Variance control shows this user these plants only; empty means all "
        "plants of the companies allowed.",
    )

    variance_is_global = fields.Boolean(
        compute="_compute_variance_is_global",
        compute_sudo=True,
        help="May change what holds in every plant of every company.",
    )

    @api.depends("variance_plant_ids", "company_ids")
    def _compute_variance_is_global(self):
        """Record rules ask this: a shared policy belongs to no single plant."""
        everywhere = self.env["res.company"].search([("active", "=", True)])
        for user in self:
            user.variance_is_global = (
                not user.variance_plant_ids and everywhere <= user.company_ids
            )

    def _get_invalidation_fields(self):
        """Record rules read the plants: moving a user takes effect at once (D17)."""
        return super()._get_invalidation_fields() | {"variance_plant_ids"}

from odoo import fields, models


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

    def _get_invalidation_fields(self):
        """Record rules read the plants: moving a user takes effect at once (D17)."""
        return super()._get_invalidation_fields() | {"variance_plant_ids"}

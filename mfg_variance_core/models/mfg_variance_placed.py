from odoo import api, fields, models


class MfgVariancePlaced(models.AbstractModel):
    """Set-up that holds in a plant, in a company or everywhere, with its log.

    The company follows the plant. A plant that something holds for is not deleted:
    it would hold for every plant then.
    """

    _name = "mfg.variance.placed"
    _description = "Set Up by Place"
    _inherit = ["mfg.variance.cached", "mail.thread", "mfg.variance.control"]

    _place_fields = ("company_id", "plant_id")

    company_id = fields.Many2one(
        "res.company",
        index=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Empty means every company.",
    )
    plant_id = fields.Many2one(
        "mfg.variance.plant",
        check_company=True,
        tracking=True,
        ondelete="restrict",
        help="Empty means every plant.",
    )

    @api.depends("plant_id")
    def _compute_company_id(self):
        for row in self:
            row.company_id = row.plant_id.company_id or row.company_id

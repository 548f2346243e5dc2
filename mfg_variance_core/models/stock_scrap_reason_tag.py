from odoo import fields, models


class StockScrapReasonTag(models.Model):
    """A reason of scrap that names the cause of the case it leads to."""

    _name = "stock.scrap.reason.tag"
    _inherit = "stock.scrap.reason.tag"

    variance_cause_id = fields.Many2one(
        "mfg.variance.cause",
        string="Variance Cause",
        index="btree_not_null",
        ondelete="set null",
        help="The cause a case about such scrap starts with.",
    )

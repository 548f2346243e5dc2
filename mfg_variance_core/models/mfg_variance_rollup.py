from odoo import fields, models


class MfgVarianceRollup(models.Model):
    """A month of measurements added up, so that years stay quick to look at (D19).

    Figures are those of current measurements, at hand or archived, by the month of
    the plant's own calendar in which they happened. Amounts are leaves only: they may
    be added up. Rows are made anew when a late event touches their month.
    """

    _name = "mfg.variance.rollup"
    _description = "Monthly Variance Figures"
    _inherit = ["mfg.variance.guarded"]
    _order = "month desc, loss_amount desc, id"
    _rec_name = "month"

    month_id = fields.Many2one(
        "mfg.variance.rollup.month",
        string="Added Up In",
        required=True,
        index=True,
        ondelete="cascade",
    )
    month = fields.Date(required=True)
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict", index=True)
    metric_id = fields.Many2one(
        "mfg.variance.metric", required=True, ondelete="restrict"
    )
    category_id = fields.Many2one("mfg.variance.category", ondelete="restrict")
    product_id = fields.Many2one("product.product", ondelete="set null")
    component_id = fields.Many2one("product.product", ondelete="set null")
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", ondelete="set null"
    )
    operation_id = fields.Many2one("mrp.routing.workcenter", ondelete="set null")

    measured_count = fields.Integer(string="Measured")
    within_count = fields.Integer(string="Within Limits")
    shaded_count = fields.Integer(string="Shaded")
    beyond_count = fields.Integer(string="Beyond a Limit")
    muted_count = fields.Integer(
        string="Muted", help="Shelved, suppressed, cooling down or in shadow."
    )
    unjudged_count = fields.Integer(
        string="Not Judged", help="No policy, no plan, too little data, not recorded."
    )
    deviation = fields.Float(string="Deviation", digits=(16, 4))
    quantity = fields.Float(digits=(16, 4))
    defects = fields.Float(string="Bad Pieces", digits=(16, 4))
    currency_id = fields.Many2one("res.currency")
    loss_amount = fields.Monetary(string="Cost", help="Positive is a loss.")

    _month_company = models.Index("(month, company_id)")

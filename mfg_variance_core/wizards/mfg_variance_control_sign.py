from odoo import fields, models


class MfgVarianceControlSign(models.TransientModel):
    """Ask what the review found, then sign it."""

    _name = "mfg.variance.control.sign"
    _description = "Sign a Review of Changes to Controls"
    _inherit = ["mfg.variance.dialog"]
    _rec_name = "review_id"
    _subject = "review_id"

    review_id = fields.Many2one(
        "mfg.variance.control.review",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    change_count = fields.Integer(related="review_id.change_count", related_sudo=False)
    note = fields.Text(string="What Was Found")

    def action_sign(self):
        self.ensure_one()
        self.review_id.action_sign(self.note)
        return {"type": "ir.actions.act_window_close"}

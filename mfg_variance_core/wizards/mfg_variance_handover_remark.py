from odoo import fields, models


class MfgVarianceHandoverRemark(models.TransientModel):
    """The one remark of a hand-over: what no rule knows."""

    _name = "mfg.variance.handover.remark"
    _description = "Remark of a Hand-over"
    _inherit = ["mfg.variance.dialog"]
    _subject = "handover_id"

    handover_id = fields.Many2one("mfg.variance.handover", required=True)
    remark = fields.Text()

    def action_apply(self):
        """Store the remark on the hand-over, with its own checks."""
        self.ensure_one()
        self.handover_id.action_set_remark(self.remark or "")
        return {"type": "ir.actions.act_window_close"}

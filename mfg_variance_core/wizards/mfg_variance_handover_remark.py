from odoo import api, fields, models


class MfgVarianceHandoverRemark(models.TransientModel):
    """The one remark of a hand-over: what no rule knows."""

    _name = "mfg.variance.handover.remark"
    _description = "Remark of a Hand-over"

    handover_id = fields.Many2one("mfg.variance.handover", required=True)
    remark = fields.Text()

    @api.constrains("handover_id")
    def _check_handover_id(self):
        """The dialog tells the name of the hand-over: only of one the person sees."""
        # constraints run as sudo: as the user himself, so that record rules count
        self.handover_id.with_env(self.env(su=False)).check_access("read")

    def action_apply(self):
        """Store the remark on the hand-over, with its own checks."""
        self.ensure_one()
        self.handover_id.action_set_remark(self.remark or "")
        return {"type": "ir.actions.act_window_close"}

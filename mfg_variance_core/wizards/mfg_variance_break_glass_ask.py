from odoo import fields, models


class MfgVarianceBreakGlassAsk(models.TransientModel):
    """Break the glass: why it cannot wait, and for how many hours."""

    _name = "mfg.variance.break_glass.ask"
    _description = "Break Glass"
    _inherit = ["mfg.variance.dialog"]
    _subject = "hold_id"

    hold_id = fields.Many2one("mfg.variance.hold", required=True)
    reason = fields.Text(required=True)
    hours = fields.Float(required=True, default=1.0)

    def action_apply(self):
        self.ensure_one()
        self.env["mfg.variance.break_glass"]._break(
            self.hold_id, self.reason, self.hours
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class MfgVarianceBreakGlassReview(models.TransientModel):
    """The review of a broken glass, by somebody else."""

    _name = "mfg.variance.break_glass.review"
    _description = "Review of a Broken Glass"
    _inherit = ["mfg.variance.dialog"]
    _subject = "break_glass_id"

    break_glass_id = fields.Many2one("mfg.variance.break_glass", required=True)
    note = fields.Text(string="What Was Found", required=True)

    def action_justified(self):
        self.ensure_one()
        self.break_glass_id._review("justified", self.note)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_not_justified(self):
        self.ensure_one()
        self.break_glass_id._review("not_justified", self.note)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

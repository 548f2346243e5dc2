from odoo import api, fields, models


class MfgVarianceVerify(models.TransientModel):
    """What a second person saw: whether what was done about a case has worked."""

    _name = "mfg.variance.verify"
    _description = "Verify"
    _inherit = ["mfg.variance.dialog"]
    _subject = "exception_id"

    exception_id = fields.Many2one(
        "mfg.variance.exception", string="Case", required=True
    )
    cause_id = fields.Many2one(related="exception_id.cause_id", related_sudo=False)
    resolution_note = fields.Text(
        related="exception_id.resolution_note", related_sudo=False
    )
    note = fields.Text(string="What I Saw", required=True)

    @api.constrains("exception_id")
    def _check_exception_id(self):
        """Only of a case the person sees: constraints run as sudo."""
        self.exception_id.with_env(self.env(su=False)).check_access("read")

    def action_verify(self):
        """Verify the case; who may is checked there."""
        self.ensure_one()
        self.exception_id._verify(self.note)
        return {"type": "ir.actions.act_window_close"}

    def action_verify_and_close(self):
        """Verify the case and close it, if nothing else is missing."""
        self.action_verify()
        self.exception_id.action_close()
        return {"type": "ir.actions.act_window_close"}

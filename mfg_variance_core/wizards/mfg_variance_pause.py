from odoo import fields, models

from ..models.deadline.mfg_variance_exception_pause import WAITS_FOR


class MfgVariancePause(models.TransientModel):
    """Whom a case waits for, why, and until when at the latest."""

    _name = "mfg.variance.pause"
    _description = "Pause"
    _inherit = ["mfg.variance.dialog"]
    _subject = "exception_id"

    exception_id = fields.Many2one(
        "mfg.variance.exception", string="Case", required=True
    )
    waits_for = fields.Selection(
        WAITS_FOR, string="We Wait For", required=True, default="supplier"
    )
    waits_for_name = fields.Char(string="Whom", required=True)
    reason = fields.Char(required=True)
    until = fields.Datetime(
        string="At the Latest Until",
        required=True,
        default=lambda self: fields.Datetime.add(
            self.env["mfg.variance.engine"]._now(), days=3
        ),
    )

    def action_apply(self):
        """Pause the case; who may is checked there."""
        self.ensure_one()
        self.exception_id._pause(
            self.waits_for, self.waits_for_name, self.reason, self.until
        )
        return {"type": "ir.actions.act_window_close"}

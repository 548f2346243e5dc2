from odoo import fields, models

from .mfg_variance_hold import STRENGTHS


class MfgVariancePlaybookStep(models.Model):
    """The step that holds what a case is about, at the end of its transaction."""

    _name = "mfg.variance.playbook.step"
    _inherit = "mfg.variance.playbook.step"

    kind = fields.Selection(
        selection_add=[("hold", "Hold")], ondelete={"hold": "cascade"}
    )
    hold_target = fields.Selection(
        [
            ("auto", "The narrowest the case names"),
            ("lot", "The lot"),
            ("component_lot", "The lots of the component"),
            ("workorder", "The work order"),
            ("production", "The manufacturing order"),
            ("workcenter", "The work center"),
            ("picking", "The receipt"),
        ],
        string="What to Hold",
        required=True,
        default="auto",
    )
    hold_strength = fields.Selection(
        STRENGTHS, string="How", required=True, default="no_use"
    )

    def _run_hold(self, case):
        """Hold it; the playbook runs when the transaction of the event ends (D1)."""
        self.env["mfg.variance.hold"]._place(
            case._prepare_holds(
                self.hold_target, self.hold_strength, self.message or case.title
            )
        )

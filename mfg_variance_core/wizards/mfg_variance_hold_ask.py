from odoo import api, fields, models


class MfgVarianceHoldAsk(models.TransientModel):
    """Ask that what is held may be used meanwhile: only why it cannot wait."""

    _name = "mfg.variance.hold.ask"
    _description = "Ask for Use, Do Not Ship"
    _inherit = ["mfg.variance.dialog"]
    _subject = "hold_id"

    hold_id = fields.Many2one("mfg.variance.hold", required=True, ondelete="cascade")
    target_name = fields.Char(compute="_compute_approver_text", compute_sudo=False)
    reason = fields.Char(string="Why It Cannot Wait")
    approver_text = fields.Char(
        string="Who Can Grant It Now",
        compute="_compute_approver_text",
        compute_sudo=False,
    )

    @api.depends("hold_id")
    def _compute_approver_text(self):
        authority = self.env["mfg.variance.authority"]
        for wizard in self:
            hold = wizard.hold_id
            hold.check_access("read")
            wizard.target_name = hold.target_name
            parties = hold._get_parties()
            # who asks does not grant it
            parties["requester"] = {self.env.uid}
            able = hold and authority._who_can("approve:no_ship", hold, parties)
            # sudo: names of colleagues to ask
            names = able.sudo().mapped("name") if able else []
            wizard.approver_text = ", ".join(names) or self.env._("Nobody right now.")

    def action_apply(self):
        """Ask, and show the question."""
        self.ensure_one()
        approval = self.hold_id._ask_no_ship(self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": approval._name,
            "res_id": approval.id,
            "views": [(False, "form")],
        }

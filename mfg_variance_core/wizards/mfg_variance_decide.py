from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import approvals, segregation


class MfgVarianceDecide(models.TransientModel):
    """The decision of a person: what it means is shown before it is signed.

    Password, badge and PIN are never stored: they come with the button's context.
    """

    _name = "mfg.variance.decide"
    _description = "Decide"
    _inherit = ["mfg.variance.dialog"]
    _subject = "approval_id"

    approval_id = fields.Many2one("mfg.variance.approval", required=True)
    kind = fields.Selection(related="approval_id.kind", related_sudo=False)
    about = fields.Char(related="approval_id.record_name", related_sudo=False)
    why = fields.Text(related="approval_id.reason", related_sudo=False)
    amount = fields.Monetary(related="approval_id.amount", related_sudo=False)
    has_amount = fields.Boolean(related="approval_id.has_amount", related_sudo=False)
    currency_id = fields.Many2one(related="approval_id.currency_id", related_sudo=False)
    needs_password = fields.Boolean(
        related="approval_id.needs_password", related_sudo=False
    )
    meaning = fields.Char(
        string="You Sign",
        compute="_compute_meaning",
        compute_sudo=False,
    )
    reason = fields.Text()
    is_shared = fields.Boolean(
        string="Sign with Badge and PIN",
        help="On a device that is signed in as somebody else.",
    )
    password = fields.Char(store=False)
    badge = fields.Char(store=False)
    pin = fields.Char(string="PIN", store=False)

    @api.depends("approval_id")
    def _compute_meaning(self):
        for wizard in self:
            approval = wizard.approval_id
            wizard.meaning = approval and approval._get_meaning(approvals.APPROVED)

    # ---------------------------------------------------------------- buttons

    def action_approve(self):
        return self._decide(approvals.APPROVED)

    def action_reject(self):
        return self._decide(approvals.REJECTED)

    def _decide(self, verdict):
        self.ensure_one()
        given = self.env.context
        # nothing else the client sends may undo that a try is counted
        self = self.with_env(self.env(context={"lang": self.env.user.lang}))
        signature = self._get_signature(given)
        if signature is False:
            # no error: what was tried has to be remembered
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "danger",
                    "message": self.env._(
                        "Badge and PIN do not belong together, or the badge is locked "
                        "for a quarter of an hour after too many tries."
                    ),
                },
            }
        self.approval_id._decide(verdict, self.reason, signature)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _get_signature(self, given):
        """Who signs: by badge and PIN, by password, or who is signed in (None)."""
        authority = self.env["mfg.variance.authority"]
        action = segregation.APPROVE + self.approval_id.kind
        if self.is_shared:
            return (
                authority._sign_with_badge(action, given.get("badge"), given.get("pin"))
                or False
            )
        if self.needs_password:
            if not given.get("password"):
                raise UserError(self.env._("Enter your password to sign."))
            return authority._sign_with_password(action, given["password"])
        return None

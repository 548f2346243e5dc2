from odoo import models
from odoo.exceptions import UserError

from ...domain import holds
from .mfg_variance_hold_lift import LIFTING, WEAKENING


class MfgVarianceHold(models.Model):
    """Asking that what is held may be used, and what follows from the answer."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    def action_ask_no_ship(self):
        """Ask why it cannot wait; who may ask is checked where it is asked."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for: Use, Do Not Ship"),
            "res_model": "mfg.variance.hold.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_hold_id": self.id},
        }

    def _ask_no_ship(self, reason):
        """Ask for *use, do not ship* until it is decided what becomes of it."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(
            "request_approval", self, self._get_parties()
        )
        if self.state != "active" or self.strength != holds.NO_USE:
            raise UserError(
                self.env._(
                    "%(hold)s may be used already. Shipping needs a release.",
                    hold=self.display_name,
                )
            )
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it cannot wait for the decision."))
        case = self.exception_id
        return self.env["mfg.variance.approval"]._request(
            "no_ship",
            self,
            reason,
            # nobody knows what it is worth where the product has no cost
            amount=None if self.value_note else self.value,
            severity=case.severity,
            category=case.category_id,
            exception=case,
        )

    def _on_approval_granted(self, approval):
        """Weaken or lift the hold, as it was granted; the grant is asked itself."""
        self.ensure_one()
        if approval.kind in WEAKENING:
            self._weaken(approval)
        elif approval.kind in LIFTING:
            self._lift(approval)

from odoo import api, fields, models

from ...domain import silences


class MfgVarianceSilence(models.Model):
    """Shelving for longer than the limit mutes only when somebody else agreed."""

    _name = "mfg.variance.silence"
    _inherit = "mfg.variance.silence"

    needs_approval = fields.Boolean(
        string="Waits for Approval",
        readonly=True,
        help="Longer than the company allows without: it mutes nothing until approved.",
    )
    approval_id = fields.Many2one(
        "mfg.variance.approval", readonly=True, ondelete="restrict"
    )
    approved_at = fields.Datetime(string="Approved", readonly=True)

    @api.model
    def _needs_approval(self, vals):
        company = self.env["res.company"].browse(vals["company_id"])
        length = vals["ends_at"] - vals["starts_at"]
        return silences.needs_approval(length, company.variance_shelve_days)

    def _ask_for_approval(self):
        self.ensure_one()
        approval = self.env["mfg.variance.approval"]._request(
            "silence",
            self,
            self.env._(
                "%(reason)s, until %(end)s UTC: %(what)s",
                reason=self.reason,
                end=self.ends_at,
                what=self.scope_text,
            ),
            exception=self.exception_id,
        )
        self._as_system().write({"approval_id": approval.id})

    def _get_parties(self):
        """Who shelves does not agree to it himself."""
        return {"author": set(self.author_id.ids)}

    def _get_start(self):
        """From when on it mutes: what happened before somebody agreed was not muted."""
        self.ensure_one()
        return max(self.starts_at, self.approved_at or self.starts_at)

    def _is_allowed(self):
        """True unless it waits for an approval, which is asked for its decisions."""
        self.ensure_one()
        return not self.needs_approval or bool(
            self.approved_at and self.approval_id and self.approval_id._is_granted()
        )

    def _on_approval_granted(self, approval):
        if approval != self.approval_id or not approval._is_granted():
            return
        self._as_system().write({"approved_at": self.env["mfg.variance.engine"]._now()})
        self._forget()
        self._log(self.env._("Approved: %(what)s.", what=approval.name))
        if self.exception_id:
            self.exception_id._log_shelving(self)

    def _on_approval_rejected(self, approval):
        self._end(self.env._("Not approved: %(what)s.", what=approval.name))

    def _on_approval_withdrawn(self, approval):
        self._end(self.env._("Taken back: %(what)s.", what=approval.name))

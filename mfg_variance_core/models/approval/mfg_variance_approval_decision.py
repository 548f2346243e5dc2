from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from ...domain import approvals, ledger
from ...guard import is_on_stack_of_stored_code
from ..keys import get_keys


class MfgVarianceApprovalDecision(models.Model):
    """What one person decided, when, and what he signed; only ever added."""

    _name = "mfg.variance.approval.decision"
    _description = "Approval Decision"
    _inherit = ["mfg.variance.guarded"]
    _order = "id"
    _append_only_columns = (
        "approval_id",
        "step_id",
        "company_id",
        "plant_id",
        "user_id",
        "in_place_of_id",
        "verdict",
        "reason",
        "meaning",
        "way",
        "device_user_id",
        "decided_at",
        "content_hash",
        "signature",
    )

    approval_id = fields.Many2one(
        "mfg.variance.approval", required=True, index=True, ondelete="restrict"
    )
    step_id = fields.Many2one(
        "mfg.variance.approval.step", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    user_id = fields.Many2one(
        "res.users", string="Person", required=True, ondelete="restrict"
    )
    in_place_of_id = fields.Many2one(
        "res.users", string="In Place Of", ondelete="restrict"
    )
    verdict = fields.Selection(
        [("approved", "Approved"), ("rejected", "Rejected")],
        string="Decision",
        required=True,
    )
    reason = fields.Text()
    meaning = fields.Char(string="Meaning of the Signature", required=True)
    way = fields.Selection(
        [
            ("session", "Signed in"),
            ("password", "Signed in, password entered again"),
            ("badge", "Badge and PIN on a shared device"),
        ],
        string="Signed By",
        required=True,
    )
    device_user_id = fields.Many2one(
        "res.users", string="Device of", required=True, ondelete="restrict"
    )
    decided_at = fields.Datetime(string="When", required=True)
    content_hash = fields.Char(string="Fingerprint", required=True)
    signature = fields.Char(
        string="Signed by the Server",
        help="With the key of the server, which is not in the database.",
    )

    _one_decision_each = models.UniqueIndex(
        "(approval_id, user_id)", "You decided this already."
    )
    _one_decision_in_place_of = models.UniqueIndex(
        "(approval_id, step_id, COALESCE(in_place_of_id, user_id))",
        "This was decided in this person's place already.",
    )

    @api.depends("user_id", "verdict", "decided_at", "in_place_of_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        for row in self:
            # sudo: names of colleagues
            person, other = row.user_id.sudo().name, row.in_place_of_id.sudo().name
            parts = (
                verdicts.get(row.verdict),
                person,
                other and self.env._("in place of %(user)s", user=other),
                row.decided_at and format_datetime(self.env, row.decided_at),
            )
            row.display_name = " · ".join(part for part in parts if part)

    def _prepare_hashed(self, vals):
        """What the hash is taken of: everything that makes the decision."""
        return {
            name: vals[name] or False
            for name in self._append_only_columns
            if name not in ("content_hash", "signature")
        }

    def _get_hashed(self):
        self.ensure_one()
        values = {
            name: self[name].id if name.endswith("_id") else self[name]
            for name in self._append_only_columns
        }
        return self._prepare_hashed(values)

    def _is_whole(self):
        """True for a row as it was written, signed by the server if it has a key.

        A row that was inserted past the ORM has no valid signature: it grants nothing.
        """
        self.ensure_one()
        digest = approvals.content_hash(self._get_hashed())
        keys = get_keys()
        return self.content_hash == digest and (
            not keys or ledger.is_signed(keys, digest, self.signature or "")
        )

    def _prepare_seal_vals(self, vals):
        """The fingerprint of a decision, and the server's signature under it.

        For nobody else: a row with a good signature counts, however it was inserted.
        """
        if is_on_stack_of_stored_code():
            raise AccessError(
                self.env._(
                    "Decisions are signed for people who take them, not for code."
                )
            )
        digest = approvals.content_hash(self._prepare_hashed(vals))
        key = get_keys()[:1]
        return {
            "content_hash": digest,
            "signature": ledger.sign(key[0], digest) if key else False,
        }

    def _to_domain(self):
        """This decision as :class:`...domain.approvals.Decision`."""
        self.ensure_one()
        return approvals.Decision(
            self.step_id.id,
            self.user_id.id,
            self.verdict,
            self.in_place_of_id.id or None,
        )

from odoo import api, fields, models

from .kinds import APPROVAL_KINDS, SEVERITIES


class MfgVarianceApproval(models.Model):
    """A question to those who may decide, and what they answered.

    Written by the system only. What it grants is computed from the decisions on its
    steps (:meth:`_is_granted`); ``state`` only shows it.
    """

    _name = "mfg.variance.approval"
    _description = "Approval"
    _inherit = ["mfg.variance.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "requested_at desc, id desc"
    _append_only_columns = (
        "name",
        "kind",
        "res_model",
        "res_id",
        "reason",
        "amount",
        "has_amount",
        "company_id",
        "plant_id",
        "requester_id",
        "requested_at",
        "needs_password",
        "parties",
        "asked_digest",
    )

    name = fields.Char(required=True)
    kind = fields.Selection(APPROVAL_KINDS, required=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("granted", "Granted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="waiting",
        index=True,
    )
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True
    )
    record_name = fields.Char(string="About", required=True)
    reason = fields.Text(string="Why", required=True)
    exception_id = fields.Many2one(
        "mfg.variance.exception", index=True, ondelete="restrict"
    )
    category_id = fields.Many2one("mfg.variance.category", ondelete="restrict")
    severity = fields.Selection(SEVERITIES)
    amount = fields.Monetary()
    has_amount = fields.Boolean(string="Amount Is Known")
    currency_id = fields.Many2one("res.currency")
    company_id = fields.Many2one("res.company", required=True, index=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    requester_id = fields.Many2one(
        "res.users", string="Asked By", help="Empty: a rule asked.", index=True
    )
    requested_at = fields.Datetime(string="Asked", required=True)
    parties = fields.Json(help="Who has a part in the matter and may not decide it.")
    asked_digest = fields.Char(
        string="Fingerprint of What Was Asked",
        help="What is granted is compared with it; empty where nothing can change.",
    )
    rule_id = fields.Many2one(
        "mfg.variance.approval.rule", ondelete="set null", string="Rule"
    )
    needs_password = fields.Boolean(string="Asks for the Password")
    step_ids = fields.One2many("mfg.variance.approval.step", "approval_id")
    decision_ids = fields.One2many("mfg.variance.approval.decision", "approval_id")
    decided_at = fields.Datetime(string="Decided")
    # whom to show it; who may decide is asked again when he does
    approver_ids = fields.Many2many(
        "res.users", "mfg_variance_approval_res_users_rel", string="Can Decide Now"
    )
    has_nobody = fields.Boolean(
        string="Nobody Can Decide",
        help="Nobody who has the right is free to use it. Delegate it, or put somebody "
        "else on the roster.",
    )

    _one_waiting = models.UniqueIndex(
        "(kind, res_model, res_id) WHERE state = 'waiting'",
        "The same is being decided already.",
    )
    _waiting_idx = models.Index("(company_id, plant_id) WHERE state = 'waiting'")

    @api.depends("name", "record_name")
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = f"{approval.name} · {approval.record_name}"

    def _is_log_kept(self):
        """Who asked and who decided is evidence as long as there is the approval."""
        return True

    def _get_record(self):
        """What it is about; empty when it does not exist any more."""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    @api.model
    def _get_kind_label(self, kind):
        return dict(self._fields["kind"]._description_selection(self.env))[kind]

    @api.model
    def _record(self, kind, record, data):
        """Tell the ledger."""
        self.env["mfg.variance.ledger"]._append(kind, record, data)

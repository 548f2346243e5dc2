from odoo import fields, models

from ..ir_actions_server_mapping import NUMERIC_TYPES
from .kinds import APPROVAL_KINDS


class IrActionsServer(models.Model):
    """*Request Approval*: a rule asks, people decide; *Require Approval*: until then
    the record does not go on."""

    _name = "ir.actions.server"
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("variance_approval", "Request Approval"),
            ("variance_require", "Require Approval"),
        ],
        ondelete={"variance_approval": "cascade", "variance_require": "cascade"},
    )
    variance_approval_kind = fields.Selection(APPROVAL_KINDS, string="Approval")
    variance_approval_reason = fields.Char(
        string="Reason",
        translate=True,
        help="Plain text; %(name)s stands for the name of the record.",
    )

    variance_amount_field_id = fields.Many2one(
        "ir.model.fields",
        string="Amount Field",
        ondelete="set null",
        help="What it is about in money: it chooses the approval rule, and what was "
        "granted covers no more than this. Empty means that nobody knows the amount.",
    )

    def _name_depends(self):
        return [*super()._name_depends(), "variance_approval_kind"]

    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "variance_approval_kind",
            "variance_approval_reason",
            "variance_amount_field_id",
        ]

    def _get_variance_approval_warnings(self):
        if self.variance_approval_kind and self.variance_approval_reason:
            return self._get_amount_warnings()
        return [self.env._("Choose what is to be approved, and say why.")]

    def _get_variance_require_warnings(self):
        if self.variance_approval_kind:
            return self._get_amount_warnings()
        return [self.env._("Choose what is to be approved.")]

    def _get_amount_warnings(self):
        field = self.variance_amount_field_id.sudo()  # sudo: its model and its type
        if not field or (
            field.model_id == self.model_id and field.ttype in NUMERIC_TYPES
        ):
            return []
        return [
            self.env._(
                "%(field)s is no amount of %(model)s.",
                field=field.field_description,
                model=self.model_id.name,
            )
        ]

    def _get_variance_amount(self, record):
        """The amount of a record in its company's currency; None if nobody knows."""
        # sudo: the amount that decides who has to agree, whoever sets off the rule
        name, record = self.variance_amount_field_id.sudo().name, record.sudo()
        if not name:
            return None
        amount = record[name]
        if record._fields[name].type != "monetary":
            return amount
        currency = record[record._fields[name].get_currency_field(record)]
        company, _plant = self.env["mfg.variance.authority"]._get_place(record)
        return currency._convert(amount, company.currency_id, company)

    def _run_action_variance_approval_multi(self, eval_context=None):
        """Ask for a decision about each record; what waits already is not asked again.

        Whoever set off the rule counts as who asked, and does not decide.
        """
        Approval = self.env["mfg.variance.approval"]
        for record in self._get_eval_records(eval_context):
            # plain replacement: a reason is never evaluated
            reason = (self.variance_approval_reason or self.name).replace(
                "%(name)s", record.display_name or ""
            )
            is_case = record._name == "mfg.variance.exception"
            Approval._request(
                self.variance_approval_kind,
                record,
                reason,
                amount=self._get_variance_amount(record),
                exception=record if is_case else False,
            )
        return False

    def _run_action_variance_require_multi(self, eval_context=None):
        """Refuse what is not granted: where a rule runs it, the change is undone."""
        Approval = self.env["mfg.variance.approval"]
        for record in self._get_eval_records(eval_context):
            Approval._require(
                self.variance_approval_kind, record, self._get_variance_amount(record)
            )
        return False

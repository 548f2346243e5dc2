from odoo import fields, models

from .kinds import APPROVAL_KINDS


class IrActionsServer(models.Model):
    """The server action type *Request Approval*: a rule asks, people decide."""

    _name = "ir.actions.server"
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("variance_approval", "Request Approval")],
        ondelete={"variance_approval": "cascade"},
    )
    variance_approval_kind = fields.Selection(APPROVAL_KINDS, string="Approval")
    variance_approval_reason = fields.Char(
        string="Reason",
        translate=True,
        help="Plain text; %(name)s stands for the name of the record.",
    )

    def _name_depends(self):
        return [*super()._name_depends(), "variance_approval_kind"]

    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "variance_approval_kind",
            "variance_approval_reason",
        ]

    def _get_variance_approval_warnings(self):
        if self.variance_approval_kind and self.variance_approval_reason:
            return []
        return [self.env._("Choose what is to be approved, and say why.")]

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
                exception=record if is_case else False,
            )
        return False

from odoo import fields, models

from ...domain import approvals, segregation
from .kinds import STEP_ROLES, roles_of


class MfgVarianceApprovalStep(models.Model):
    """One signature an approval asks for, as the rule said when it was asked."""

    _name = "mfg.variance.approval.step"
    _description = "Approval Step"
    _inherit = ["mfg.variance.guarded"]
    _order = "approval_id, sequence, id"
    _append_only_columns = (
        "approval_id",
        "company_id",
        "plant_id",
        "sequence",
        "role",
        "user_ids_text",
        "needs_everyone",
        "timeout_minutes",
        "escalate_role",
    )

    approval_id = fields.Many2one(
        "mfg.variance.approval", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    sequence = fields.Integer(string="Step")
    role = fields.Selection(STEP_ROLES)
    # a list the database can keep as it was, which it cannot of a relation
    user_ids_text = fields.Char(string="People by Number")
    user_ids = fields.Many2many(
        "res.users", string="People", compute="_compute_user_ids"
    )
    needs_everyone = fields.Boolean(string="All of Them")
    timeout_minutes = fields.Integer(string="Escalates After")
    escalate_role = fields.Selection(STEP_ROLES, string="Escalates To")
    opened_at = fields.Datetime()
    due_at = fields.Datetime(string="Escalates At", index="btree_not_null")
    escalated_at = fields.Datetime(string="Escalated")

    def _compute_user_ids(self):
        for step in self:
            step.user_ids = step._get_named()

    def _get_named(self):
        return [int(one) for one in (self.user_ids_text or "").split(",") if one]

    def _to_domain(self):
        """This step as :class:`...domain.approvals.Step`."""
        self.ensure_one()
        if not self.needs_everyone:
            return approvals.Step(self.id, self.sequence)
        # sudo: who of them is still here, whoever asks
        named = self.env["res.users"].sudo().browse(self._get_named()).exists()
        everyone = frozenset(named.filtered("active").ids)
        instead = self._get_stand_ins() if self.escalated_at else frozenset()
        return approvals.Step(self.id, self.sequence, everyone, instead)

    def _get_stand_ins(self):
        """Who decided by the role it escalated to, of those it did not name."""
        # sudo: all decisions count, seen or not
        rows = self.approval_id.sudo().decision_ids.filtered(
            lambda row: row.step_id == self
        )
        deciders = {(row.in_place_of_id or row.user_id).id for row in rows}
        return frozenset(deciders.difference(self._get_named()))

    def _get_only(self):
        """Whom this step asks, with whom it escalated to."""
        self.ensure_one()
        role = not self.user_ids_text and self.role
        later = self.escalated_at and self.escalate_role
        # sudo: all decisions count, seen or not
        rows = self.approval_id.sudo().decision_ids
        return segregation.Only(
            roles_of(self.approval_id.kind, role, later),
            frozenset(self._get_named()),
            frozenset((rows.user_id | rows.in_place_of_id).ids),
        )

    def _find_mine(self, user, parties):
        """``(step, id of who lent the right, refusals)`` of open steps of an approval.

        The first that a user may decide; none, and why not, where there is no such.
        """
        authority = self.env["mfg.variance.authority"]
        refusals = (segregation.STEP,)
        for step in self.sudo():  # sudo: whom it asks
            approval = step.approval_id
            refusals, lender = authority._find_right(
                segregation.APPROVE + approval.kind,
                user,
                approval,
                parties,
                step._get_only(),
            )
            if not refusals:
                return step, lender, ()
        return self.browse(), None, refusals

    def _open(self, now):
        """Steps whose turn it is: their time begins."""
        for step in self.filtered(lambda one: not one.opened_at):
            step._as_system().write(
                {
                    "opened_at": now,
                    "due_at": approvals.due_at(now, step.timeout_minutes) or False,
                }
            )

    def _escalate(self, now):
        """The next role may decide as well from now on."""
        for step in self.filtered(lambda one: not one.escalated_at):
            step._as_system().write({"escalated_at": now, "due_at": False})
            approval = step.approval_id
            approval._record(
                "approval.escalated",
                approval,
                {"step": step.sequence, "to": step.escalate_role},
            )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import segregation
from .kinds import STEP_ROLES, roles_of


class MfgVarianceApprovalRuleStep(models.Model):
    """One signature a rule asks for; steps of the same number are asked at once."""

    _name = "mfg.variance.approval.rule.step"
    _description = "Step of an Approval Rule"
    _inherit = ["mfg.variance.cached", "mfg.variance.control"]
    _order = "sequence, id"
    _place_fields = ("rule_id",)

    rule_id = fields.Many2one(
        "mfg.variance.approval.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id")
    sequence = fields.Integer(
        string="Step",
        default=10,
        help="The next number is asked when everything before it has agreed. Lines "
        "with the same number are asked at once, and each has to agree.",
    )
    role = fields.Selection(
        STEP_ROLES, help="Anybody with this role decides; on call by the duty roster."
    )
    user_ids = fields.Many2many(
        "res.users",
        "mfg_variance_approval_rule_step_res_users_rel",
        string="People",
        domain="[('share', '=', False)]",
        help="Only these people decide. They need a role that may approve this kind.",
    )
    needs_everyone = fields.Boolean(
        string="All of Them",
        help="Each of the people named has to agree; otherwise one is enough.",
    )
    timeout_minutes = fields.Integer(
        string="Escalate After",
        help="Minutes; 0 means never. Then the next role may decide, too.",
    )
    escalate_role = fields.Selection(STEP_ROLES, string="Escalate To")

    _timeout_is_not_negative = models.Constraint(
        "CHECK (timeout_minutes >= 0)", "A time cannot be negative."
    )

    @api.constrains("role", "user_ids", "needs_everyone", "timeout_minutes")
    def _check_names_somebody(self):
        for step in self:
            if not step.role and not step.user_ids:
                raise ValidationError(
                    self.env._("Name a role or people in each step of the rule.")
                )
            if step.needs_everyone and not step.user_ids:
                raise ValidationError(
                    self.env._("Name the people of whom all have to agree.")
                )
            if step.timeout_minutes and not step.escalate_role:
                raise ValidationError(
                    self.env._("Say to whom the step escalates after its time.")
                )

    def _get_only(self):
        """Whom this step asks, at once or where it escalates to."""
        self.ensure_one()
        role = not self.user_ids and self.role
        return segregation.Only(
            roles_of(self.rule_id.kind, role, self.escalate_role),
            frozenset(self.user_ids.ids),
        )

    def _prepare_step_vals(self):
        """What an approval keeps of this step, whatever becomes of the rule."""
        self.ensure_one()
        return {
            "sequence": self.sequence,
            "role": self.role,
            "user_ids_text": ",".join(map(str, sorted(self.user_ids.ids))),
            "needs_everyone": self.needs_everyone,
            "timeout_minutes": self.timeout_minutes,
            "escalate_role": self.escalate_role,
        }

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...domain import approvals, outcomes
from .kinds import APPROVAL_KINDS, SEVERITIES


class MfgVarianceApprovalRule(models.Model):
    """Who has to agree, and in which order, before something may happen."""

    _name = "mfg.variance.approval.rule"
    _description = "Approval Rule"
    _inherit = ["mfg.variance.placed"]
    _order = "kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    kind = fields.Selection(APPROVAL_KINDS, required=True, tracking=True)
    sequence = fields.Integer(
        default=10, help="Of two rules that fit alike, the first holds."
    )
    active = fields.Boolean(default=True, tracking=True)
    category_id = fields.Many2one(
        "mfg.variance.category",
        tracking=True,
        ondelete="cascade",
        help="Empty means every category; one means all below it, too.",
    )
    severity = fields.Selection(
        SEVERITIES,
        string="From Severity",
        tracking=True,
        help="The rule holds from this severity of the case upwards.",
    )
    amount_from = fields.Float(
        tracking=True,
        help="In the currency of the company where the matter belongs to; this amount "
        "included.",
    )
    amount_to = fields.Float(
        string="Amount Below",
        tracking=True,
        help="0 means no limit. An amount nobody knows falls under a rule without "
        "limit only.",
    )
    needs_password = fields.Boolean(
        string="Ask for the Password",
        tracking=True,
        help="Who decides enters the password again.",
    )
    step_ids = fields.One2many(
        "mfg.variance.approval.rule.step", "rule_id", string="Steps", copy=True
    )

    _amounts_in_order = models.Constraint(
        "CHECK (amount_from >= 0 AND (amount_to = 0 OR amount_to > amount_from))",
        "The amount has to begin at 0 or above and end above where it begins.",
    )

    @api.constrains("step_ids")
    def _check_has_steps(self):
        for rule in self:
            if not rule.step_ids:
                raise ValidationError(
                    self.env._(
                        "%(rule)s has no step, so nothing would ever be approved. Add "
                        "who has to agree.",
                        rule=rule.name,
                    )
                )

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        # a one2many constraint is silent when no line is given
        rules._check_has_steps()
        return rules

    def _is_log_kept(self):
        """Who changed whom to ask stays told once somebody was asked by it."""
        self.ensure_one()
        # sudo: whether it was used, whoever asks
        asked = self.env["mfg.variance.approval"].sudo()
        return bool(asked.search_count([("rule_id", "=", self.id)], limit=1))

    # ---------------------------------------------------------------- reading

    @api.model
    def _find(self, kind, company, plant, category, severity, amount):
        """The rule that holds for a matter; empty where none fits."""
        found = approvals.choose_rule(
            self._get_rules(),
            kind,
            company.id or None,
            plant.id or None,
            category.id or None,
            outcomes.rank(severity or None),
            amount,
        )
        return self.browse(found.id if found else [])

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Every rule as plain values for :func:`...domain.approvals.choose_rule`."""
        # sudo: which rule holds does not depend on who asks
        rules = self.sudo()
        Category = rules.env["mfg.variance.category"].with_context(active_test=False)
        return tuple(
            approvals.Rule(
                id=rule.id,
                kind=rule.kind,
                sequence=rule.sequence,
                company=rule.company_id.id or None,
                plant=rule.plant_id.id or None,
                categories=frozenset(
                    Category.search([("id", "child_of", rule.category_id.id)]).ids
                    if rule.category_id
                    else ()
                ),
                severity=outcomes.rank(rule.severity or None),
                amount_from=rule.amount_from,
                amount_to=rule.amount_to or None,
                asks=tuple(step._get_only() for step in rule.step_ids),
            )
            for rule in rules.search([("active", "=", True)])
        )

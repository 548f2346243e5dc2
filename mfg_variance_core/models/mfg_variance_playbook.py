from odoo import fields, models

from ..domain import outcomes


class MfgVariancePlaybook(models.Model):
    """Ordered reactions to a case. System steps run when it opens or gets worse."""

    _name = "mfg.variance.playbook"
    _description = "Playbook"
    _inherit = ["mfg.variance.control"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    category_id = fields.Many2one("mfg.variance.category")
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        help="Empty means all companies: then only who has all of them changes it.",
    )
    step_ids = fields.One2many(
        "mfg.variance.playbook.step", "playbook_id", string="Steps", copy=True
    )
    active = fields.Boolean(default=True)

    def _default_company_id(self):
        return self.env["res.company"] if self._may_share() else self.env.company

    def _may_share(self):
        """Whether the user may change what is of all companies, as record rules say."""
        user = self.env.user
        is_administrator = user.has_group("mfg_variance_core.group_administrator")
        return self.env.su or user.variance_is_global or is_administrator

    def copy(self, default=None):
        own = {} if self._may_share() else {"company_id": self.env.company.id}
        return super().copy({**own, **(default or {})})

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # also where it went to: nobody shares past his own places
            self.check_access("write")
        return result

    def _run(self, cases, previous_severity=None, may_push=True):
        """Run the steps due for these cases, each shielded from the others.

        ``previous_severity`` is the severity before it rose: steps that ran for it
        already are not repeated. Historic cases get no reaction at all, and without
        ``may_push`` nobody is called: the steps that would are logged as skipped (D4).
        """
        done = outcomes.rank(previous_severity)
        calls = {}
        for playbook in self:
            asked = self.env["mfg.variance.exception"]
            for step in playbook.step_ids.filtered("active"):
                due = cases.filtered(
                    lambda case, step=step: (
                        not case.is_historic and step._is_due(case.severity, done)
                    )
                )
                if step._is_person_step():
                    # one at a time: the others follow from the answers
                    due -= asked
                    asked |= due
                for case in due:
                    refusal = step._is_push() and case._ask_once(calls, may_push)
                    step._run_shielded(case, refusal)

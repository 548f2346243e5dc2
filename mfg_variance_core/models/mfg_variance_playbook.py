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
    company_id = fields.Many2one("res.company")
    step_ids = fields.One2many(
        "mfg.variance.playbook.step", "playbook_id", string="Steps", copy=True
    )
    active = fields.Boolean(default=True)

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

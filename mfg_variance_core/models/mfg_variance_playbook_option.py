from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .mfg_variance_measurement import SEVERITY_SELECTION

ANSWERS = [
    ("chosen", "This answer"),
    ("done", "Done"),
    ("not_done", "Not done"),
    ("inside", "Within the limits"),
    ("outside", "Out of the limits"),
]
ANSWERS_OF = {
    "question": ("chosen",),
    "check": ("done", "not_done"),
    "measure": ("inside", "outside"),
}


class MfgVariancePlaybookOption(models.Model):
    """An answer to a person step, and what it leads to."""

    _name = "mfg.variance.playbook.option"
    _description = "Playbook Answer"
    _inherit = ["mfg.variance.control"]
    _order = "step_id, sequence, id"

    step_id = fields.Many2one(
        "mfg.variance.playbook.step", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="step_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    answer = fields.Selection(
        ANSWERS,
        string="When",
        required=True,
        compute="_compute_answer",
        store=True,
        readonly=False,
        precompute=True,
    )
    name = fields.Char(
        string="Label", translate=True, help="What the button of the answer says."
    )
    then = fields.Selection(
        [
            ("continue", "Go on with the next step"),
            ("step", "Go to a step"),
            ("stop", "Stop asking"),
            ("ask", "Ask the supervisor"),
        ],
        required=True,
        default="continue",
    )
    next_step_id = fields.Many2one(
        "mfg.variance.playbook.step", string="Which Step", ondelete="set null"
    )
    severity = fields.Selection(
        SEVERITY_SELECTION,
        string="Raise To",
        help="Raises the severity of the case; it never falls by an answer.",
    )

    @api.depends("step_id.kind")
    def _compute_answer(self):
        for option in self:
            fitting = ANSWERS_OF.get(option.step_id.kind, ("chosen",))
            if option.answer not in fitting:
                option.answer = fitting[0]

    @api.constrains("answer", "name", "then", "next_step_id")
    def _check_content(self):
        for option in self:
            step = option.step_id
            if option.answer == "chosen" and not option.name:
                raise ValidationError(
                    self.env._("%(step)s: give every answer a label.", step=step.name)
                )
            if option.answer not in ANSWERS_OF.get(step.kind, ()):
                raise ValidationError(
                    self.env._(
                        "%(step)s: this answer does not belong to that kind of step.",
                        step=step.name,
                    )
                )
            following = option.next_step_id
            if following and following.playbook_id != step.playbook_id:
                raise ValidationError(
                    self.env._(
                        "%(step)s is a step of another playbook.", step=following.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        options = super().create(vals_list)
        options._tell_policies()
        return options

    def write(self, vals):
        result = super().write(vals)
        self._tell_policies()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_tell_policies(self):
        self._tell_policies()

    def _tell_policies(self):
        """Answers are a part of the reaction of the policies that use the step."""
        self.step_id._tell_policies(
            self.env._("changed (%(labels)s)", labels=self.env._("Answers"))
        )

    def _get_key(self):
        """What an answer is called in the case: stable when the label changes."""
        self.ensure_one()
        return f"option-{self.id}" if self.answer == "chosen" else self.answer

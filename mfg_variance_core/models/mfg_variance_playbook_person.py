from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .mfg_variance_duty import DUTY_ROLES

PERSON_KINDS = ("question", "check", "measure")


class MfgVariancePlaybookStep(models.Model):
    """Steps a person answers: a question, a check, a measurement."""

    _name = "mfg.variance.playbook.step"
    _inherit = "mfg.variance.playbook.step"

    kind = fields.Selection(
        selection_add=[
            ("question", "Question"),
            ("check", "Check"),
            ("measure", "Measurement"),
        ],
        ondelete={kind: "cascade" for kind in PERSON_KINDS},
    )
    who = fields.Selection(
        [
            ("station", "Whoever is at the station"),
            ("owner", "Owner of the case"),
            *DUTY_ROLES,
        ],
        required=True,
        default="station",
    )
    due_minutes = fields.Integer(
        string="Answer Within",
        default=60,
        help="In minutes; unanswered, it goes on to the next in line. 0 means never.",
    )
    due_clock = fields.Selection(
        [("shift", "while a shift is on"), ("wall", "around the clock")],
        string="Clock",
        required=True,
        default="shift",
    )
    unit = fields.Char(help="Of the measured value, such as mm or °C.")
    has_minimum = fields.Boolean(string="Has a Lower Limit")
    minimum = fields.Float(string="Lower Limit", digits=(16, 4))
    has_maximum = fields.Boolean(string="Has an Upper Limit")
    maximum = fields.Float(string="Upper Limit", digits=(16, 4))
    option_ids = fields.One2many(
        "mfg.variance.playbook.option", "step_id", string="Answers", copy=True
    )

    @api.constrains("kind", "option_ids", "active")
    def _check_answers(self):
        for step in self:
            if step.kind == "question" and len(step.option_ids) < 2:
                raise ValidationError(
                    self.env._(
                        "%(step)s is a question: give it at least two answers.",
                        step=step.name,
                    )
                )

    @api.constrains("has_minimum", "minimum", "has_maximum", "maximum", "due_minutes")
    def _check_limits(self):
        for step in self:
            both = step.has_minimum and step.has_maximum
            if (both and step.minimum > step.maximum) or step.due_minutes < 0:
                raise ValidationError(
                    self.env._(
                        "%(step)s: the lower limit is above the upper one, or the "
                        "time is negative.",
                        step=step.name,
                    )
                )

    def _is_person_step(self):
        return self.kind in PERSON_KINDS

    def _run_question(self, case):
        """Ask it; the other person steps of the playbook follow from the answers."""
        self.env["mfg.variance.case.step"]._ask(case, self)

    def _run_check(self, case):
        self._run_question(case)

    def _run_measure(self, case):
        self._run_question(case)

    def _get_asked_of(self, case):
        """The person steps a case may be asked, in order."""
        return self.filtered(
            lambda step: (
                step.active and step._is_person_step() and step._is_due(case.severity)
            )
        )

    def _prepare_options(self, may_ask):
        """The answers as they are frozen on the case; ``may_ask`` leaves the way up."""
        self.ensure_one()
        labels = {"done": self.env._("Done"), "not_done": self.env._("Not done")}
        options = [
            {
                "key": option._get_key(),
                "label": option.name or labels.get(option.answer, ""),
                "then": option.then,
                "next_step_id": option.next_step_id.id or None,
                "severity": option.severity or None,
            }
            for option in self.option_ids
            if may_ask or option.then != "ask"
        ]
        known = {option["key"] for option in options}
        if self.kind == "check":
            options += [
                {"key": key, "label": label, "then": "continue"}
                for key, label in labels.items()
                if key not in known
            ]
            options.sort(key=lambda option: option["key"] != "done")
        return options

from odoo import fields, models

from ..domain import playbook
from .mfg_variance_duty import DUTY_ROLES

WHO = [
    ("station", "Whoever is at the station"),
    ("owner", "Owner of the case"),
    *DUTY_ROLES,
    ("plant_supervisor", "Supervisor of the plant"),
    ("automation_owner", "Automation owner"),
]


class MfgVarianceCaseStep(models.Model):
    """A person step as it was asked on a case, with its answer.

    The texts, limits and ways are those of the moment it was asked. What happened to
    it, hand-overs and the answer, are rows of its log, which the database keeps.
    """

    _name = "mfg.variance.case.step"
    _description = "Step of a Case"
    _inherit = ["mfg.variance.guarded"]
    _order = "exception_id desc, id"
    _append_only_columns = (
        "exception_id",
        "company_id",
        "step_id",
        "name",
        "message",
        "kind",
        "unit",
        "has_minimum",
        "minimum",
        "has_maximum",
        "maximum",
        "options",
        "asked_at",
    )

    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Exception",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    step_id = fields.Many2one(
        "mfg.variance.playbook.step", string="Playbook Step", ondelete="set null"
    )
    name = fields.Char(string="Step", required=True)
    message = fields.Text()
    kind = fields.Selection(
        [("question", "Question"), ("check", "Check"), ("measure", "Measurement")],
        required=True,
    )
    unit = fields.Char()
    has_minimum = fields.Boolean()
    minimum = fields.Float(digits=(16, 4))
    has_maximum = fields.Boolean()
    maximum = fields.Float(digits=(16, 4))
    options = fields.Json()
    asked_at = fields.Datetime(required=True)
    # --- where it is now
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("answered", "Answered"),
            ("passed_on", "Passed on"),
            ("skipped", "Skipped"),
        ],
        required=True,
        default="waiting",
    )
    who = fields.Selection(WHO, required=True)
    user_id = fields.Many2one("res.users", string="Asked", index="btree_not_null")
    due_at = fields.Datetime(string="Answer By")
    passes_on = fields.Boolean(
        default=True, help="Goes on to the next in line when it is due."
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    log_ids = fields.One2many("mfg.variance.case.step.log", "case_step_id")
    handover_count = fields.Integer(compute="_compute_handover_count")
    # --- the answer, which is a row of the log
    answer_id = fields.Many2one(
        "mfg.variance.case.step.log", string="Answer Row", ondelete="restrict"
    )
    answer_label = fields.Char(related="answer_id.label", string="Answer")
    answer_value = fields.Float(related="answer_id.value", string="Value")
    answer_note = fields.Text(related="answer_id.note", string="Note")
    answered_by_id = fields.Many2one(related="answer_id.user_id", string="Answered By")
    answered_at = fields.Datetime(related="answer_id.logged_at", string="Answered At")
    is_out_of_limits = fields.Boolean(related="answer_id.is_out_of_limits")

    _one_waiting = models.UniqueIndex(
        "(exception_id) WHERE state = 'waiting'",
        "A case asks one thing at a time.",
    )
    _due_idx = models.Index("(due_at) WHERE state = 'waiting' AND passes_on")

    def _compute_is_overdue(self):
        now = self.env["mfg.variance.engine"]._now()
        for step in self:
            step.is_overdue = bool(
                step.state == "waiting" and step.due_at and step.due_at < now
            )

    def _compute_handover_count(self):
        counts = dict(
            self.env["mfg.variance.case.step.log"]._read_group(
                [("case_step_id", "in", self.ids), ("kind", "=", "handed_over")],
                ["case_step_id"],
                ["__count"],
            )
        )
        for step in self:
            step.handover_count = counts.get(step, 0)

    def _to_question(self):
        """This step for :mod:`..domain.playbook`, as it was asked."""
        self.ensure_one()
        return playbook.Question(
            kind=self.kind,
            options=tuple(playbook.Option(**option) for option in self.options or ()),
            minimum=self.minimum if self.has_minimum else None,
            maximum=self.maximum if self.has_maximum else None,
        )

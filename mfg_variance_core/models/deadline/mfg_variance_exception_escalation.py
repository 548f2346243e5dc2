from odoo import fields, models

from .mfg_variance_escalation import WHOM
from .mfg_variance_sla import CLOCK_SELECTION


class MfgVarianceExceptionEscalation(models.Model):
    """Somebody was told about a case because it was not answered: who, when and why."""

    _name = "mfg.variance.exception.escalation"
    _description = "Escalation of a Case"
    _inherit = ["mfg.variance.guarded"]
    _order = "id desc"
    _append_only_columns = (
        "exception_id",
        "company_id",
        "kind",
        "clock",
        "clock_started_at",
        "deadline",
        "escalated_at",
        "who",
        "user_id",
        "reason",
        "refusal",
    )

    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Exception",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    severity = fields.Selection(related="exception_id.severity", store=False)
    step_id = fields.Many2one(
        "mfg.variance.escalation", string="Step", ondelete="set null"
    )
    kind = fields.Selection(
        [
            ("time", "Not done in time"),
            ("amount", "Much at stake"),
            ("forecast", "Likely late"),
        ],
        string="Kind",
        required=True,
    )
    clock = fields.Selection(CLOCK_SELECTION, string="Not Done", required=True)
    clock_started_at = fields.Datetime(
        required=True, help="Which run of the clocks: they start anew when it reopens."
    )
    deadline = fields.Datetime()
    escalated_at = fields.Datetime(string="When", required=True)
    who = fields.Selection(
        [*WHOM, ("automation_owner", "Automation owner")], string="As"
    )
    user_id = fields.Many2one("res.users", string="Told", index="btree_not_null")
    reason = fields.Char(string="Why", required=True)
    refusal = fields.Char(
        string="Not Called Because",
        help="The case was listed for the person without a call.",
    )

    _once = models.UniqueIndex(
        "(exception_id, step_id, clock_started_at) WHERE step_id IS NOT NULL",
        "A step of the chain is taken once.",
    )
    _one_forecast = models.UniqueIndex(
        "(exception_id, clock, clock_started_at) WHERE kind = 'forecast'",
        "That a case is likely late is told once.",
    )

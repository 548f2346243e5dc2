from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...domain import deadlines
from ..mfg_variance_duty import DUTY_ROLES
from ..mfg_variance_measurement import SEVERITY_SELECTION

CLOCK_SELECTION = [
    ("acknowledge", "Acknowledge"),
    ("contain", "Contain"),
    ("decide", "Decide"),
    ("resolve", "Resolve"),
]
UNITS = [("minutes", "minutes"), ("shifts", "shifts"), ("days", "working days")]


class MfgVarianceSla(models.Model):
    """How long there is to answer a case of a severity.

    Of several the most specific one holds: that of the plant, then that of the
    category, then that of the company. What is changed here holds for cases that open
    or get worse from then on; those that are open keep their deadlines.
    """

    _name = "mfg.variance.sla"
    _description = "Response Times"
    _inherit = ["mfg.variance.placed"]
    _order = "severity_rank, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    severity = fields.Selection(SEVERITY_SELECTION, required=True, tracking=True)
    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    category_id = fields.Many2one(
        "mfg.variance.category",
        tracking=True,
        ondelete="restrict",
        help="With what is below it. Empty: every category.",
    )
    sequence = fields.Integer(default=10)
    acknowledge_count = fields.Integer(string="Acknowledge Within", tracking=True)
    acknowledge_unit = fields.Selection(
        UNITS, required=True, default="minutes", tracking=True
    )
    contain_count = fields.Integer(string="Contain Within", tracking=True)
    contain_unit = fields.Selection(
        UNITS, required=True, default="minutes", tracking=True
    )
    decide_count = fields.Integer(string="Decide Within", tracking=True)
    decide_unit = fields.Selection(
        UNITS, required=True, default="minutes", tracking=True
    )
    resolve_count = fields.Integer(string="Resolve Within", tracking=True)
    resolve_unit = fields.Selection(UNITS, required=True, default="days", tracking=True)
    is_round_the_clock = fields.Boolean(
        string="Round the Clock",
        tracking=True,
        help="Acknowledge and contain run at night and on holidays too. Otherwise they "
        "run in the shifts of the plant or, where it has none, in its operating hours.",
    )
    role = fields.Selection(
        DUTY_ROLES,
        string="Deciding Role",
        required=True,
        default="quality_manager",
        tracking=True,
        help="Decide and resolve run in the working hours of whoever is on duty for "
        "this role; of nobody, in those of the company.",
    )
    escalation_ids = fields.One2many(
        "mfg.variance.escalation", "sla_id", string="Escalation", copy=True
    )
    active = fields.Boolean(default=True, tracking=True)

    _counts_not_negative = models.Constraint(
        "CHECK (acknowledge_count >= 0 AND contain_count >= 0 AND decide_count >= 0 "
        "AND resolve_count >= 0)",
        "A time to answer cannot be below zero; 0 means that there is no deadline.",
    )

    # --------------------------------------------------------------- computes

    @api.depends("severity")
    def _compute_severity_rank(self):
        ranks = [severity for severity, _label in SEVERITY_SELECTION]
        for sla in self:
            sla.severity_rank = ranks.index(sla.severity) if sla.severity else 0

    @api.constrains("severity", *(f"{clock}_count" for clock in deadlines.CLOCKS))
    def _check_something_is_asked(self):
        for sla in self:
            if not any(sla[f"{clock}_count"] for clock in deadlines.CLOCKS):
                raise ValidationError(
                    self.env._("Enter at least one time, or archive these times.")
                )

    def _is_log_kept(self):
        """Who changed how long there is stays told."""
        return True

    # ---------------------------------------------------------------- reading

    def _to_target(self):
        self.ensure_one()
        return deadlines.Target(
            id=self.id,
            severity=self.severity,
            limits={
                clock: deadlines.Limit(self[f"{clock}_count"], self[f"{clock}_unit"])
                for clock in deadlines.CLOCKS
            },
            role=self.role,
            is_round_the_clock=self.is_round_the_clock,
            company_id=self.company_id.id or None,
            plant_id=self.plant_id.id or None,
            category_id=self.category_id.id or None,
            sequence=self.sequence,
        )

    @api.model
    @tools.ormcache()
    def _get_targets(self):
        """Every one as plain values, of all companies."""
        # sudo: how long there is to answer, for whoever met what is off
        rows = self.sudo().search([("active", "=", True)])
        return tuple(row._to_target() for row in rows)

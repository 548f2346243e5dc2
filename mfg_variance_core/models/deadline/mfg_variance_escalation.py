from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...domain import escalations
from ..mfg_variance_duty import DUTY_ROLES
from .mfg_variance_sla import CLOCK_SELECTION

WHOM = [
    ("owner", "Owner of the case"),
    ("plant_supervisor", "Supervisor of the plant"),
    *DUTY_ROLES,
]


class MfgVarianceEscalation(models.Model):
    """A step of the chain: whom to tell next when a clock is not stopped in time.

    Whoever was told for this clock already is passed over: then it is the next in line
    of the role, by the duty roster; where all were told, the first is reminded.
    """

    _name = "mfg.variance.escalation"
    _description = "Escalation Step"
    _inherit = ["mfg.variance.cached", "mfg.variance.control"]
    _order = "sla_id, sequence, id"
    _place_fields = ("sla_id",)

    sla_id = fields.Many2one(
        "mfg.variance.sla", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="sla_id.company_id", store=True)
    plant_id = fields.Many2one(related="sla_id.plant_id", store=True)
    sequence = fields.Integer(default=10)
    clock = fields.Selection(
        CLOCK_SELECTION,
        string="As Long As Not Done",
        required=True,
        default="acknowledge",
        help="The step is left out once this is done.",
    )
    basis = fields.Selection(
        [
            ("percent", "% of the time is used"),
            ("late", "minutes after the deadline"),
            ("amount", "or more is at stake"),
        ],
        string="When",
        required=True,
        default="percent",
        help="Minutes and percent count in the working time of the clock; money in "
        "the currency of the company.",
    )
    count = fields.Float(string="After", required=True, default=100, digits=(16, 0))
    who = fields.Selection(
        WHOM, string="Tell", required=True, default="production_manager"
    )

    _count_positive = models.Constraint(
        "CHECK (count > 0 OR basis = 'late')",
        "Enter when the step is due: a number above zero.",
    )

    @api.constrains("basis", "count")
    def _check_percent(self):
        for step in self:
            if step.basis == "percent" and step.count > 1000:
                raise ValidationError(
                    self.env._("Enter at most 1000 % of the time that is given.")
                )

    @api.depends("clock", "basis", "count", "who")
    def _compute_display_name(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("clock", "basis", "who")
        }
        for step in self:
            step.display_name = self.env._(
                "%(who)s: %(count)s %(basis)s (%(clock)s)",
                who=labels["who"].get(step.who),
                count=f"{step.count:g}",
                basis=labels["basis"].get(step.basis),
                clock=labels["clock"].get(step.clock),
            )

    # ---------------------------------------------------------------- reading

    @api.model
    @tools.ormcache()
    def _get_chains(self):
        """``{SLA id: its steps as plain values}``, of all companies."""
        chains = {}
        # sudo: whom to tell next, whoever met what is off
        for row in self.sudo().search([("sla_id.active", "=", True)]):
            chains.setdefault(row.sla_id.id, []).append(
                escalations.Step(row.id, row.clock, row.basis, row.count, row.who)
            )
        return {sla: tuple(steps) for sla, steps in chains.items()}

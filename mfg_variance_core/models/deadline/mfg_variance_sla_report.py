from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...domain import deadlines
from ..mfg_variance_duty import DUTY_ROLES
from ..mfg_variance_measurement import SEVERITY_SELECTION
from .mfg_variance_sla import CLOCK_SELECTION

DONE_AT = {
    deadlines.ACKNOWLEDGE: "e.acknowledged_at",
    deadlines.CONTAIN: "COALESCE(e.contained_at, e.decided_at)",
    deadlines.DECIDE: "e.decided_at",
    deadlines.RESOLVE: "COALESCE(e.resolved_at, e.closed_at)",
}
# one row per case and deadline it has or had
ROWS = """
SELECT e.id * 4 + %(place)s AS id, e.id AS exception_id, %(clock)s AS clock,
       e.company_id, e.plant_id, e.severity, e.category_id, e.owner_id,
       CASE WHEN %(is_decision)s THEN s.role
            WHEN p.owner_role IN %(roles)s THEN p.owner_role
            ELSE 'supervisor' END AS role,
       e.clock_started_at AS started_at, e.%(clock_id)s_by AS deadline,
       %(done)s AS done_at,
       COALESCE(e.%(clock_id)s_result, 'running') AS result,
       CASE WHEN e.%(clock_id)s_result = 'met' THEN 1 ELSE 0 END AS met_count,
       CASE WHEN e.%(clock_id)s_result = 'breached' THEN 1 ELSE 0 END AS breached_count,
       EXTRACT(EPOCH FROM %(done)s - e.clock_started_at) / 60 AS minutes
  FROM mfg_variance_exception AS e
  LEFT JOIN mfg_variance_sla AS s ON s.id = e.sla_id
  LEFT JOIN mfg_variance_policy AS p ON p.id = e.policy_id
 WHERE e.%(clock_id)s_result IS NOT NULL
    OR (e.is_open AND e.cleared_at IS NULL AND e.%(clock_id)s_by IS NOT NULL)
"""


class MfgVarianceSlaReport(models.Model):
    """Every deadline of every case: met, missed or still running, and how long it took.

    A view over the cases, so that it cannot differ from them.
    """

    _name = "mfg.variance.sla.report"
    _description = "Deadline of a Case"
    _auto = False
    _order = "deadline desc, id desc"
    _rec_name = "exception_id"

    exception_id = fields.Many2one("mfg.variance.exception", readonly=True)
    clock = fields.Selection(CLOCK_SELECTION, string="To Do", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True)
    severity = fields.Selection(SEVERITY_SELECTION, readonly=True)
    category_id = fields.Many2one("mfg.variance.category", readonly=True)
    owner_id = fields.Many2one("res.users", readonly=True)
    role = fields.Selection(DUTY_ROLES, readonly=True)
    started_at = fields.Datetime(string="Clock Since", readonly=True)
    deadline = fields.Datetime(readonly=True)
    done_at = fields.Datetime(string="Done", readonly=True)
    result = fields.Selection(
        [("met", "Met"), ("breached", "Missed"), ("running", "Running")],
        readonly=True,
    )
    met_count = fields.Integer(string="Met", readonly=True)
    breached_count = fields.Integer(string="Missed", readonly=True)
    minutes = fields.Float(
        string="Minutes Taken",
        readonly=True,
        digits=(16, 0),
        aggregator="avg",
        help="By the wall clock, from the start of the clock until it was done.",
    )

    @api.private
    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(
                "CREATE VIEW %s AS (%s)",
                SQL.identifier(self._table),
                self._get_rows_query(),
            )
        )

    @api.model
    def _get_rows_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                ROWS,
                place=place,
                clock=clock,
                clock_id=SQL(clock),
                is_decision=clock in deadlines.PAUSED_CLOCKS,
                roles=tuple(role for role, _label in DUTY_ROLES),
                done=SQL(DONE_AT[clock]),
            )
            for place, clock in enumerate(deadlines.CLOCKS)
        )

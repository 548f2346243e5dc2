from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..mfg_variance_duty import DUTY_ROLES
from ..mfg_variance_measurement import SEVERITY_SELECTION
from .mfg_variance_sla import CLOCK_SELECTION

ROWS = """
SELECT MIN(r.id) AS id, r.company_id, r.plant_id, r.severity, r.role, r.clock,
       date_trunc('month', r.started_at)::date AS month,
       to_char(date_trunc('month', r.started_at), 'YYYY-MM') AS month_name,
       SUM(r.met_count) AS met_count, SUM(r.breached_count) AS breached_count,
       100.0 * SUM(r.met_count)
           / NULLIF(SUM(r.met_count) + SUM(r.breached_count), 0) AS met_percent,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.minutes) AS median_minutes,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY r.minutes) AS slow_minutes
  FROM mfg_variance_sla_report AS r
 GROUP BY r.company_id, r.plant_id, r.severity, r.role, r.clock,
       date_trunc('month', r.started_at)
"""


class MfgVarianceSlaFigure(models.Model):
    """How many deadlines were met, and the median times, by month, place and role.

    Medians cannot be added up: no total is shown for them.
    """

    _name = "mfg.variance.sla.figure"
    _description = "Response Figures"
    _auto = False
    _order = "month desc, plant_id, severity, clock"
    _rec_name = "clock"
    # its rows come from that view, which has to be there first
    _depends = {"mfg.variance.sla.report": ["minutes"]}

    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True)
    severity = fields.Selection(SEVERITY_SELECTION, readonly=True)
    role = fields.Selection(DUTY_ROLES, readonly=True)
    clock = fields.Selection(CLOCK_SELECTION, string="To Do", readonly=True)
    month = fields.Date(string="Month Begin", readonly=True)
    month_name = fields.Char(string="Month", readonly=True)
    met_count = fields.Integer(string="Met", readonly=True)
    breached_count = fields.Integer(string="Missed", readonly=True)
    met_percent = fields.Float(
        string="Met %", readonly=True, digits=(16, 0), aggregator=None
    )
    median_minutes = fields.Float(
        string="Median (min)", readonly=True, digits=(16, 0), aggregator=None
    )
    slow_minutes = fields.Float(
        string="90 % Within (min)",
        readonly=True,
        digits=(16, 0),
        aggregator=None,
        help="In minutes: the slowest tenth took longer.",
    )

    @api.private
    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS (%s)", SQL.identifier(self._table), SQL(ROWS))
        )

from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import outcomes

DIMENSIONS = (
    "company_id",
    "plant_id",
    "metric_id",
    "category_id",
    "product_id",
    "component_id",
    "workcenter_id",
    "operation_id",
    "currency_id",
)
BEYOND = (outcomes.OPENED, outcomes.MERGED)
MUTED = (outcomes.SILENCED, outcomes.INHIBITED, outcomes.COOLDOWN, outcomes.SHADOW)
JUDGED = (outcomes.WITHIN, outcomes.SHADED, *BEYOND, *MUTED)
SOURCES = ("mfg_variance_measurement", "mfg_variance_measurement_archive")
# when a measurement happened, in the calendar of its plant
LOCAL_MONTH = SQL(
    "date_trunc('month', m.event_at AT TIME ZONE 'UTC' "
    "AT TIME ZONE COALESCE(p.tz, 'UTC'))::date"
)


class MfgVarianceRollupMonth(models.Model):
    """A month of a company: whether its figures have to be added up again."""

    _name = "mfg.variance.rollup.month"
    _description = "Month of Variance Figures"
    _inherit = ["mfg.variance.guarded"]
    _order = "month desc, company_id"
    _rec_name = "month"

    month = fields.Date(required=True)
    company_id = fields.Many2one("res.company", required=True)
    is_due = fields.Boolean(string="To Add Up")
    rolled_at = fields.Datetime(string="Added Up")
    measured_count = fields.Integer(string="Measured")

    _month_unique = models.UniqueIndex(
        "(company_id, month)", "This month of the company is known already."
    )
    _due = models.Index("(month) WHERE is_due")

    @api.model
    def _mark_due(self, after_id):
        """Mark the months touched by what was measured or superseded after this id."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mfg_variance_rollup_month (company_id, month, is_due)
                SELECT DISTINCT m.company_id, %(month)s, TRUE
                  FROM (SELECT company_id, plant_id, event_at
                          FROM mfg_variance_measurement WHERE id > %(after)s
                         UNION ALL
                        SELECT company_id, plant_id, event_at
                          FROM mfg_variance_measurement
                         WHERE superseded_by_id > %(after)s) AS m
                  LEFT JOIN mfg_variance_plant AS p ON p.id = m.plant_id
                    ON CONFLICT (company_id, month) DO UPDATE SET is_due = TRUE
                """,
                month=LOCAL_MONTH,
                after=after_id,
            )
        )
        self.invalidate_model()

    @api.model
    def _get_closed_domain(self):
        """Months that are over wherever a plant may lie."""
        yesterday = fields.Datetime.subtract(
            self.env["mfg.variance.engine"]._now(), days=1
        )
        return [("is_due", "=", True), ("month", "<", yesterday.date().replace(day=1))]

    def _roll_up(self):
        """Add the measurements of these months up, in place of what stood there."""
        for month in self:
            self.env["mfg.variance.rollup"].search(
                [("month_id", "=", month.id)]
            )._as_system().unlink()
            self.env.flush_all()
            self.env.cr.execute(month._get_rollup_query())
            [[count]] = self.env.execute_query(
                SQL(
                    "SELECT COALESCE(SUM(measured_count), 0) FROM mfg_variance_rollup "
                    "WHERE month_id = %s",
                    month.id,
                )
            )
            month._as_system().write(
                {
                    "is_due": False,
                    "rolled_at": self.env["mfg.variance.engine"]._now(),
                    "measured_count": count,
                }
            )

    def _get_rollup_query(self):
        self.ensure_one()
        dimensions = SQL(", ").join(map(SQL.identifier, DIMENSIONS))
        return SQL(
            """
            INSERT INTO mfg_variance_rollup
                   (month_id, month, %(dimensions)s, measured_count, within_count,
                    shaded_count, beyond_count, muted_count, unjudged_count,
                    deviation, quantity, defects, loss_amount)
            SELECT %(id)s, %(month)s, %(dimensions)s, COUNT(*),
                   COUNT(*) FILTER (WHERE outcome = %(within)s),
                   COUNT(*) FILTER (WHERE outcome = %(shaded)s),
                   COUNT(*) FILTER (WHERE outcome IN %(beyond)s),
                   COUNT(*) FILTER (WHERE outcome IN %(muted)s),
                   COUNT(*) FILTER (WHERE outcome NOT IN %(judged)s),
                   COALESCE(SUM(deviation), 0), COALESCE(SUM(quantity), 0),
                   COALESCE(SUM(defects), 0),
                   COALESCE(SUM(leaf_amount), 0)
              FROM (%(rows)s) AS counted
             GROUP BY %(dimensions)s
            """,
            id=self.id,
            month=self.month,
            dimensions=dimensions,
            within=outcomes.WITHIN,
            shaded=outcomes.SHADED,
            beyond=BEYOND,
            muted=MUTED,
            judged=JUDGED,
            rows=SQL(" UNION ALL ").join(map(self._get_rows_query, SOURCES)),
        )

    def _get_rows_query(self, table):
        """Current final readings of the month: a running one is a part of those."""
        columns = SQL(", ").join(
            SQL.identifier("m", name)
            for name in (
                *DIMENSIONS,
                "outcome",
                "deviation",
                "quantity",
                "defects",
                "leaf_amount",
            )
        )
        return SQL(
            "SELECT %(columns)s FROM %(table)s AS m "
            "LEFT JOIN mfg_variance_plant AS p ON p.id = m.plant_id "
            "WHERE m.company_id = %(company)s AND m.is_current AND m.phase = 'final' "
            # the range is what the index knows; the month of the plant decides
            "AND m.event_at >= %(month)s::date - interval '1 day' "
            "AND m.event_at < %(month)s::date + interval '1 month 1 day' "
            "AND %(local)s = %(month)s",
            columns=columns,
            table=SQL.identifier(table),
            company=self.company_id.id,
            month=self.month,
            local=LOCAL_MONTH,
        )

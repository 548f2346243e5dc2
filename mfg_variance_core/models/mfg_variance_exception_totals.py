from odoo import api, fields, models
from odoo.tools import SQL

from .mfg_variance_exception import TOTALS

# what lists sort, filter and group by: the totals as last refreshed
LISTED = {
    "last_event_at": "listed_event_at",
    "occurrence_count": "listed_count",
    "amount": "listed_amount",
}
COUNTED = (
    "exception_id",
    "superseded_by_id",
    "metric_id",
    "metric_code",
    "source_model",
    "source_id",
    "outcome",
    "event_at",
    "amount",
    "amount_kind",
)


class MfgVarianceException(models.Model):
    """What the events of a case add up to.

    What is shown is read from the measurements, archived ones included, and exact.
    Lists sort, filter and group by columns instead, which a hundred thousand cases
    need. The transaction that opens or raises a case fills them; events merged into
    it do not write the case, so that operators never wait for each other (D9), and
    the scheduled roll-up brings the columns up to date a few minutes later.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    listed_event_at = fields.Datetime(readonly=True)
    listed_count = fields.Integer(readonly=True, default=0)
    listed_amount = fields.Float(readonly=True, default=0.0)

    _default_order = models.Index(
        "(COALESCE(is_open, FALSE) DESC, array_position(ARRAY['info', 'warning', "
        "'major', 'critical']::varchar[], severity) DESC, respond_by, id DESC)"
    )
    _severity_order = models.Index(
        "(array_position(ARRAY['info', 'warning', 'major', 'critical']::varchar[], "
        "severity), id)"
    )
    _listed_amount = models.Index("(listed_amount, id)")
    _listed_count = models.Index("(listed_count, id)")
    _listed_event = models.Index("(listed_event_at, id)")
    _respond = models.Index("(respond_by, id)")
    _respond_open = models.Index("(respond_by, id) WHERE is_open IS TRUE")

    @api.depends("measurement_ids")
    def _compute_totals(self):
        found = {}
        if self.ids:
            self._flush_totals()
            rows = self.env.execute_query(self._get_totals_query())
            found = {row[0]: row[1:] for row in rows}
        for case in self:
            last, count, amount = found.get(case._origin.id, (False, 0, 0.0))
            case.last_event_at = last
            case.occurrence_count = count
            case.amount = amount

    def _flush_totals(self):
        self.env["mfg.variance.measurement"].flush_model(COUNTED)

    def _get_totals_query(self):
        """``(case, last event, events, amount)`` of these cases that have events."""
        columns = SQL(", ").join(map(SQL.identifier, COUNTED))
        events = SQL(" UNION ALL ").join(
            SQL(
                "SELECT id, %s FROM %s WHERE exception_id IN %s "
                "AND superseded_by_id IS NULL",
                columns,
                SQL.identifier(table),
                tuple(self.ids),
            )
            for table in (
                "mfg_variance_measurement",
                "mfg_variance_measurement_archive",
            )
        )
        terms = SQL(", ").join(SQL(term) for term in TOTALS.values())
        return SQL(
            "SELECT m.exception_id, %s FROM (%s) AS m GROUP BY m.exception_id",
            terms,
            events,
        )

    def _refresh_listed(self):
        """Bring the columns that lists sort by up to date, in one statement."""
        if not self.ids:
            return
        self._flush_totals()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE mfg_variance_exception AS e SET listed_event_at = t.last, "
                "listed_count = t.count, listed_amount = t.amount "
                "FROM (%s) AS t(id, last, count, amount) WHERE e.id = t.id "
                "AND (e.listed_event_at, e.listed_count, e.listed_amount) "
                "IS DISTINCT FROM (t.last, t.count::integer, t.amount)",
                self._get_totals_query(),
            )
        )
        self.invalidate_recordset(LISTED.values(), flush=False)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists sort, filter and group by the totals."""
        return super()._field_to_sql(alias, LISTED.get(field_expr, field_expr), query)

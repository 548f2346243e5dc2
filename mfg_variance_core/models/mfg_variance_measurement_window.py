from odoo import models
from odoo.tools import SQL

SUMS = ("amount:sum", "amount:sum_currency")


class MfgVarianceMeasurement(models.Model):
    """Windows beside single readings: their money is never added up with its leaves."""

    _name = "mfg.variance.measurement"
    _inherit = "mfg.variance.measurement"

    def _compute_display_name(self):
        windows = self.filtered(lambda row: row.phase == "window")
        for row in windows:
            series = self.env["mfg.variance.series"].browse(row.source_id)
            row.display_name = series.exists().display_name or row.metric_id.name
        return super(MfgVarianceMeasurement, self - windows)._compute_display_name()

    def _read_group_select(self, aggregate_spec, query):
        """Sum leaves only: what explains other amounts is in them already."""
        term = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in SUMS:
            return term
        kind = self._field_to_sql(self._table, "amount_kind", query)
        return SQL("%s FILTER (WHERE %s IS DISTINCT FROM 'explained_by')", term, kind)

from odoo import models


class MfgVarianceMeasurement(models.Model):
    """Windows beside single readings are named by the series they judge."""

    _name = "mfg.variance.measurement"
    _inherit = "mfg.variance.measurement"

    def _compute_display_name(self):
        windows = self.filtered(lambda row: row.phase == "window")
        for row in windows:
            series = self.env["mfg.variance.series"].browse(row.source_id)
            row.display_name = series.exists().display_name or row.metric_id.name
        return super(MfgVarianceMeasurement, self - windows)._compute_display_name()

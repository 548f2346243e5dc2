from odoo import api, models


class MfgVarianceStandard(models.Model):
    """The log is compared with an independent calculation, standard by standard."""

    _name = "mfg.variance.standard"
    _inherit = "mfg.variance.standard"

    @api.model
    def _freeze_from_history(self, workorders):
        """Work of the log gets the standards its first half teaches as a whole.

        Learning as it goes, as a plant does, would judge the first half as well.
        """
        return super()._freeze_from_history(
            workorders.filtered(lambda workorder: not workorder.variance_log_key)
        )

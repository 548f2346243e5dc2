from odoo import api, models

from ...domain import holds

# time in which somebody works; a stop is logged whatever is held
WORKING = ("productive", "performance")


class MrpWorkcenterProductivity(models.Model):
    """No timer runs on held work; minutes that are over are booked as ever."""

    _name = "mrp.workcenter.productivity"
    _inherit = "mrp.workcenter.productivity"

    @api.model_create_multi
    def create(self, vals_list):
        logs = super().create(vals_list)
        logs._check_holds()
        return logs

    def write(self, vals):
        result = super().write(vals)
        if "date_end" in vals or "workorder_id" in vals:
            self._check_holds()
        return result

    def _check_holds(self):
        """Refuse logs of work that goes on."""
        now = self.env["mfg.variance.engine"]._now()
        running = self.filtered(
            lambda log: (
                log.workorder_id
                and log.loss_type in WORKING
                and (not log.date_end or log.date_end > now)
            )
        )
        if running:
            self.env["mfg.variance.hold"]._examine_work(
                running.workorder_id, holds.START
            )

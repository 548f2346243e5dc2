from odoo import api, models
from odoo.fields import Domain

from ...domain import holds
from . import passage

# states in which work goes on, or is said to be over
_ACTIONS = {"progress": holds.START, "done": holds.FINISH}


class MrpWorkorder(models.Model):
    """Held work does not start, nor is it called done past its button (D12)."""

    _name = "mrp.workorder"
    _inherit = ["mrp.workorder", "mfg.variance.holdable"]

    def _get_variance_hold_domain(self):
        """Its own holds, and those of its order and its center."""
        return (
            Domain("workorder_id", "in", self.ids)
            | (
                Domain("kind", "=", holds.PRODUCTION)
                & Domain("production_id", "in", self.production_id.ids)
            )
            | Domain("workcenter_id", "in", self.workcenter_id.ids)
        )

    @api.model_create_multi
    def create(self, vals_list):
        workorders = super().create(vals_list)
        for state, action in _ACTIONS.items():
            begun = workorders.filtered(lambda one, state=state: one.state == state)
            if begun:
                self.env["mfg.variance.hold"]._examine_work(begun, action)
        return workorders

    def write(self, vals):
        action = _ACTIONS.get(vals.get("state"))
        if action:
            self._check_holds(action, vals["state"])
        return super().write(vals)

    def _check_holds(self, action, state):
        moved = self.filtered(lambda one: one.state != state)
        if moved:
            self.env["mfg.variance.hold"]._examine_work(moved, action)

    def button_finish(self):
        """Book what was begun, also while it is held: it lands in quarantine."""
        begun = self.filtered(lambda one: holds.is_begun(one.state))
        booking = passage.Passage(workorder_ids=begun.ids)
        with passage.passing(self.env, booking):
            return super().button_finish()

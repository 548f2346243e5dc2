from contextlib import nullcontext

from odoo import fields, models

from ..domain import outcomes
from .mfg_variance_measurement import SEVERITY_SELECTION
from .stock_move import booking_by_plan


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "mfg.variance.linked", "mfg.variance.station"]

    variance_flag_severity = fields.Selection(
        SEVERITY_SELECTION, compute="_compute_variance_flag"
    )
    variance_flag_text = fields.Char(compute="_compute_variance_flag")

    def _compute_variance_flag(self):
        """The worst open case a playbook flagged, for the ribbon and the banner."""
        # sudo: whoever works on the order is told that something is off with it,
        # by title only, also without a role in variance control
        orders = self.sudo()
        found = orders._read_variance_cases(
            [("is_open", "=", True), ("is_flagged", "=", True)]
        )
        cases = orders.env["mfg.variance.exception"].browse(
            {case_id for _order_id, case_id in found}
        )
        by_order = {}
        for order_id, case_id in found:
            by_order.setdefault(order_id, set()).add(case_id)
        for production in self:
            mine = by_order.get(production._origin.id, ())
            mine = cases.filtered(lambda case, mine=mine: case.id in mine)
            worst = max(
                mine, key=lambda case: outcomes.rank(case.severity), default=mine
            )
            production.variance_flag_severity = worst.severity if worst else False
            production.variance_flag_text = (
                self.env._(
                    "%(count)s open: %(title)s",
                    count=len(mine),
                    title=worst.display_name,
                )
                if worst
                else False
            )

    def write(self, vals):
        """Another quantity is another plan: running work crosses its limits later."""
        # the form sends what Odoo books with the quantity to produce as if typed
        is_booked = "qty_producing" in vals and "move_raw_ids" in vals
        with booking_by_plan(self.env) if is_booked else nullcontext():
            result = super().write(vals)
        if is_booked:
            self.move_raw_ids._capture_registered()
        if "product_qty" in vals:
            engine = self.env["mfg.variance.engine"]
            engine._shielded("_capture_watch", self.workorder_ids)
        return result

    def action_confirm(self):
        """Freeze the plan at the end of the confirming transaction (D5)."""
        result = super().action_confirm()
        confirmed = self.filtered(lambda order: order.state not in ("draft", "cancel"))
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_freeze", confirmed.workorder_ids)
        engine._shielded("_capture_freeze_components", confirmed)
        return result

    def action_update_bom(self):
        result = super().action_update_bom()
        reason = self.env._("Bill of materials updated on the order")
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_replan", self.workorder_ids, reason)
        engine._shielded("_capture_replan_components", self, reason)
        return result

    def _action_cancel(self):
        """What was consumed before an order was cancelled is judged too (D6)."""
        result = super()._action_cancel()
        cancelled = self.filtered(lambda order: order.state == "cancel")
        engine = self.env["mfg.variance.engine"]
        engine._shielded("_capture_consumption", cancelled)
        return result

    def pre_button_mark_done(self):
        with booking_by_plan(self.env):
            return super().pre_button_mark_done()

    def _post_inventory(self, cancel_backorder=False):
        with booking_by_plan(self.env):
            return super()._post_inventory(cancel_backorder=cancel_backorder)

    def _split_productions(
        self, amounts=False, cancel_remaining_qty=False, set_consumed_qty=False
    ):
        with booking_by_plan(self.env):
            return super()._split_productions(
                amounts, cancel_remaining_qty, set_consumed_qty
            )

    def _set_qty_producing(self, pick_manual_consumption_moves=True):
        with booking_by_plan(self.env):
            return super()._set_qty_producing(pick_manual_consumption_moves)

    def _get_variance_dims(self):
        """The dimension ids stored on measurements of this order."""
        self.ensure_one()
        warehouse = self.picking_type_id.warehouse_id
        return {
            "company_id": self.company_id.id,
            "plant_id": self.env["mfg.variance.plant"]._get_id_of(warehouse.id),
            "product_id": self.product_id.id,
            "production_id": self.id,
        }

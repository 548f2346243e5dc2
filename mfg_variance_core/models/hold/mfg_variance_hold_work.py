from odoo import api, models

from ...domain import holds
from . import passage


class MfgVarianceHold(models.Model):
    """Whether work may start or be finished, and what becomes of what it makes."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    def _examine_work(self, workorders, action):
        """Refuse to start or finish work that is held, or that follows held work.

        Finishing is refused unless it books what was begun, by its own button: see
        :func:`passage.booked_workorder_ids`. No row is locked here: placing a hold
        updates what it holds, and so does whoever starts it, so that the later of the
        two is repeated.
        """
        if action == holds.FINISH:
            booked = passage.booked_workorder_ids(self.env)
            booked_orders = passage.booked_order_ids(self.env)
            workorders = workorders.filtered(
                lambda one: (
                    one.id not in booked and one.production_id.id not in booked_orders
                )
            )
        # starting writes a time log and a state: asked once in a transaction
        free = passage.free_work(self.env)
        asked = {(one.id, one.workcenter_id.id) for one in workorders}
        if asked <= free:
            return
        found = self._find(
            production=workorders.production_id.ids,
            workorder=workorders.ids,
            workcenter=workorders.workcenter_id.ids,
        )
        self._refuse_work(found, action)
        free |= asked if not found else set()

    @api.model
    def _examine_orders(self, orders, action):
        booked = passage.booked_order_ids(self.env)
        orders = orders.filtered(lambda order: order.id not in booked)
        if orders:
            self._refuse_work(self._find(production=orders.ids), action)

    def _refuse_work(self, found, action):
        ids = [one.hold_id for one in found]
        # sudo: how work is held, whoever does it
        blocking = (
            self.sudo()
            .browse(ids)
            .filtered(lambda hold: holds.stops(hold.strength, action))
        )
        if blocking:
            self._refuse_held({hold.id: (action, False) for hold in blocking})

    # ------------------------------------------------------------- what it makes

    def _get_put_aside(self, found, lines):
        """``{line: hold}`` of what comes out of held work or in with a receipt."""
        # sudo: how work is held, whoever books what it made
        work = self.sudo().browse(
            [one.hold_id for one in found if one.kind in holds.OF_WORK]
        )
        if not work:
            return {}
        result = {}
        for line in lines:
            if line.location_id._get_hold_place().is_in_house:
                continue
            for hold in work.sorted("strength", reverse=True):
                if hold._has_made(line):
                    result[line] = hold
        return result

    def _has_made(self, line):
        """Whether the line brings in what this hold is about."""
        self.ensure_one()
        order = line.move_id.production_id
        if self.kind == holds.PICKING:
            return line.picking_id == self.picking_id
        if not order:
            return False
        if self.kind == holds.PRODUCTION:
            return order == self.production_id
        if self.kind == holds.WORKORDER:
            return order == self.workorder_id.production_id
        return any(
            workorder.workcenter_id == self.workcenter_id
            and self._is_made_while_held(workorder)
            for workorder in order.workorder_ids
        )

    def _is_made_while_held(self, workorder):
        """What was finished here before the center was held is not its concern."""
        if workorder.state == "cancel":
            return False
        finished = workorder.date_finished
        return workorder.state != "done" or not finished or finished >= self.placed_at

    @api.model
    def _hold_put_aside(self, aside):
        """Hold what has come out of held work: by its lot, or put into quarantine."""
        vals_list = []
        for line, hold in aside.items():
            if not line.exists() or not line.quantity_product_uom:
                continue
            vals = {
                "parent_id": hold.id,
                "is_output": True,
                "exception_id": hold.exception_id.id,
                "company_id": hold.company_id.id,
                "plant_id": hold.plant_id.id,
                "strength": hold.strength,
                "reason": hold.reason,
                "production_id": line.move_id.production_id.id,
                "picking_id": line.picking_id.id,
                "product_id": line.product_id.id,
                "lot_id": line.lot_id.id,
            }
            if line.location_dest_id.variance_is_quarantine:
                vals_list.append(
                    {
                        **vals,
                        "kind": holds.QUANTITY,
                        "quantity": line.quantity_product_uom,
                        "location_id": line.location_dest_id.id,
                        "source_location_id": line.move_id.location_dest_id.id,
                    }
                )
            else:
                vals_list.append({**vals, "kind": holds.LOT})
        if vals_list:
            # sudo: it follows from the hold on the work, whoever books
            self.sudo()._place(vals_list)

from odoo import fields, models
from odoo.fields import Domain

from ...domain import holds

# what a form shows; more than this is a list of its own
MOST = 80
WAITING = ("waiting", "confirmed", "partially_available")


class MfgVarianceHold(models.Model):
    """What a hold starves: the orders and deliveries that wait for what it holds."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    # computed as sudo: what waits is named to whoever sees the hold; the orders and
    # transfers themselves are shown to those with a role there
    starved_production_ids = fields.Many2many(
        "mrp.production",
        string="Waiting Orders",
        compute="_compute_starved",
        compute_sudo=True,
    )
    starved_picking_ids = fields.Many2many(
        "stock.picking",
        string="Waiting Transfers",
        compute="_compute_starved",
        compute_sudo=True,
    )
    starved_text = fields.Char(
        string="Starves", compute="_compute_starved", compute_sudo=True
    )

    def _compute_starved(self):
        # sudo: names of what waits, for whoever sees the holds
        active = self.sudo().filtered(lambda hold: hold.state == "active")
        moves = active._find_waiting_moves()
        orders_at = active._find_orders_at_centers()
        for hold in self:
            own = hold.sudo()  # sudo: as above
            waiting = active & own and own._get_starved_moves(moves)
            orders = self.env["mrp.production"].sudo()
            pickings = self.env["stock.picking"].sudo()
            if waiting:
                orders |= waiting.raw_material_production_id
                pickings |= waiting.picking_id
            if active & own and own.kind == holds.WORKCENTER:
                orders |= orders_at.get(own.workcenter_id, orders)[:MOST]
            hold.starved_production_ids = orders.ids
            hold.starved_picking_ids = pickings.ids
            names = (orders.mapped("name") + pickings.mapped("name"))[:3]
            count = len(orders) + len(pickings)
            more = f" +{count - len(names)}" if count > len(names) else ""
            hold.starved_text = ", ".join(names) + more

    def _find_waiting_moves(self):
        """``{(company, product): moves}`` that wait for what these hold.

        Those reserved on a held lot wait, too: they cannot be done with it.
        """
        held = self.filtered(lambda hold: hold.kind in holds.OF_STOCK)
        Move = self.env["stock.move"]
        if not held.product_id:
            return {}
        waits = Domain("state", "in", WAITING)
        lots = held.filtered(lambda hold: hold._is_lot_blocked()).lot_id
        if lots:
            waits |= Domain("state", "=", "assigned") & Domain(
                "move_line_ids.lot_id", "in", lots.ids
            )
        found = Move.search(
            waits
            & Domain("company_id", "in", held.company_id.ids)
            & Domain("product_id", "in", held.product_id.ids)
            & Domain("location_id.usage", "=", "internal"),
            order="date, id",
            limit=MOST * len(held),
        )
        return found.grouped(lambda move: (move.company_id, move.product_id))

    def _get_starved_moves(self, waiting):
        """The moves that wait for this product, or for what the held work makes."""
        self.ensure_one()
        if self.kind in (holds.PRODUCTION, holds.WORKORDER):
            order = self.production_id or self.workorder_id.production_id
            after = order.move_finished_ids.move_dest_ids
            return after.filtered(lambda move: move.state in WAITING)[:MOST]
        if self.kind not in holds.OF_STOCK:
            return self.env["stock.move"]
        moves = waiting.get((self.company_id, self.product_id))
        if not moves:
            return self.env["stock.move"]
        # what is reserved on another lot does not wait for this one
        blocked = self.lot_id if self._is_lot_blocked() else self.env["stock.lot"]
        return moves.filtered(
            lambda move: move.state in WAITING or blocked & move.move_line_ids.lot_id
        )[:MOST]

    def _is_lot_blocked(self):
        """True when no piece of the lot may be used, wherever it lies."""
        return self.kind == holds.LOT and self.strength == holds.NO_USE

    def _find_orders_at_centers(self):
        """``{center: orders}`` whose next operation is at a held center."""
        held = self.filtered(lambda hold: hold.kind == holds.WORKCENTER)
        if not held:
            return {}
        found = self.env["mrp.workorder"].search(
            [
                ("workcenter_id", "in", held.workcenter_id.ids),
                ("state", "in", ("ready", "blocked", "progress")),
                ("production_id.state", "in", ("confirmed", "progress")),
            ],
            limit=MOST * len(held),
        )
        return {
            center: workorders.production_id
            for center, workorders in found.grouped("workcenter_id").items()
        }

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
        for hold in self:
            moves = hold._get_starved_moves() if hold.state == "active" else None
            orders = (
                moves.raw_material_production_id
                if moves
                else self.env["mrp.production"]
            )
            if hold.state == "active" and hold.kind == holds.WORKCENTER:
                orders |= hold._get_orders_at_center()
            pickings = moves.picking_id if moves else self.env["stock.picking"]
            hold.starved_production_ids = orders.ids
            hold.starved_picking_ids = pickings.ids
            names = (orders.mapped("name") + pickings.mapped("name"))[:3]
            count = len(orders) + len(pickings)
            more = f" +{count - len(names)}" if count > len(names) else ""
            hold.starved_text = ", ".join(names) + more

    def _get_starved_moves(self):
        """The moves that wait for this product, or for what the held work makes."""
        order = self.production_id or self.workorder_id.production_id
        domain = Domain("state", "in", WAITING) & Domain(
            "company_id", "=", self.company_id.id
        )
        if self.kind in (holds.PRODUCTION, holds.WORKORDER):
            after = order.move_finished_ids.move_dest_ids
            return after.filtered(lambda move: move.state in WAITING)[:MOST]
        if not self.product_id or self.kind not in holds.OF_STOCK:
            return self.env["stock.move"]
        domain &= Domain("product_id", "=", self.product_id.id)
        domain &= Domain("location_id.usage", "=", "internal")
        return self.env["stock.move"].search(domain, order="date, id", limit=MOST)

    def _get_orders_at_center(self):
        """The orders whose next operation is at the held center."""
        workorders = self.env["mrp.workorder"].search(
            [
                ("workcenter_id", "=", self.workcenter_id.id),
                ("state", "in", ("ready", "blocked", "progress")),
                ("production_id.state", "in", ("confirmed", "progress")),
            ],
            limit=MOST,
        )
        return workorders.production_id

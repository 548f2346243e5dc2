from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ...domain import holds


class MfgVarianceHold(models.Model):
    """What placing a hold does to stock and orders: set aside, split, set free."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    # ------------------------------------------------------- before it is placed

    @api.model
    def _arrange(self, vals):
        """Find out what a hold really is on: the row is right from the start."""
        if vals["kind"] == holds.QUANTITY:
            return self._arrange_quantity(vals)
        if vals["kind"] == holds.PRODUCTION and vals.get("quantity"):
            return self._arrange_part(vals)
        return vals

    def _arrange_quantity(self, vals):
        """A quantity is held in the quarantine of its plant."""
        # sudo: reads what kind of place and product it is, for whoever has no role in
        # Inventory; that he may hold there was checked
        location = self.env["stock.location"].sudo().browse(vals["location_id"])
        product = self.env["product.product"].sudo().browse(vals["product_id"])
        if product.tracking != "none" and not vals.get("lot_id"):
            raise UserError(
                self.env._(
                    "%(product)s is tracked: hold its lot, or name the lot the "
                    "quantity is of.",
                    product=product.display_name,
                )
            )
        if location.variance_is_quarantine:
            return vals
        quarantine = self._get_quarantine_of(vals["plant_id"], location)
        return {
            **vals,
            "location_id": quarantine.id,
            "source_location_id": location.id,
        }

    def _get_quarantine_of(self, plant_id, location):
        # sudo: reads the one plant it lies in, to name its quarantine
        plant = self.env["mfg.variance.plant"].sudo()
        plant = plant.browse(self._get_plant_of_location(location) or plant_id)
        if not plant:
            raise UserError(
                self.env._(
                    "%(location)s belongs to no plant, so there is no quarantine for "
                    "it. Hold the lot, or give its warehouse a plant.",
                    location=location.display_name,
                )
            )
        return plant._get_quarantine()

    def _arrange_part(self, vals):
        """Part of an order is split off, and only that part is held."""
        # sudo: splits this one order and no other, which follows from the hold on a
        # part of it; that its holder may hold there was checked
        order = self.env["mrp.production"].sudo().browse(vals["production_id"])
        quantity, whole = vals["quantity"], order.product_qty
        uom = order.product_uom_id
        if uom.compare(quantity, whole) > 0:
            raise UserError(
                self.env._(
                    "%(order)s makes %(whole)g: hold that much or less.",
                    order=order.display_name,
                    whole=whole,
                )
            )
        if uom.compare(quantity, whole) == 0:
            return {**vals, "quantity": 0}
        parts = order._split_productions({order: [whole - quantity, quantity]})
        return {**vals, "production_id": parts[-1].id, "quantity": 0}

    # -------------------------------------------------------- once it is placed

    def _contain(self):
        """Set aside what is held by number, what came out of it, and free the rest."""
        # sudo: moves and frees only what these holds are on, as follows from each
        for hold in self.sudo():
            if hold.kind == holds.QUANTITY:
                hold._set_aside()
            elif hold.kind in (holds.PRODUCTION, holds.WORKORDER, holds.PICKING):
                hold._hold_what_came_out()
        self.sudo()._unreserve_held()  # sudo: as above

    def _set_aside(self):
        """Move the held quantity to quarantine; refuse if there is not so much."""
        if not self.source_location_id or self.is_output:
            return
        quants = self._find_to_set_aside()
        missing = self.quantity - sum(quants.values())
        if self.uom_id.compare(missing, 0) > 0:
            raise UserError(
                self.env._(
                    "There are only %(there)g of %(product)s in %(location)s. Hold "
                    "what is there.",
                    there=self.quantity - missing,
                    product=self.product_id.display_name,
                    location=self.source_location_id.display_name,
                )
            )
        self._move_quants(quants, self.location_id)

    def _put_back(self):
        """Move what is no longer held by number back to where it came from."""
        for hold in self.filtered(
            lambda hold: hold.kind == holds.QUANTITY and hold.source_location_id
        ):
            key = (hold.location_id.id, hold.product_id.id, hold.lot_id.id)
            others = sum(
                self.search(
                    [
                        ("kind", "=", holds.QUANTITY),
                        ("state", "=", "active"),
                        ("location_id", "=", key[0]),
                        ("product_id", "=", key[1]),
                        ("lot_id", "=", key[2]),
                    ]
                ).mapped("quantity")
            )
            free = self._get_quantities_at([key])[key] - others
            quants = self._take(
                hold.location_id.quant_ids.filtered(
                    lambda quant, hold=hold: (
                        quant.product_id == hold.product_id
                        and quant.lot_id == hold.lot_id
                        and quant.quantity > 0
                    )
                ),
                min(free, hold.quantity),
            )
            hold._move_quants(quants, hold.source_location_id)

    def _find_to_set_aside(self):
        """``{quant: quantity}`` to take, the oldest and the unreserved first."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", self.source_location_id.id),
                ("location_id.variance_is_quarantine", "=", False),
                ("lot_id", "=", self.lot_id.id),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        free_first = quants.sorted(lambda quant: quant.reserved_quantity > 0)
        return self._take(free_first, self.quantity)

    @api.model
    def _take(self, quants, quantity):
        """``{quant: part}`` of a quantity, as far as there is."""
        taken = {}
        for quant in quants:
            part = min(quantity, quant.quantity)
            if quant.product_uom_id.compare(part, 0) > 0:
                taken[quant] = part
                quantity -= part
        return taken

    def _move_quants(self, quants, target):
        """One done move of these quantities, with their lots, packages and owners."""
        if not quants:
            return self.env["stock.move"]
        source = next(iter(quants)).location_id
        move = self.env["stock.move"].create(
            {
                "product_id": self.product_id.id,
                "product_uom": self.uom_id.id,
                "product_uom_qty": sum(quants.values()),
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company_id.id,
                "origin": self.name,
                "picked": True,
                "move_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product_id.id,
                            "product_uom_id": self.uom_id.id,
                            "quantity": quantity,
                            "location_id": quant.location_id.id,
                            "location_dest_id": target.id,
                            "lot_id": quant.lot_id.id,
                            "package_id": quant.package_id.id,
                            "owner_id": quant.owner_id.id,
                            "company_id": self.company_id.id,
                        },
                    )
                    for quant, quantity in quants.items()
                ],
            }
        )
        move._action_done()
        return move

    def _hold_what_came_out(self):
        """What a finished order made, or a receipt brought in, is held where it is."""
        order = self.production_id or self.workorder_id.production_id
        moves = (
            self.picking_id.move_ids
            if self.kind == holds.PICKING
            else order.move_finished_ids
        )
        lines = moves.filtered(
            lambda move: (
                move.state == "done"
                and not move.location_id._get_hold_place().is_in_house
                and move.location_dest_id._get_hold_place().is_in_house
            )
        ).move_line_ids
        common = {
            "parent_id": self.id,
            "exception_id": self.exception_id.id,
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
            "strength": self.strength,
            "reason": self.reason,
        }
        vals_list = [
            {**common, "kind": holds.LOT, "lot_id": lot.id} for lot in lines.lot_id
        ]
        loose = lines.filtered(lambda line: not line.lot_id)
        for (product, location), group in loose.grouped(
            lambda line: (line.product_id, line.location_dest_id)
        ).items():
            there = self._get_loose(product, location)
            quantity = min(there, sum(group.mapped("quantity_product_uom")))
            if product.uom_id.compare(quantity, 0) > 0:
                vals_list.append(
                    {
                        **common,
                        "kind": holds.QUANTITY,
                        "product_id": product.id,
                        "location_id": location.id,
                        "quantity": quantity,
                    }
                )
        if vals_list:
            self._place(vals_list)

    def _get_loose(self, product, location):
        """How much of a product without lots is in a location and below."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", location.id),
                ("location_id.variance_is_quarantine", "=", False),
                ("quantity", ">", 0),
            ]
        )
        return sum(quants.mapped("quantity"))

    # ---------------------------------------------------------- reservations

    def _unreserve_held(self):
        """Free what is reserved of held lots, and tell whoever waits for it.

        What is picked stays in its document: somebody has it in his hands, and is told.
        """
        held = self.filtered(lambda hold: hold.kind == holds.LOT)
        if not held:
            return
        lines = self.env["stock.move.line"].search(
            [
                ("lot_id", "in", held.lot_id.ids),
                ("state", "not in", ("done", "cancel", "draft")),
                ("location_id.usage", "in", holds.OWN_USAGES),
            ]
        )
        freed = lines.browse()
        for hold in held:
            mine = lines.filtered(hold._is_kept_from)
            lines -= mine
            picked = mine.filtered("picked")
            hold._tell_waiting(picked, is_picked=True)
            hold._tell_waiting(mine - picked, is_picked=False)
            freed |= mine - picked
        freed.unlink()

    def _is_kept_from(self, line):
        """Whether the line waits for what this hold on a lot keeps from it."""
        return line.lot_id == self.lot_id and (
            self.strength == holds.NO_USE or line.move_id._is_hold_shipping()
        )

    def _tell_waiting(self, lines, is_picked):
        values = {
            "hold": self.name,
            "what": f"{self.product_id.display_name} {self.target_name}",
            "reason": self.reason,
        }
        body = (
            self.env._(
                "%(hold)s holds %(what)s, which is picked here already: put back what "
                "is not used yet. Why: %(reason)s",
                **values,
            )
            if is_picked
            else self.env._(
                "%(hold)s holds %(what)s: what was reserved of it here was set free. "
                "Why: %(reason)s",
                **values,
            )
        )
        orders = lines.move_id.raw_material_production_id
        transfers = (lines.move_id - orders.move_raw_ids).picking_id
        for document in (*orders, *transfers):
            document.message_post(body=Markup("<p>%s</p>") % body)
            document.user_id._bus_send(
                "simple_notification",
                {"type": "warning", "title": document.display_name, "message": body},
            )

from odoo import models

REPAIR = "repair.order"


class MfgVarianceDisposition(models.Model):
    """Working on held pieces again: they come back into quarantine and are looked at.

    The pieces leave stock for the production location when it is granted; what they
    had cost goes along as extra cost of the order, so that they come back at their old
    value and what the order adds. Its output is held again until a person has inspected
    it and somebody else released it.
    """

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    def _run_rework(self):
        """Plan a rework order per lot, with the pieces handed over to it."""
        rest = self._get_rest()
        target = self._get_production_location(self.product_id)
        by_lot, moves = {}, self.env["stock.move"]
        for place in self._take(self.quantity):
            lot = place.key.lot_id
            moves |= self._move_out(place, target)
            by_lot[lot] = by_lot.get(lot, 0.0) + place.quantity
        self._part_from(rest)
        cost = sum(moves.mapped("value")) / self.quantity
        self._as_system().write({"piece_cost": cost})
        for lot, quantity in by_lot.items():
            order = self.env["mrp.production"].create(
                self._prepare_rework_vals(lot, quantity, cost)
            )
            order.action_confirm()
            self._link(production_ids=order)

    def _prepare_rework_vals(self, lot, quantity, cost):
        warehouse = self._get_warehouse()
        origin = lot._get_variance_makers()
        vals = {
            "product_id": self.product_id.id,
            "product_qty": quantity,
            "product_uom_id": self.uom_id.id,
            "bom_id": False,
            "company_id": self.company_id.id,
            "origin": self.name,
            # not who approved it: he would count as one who made the lot
            "user_id": False,
            "picking_type_id": warehouse.manu_type_id.id,
            "location_dest_id": self._get_quarantine().id,
            "extra_cost": cost,
            "is_variance_rework": True,
            "variance_rework_case_id": self.exception_id.id,
            "variance_disposition_id": self.id,
        }
        if len(origin) == 1:
            vals["variance_rework_origin_id"] = origin.id
        if lot:
            vals["lot_producing_ids"] = [(6, 0, lot.ids)]
        return vals

    def _run_repair(self):
        """A repair order per place where Repairs is installed; else a rework order.

        The pieces lie in quarantine meanwhile, on a hold of their own.
        """
        if REPAIR not in self.env:
            self._run_rework()
            return
        quarantine = self._get_quarantine()
        rest, ids = self._get_rest(), []
        for place in self._take(self.quantity):
            if place.key.location_id != quarantine:
                self._move_out(place, quarantine)
            repair = self.env[REPAIR].create(
                self._prepare_repair_vals(place, quarantine)
            )
            repair._action_repair_confirm()
            ids.append(repair.id)
            self._hold_again(
                place.key.product_id,
                place.key.lot_id,
                quarantine,
                place.quantity,
                self.env._(
                    "Under repair by %(order)s: inspect it before it is released.",
                    order=repair.name,
                ),
            )
        self._part_from(rest)
        self._as_system().write({"repair_ids": ids})

    def _get_rest(self):
        """What stays on the hold when this is done."""
        self.ensure_one()
        return self.hold_id._get_disposable_quantity() - self.quantity

    def _part_from(self, rest):
        """What was worked on again comes back in the same lot: the rest is held by
        where it lies from now on, or the hold on the lot would hold both."""
        if rest > self.uom_id.rounding / 2.0:
            self.hold_id._narrow(self, rest)

    def _prepare_repair_vals(self, place, quarantine):
        vals = {
            "product_id": self.product_id.id,
            "product_qty": place.quantity,
            "product_uom": self.uom_id.id,
            "lot_id": place.key.lot_id.id,
            "company_id": self.company_id.id,
            "product_location_src_id": quarantine.id,
            "product_location_dest_id": quarantine.id,
            "internal_notes": self.reason,
        }
        kind = self.env["stock.picking.type"].search(
            [
                ("code", "=", "repair_operation"),
                ("warehouse_id", "=", self._get_warehouse().id),
            ],
            limit=1,
        )
        return {**vals, "picking_type_id": kind.id} if kind else vals

    def _get_warehouse(self):
        self.ensure_one()
        return self.plant_id.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )

    def _get_quarantine(self):
        """Where what comes back is put aside."""
        self.ensure_one()
        plant = self.plant_id or self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", self._get_warehouse().id)], limit=1
        )
        # sudo: by the system; the location is made when it is first needed
        return plant._get_quarantine().sudo()

    def _hold_again(self, product, lot, location, quantity, reason):
        """Hold what came back until it was looked at."""
        self.ensure_one()
        holds = self.env["mfg.variance.hold"]._place(
            [
                {
                    "kind": "quantity",
                    "strength": "no_use",
                    "exception_id": self.exception_id.id,
                    "company_id": self.company_id.id,
                    "plant_id": self.plant_id.id,
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "location_id": location.id,
                    "quantity": quantity,
                    "parent_id": self.hold_id.id,
                    "reason": reason,
                }
            ]
        )
        self._link(new_hold_ids=holds)
        return holds

    def _hold_reworked(self, order, moves):
        """What a rework order made is held where it went, until it was inspected."""
        for line in moves.move_line_ids:
            self._hold_again(
                line.product_id,
                line.lot_id,
                line.location_dest_id,
                line.quantity_product_uom,
                self.env._(
                    "Reworked by %(order)s: inspect it before it is released.",
                    order=order.name,
                ),
            )

    def _bring_back(self, order, quantity, reason):
        """Pieces that a rework order ended without lie in quarantine again."""
        self.ensure_one()
        one = self._for_documents()
        lot = order.lot_producing_ids[:1]
        quarantine = one._get_quarantine()
        out = one.move_ids.filtered(
            lambda move: (
                move.location_dest_id.usage == "production"
                and (not lot or lot in move.move_line_ids.lot_id)
            )
        )[:1]
        move = one.env["stock.move"].create(
            {
                **one._prepare_move_vals(
                    self.product_id,
                    quantity,
                    one._get_production_location(self.product_id),
                    quarantine,
                    lot_id=lot.id,
                ),
                "origin_returned_move_id": out.id,
            }
        )
        one._finish(move)
        one._hold_again(self.product_id, lot, quarantine, quantity, reason)

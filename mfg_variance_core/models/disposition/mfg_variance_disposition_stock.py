from odoo import models
from odoo.exceptions import UserError

from ...domain import dispositions, holds


class MfgVarianceDisposition(models.Model):
    """What leaves, and what goes back on the shelf, by Odoo's own moves."""

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    # ------------------------------------------------------------------ helpers

    def _take(self, quantity, quants=None):
        """The places to take a quantity of the held stock from: ``[Place(quant)]``."""
        self.ensure_one()
        if quants is None:
            quants = self.hold_id._get_disposable_quants()
        taken = dispositions.take(
            [dispositions.Place(quant, quant.quantity) for quant in quants], quantity
        )
        if taken is None:
            raise UserError(
                self.env._(
                    "Only %(there)s of the %(asked)s %(unit)s are still there. Count "
                    "them, then try again or withdraw this and ask for less.",
                    there=f"{sum(quants.mapped('quantity')):g}",
                    asked=f"{quantity:g}",
                    unit=self.uom_id.name,
                )
            )
        return taken

    def _prepare_move_vals(self, product, quantity, source, destination, **line):
        return {
            "origin": self.name,
            "company_id": self.company_id.id,
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": quantity,
            "location_id": source.id,
            "location_dest_id": destination.id,
            "picked": True,
            "move_line_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "product_uom_id": product.uom_id.id,
                        "quantity": quantity,
                        "location_id": source.id,
                        "location_dest_id": destination.id,
                        **line,
                    },
                )
            ],
        }

    def _move_out(self, place, destination):
        """Move a part of the held stock from its place, now."""
        quant = place.key
        move = self.env["stock.move"].create(
            self._prepare_move_vals(
                quant.product_id,
                place.quantity,
                quant.location_id,
                destination,
                lot_id=quant.lot_id.id,
                package_id=quant.package_id.id,
                owner_id=quant.owner_id.id,
            )
        )
        self._finish(move)
        return move

    def _finish(self, moves):
        """Book moves and see that they were booked, not only not refused."""
        moves._action_done()
        if any(move.state != "done" for move in moves):
            raise UserError(self.env._("Odoo did not book the stock move."))
        self._link(move_ids=moves)

    def _get_production_location(self, product):
        return product.with_company(self.company_id).property_stock_production

    # -------------------------------------------------------------------- kinds

    def _run_release(self):
        """Let the quantity go: what lies in quarantine goes back to stock."""
        self._release(self.quantity)

    def _run_sort(self):
        """Let the good pieces go; the bad ones stay held and wait for a decision."""
        self._release(self.good_quantity)

    def _run_use_as_is(self):
        """Let the quantity go under a permit."""
        self._release(self.quantity)
        self._start_permit()

    def _release(self, quantity):
        """Let a quantity go; of what lies in quarantine so much goes back to stock."""
        self.ensure_one()
        if not self.product_id:
            return
        hold, released = self.hold_id, quantity
        rest = hold._get_disposable_quantity() - quantity
        is_lot = hold.kind == holds.LOT
        if rest > self.uom_id.rounding / 2.0:
            hold._narrow(self, rest)
        else:
            rest = 0.0
        aside = hold._get_disposable_quants().filtered(
            lambda quant: quant.location_id.variance_is_quarantine
        )
        if is_lot:
            # what was on the shelf stays there, and only what is aside comes back
            quantity = max(sum(aside.mapped("quantity")) - rest, 0.0)
        for place in self._take(quantity, aside):
            home = hold._get_home_location(place.key)
            if home and home != place.key.location_id:
                self._move_out(place, home)
        self._renew_permits(released)

    def _run_scrap(self):
        """Scrap it by Odoo's own scrap orders, or finish the one that waited."""
        places = self._take(self.quantity)
        if self.scrap_id:
            self.scrap_id._variance_finish(self)
            self._link(scrap_ids=self.scrap_id, move_ids=self.scrap_id.move_ids)
            return
        for place in places:
            scrap = self.env["stock.scrap"].create(self._prepare_scrap_vals(place))
            scrap._variance_finish(self)
            self._link(scrap_ids=scrap, move_ids=scrap.move_ids)

    def _prepare_scrap_vals(self, place):
        """Without an order: what the pieces had cost is booked on the case here, so
        that the scrap leaf of the order does not count it again (DESIGN rule 11)."""
        quant = place.key
        return {
            "origin": self.name,
            "company_id": self.company_id.id,
            "product_id": quant.product_id.id,
            "product_uom_id": quant.product_id.uom_id.id,
            "scrap_qty": place.quantity,
            "location_id": quant.location_id.id,
            "lot_id": quant.lot_id.id,
            "package_id": quant.package_id.id,
            "owner_id": quant.owner_id.id,
        }

    def _run_regrade(self):
        """Out as what it was, in as what it becomes, at the same value.

        Two moves over the production location, as taking apart does: the value that
        goes out comes in, so the books do not change. A product kept at standard cost
        comes in at its standard; the difference is booked on the case. The lines are
        linked, so that the genealogy goes on.
        """
        target = self.target_product_id
        lot = self._find_target_lot()
        factor = self.uom_id._compute_quantity(1.0, target.uom_id, round=False)
        for place in self._take(self.quantity):
            out = self._move_out(place, self._get_production_location(self.product_id))
            move = self.env["stock.move"].create(
                self._prepare_move_vals(
                    target,
                    target.uom_id.round(place.quantity * factor),
                    self._get_production_location(target),
                    self.hold_id._get_home_location(place.key) or place.key.location_id,
                    lot_id=lot.id,
                    owner_id=place.key.owner_id.id,
                )
            )
            if target.cost_method != "standard":
                self.env["product.value"].create(
                    {
                        "move_id": move.id,
                        "value": out.value,
                        "company_id": self.company_id.id,
                        "description": self.env._(
                            "Regraded by %(disposition)s", disposition=self.name
                        ),
                    }
                )
            self._finish(move)
            move.move_line_ids.consume_line_ids = out.move_line_ids

    def _find_target_lot(self):
        self.ensure_one()
        lots = self.env["stock.lot"]
        target = self.target_product_id
        if target.tracking == "none":
            return lots
        name = self.target_lot or self.lot_id.name
        if not name:
            raise UserError(
                self.env._(
                    "%(product)s is tracked: give the lot it becomes.",
                    product=target.display_name,
                )
            )
        known = lots.search(
            [
                ("product_id", "=", target.id),
                ("name", "=", name),
                ("company_id", "in", (self.company_id.id, False)),
            ],
            limit=1,
        )
        return known or lots.create(
            {
                "product_id": target.id,
                "name": name,
                "company_id": self.company_id.id,
            }
        )

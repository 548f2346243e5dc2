from odoo import Command
from odoo.exceptions import UserError

from .hold_case import HoldCase


class HoldStockCase(HoldCase):
    """Deliveries, receipts, movements and orders of what is held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.casing = cls.make_product("Casing", tracking="lot")

    def deliver(self, quantity=1, product=None, lot=None, source=None, **values):
        """A confirmed delivery with its line, not yet done."""
        product = product or self.bolt
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": (source or self.stock).id,
                "location_dest_id": self.customers.id,
            }
        )
        self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "picking_id": picking.id,
                "location_id": (source or self.stock).id,
                "location_dest_id": self.customers.id,
                **values,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def move(self, target, quantity=1, lot=None, product=None, source=None, **line):
        """One done movement of this lot."""
        product = product or self.bolt
        source = source or self.stock
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": source.id,
                "location_dest_id": target.id,
                "picked": True,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": quantity,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                            "lot_id": (
                                lot
                                or (self.lot if product == self.bolt else lot)
                                or self.env["stock.lot"]
                            ).id,
                            **line,
                        }
                    )
                ],
            }
        )
        move._action_done()
        return move

    def shelf(self):
        return self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )

    def production(self, product=None):
        return (
            (product or self.bolt)
            .with_company(self.env.company)
            .property_stock_production
        )

    def refused(self, text=None):
        return self.assertRaisesRegex(UserError, text or "is on hold")

    def receive(self, product, quantity=5, lot_name=None, source=None):
        source = source or self.suppliers
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": source.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        if lot_name:
            picking.move_line_ids.lot_name = lot_name
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        return picking

    def make_from(self, component_lot, name="G-1"):
        """The done order that made one piece of a casing from one of this lot."""
        order = self.env["mrp.production"].create(
            {
                "product_id": self.casing.id,
                "product_qty": 1,
                "move_raw_ids": [
                    Command.create(
                        {
                            "product_id": component_lot.product_id.id,
                            "product_uom_qty": 1,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.action_assign()
        order.lot_producing_ids = self.make_lot(name, self.casing)
        order.qty_producing = 1
        order._set_qty_producing()
        order.move_raw_ids.move_line_ids.lot_id = component_lot
        order.move_raw_ids.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        return order

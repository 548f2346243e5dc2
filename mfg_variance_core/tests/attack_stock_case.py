import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .hold_case import HoldCase

QUIET = mute_logger("odoo.sql_db", "odoo.models.unlink")


class AttackStockCase(HoldCase):
    """A manager of stock and work in Odoo, and what he tries with what is held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attacker = new_test_user(
            cls.env,
            "attack_stock",
            groups="stock.group_stock_manager,mrp.group_mrp_manager",
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.bolt, cls.stock, 5, lot_id=cls.make_lot("B-2")
        )
        cls.other = cls.env["stock.lot"].search([("name", "=", "B-2")])
        cls.casing, cls.nut = (
            cls.make_product("Casing", tracking="lot"),
            cls.make_product("Nut"),
        )

    # ---------------------------------------------------------------- helpers

    def as_attacker(self, records, **context):
        return records.with_user(self.attacker).with_context(**context)

    def make_from(self, lot, name="C-1"):
        """A casing made from one bolt of this lot; its order."""
        order = self.env["mrp.production"].create(
            {
                "product_id": self.casing.id,
                "product_qty": 1,
                "move_raw_ids": [
                    Command.create({"product_id": self.bolt.id, "product_uom_qty": 1})
                ],
            }
        )
        order.action_confirm()
        order.action_assign()
        order.lot_producing_ids = self.make_lot(name, self.casing)
        order.qty_producing = 1
        order._set_qty_producing()
        order.move_raw_ids.move_line_ids.lot_id = lot
        order.move_raw_ids.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        return order

    def ship(self, lot, quantity=1):
        """A delivery of this lot by the attacker."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": lot.product_id.id,
                            "product_uom_qty": quantity,
                            "location_id": self.stock.id,
                            "location_dest_id": self.customers.id,
                            "move_line_ids": [
                                Command.create(
                                    {
                                        "product_id": lot.product_id.id,
                                        "lot_id": lot.id,
                                        "quantity": quantity,
                                        "location_id": self.stock.id,
                                        "location_dest_id": self.customers.id,
                                    }
                                )
                            ],
                        }
                    )
                ],
            }
        )
        picking.move_ids.picked = True
        self.as_attacker(picking).button_validate()
        return picking

    def receive(self, product, quantity=5, lot_name=None):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.suppliers.id,
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

    def try_each(self, attempts, then=None):
        """Each attempt, or what follows on it, is refused; all of it is undone."""
        for name, attempt in attempts.items():
            with self.subTest(name):
                try:
                    with self.env.cr.savepoint() as savepoint, QUIET:
                        attempt()
                        self.env.flush_all()
                        if then:
                            then()
                        savepoint.rollback()
                except (UserError, psycopg2.Error):
                    continue
                else:
                    self.fail("was let through")
                finally:
                    self.env.invalidate_all()

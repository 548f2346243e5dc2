import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .hold_stock_case import HoldStockCase

QUIET = mute_logger("odoo.sql_db", "odoo.models.unlink")


class AttackStockCase(HoldStockCase):
    """A manager of stock and work in Odoo, and what he tries with what is held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attacker = new_test_user(
            cls.env,
            "attack_stock",
            groups="stock.group_stock_manager,mrp.group_mrp_manager",
        )
        cls.other = cls.make_lot("B-2")
        cls.fill(cls.bolt, 5, lot=cls.other)
        cls.nut = cls.make_product("Nut")

    # ---------------------------------------------------------------- helpers

    def as_attacker(self, records, **context):
        return records.with_user(self.attacker).with_context(**context)

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

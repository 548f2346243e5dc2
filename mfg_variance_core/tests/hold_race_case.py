from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import TransactionCase
from odoo.tools import mute_logger


class HoldRaceCase(TransactionCase):
    """Ten bolts of a lot and ten nuts, committed for real.

    Two connections that commit for real, as in ``test_concurrency``; what they leave is
    removed afterwards. Under REPEATABLE READ it matters when each began, not a thread.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.clear_all_caches)
        self.addCleanup(self.remove)
        self.startPatcher(patch("odoo.service.model.time.sleep"))
        self.startPatcher(patch("odoo.service.model._logger"))
        self.enterContext(mute_logger("odoo.sql_db", "odoo.models.unlink"))
        with self.registry.cursor() as cr:
            self.prepare(self.on(cr))

    @staticmethod
    def on(cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def prepare(self, env):
        warehouse = env["stock.warehouse"].search([], limit=1)
        self.stock_id = warehouse.lot_stock_id.id
        self.customer_id = env.ref("stock.stock_location_customers").id
        self.quarantine_before = env["stock.location"].search(
            [("variance_is_quarantine", "=", True)]
        )
        lots = env["product.product"].create(
            {"name": "Race bolt", "is_storable": True, "tracking": "lot"}
        )
        loose = env["product.product"].create({"name": "Race nut", "is_storable": True})
        self.bolt_id, self.nut_id = lots.id, loose.id
        lot = env["stock.lot"].create({"name": "RACE", "product_id": lots.id})
        self.lot_id = lot.id
        for product, one in ((lots, lot), (loose, None)):
            env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, 10, lot_id=one
            )
        # Odoo keeps on the lot whether it is in one place only, and writes its row for
        # that: in two places, nothing but our own lock is in the way
        customers = env["stock.location"].browse(self.customer_id)
        env["stock.quant"]._update_available_quantity(lots, customers, 1, lot_id=lot)

    def remove(self):
        with self.registry.cursor() as cr:
            env = self.on(cr)
            products = [self.bolt_id, self.nut_id]
            found = env["mfg.variance.hold"].search([("product_id", "in", products)])
            self.forget_holds(cr, found.ids)
            for table in ("stock_move_line", "stock_move", "stock_quant"):
                cr.execute(
                    f"DELETE FROM {table} WHERE product_id IN %s",  # pylint: disable=sql-injection
                    [tuple(products)],
                )
            env.invalidate_all()
            env["stock.lot"].browse(self.lot_id)._as_held_system().unlink()
            env["product.product"].browse(products).unlink()

    def forget_holds(self, cr, ids):
        """Evidence refuses to be deleted: the triggers are off for its owner only."""
        if not ids:
            return
        cr.execute("SET LOCAL session_replication_role = replica")
        cr.execute("DELETE FROM mfg_variance_hold WHERE id IN %s", [tuple(ids)])
        cr.execute(
            "DELETE FROM mfg_variance_ledger WHERE res_model = 'mfg.variance.hold' "
            "AND res_id IN %s",
            [tuple(ids)],
        )
        cr.execute("SET LOCAL session_replication_role = DEFAULT")

    # ---------------------------------------------------------------- helpers

    def ship(self, env, lot=True, quantity=1):
        """A done movement to the customer."""
        product_id = self.bolt_id if lot else self.nut_id
        move = env["stock.move"].create(
            {
                "product_id": product_id,
                "product_uom_qty": quantity,
                "location_id": self.stock_id,
                "location_dest_id": self.customer_id,
                "picked": True,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product_id,
                            "quantity": quantity,
                            "lot_id": lot and self.lot_id,
                            "location_id": self.stock_id,
                            "location_dest_id": self.customer_id,
                        }
                    )
                ],
            }
        )
        move._action_done()
        env.flush_all()

    def write_quant(self, env):
        quant = env["stock.quant"].search(
            [("lot_id", "=", self.lot_id), ("location_id", "=", self.stock_id)]
        )
        quant.quantity = 2
        env.flush_all()

    def place(self, env, lot=True, strength="no_use"):
        vals = {"reason": "Race", "strength": strength}
        if lot:
            vals |= {"kind": "lot", "lot_id": self.lot_id}
        else:
            vals |= {
                "kind": "quantity",
                "product_id": self.nut_id,
                "location_id": self.stock_id,
                "quantity": 10,
            }
        hold = env["mfg.variance.hold"]._place([vals])
        env.flush_all()
        return hold

    def in_stock(self, lot=True):
        with self.registry.cursor() as cr:
            quants = self.on(cr)["stock.quant"].search(
                [
                    ("product_id", "=", self.bolt_id if lot else self.nut_id),
                    ("location_id.usage", "=", "internal"),
                ]
            )
            return sorted(filter(None, quants.mapped("quantity")))

    def begin(self, cr):
        """From here on this connection sees the database as it is now."""
        cr.execute("SELECT 1 FROM stock_quant LIMIT 1")
        cr.execute("SET lock_timeout = '300ms'")
        return self.on(cr)

    def assert_refused_after(self, act, **place):
        """Who began before the hold was committed is repeated and then refused."""
        with self.registry.cursor() as late:
            env = self.begin(late)
            with self.registry.cursor() as early:
                self.place(self.on(early), **place)
            tries = []

            def work():
                tries.append(True)
                act(env)

            with self.assertRaisesRegex(UserError, "on hold"):
                retrying(work, env)
            late.rollback()
        self.assertEqual(len(tries), 2)

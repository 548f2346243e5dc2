from odoo import Command
from odoo.tests import new_test_user, tagged

from .hold_stock_case import HoldStockCase


@tagged("post_install", "-at_install")
class TestHoldStock(HoldStockCase):
    """What may move of held stock, by whatever movement."""

    def test_given_no_use_lot_expected_not_moved_used_shipped_or_scrapped(self):
        self.hold_lot()
        loss = self.bolt.property_stock_inventory
        for target in (self.shelf(), self.production(), self.customers, loss):
            with self.subTest(target.name), self.refused():
                self.move(target)

    def test_given_no_ship_lot_expected_moved_and_used_but_not_shipped(self):
        self.hold_lot(strength="no_ship")
        self.move(self.shelf())
        self.move(self.production())
        with self.refused("do not ship"):
            self.move(self.customers)
        with self.refused("do not ship"):
            self.move(self.suppliers)

    def test_given_hold_expected_refusal_says_what_why_since_and_who(self):
        self.hold_lot()
        with self.refused() as caught:
            self.move(self.customers)
        text = str(caught.exception)
        for part in ("B-1", "VH/", "Crack found", "Since", "Who can release it"):
            self.assertIn(part, text)

    def test_given_lifted_hold_expected_free(self):
        hold = self.hold_lot()
        with self.granted():
            hold._lift(self.env.user)
        self.move(self.customers)
        self.assertEqual(self.on_hand(self.bolt), 9)

    def test_given_held_lot_expected_other_lot_free(self):
        other = self.make_lot("B-2")
        self.fill(self.bolt, 5, lot=other)
        self.hold_lot()
        self.move(self.customers, lot=other)
        self.assertEqual(self.on_hand(self.bolt, lot=other), 4)

    def test_given_held_lot_expected_receipt_and_return_add_to_it(self):
        self.move(self.customers)
        self.hold_lot()
        self.move(self.stock, source=self.suppliers)
        self.move(self.stock, source=self.customers)
        self.assertEqual(self.on_hand(self.bolt), 11)

    def test_given_held_lot_expected_brought_into_quarantine_and_not_out(self):
        self.hold_lot()
        quarantine = self.plant._get_quarantine()
        self.move(quarantine, quantity=10)
        self.assertEqual(self.on_hand(self.bolt, quarantine), 10)
        with self.refused():
            self.move(self.stock, source=quarantine)

    def test_given_repacked_or_relabelled_expected_refused(self):
        hold = self.hold_lot()
        package = self.env["stock.package"].create({"name": "P"})
        with self.refused():
            self.move(self.stock, result_package_id=package.id)
        quant = self.lot.quant_ids.filtered(lambda one: one.quantity > 0)
        with self.refused():
            quant.move_quants(package_dest_id=package)
        self.assertEqual(hold.state, "active")

    def test_given_consignment_expected_held_for_every_owner(self):
        owner = self.env["res.partner"].create({"name": "Owner"})
        self.fill(self.bolt, 4, lot=self.lot, owner_id=owner)
        self.hold_lot()
        with self.refused():
            self.move(self.customers, owner_id=owner.id)

    def test_given_serial_expected_only_that_piece_held(self):
        pump = self.make_product("Pump", tracking="serial")
        good, bad = self.make_lot("S-1", pump), self.make_lot("S-2", pump)
        for lot in (good, bad):
            self.fill(pump, 1, lot=lot)
        self.hold_lot(bad)
        self.move(self.customers, product=pump, lot=good)
        with self.refused():
            self.move(self.customers, product=pump, lot=bad)

    def test_given_nothing_there_expected_held_lot_not_taken_below_zero(self):
        empty = self.make_lot("B-3")
        self.hold_lot(empty)
        with self.refused():
            self.move(self.customers, lot=empty)

    def deliver_nameless(self, source):
        """A delivery by a type that asks for no lots, with none."""
        self.warehouse.out_type_id.write(
            {"use_existing_lots": False, "use_create_lots": False}
        )
        picking = self.deliver(source=source)
        picking.move_line_ids.unlink()
        picking.move_ids.move_line_ids = [
            Command.create({"product_id": self.bolt.id, "quantity": 1})
        ]
        picking.move_ids.picked = True
        picking.button_validate()
        return picking

    def test_given_no_lot_named_expected_refused_where_a_held_one_lies(self):
        self.hold_lot(strength="no_ship")
        with self.refused("Name the lots"):
            self.deliver_nameless(self.stock)

    def test_given_no_lot_named_expected_free_where_no_held_one_lies(self):
        shelf = self.shelf()
        self.fill(self.bolt, 5, location=shelf, lot=self.make_lot("B-2"))
        self.hold_lot()
        self.assertEqual(self.deliver_nameless(shelf).state, "done")

    def test_given_kit_expected_held_component_refuses_the_delivery(self):
        kit = self.make_product("Kit", is_storable=False)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": self.bolt.id})],
            }
        )
        picking = self.deliver(product=kit)
        self.hold_lot()
        self.assertFalse(picking.move_line_ids)
        picking.move_ids.move_line_ids = [
            Command.create({"product_id": self.bolt.id, "lot_id": self.lot.id})
        ]
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        with self.refused():
            picking.button_validate()

    # ------------------------------------------------------------------------ genealogy

    def test_given_made_from_held_lot_expected_not_shipped(self):
        for strength in ("no_ship", "no_use"):
            with self.subTest(strength):
                lot = self.make_lot(f"O-{strength}")
                self.fill(self.bolt, 1, lot=lot)
                made = self.make_from(lot, f"M-{strength}").lot_producing_ids
                hold = self.hold_lot(lot, strength=strength)
                with self.refused("was made from"):
                    self.move(self.customers, product=made.product_id, lot=made)
                self.move(self.shelf(), product=made.product_id, lot=made)
                with self.granted():
                    hold._lift(self.env.user)

    def test_given_made_in_two_steps_expected_not_shipped_until_lifted(self):
        middle = self.make_from(self.lot, "M-1").lot_producing_ids
        final = self.make_from(middle, "M-2").lot_producing_ids
        hold = self.hold_lot(strength="no_ship")
        with self.refused("was made from"):
            self.move(self.customers, product=final.product_id, lot=final)
        with self.granted():
            hold._lift(self.env.user)
        self.move(self.customers, product=final.product_id, lot=final)

    # ------------------------------------------------------------------------- counting

    def count(self, quant, quantity):
        quant = quant.with_context(inventory_mode=True)
        quant.inventory_quantity = quantity
        return quant.action_apply_inventory()

    def test_given_count_of_held_lot_expected_same_and_more_applied(self):
        self.hold_lot()
        quant = self.lot.quant_ids.filtered(lambda one: one.location_id == self.stock)
        self.count(quant, 10)
        self.count(quant, 12)
        self.assertEqual(self.on_hand(self.bolt), 12)

    def test_given_count_of_held_lot_expected_less_refused(self):
        for strength in ("no_use", "no_ship"):
            with self.subTest(strength):
                hold = self.hold_lot(strength=strength)
                quant = self.lot.quant_ids.filtered(
                    lambda one: one.location_id == self.stock
                )
                with self.refused("counted away"):
                    self.count(quant, 9)
                with self.granted():
                    hold._lift(self.env.user)

    # ------------------------------------------------------------------------ companies

    def test_given_lot_of_two_companies_expected_held_in_both(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        ) or self.env["stock.warehouse"].create(
            {"name": "Other", "code": "OTH", "company_id": other.id}
        )
        self.fill(self.bolt, 5, location=warehouse.lot_stock_id, lot=self.lot)
        self.hold_lot()
        user = new_test_user(
            self.env,
            "hold_stranger",
            groups="stock.group_stock_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        quant = self.lot.quant_ids.filtered(lambda one: one.company_id == other)
        with self.refused():
            quant.with_user(user).with_company(other).quantity = 1

    def test_given_stock_handed_to_another_company_expected_refused(self):
        self.hold_lot(strength="no_ship")
        transit = self.env["stock.location"].create(
            {"name": "Between companies", "usage": "transit", "company_id": False}
        )
        with self.refused("do not ship"):
            self.move(transit)

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestHoldStock(HoldCase):
    """What may move of held stock, and how it is proposed."""

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

    # ------------------------------------------------------- what is stopped

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

    # -------------------------------------------------------------- genealogy

    def make_from(self, component_lot, name="G-1"):
        """A lot of a product made from one piece of this lot."""
        case = self.make_product("Casing " + name, tracking="lot")
        order = self.env["mrp.production"].create(
            {
                "product_id": case.id,
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
        made = self.make_lot(name, case)
        order.lot_producing_ids = made
        order.qty_producing = 1
        order._set_qty_producing()
        order.move_raw_ids.move_line_ids.lot_id = component_lot
        order.move_raw_ids.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        return made

    def test_given_made_from_held_lot_expected_not_shipped(self):
        for strength in ("no_ship", "no_use"):
            with self.subTest(strength):
                lot = self.make_lot(f"O-{strength}")
                self.fill(self.bolt, 1, lot=lot)
                made = self.make_from(lot, f"M-{strength}")
                hold = self.hold_lot(lot, strength=strength)
                with self.refused("was made from"):
                    self.move(self.customers, product=made.product_id, lot=made)
                self.move(self.shelf(), product=made.product_id, lot=made)
                with self.granted():
                    hold._lift(self.env.user)

    def test_given_made_in_two_steps_expected_not_shipped_until_lifted(self):
        middle = self.make_from(self.lot, "M-1")
        final = self.make_from(middle, "M-2")
        hold = self.hold_lot(strength="no_ship")
        with self.refused("was made from"):
            self.move(self.customers, product=final.product_id, lot=final)
        with self.granted():
            hold._lift(self.env.user)
        self.move(self.customers, product=final.product_id, lot=final)

    # ---------------------------------------------------------------- counting

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

    # ------------------------------------------------------------- reservation

    def test_given_held_lot_expected_not_reserved(self):
        self.hold_lot()
        self.assertEqual(self.deliver().move_ids.state, "confirmed")

    def test_given_no_ship_lot_expected_reserved_for_use_only(self):
        self.hold_lot(strength="no_ship")
        self.assertEqual(self.deliver().move_ids.state, "confirmed")
        move = self.env["stock.move"].create(
            {
                "product_id": self.bolt.id,
                "product_uom_qty": 1,
                "location_id": self.stock.id,
                "location_dest_id": self.production().id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.state, "assigned")

    def test_given_reserved_lot_expected_set_free_and_owner_told(self):
        picking = self.deliver(quantity=3)
        self.assertEqual(picking.move_ids.state, "assigned")
        self.hold_lot()
        self.assertEqual(picking.move_ids.state, "confirmed")
        quant = self.lot.quant_ids.filtered(lambda one: one.location_id == self.stock)
        self.assertEqual(quant.reserved_quantity, 0)
        self.assertIn("set free", picking.message_ids[0].body)

    def test_given_reserved_and_other_lot_expected_other_lot_is_taken(self):
        other = self.make_lot("B-2")
        picking = self.deliver(quantity=3)
        self.fill(self.bolt, 5, lot=other)
        self.hold_lot()
        picking.action_assign()
        self.assertEqual(picking.move_line_ids.lot_id, other)

    def test_given_held_stock_expected_on_hand_but_neither_free_nor_forecast(self):
        self.assertEqual(self.bolt.free_qty, 10)
        hold = self.hold_lot()
        self.bolt.invalidate_recordset()
        self.assertEqual(self.bolt.qty_available, 10)
        self.assertEqual(self.bolt.free_qty, 0)
        self.assertEqual(self.bolt.virtual_available, 0)
        with self.granted():
            hold._lift(self.env.user)
        self.bolt.invalidate_recordset()
        self.assertEqual(self.bolt.free_qty, 10)

    def test_given_three_step_delivery_expected_no_ship_lot_not_even_picked(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self.hold_lot(strength="no_ship")
        move = self.env["stock.move"].create(
            {
                "product_id": self.bolt.id,
                "product_uom_qty": 1,
                "location_id": self.stock.id,
                "location_dest_id": self.warehouse.wh_pack_stock_loc_id.id,
                "location_final_id": self.customers.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.state, "confirmed")

    def test_given_held_after_the_first_step_expected_second_step_not_reserved(self):
        pack = self.shelf()
        first, second = self.env["stock.move"].create(
            [
                {
                    "product_id": self.bolt.id,
                    "product_uom_qty": 2,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                }
                for source, target in ((self.stock, pack), (pack, self.customers))
            ]
        )
        second.write({"move_orig_ids": first.ids, "procure_method": "make_to_order"})
        (first | second)._action_confirm()
        first._action_assign()
        first.picked = True
        first._action_done()
        self.assertEqual(second.state, "assigned")
        self.hold_lot()
        self.assertNotEqual(second.state, "assigned")
        second._action_assign()
        self.assertFalse(second.move_line_ids)

    # --------------------------------------------------- quantities in quarantine

    def put_nuts(self, quantity=10):
        nut = self.make_product("Nut", standard_price=2.0)
        self.fill(nut, quantity)
        return nut

    def hold_quantity(self, product, quantity, **values):
        return self.hold(
            "quantity",
            product_id=product.id,
            location_id=self.stock.id,
            quantity=quantity,
            **values,
        )

    def test_given_quantity_expected_moved_to_quarantine_and_held_there(self):
        nut = self.put_nuts()
        hold = self.hold_quantity(nut, 4)
        quarantine = self.plant.quarantine_location_id
        self.assertEqual(hold.location_id, quarantine)
        self.assertEqual(hold.source_location_id, self.stock)
        self.assertEqual(self.on_hand(nut, quarantine), 4)
        self.assertEqual(self.on_hand(nut), 6)
        self.assertEqual(hold.value, 8)
        self.move(self.customers, product=nut, quantity=6)
        with self.refused():
            self.move(self.customers, product=nut, source=quarantine)

    def test_given_lot_with_a_cost_of_its_own_expected_that_is_its_value(self):
        dear = self.make_product("Dear", tracking="lot", lot_valuated=True)
        lot = self.make_lot("D-1", dear)
        self.fill(dear, 2, lot=lot)
        lot.standard_price, dear.standard_price = 7.0, 3.0
        self.assertEqual(self.hold_lot(lot).value, 14)

    def test_given_more_than_held_in_quarantine_expected_the_rest_leaves(self):
        nut = self.put_nuts()
        self.hold_quantity(nut, 4)
        quarantine = self.plant.quarantine_location_id
        self.move(quarantine, product=nut, quantity=2)
        self.move(self.stock, product=nut, quantity=2, source=quarantine)
        with self.refused():
            self.move(self.stock, product=nut, quantity=1, source=quarantine)

    def test_given_rest_used_up_expected_nothing_taken_below_zero_but_by_work(self):
        nut = self.put_nuts(4)
        self.hold_quantity(nut, 4)
        with self.refused():
            self.move(self.customers, product=nut)
        self.move(self.production(), product=nut)
        self.assertEqual(self.on_hand(nut), -1)

    def test_given_not_so_much_there_expected_refused(self):
        with self.assertRaisesRegex(UserError, "only 10"):
            self.hold_quantity(self.put_nuts(), 11)

    def test_given_tracked_product_expected_lot_asked_for(self):
        with self.assertRaisesRegex(UserError, "tracked"):
            self.hold_quantity(self.bolt, 1)
        hold = self.hold_quantity(self.bolt, 4, lot_id=self.lot.id)
        self.assertEqual(self.on_hand(self.bolt, hold.location_id, self.lot), 4)
        self.move(self.customers, quantity=6)
        with self.refused():
            self.move(self.customers, source=hold.location_id)

    def test_given_reserved_quantity_expected_taken_from_the_delivery(self):
        nut = self.put_nuts()
        picking = self.deliver(product=nut, quantity=8)
        self.hold_quantity(nut, 4)
        self.assertEqual(sum(picking.move_line_ids.mapped("quantity")), 6)

    def test_given_quarantine_expected_nothing_in_it_is_reserved_or_free(self):
        nut = self.put_nuts(4)
        self.hold_quantity(nut, 4)
        self.assertEqual(self.deliver(product=nut).move_ids.state, "confirmed")
        self.assertEqual(nut.qty_available, 4)
        self.assertEqual(nut.free_qty, 0)

    def test_given_quantity_lifted_expected_put_back(self):
        nut = self.put_nuts()
        hold = self.hold_quantity(nut, 4)
        with self.granted():
            hold._lift(self.env.user)
        self.assertEqual(self.on_hand(nut), 10)
        self.assertEqual(self.on_hand(nut, hold.location_id), 0)

    # ---------------------------------------------------------------- transfers

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

    def test_given_held_receipt_expected_received_into_quarantine(self):
        nut = self.make_product("Nut")
        picking = self.receive(nut)
        hold = self.hold("picking", picking_id=picking.id)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 5)
        self.assertEqual(hold.child_ids.kind, "quantity")
        self.assertEqual(hold.child_ids.quantity, 5)

    def test_given_receipt_done_before_expected_what_is_still_here_is_held(self):
        nut = self.make_product("Nut")
        picking = self.receive(nut)
        picking.button_validate()
        self.move(self.customers, product=nut, quantity=2)
        hold = self.hold("picking", picking_id=picking.id)
        self.assertEqual(hold.child_ids.quantity, 3)
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 3)

    def test_given_lot_received_before_expected_lot_held(self):
        picking = self.receive(self.bolt, lot_name="R-1")
        picking.button_validate()
        hold = self.hold("picking", picking_id=picking.id)
        self.assertEqual(hold.child_ids.lot_id.name, "R-1")

    def test_given_held_delivery_expected_refused(self):
        picking = self.deliver()
        self.hold("picking", picking_id=picking.id)
        picking.move_ids.picked = True
        with self.refused():
            picking.button_validate()

    # -------------------------------------------------------------- companies

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

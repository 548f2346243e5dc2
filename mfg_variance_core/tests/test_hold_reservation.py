from odoo.tests import tagged

from .hold_stock_case import HoldStockCase


@tagged("post_install", "-at_install")
class TestHoldReservation(HoldStockCase):
    """Held stock is proposed to nobody, and set free where it was."""

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

    def test_given_picked_lot_expected_stays_and_owner_told_to_put_it_back(self):
        picking = self.deliver(quantity=3)
        picking.move_ids.picked = True
        self.hold_lot()
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        told = picking.message_ids[0].body
        self.assertIn("put back what is not used yet", told)
        self.assertNotIn("set free", told)

    def test_given_two_lots_held_at_once_expected_each_told_of_its_own(self):
        pickings = [self.deliver(quantity=10)]
        other = self.make_lot("B-2")
        self.fill(self.bolt, 5, lot=other)
        pickings.append(self.deliver(quantity=5))
        held = self.Hold._place(
            [
                {"kind": "lot", "lot_id": lot.id, "reason": "Crack found"}
                for lot in (self.lot, other)
            ]
        )
        for picking, hold in zip(pickings, held, strict=True):
            self.assertIn(hold.name, picking.message_ids[0].body)

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

from unittest.mock import patch

from odoo.tests import tagged

from .hold_stock_case import HoldStockCase


@tagged("post_install", "-at_install")
class TestHoldTransfer(HoldStockCase):
    """A held receipt comes in to quarantine, a held delivery stays."""

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

    def outside(self):
        """A location as mrp_subcontracting keeps it: internal, and not in the house."""
        outside, place = self.env["stock.location"].create(
            [
                {"name": "Subcontractors", "usage": "internal"},
                {"name": "Subcontractor", "usage": "internal"},
            ]
        )
        place.location_id = outside
        self.startPatcher(
            patch.object(type(place), "_get_outside", lambda _location: outside)
        )
        return place

    def test_given_held_receipt_of_a_subcontractor_expected_in_quarantine(self):
        nut, outside = self.make_product("Nut"), self.outside()
        self.fill(nut, 5, location=outside)
        picking = self.receive(nut, source=outside)
        hold = self.hold("picking", picking_id=picking.id)
        picking.button_validate()
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 5)
        self.assertEqual(hold.child_ids.quantity, 5)

    def test_given_no_ship_lot_expected_not_resupplied_to_a_subcontractor(self):
        outside = self.outside()
        self.hold_lot(strength="no_ship")
        with self.refused("do not ship"):
            self.move(outside)
        move = self.env["stock.move"].create(
            {
                "product_id": self.bolt.id,
                "product_uom_qty": 1,
                "location_id": self.stock.id,
                "location_dest_id": outside.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.assertFalse(move.move_line_ids)

    def test_given_held_lot_with_a_subcontractor_expected_comes_home_only(self):
        outside = self.outside()
        self.fill(self.bolt, 4, location=outside, lot=self.lot)
        self.hold_lot()
        with self.refused():
            self.move(self.production(), source=outside)
        self.move(self.stock, source=outside, quantity=4)
        self.assertEqual(self.on_hand(self.bolt, lot=self.lot), 14)

    def test_given_held_delivery_expected_refused(self):
        picking = self.deliver()
        self.hold("picking", picking_id=picking.id)
        picking.move_ids.picked = True
        with self.refused():
            picking.button_validate()

from odoo.exceptions import UserError
from odoo.tests import tagged

from .hold_stock_case import HoldStockCase


@tagged("post_install", "-at_install")
class TestHoldQuantity(HoldStockCase):
    """Pieces held by number lie in the quarantine of their plant."""

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

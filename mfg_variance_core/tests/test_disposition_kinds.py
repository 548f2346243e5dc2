from odoo.tests import tagged

from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionKinds(DispositionCase):
    """What each kind moves, and that nothing moves before it is granted."""

    def setUp(self):
        super().setUp()
        self.held = self.hold_lot()

    def figures(self):
        """Pieces on the shelf, in quarantine, and altogether in our hands."""
        aside = self.on_hand(self.bolt, self.quarantine)
        return self.on_hand(self.bolt), aside

    # ------------------------------------------------------------------ release

    def test_given_release_of_all_expected_free_where_it_lies(self):
        one = self.ask_for(self.held, "release", 10)
        self.assertEqual((one.state, self.held.state), ("waiting", "active"))
        self.grant(one)
        self.assert_done(one)
        self.assertEqual(self.held.state, "lifted")
        self.assertEqual(self.figures(), (10, 0))
        self.assertFalse(self.lot.variance_hold_strength)

    def test_given_release_of_a_part_expected_rest_put_aside_on_the_same_hold(self):
        one = self.dispose(self.held, "release", 6)
        self.assert_done(one)
        self.assertEqual(self.figures(), (6, 4))
        self.assertEqual(
            (self.held.state, self.held.kind, self.held.quantity),
            ("active", "quantity", 4),
        )
        self.assertEqual(self.held.location_id, self.quarantine)
        self.assertFalse(self.lot.variance_hold_strength)

    def test_given_rest_released_too_expected_back_on_the_shelf(self):
        self.dispose(self.held, "release", 6)
        one = self.dispose(self.held, "release", 4)
        self.assert_done(one)
        self.assertEqual(self.figures(), (10, 0))
        self.assertEqual(self.held.state, "lifted")

    def test_given_stock_of_the_lot_in_quarantine_expected_all_comes_back(self):
        self.fill(self.bolt, 5, location=self.quarantine, lot=self.lot)
        self.assert_done(self.dispose(self.held, "release", 15))
        self.assertEqual(self.figures(), (15, 0))

    # --------------------------------------------------------------------- sort

    def test_given_sorting_expected_good_free_and_bad_held(self):
        one = self.dispose(self.held, "sort", 10, good_quantity=7)
        self.assert_done(one)
        self.assertEqual(one.bad_quantity, 3)
        self.assertEqual(self.figures(), (7, 3))
        self.assertEqual((self.held.state, self.held.quantity), ("active", 3))
        self.assertEqual(self.held.undecided_quantity, 3)

    def test_given_sorting_without_a_bad_piece_expected_lifted(self):
        self.assert_done(self.dispose(self.held, "sort", 10, good_quantity=10))
        self.assertEqual(self.held.state, "lifted")

    def test_given_sorting_without_a_good_piece_expected_all_held(self):
        self.assert_done(self.dispose(self.held, "sort", 10, good_quantity=0))
        self.assertEqual(self.held.state, "active")
        self.assertEqual(self.held.undecided_quantity, 10)

    # -------------------------------------------------------------------- scrap

    def test_given_scrap_of_a_part_expected_scrap_order_and_rest_held(self):
        one = self.dispose(self.held, "scrap", 4)
        self.assert_done(one)
        self.assertEqual(self.on_hand(self.bolt), 6)
        scrap = one.scrap_ids
        self.assertEqual((scrap.state, scrap.scrap_qty), ("done", 4))
        self.assertEqual(scrap.lot_id, self.lot)
        self.assertEqual(one.move_ids, scrap.move_ids)
        self.assertEqual((self.held.state, self.held.kind), ("active", "lot"))
        self.assertEqual(self.lot.variance_hold_strength, "no_use")

    def test_given_scrap_of_all_expected_lifted(self):
        self.assert_done(self.dispose(self.held, "scrap", 10))
        self.assertEqual(self.on_hand(self.bolt), 0)
        self.assertEqual(self.held.state, "lifted")

    def test_given_two_places_expected_a_scrap_order_each(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.fill(self.bolt, 5, location=shelf, lot=self.lot)
        one = self.dispose(self.held, "scrap", 12)
        self.assertEqual(sorted(one.scrap_ids.mapped("scrap_qty")), [2, 10])
        self.assertEqual(self.on_hand(self.bolt), 3)

    # ------------------------------------------------------------------- rework

    def test_given_rework_expected_order_with_the_pieces(self):
        one = self.dispose(self.held, "rework", 4)
        self.assert_done(one)
        order = one.production_ids
        self.assertEqual((order.product_id, order.product_qty), (self.bolt, 4))
        self.assertTrue(order.is_variance_rework)
        self.assertEqual(order.lot_producing_ids, self.lot)
        self.assertEqual(order.state, "confirmed")
        self.assertEqual(self.figures(), (0, 6))
        self.assertEqual((self.held.kind, self.held.quantity), ("quantity", 6))

    def finish_rework(self, order, quantity):
        order.qty_producing = quantity
        order._set_qty_producing()
        order.button_mark_done()

    def test_given_rework_done_expected_output_held_until_inspected(self):
        one = self.dispose(self.held, "rework", 4)
        order = one.production_ids
        self.finish_rework(order, 4)
        self.assertEqual(order.state, "done")
        self.assertEqual(self.figures(), (0, 10))
        again = one.new_hold_ids
        self.assertEqual((again.state, again.quantity), ("active", 4))
        self.assertEqual(again.lot_id, self.lot)
        self.assert_done(self.dispose(again, "release", 4))
        self.assertEqual(self.figures(), (4, 6))
        self.assertEqual((again.state, self.held.state), ("lifted", "active"))

    def test_given_rework_approved_expected_approver_has_not_made_the_lot(self):
        self.dispose(self.held, "rework", 4)
        self.assertNotIn(self.quality.id, self.held._get_parties()["producer"])
        self.assert_done(self.dispose(self.held, "scrap", 2))

    def test_given_rework_booked_expected_who_booked_it_has_made_the_lot(self):
        one = self.dispose(self.held, "rework", 4)
        self.assertFalse(one.production_ids.user_id)
        self.finish_rework(one.production_ids, 4)
        parties = one.new_hold_ids._get_parties()
        self.assertIn(self.env.uid, parties["producer"])

    def test_given_rework_done_expected_genealogy_goes_on(self):
        one = self.dispose(self.held, "rework", 4)
        self.finish_rework(one.production_ids, 4)
        made = one.production_ids.move_finished_ids.move_line_ids
        self.assertEqual(made.consume_line_ids, one.move_ids.move_line_ids)

    def test_given_rework_closed_with_less_expected_the_rest_held_too(self):
        one = self.dispose(self.held, "rework", 4)
        self.finish_rework(one.production_ids.with_context(skip_backorder=True), 3)
        self.assertEqual(one.production_ids.state, "done")
        self.assertEqual(self.figures(), (0, 10))
        self.assertEqual(sorted(one.new_hold_ids.mapped("quantity")), [1, 3])
        self.assertIn("was closed before", "".join(one.new_hold_ids.mapped("reason")))

    def test_given_rework_cancelled_expected_pieces_held_in_quarantine(self):
        one = self.dispose(self.held, "rework", 4)
        one.production_ids.action_cancel()
        self.assertEqual(self.figures(), (0, 10))
        self.assertEqual(one.new_hold_ids.quantity, 4)

    def test_given_average_cost_expected_pieces_come_back_at_their_value(self):
        self.bolt.categ_id = self.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )
        self.bolt.standard_price = 3.0
        one = self.dispose(self.held, "rework", 4)
        order = one.production_ids
        self.finish_rework(order, 4)
        self.assertAlmostEqual(sum(one.move_ids.mapped("value")), 12.0)
        self.assertAlmostEqual(sum(order.move_finished_ids.mapped("value")), 12.0)
        self.assertEqual(order._get_variance_extra_cost(), 0.0)

    # ------------------------------------------------------------------- repair

    def test_given_no_repairs_addon_expected_repair_is_rework(self):
        if "repair.order" in self.env:
            one = self.dispose(self.held, "repair", 4)
            self.assert_done(one)
            self.assertEqual(len(one.repair_ids), 1)
            self.assertEqual(self.figures(), (0, 10))
        else:
            one = self.dispose(self.held, "repair", 4)
            self.assert_done(one)
            self.assertTrue(one.production_ids.is_variance_rework)

    def test_given_held_pieces_worked_on_where_they_lie_expected_not_refused(self):
        """As the end of a repair does: a move from a place to the same place."""
        self.dispose(self.held, "release", 6)
        aside = self.quarantine
        move = self.env["stock.move"].create(
            self.held.disposition_ids._prepare_move_vals(
                self.bolt, 4, aside, aside, lot_id=self.lot.id
            )
        )
        move._action_done()
        self.assertEqual(move.state, "done")
        self.assertEqual(self.figures(), (6, 4))

    # ------------------------------------------------------------------ regrade

    def test_given_regrade_expected_other_product_at_the_same_value(self):
        second = self.make_product("Bolt B", tracking="lot", standard_price=3.0)
        one = self.dispose(self.held, "regrade", 4, target_product_id=second.id)
        self.assert_done(one)
        self.assertEqual(self.on_hand(self.bolt), 6)
        self.assertEqual(self.on_hand(second), 4)
        lot = self.env["stock.lot"].search([("product_id", "=", second.id)])
        self.assertEqual(lot.name, "B-1")
        out, made = one.move_ids.sorted("id")
        self.assertEqual((out.value, made.value), (12.0, 12.0))
        self.assertEqual(made.move_line_ids.consume_line_ids, out.move_line_ids)
        self.assertFalse(one.cost_amount)

    def test_given_regrade_at_average_cost_expected_value_goes_along(self):
        average = self.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )
        second = self.make_product("Bolt B", categ_id=average.id)
        one = self.dispose(self.held, "regrade", 4, target_product_id=second.id)
        self.assert_done(one)
        self.assertEqual(second.standard_price, 3.0)
        self.assertEqual(sum(one.move_ids.mapped("value")), 24.0)
        self.assertFalse(one.cost_amount)

    def test_given_regrade_to_another_lot_expected_moved_to_it(self):
        one = self.dispose(
            self.held,
            "regrade",
            10,
            target_product_id=self.bolt.id,
            target_lot="B-1-B",
        )
        self.assert_done(one)
        new = self.env["stock.lot"].search([("name", "=", "B-1-B")])
        self.assertEqual(self.on_hand(self.bolt, lot=new), 10)
        self.assertEqual(self.on_hand(self.bolt, lot=self.lot), 0)
        self.assertEqual(self.held.state, "lifted")

    # ----------------------------------------------------------- held work

    def test_given_held_order_expected_only_released(self):
        order = self.make_order(5)
        held = self.hold("production", production_id=order.id)
        one = self.ask_for(held, "release")
        self.assertEqual(one.approval_id.kind, "production_release")
        self.assert_done(self.grant(one))
        self.assertEqual(held.state, "lifted")

    def test_given_held_order_expected_nothing_to_scrap(self):
        held = self.hold("production", production_id=self.make_order(5).id)
        with self.assertRaisesRegex(Exception, "on no stock"):
            self.ask_for(held, "scrap", 1)

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionPermit(DispositionCase):
    """Use as is: how much of a lot may go, until when, and what blocks it again."""

    def setUp(self):
        super().setUp()
        self.held = self.hold_lot()

    def permit(self, quantity=10, **values):
        one = self.dispose(self.held, "use_as_is", quantity, **values)
        self.assert_done(one)
        return one

    def active_holds(self):
        return self.Hold.search(
            [("lot_id", "=", self.lot.id), ("state", "=", "active")]
        )

    def test_given_permit_expected_lifted_and_every_piece_counted(self):
        one = self.permit()
        self.assertEqual((self.held.state, one.permit_state), ("lifted", "valid"))
        self.deliver(4)
        self.assertEqual((one.used_quantity, one.permit_left), (4, 6))

    def test_given_more_than_permitted_expected_refused(self):
        self.permit(limit_quantity=5)
        with self.assertRaisesRegex(UserError, "covers only 5 "):
            self.deliver(6)
        self.deliver(5)

    def test_given_used_up_expected_rest_held_again_at_once(self):
        one = self.permit(limit_quantity=5)
        self.deliver(5)
        self.assertEqual(one.permit_state, "used_up")
        held = self.active_holds()
        self.assertEqual(held, one.new_hold_ids)
        self.assertIn(one.name, held.reason)
        self.assertEqual(self.lot.variance_hold_strength, "no_use")

    def test_given_all_used_expected_nothing_to_hold(self):
        self.permit()
        self.deliver(10)
        self.assertFalse(self.active_holds())

    def test_given_date_over_expected_refused_before_any_job_ran(self):
        self.permit(limit_quantity=0, limit_at=self.now + timedelta(days=1))
        self.deliver(1)
        with self.at(self.now + timedelta(days=2)):
            with self.assertRaisesRegex(UserError, "is over"):
                self.deliver(1)

    def test_given_date_over_expected_rest_held_by_the_scheduled_action(self):
        one = self.permit(limit_quantity=0, limit_at=self.now + timedelta(days=1))
        job = self.env.ref("mfg_variance_core.cron_permits")
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", job.id)], order="id desc", limit=1
        )
        self.assertEqual(trigger.call_at, one.limit_at)
        with self.at(self.now + timedelta(days=2)), self.enter_registry_test_mode():
            job.method_direct_trigger()
        one.invalidate_recordset()
        self.assertEqual(one.permit_state, "expired")
        self.assertTrue(self.active_holds())

    def test_given_permit_that_cannot_end_expected_the_others_ended_once(self):
        end_at = self.now + timedelta(days=1)
        poison = self.permit(1, limit_quantity=0, limit_at=end_at)
        other = self.permit(1, limit_quantity=0, limit_at=end_at)
        cls = type(self.Disposition)
        end = cls._end_permit

        def broken(permit, state):
            if permit == poison:
                raise ValueError("poison")
            return end(permit, state)

        job = self.env.ref("mfg_variance_core.cron_permits")
        with (
            self.at(end_at + timedelta(days=1)),
            patch.object(cls, "_end_permit", broken),
            self.enter_registry_test_mode(),
        ):
            job.method_direct_trigger()
            job.method_direct_trigger()
        self.env.invalidate_all()
        states = (poison.permit_state, other.permit_state)
        self.assertEqual(states, ("valid", "expired"))
        ended = self.env["mfg.variance.ledger"].search(
            [("kind", "=", "permit.expired"), ("res_id", "=", other.id)]
        )
        self.assertEqual(len(ended), 1)
        self.assertTrue(
            self.env["mfg.variance.run"].search(
                [("res_id", "=", poison.id), ("outcome", "=", "failed")]
            )
        )

    def test_given_consumption_expected_counted_too(self):
        one = self.permit()
        move = self.deliver(1)
        place = self.bolt.property_stock_production
        more = move.copy({"location_dest_id": place.id, "picked": True})
        more.move_line_ids = [
            (
                0,
                0,
                {
                    "product_id": self.bolt.id,
                    "lot_id": self.lot.id,
                    "quantity": 2,
                    "location_id": self.stock.id,
                    "location_dest_id": place.id,
                },
            )
        ]
        more.picked = True
        more._action_done()
        self.assertEqual(one.used_quantity, 3)

    def test_given_line_edited_on_a_done_move_expected_counted_and_limited(self):
        one = self.permit(limit_quantity=5)
        move = self.deliver(2)
        with self.assertRaises(UserError):
            move.move_line_ids.quantity = 8
        move.move_line_ids.quantity = 4
        self.assertEqual(one.used_quantity, 4)

    def test_given_move_inside_expected_not_counted(self):
        one = self.permit()
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        move = self.deliver(1)
        inside = move.copy({"location_dest_id": shelf.id})
        inside.move_line_ids = [
            (
                0,
                0,
                {
                    "product_id": self.bolt.id,
                    "lot_id": self.lot.id,
                    "quantity": 3,
                    "location_id": self.stock.id,
                    "location_dest_id": shelf.id,
                },
            )
        ]
        inside.picked = True
        inside._action_done()
        self.assertEqual(one.used_quantity, 1)

    def test_given_rule_that_ships_expected_counted_too(self):
        one = self.permit(limit_quantity=5)
        move = self.deliver(1).copy({"picked": True})
        move.move_line_ids = [
            (
                0,
                0,
                {
                    "product_id": self.bolt.id,
                    "lot_id": self.lot.id,
                    "quantity": 4,
                    "location_id": self.stock.id,
                    "location_dest_id": self.customers.id,
                },
            )
        ]
        move.picked = True
        self.env["ir.actions.server"].create(
            {
                "name": "Ship",
                "model_id": self.env["ir.model"]._get_id("stock.move"),
                "state": "code",
                "code": f"env['stock.move'].browse({move.id})._action_done()",
            }
        ).run()
        self.assertEqual((one.used_quantity, one.permit_state), (5, "used_up"))
        self.assertTrue(self.active_holds())

    def test_given_permit_and_forged_count_expected_it_never_grows(self):
        one = self.permit(limit_quantity=5)
        self.Disposition._count_permits({self.lot: -5})
        self.assertEqual(one.used_quantity, 0)

    def test_given_new_decision_expected_old_permit_over(self):
        one = self.permit(limit_quantity=5)
        self.deliver(5)
        again = self.active_holds()
        self.assert_done(self.dispose(again, "release", 5))
        one.invalidate_recordset()
        self.assertFalse(one.permit_state)
        self.deliver(5)

    def test_given_part_released_besides_expected_it_counts_first(self):
        self.dispose(self.held, "release", 4)
        one = self.permit(6)
        self.assertEqual((one.free_quantity, one.permit_left), (4, 10))
        self.deliver(10)
        self.assertEqual(one.permit_state, "used_up")

    def test_given_part_released_later_expected_free_besides(self):
        one = self.permit(6)
        self.dispose(self.held, "release", 4)
        self.assertEqual(one.permit_left, 10)

    def test_given_two_permits_expected_one_after_the_other(self):
        first = self.permit(6)
        second = self.permit(4)
        self.deliver(7)
        self.assertEqual((first.used_quantity, second.used_quantity), (6, 1))
        self.assertEqual(
            (first.permit_state, second.permit_state), ("used_up", "valid")
        )
        self.assertFalse(self.active_holds())

    def test_given_product_that_asks_for_it_expected_customers_permit_required(self):
        self.bolt.variance_needs_concession = True
        with self.assertRaisesRegex(UserError, "concession"):
            self.ask_for(self.held, "use_as_is", 5)
        one = self.ask_for(self.held, "use_as_is", 5, customer_reference="DP-77")
        self.assertEqual(one.customer_reference, "DP-77")

    def test_given_plant_that_asks_for_it_expected_customers_permit_required(self):
        self.plant.needs_concession = True
        with self.assertRaisesRegex(UserError, "concession"):
            self.ask_for(self.held, "use_as_is", 5)

    def test_given_no_limit_expected_refused(self):
        with self.assertRaisesRegex(UserError, "Limit the permit"):
            self.ask_for(self.held, "use_as_is", 5, limit_quantity=0)

    def test_given_lots_without_permit_expected_no_query_more(self):
        self.Disposition._get_permitted_lot_ids()
        with self.assertQueryCount(0):
            self.assertFalse(
                self.Disposition._check_permits(self.env["stock.move.line"])
            )

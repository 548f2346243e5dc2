from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.disposition.running import running
from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionScrapLimit(DispositionCase):
    """Scrap above the limit of the plant: aside at once, gone when approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plant.scrap_limit = 10.0
        cls.worker = new_test_user(
            cls.env, "scraps", groups="stock.group_stock_user,mrp.group_mrp_user"
        )

    def scrap(self, quantity, user=None, **values):
        return (
            self.env["stock.scrap"]
            .with_user(user or self.worker)
            .create(
                {
                    "product_id": self.bolt.id,
                    "lot_id": self.lot.id,
                    "scrap_qty": quantity,
                    "location_id": self.stock.id,
                    **values,
                }
            )
        )

    def test_given_scrap_below_the_limit_expected_as_in_odoo(self):
        scrap = self.scrap(3)
        self.assertTrue(scrap.action_validate())
        self.assertEqual((scrap.state, self.on_hand(self.bolt)), ("done", 7))

    def test_given_no_limit_expected_as_in_odoo(self):
        self.plant.scrap_limit = 0.0
        scrap = self.scrap(10)
        scrap.action_validate()
        self.assertEqual(scrap.state, "done")

    def test_given_scrap_above_the_limit_expected_in_quarantine_and_asked(self):
        scrap = self.scrap(5)
        told = scrap.action_validate()
        self.assertIn("quarantine", told["params"]["message"])
        self.assertEqual(scrap.state, "draft")
        self.assertEqual(self.on_hand(self.bolt), 5)
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 5)
        one = scrap.sudo().variance_disposition_id
        self.assertEqual((one.state, one.kind, one.quantity), ("waiting", "scrap", 5))
        self.assertEqual(one.requested_by_id, self.worker)
        self.assertEqual(one.approval_id.amount, 15.0)

    def test_given_approval_expected_that_scrap_finished(self):
        scrap = self.scrap(5)
        scrap.action_validate()
        one = scrap.sudo().variance_disposition_id.with_env(self.env)
        number = scrap.name
        self.assertIn(number, one.reason)
        self.grant(one)
        self.assert_done(one)
        self.assertEqual((scrap.state, scrap.scrap_qty), ("done", 5))
        self.assertEqual(scrap.name, number)
        self.assertEqual(set(scrap.sudo().move_ids.mapped("origin")), {number})
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 0)
        self.assertEqual(one.hold_id.state, "lifted")

    def test_given_failure_taken_back_expected_pieces_held_and_record_gone(self):
        scrap = self.scrap(5)
        scrap.action_validate()
        one = scrap.sudo().variance_disposition_id.with_env(self.env)
        self.fill(self.bolt, -2, location=self.quarantine, lot=self.lot)
        self.grant(one)
        self.assertEqual(one.state, "failed")
        with self.signed_in(self.supervisor):
            one.with_user(self.supervisor).action_withdraw()
        self.assertFalse(scrap.exists())
        self.assertEqual((one.state, one.hold_id.state), ("withdrawn", "active"))

    def test_given_rejection_expected_pieces_held_and_record_gone(self):
        scrap = self.scrap(5)
        scrap.action_validate()
        one = scrap.sudo().variance_disposition_id.with_env(self.env)
        self.decide(one.approval_id, self.quality, "rejected")
        self.assertFalse(scrap.exists())
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 5)
        self.assertEqual(one.hold_id.state, "active")

    def test_given_do_scrap_expected_the_same(self):
        scrap = self.scrap(5)
        scrap.do_scrap()
        self.assertEqual(scrap.state, "draft")
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 5)

    def test_given_more_than_there_is_expected_recorded_all_the_same(self):
        scrap = self.scrap(12)
        scrap.do_scrap()
        self.assertEqual(self.on_hand(self.bolt), -2)
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 12)
        self.assertTrue(scrap.sudo().variance_disposition_id)

    def test_given_small_bites_of_one_lot_expected_counted_together(self):
        self.scrap(3).action_validate()
        second = self.scrap(3)
        second.action_validate()
        self.assertEqual(second.state, "draft")

    def test_given_waiting_scrap_expected_neither_changed_nor_deleted(self):
        scrap = self.scrap(5)
        scrap.action_validate()
        for vals in (
            {"scrap_qty": 1},
            {"location_id": self.stock.id},
            {"lot_id": False},
            {"variance_disposition_id": False},
        ):
            with self.assertRaises(AccessError):
                scrap.write(vals)
            with self.assertRaises(AccessError):
                scrap.sudo().write(vals)
        with self.assertRaises(UserError):
            scrap.unlink()

    def test_given_second_press_expected_told_to_wait(self):
        scrap = self.scrap(5)
        scrap.action_validate()
        with self.assertRaisesRegex(UserError, "need not do anything"):
            scrap.action_validate()
        scrap.do_scrap()
        self.assertEqual(scrap.state, "draft")

    def test_given_plain_move_to_scrap_expected_refused(self):
        scrap_location = self.scrap(1).scrap_location_id
        move = self.env["stock.move"].create(self.prepare_move(scrap_location))
        with self.assertRaisesRegex(UserError, "Record it as scrap"):
            move._action_done()

    def prepare_move(self, destination, **values):
        return {
            "product_id": self.bolt.id,
            "product_uom_qty": 5,
            "location_id": self.stock.id,
            "location_dest_id": destination.id,
            "picked": True,
            "move_line_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": self.bolt.id,
                        "quantity": 5,
                        "lot_id": self.lot.id,
                        "location_id": self.stock.id,
                        "location_dest_id": destination.id,
                    },
                )
            ],
            **values,
        }

    def test_given_move_created_done_expected_refused(self):
        scrap_location = self.scrap(1).scrap_location_id
        with self.assertRaisesRegex(UserError, "Record it as scrap"):
            self.env["stock.move"].create(
                self.prepare_move(scrap_location, state="done")
            )

    def test_given_done_scrap_made_larger_expected_refused(self):
        scrap = self.scrap(3)
        scrap.action_validate()
        with self.assertRaisesRegex(UserError, "Record it as scrap"):
            scrap.move_ids.move_line_ids.quantity = 9

    def test_given_stored_code_while_one_is_executed_expected_limit_holds(self):
        scrap = self.scrap(5)
        action = self.env["ir.actions.server"].create(
            {
                "name": "Meanwhile",
                "model_id": self.env["ir.model"]._get_id("stock.scrap"),
                "state": "code",
                "code": f"env['stock.scrap'].browse({scrap.id}).do_scrap()",
            }
        )
        with running(self.env, 1):
            action.run()
        self.assertEqual(scrap.state, "draft")
        self.assertEqual(self.on_hand(self.bolt, self.quarantine), 5)

    def test_given_forged_link_on_creation_expected_dropped(self):
        one = self.ask_for(self.hold_lot(), "scrap", 1)
        scrap = self.scrap(5, variance_disposition_id=one.id)
        self.assertFalse(scrap.sudo().variance_disposition_id)

    def test_given_forged_link_by_default_expected_dropped(self):
        one = self.ask_for(self.hold_lot(), "scrap", 1)
        self.env = self.env(context={"default_variance_disposition_id": one.id})
        self.assertFalse(self.scrap(5).sudo().variance_disposition_id)

    def test_given_order_expected_its_leaf_and_not_ours(self):
        order = self.make_order(5)
        blank = self.blank
        blank.standard_price = 100.0
        scrap = self.env["stock.scrap"].create(
            {"product_id": blank.id, "scrap_qty": 1, "production_id": order.id}
        )
        scrap.do_scrap()
        one = scrap.variance_disposition_id
        self.grant(one)
        self.assert_done(one)
        self.assertFalse(one.cost_amount)

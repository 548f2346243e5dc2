from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionFlow(DispositionCase):
    """Asking, deciding, executing once; what stays visible when it fails."""

    def setUp(self):
        super().setUp()
        self.case = self.open_case()
        self.held = self.hold_lot(exception_id=self.case.id)

    # ----------------------------------------------------------------- asking

    def test_given_request_expected_frozen_and_waiting(self):
        one = self.ask_for(self.held, "scrap", 4)
        self.assertEqual(one.state, "waiting")
        self.assertEqual(one.requested_by_id, self.supervisor)
        self.assertEqual((one.amount, one.value_text), (12.0, "$\xa012.00"))
        self.assertTrue(one.digest.startswith("v1:"))
        self.assertEqual(one.approval_id.kind, "scrap")
        self.assertEqual(one.approval_id.amount, 12.0)
        self.assertEqual(self.on_hand(self.bolt), 10)

    def test_given_product_without_cost_expected_no_amount_but_the_reason(self):
        self.bolt.standard_price = 0.0
        one = self.ask_for(self.held, "scrap", 4)
        self.assertIn("no cost", one.amount_missing_reason)
        self.assertFalse(one.approval_id.has_amount)

    def test_given_operator_expected_not_asked(self):
        with self.assertRaises(AccessError):
            self.ask_for(self.held, "scrap", 4, user=self.operator)

    def test_given_no_reason_expected_refused(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.ask_for(self.held, "scrap", 4, reason=" ")

    def test_given_several_expected_together_never_more_than_held(self):
        self.ask_for(self.held, "scrap", 4)
        self.ask_for(self.held, "rework", 5)
        with self.assertRaisesRegex(UserError, "Only 1 "):
            self.ask_for(self.held, "release", 2)
        self.assertEqual(self.held.undecided_quantity, 1)
        self.ask_for(self.held, "release", 1)

    def test_given_held_order_with_nothing_made_expected_to_be_decided(self):
        hold = self.hold("production", production_id=self.make_order(5).id)
        self.assertTrue(hold.product_id)
        self.assertTrue(hold.has_undecided)
        self.ask_for(hold, "release")
        self.assertFalse(hold.has_undecided)

    def use_up(self):
        """Nothing of the lot is left, as if an order begun before had used it."""
        self.lose(self.bolt, self.on_hand(self.bolt), self.stock, self.lot)
        self.env.cr.execute(
            "DELETE FROM stock_quant WHERE lot_id = %s AND quantity = 0", [self.lot.id]
        )
        self.env.invalidate_all()

    def test_given_held_lot_used_up_expected_released_by_a_second_person(self):
        self.use_up()
        self.assertTrue(self.held.has_undecided)
        one = self.ask_for(self.held, "release", 0)
        self.assertEqual(one.approval_id.kind, "hold_release")
        self.decide(one.approval_id, self.quality)
        self.assertEqual(self.held.state, "lifted")

    def test_given_lot_there_again_expected_its_release_fails(self):
        self.use_up()
        one = self.ask_for(self.held, "release", 0)
        self.fill(self.bolt, 3, lot=self.lot)
        self.decide(one.approval_id, self.quality)
        self.assertEqual(one.state, "failed")
        self.assertEqual(self.held.state, "active")

    def test_given_withdrawn_expected_free_for_another(self):
        one = self.ask_for(self.held, "scrap", 10)
        with self.signed_in(self.supervisor):
            one.with_user(self.supervisor).action_withdraw()
        self.assertEqual((one.state, one.approval_id.state), ("withdrawn",) * 2)
        self.assertEqual(self.ask_for(self.held, "release", 10).state, "waiting")

    def test_given_lifted_hold_expected_nothing_to_ask(self):
        self.dispose(self.held, "release", 10)
        with self.assertRaisesRegex(UserError, "lifted"):
            self.ask_for(self.held, "scrap", 1)

    def test_given_request_expected_case_full_and_told_by_ledger(self):
        one = self.ask_for(self.held, "scrap", 4)
        self.assertEqual(self.case.track, "full")
        rows = self.ledger_of(one)
        self.assertEqual(rows, ["disposition.waiting"])
        self.grant(one)
        self.assertEqual(
            self.ledger_of(one),
            ["disposition.waiting", "disposition.approved", "disposition.done"],
        )

    def ledger_of(self, one):
        rows = self.env["mfg.variance.ledger"].search(
            [("res_model", "=", one._name), ("res_id", "=", one.id)], order="id"
        )
        return rows.mapped("kind")

    # --------------------------------------------------------------- deciding

    def test_given_rejection_expected_nothing_moved(self):
        one = self.ask_for(self.held, "scrap", 4)
        self.decide(one.approval_id, self.quality, "rejected")
        self.assertEqual(one.state, "rejected")
        self.assertEqual((self.on_hand(self.bolt), self.held.state), (10, "active"))

    def test_given_requester_expected_not_decided_by_himself(self):
        one = self.ask_for(self.held, "scrap", 4, user=self.quality)
        with self.assertRaisesRegex(AccessError, "yourself"):
            self.decide(one.approval_id, self.quality)
        self.assertEqual(one.state, "waiting")

    def test_given_who_placed_the_hold_expected_not_decided_by_him(self):
        held = self.Hold.with_user(self.quality)._place(
            [{"kind": "lot", "lot_id": self.make_lot("B-9").id, "reason": "Crack"}]
        )
        self.fill(self.bolt, 2, lot=held.lot_id)
        one = self.ask_for(held.with_env(self.env), "release", 2)
        with self.assertRaisesRegex(AccessError, "placed the hold"):
            self.decide(one.approval_id, self.quality)

    # -------------------------------------------------------------- executing

    def test_given_failure_expected_visible_and_tried_again(self):
        one = self.ask_for(self.held, "scrap", 10)
        self.fill(self.bolt, -3, lot=self.lot)
        self.grant(one)
        self.assertEqual((one.state, one.attempts), ("failed", 1))
        self.assertIn("Only 7 of the 10", one.failure)
        self.assertEqual(self.on_hand(self.bolt), 7)
        self.fill(self.bolt, 3, lot=self.lot)
        self.retry(one)
        self.assert_done(one)
        self.assertEqual((one.attempts, one.failure), (2, False))
        self.assertEqual(self.on_hand(self.bolt), 0)

    def test_given_failure_half_way_expected_nothing_moved_at_all(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.fill(self.bolt, 5, location=shelf, lot=self.lot)
        one = self.ask_for(self.held, "scrap", 15)
        finish = type(self.env["stock.scrap"])._variance_finish
        seen = []

        def fail_second(scrap, disposition):
            seen.append(scrap)
            if len(seen) > 1:
                raise ValueError("Broken")
            return finish(scrap, disposition)

        with (
            patch.object(
                type(self.env["stock.scrap"]), "_variance_finish", fail_second
            ),
            mute_logger(
                "odoo.addons.mfg_variance_core.models.disposition."
                "mfg_variance_disposition_execution"
            ),
        ):
            self.grant(one)
        self.assertEqual(len(seen), 2)
        self.assertEqual(one.state, "failed")
        self.assertEqual(self.on_hand(self.bolt), 15)
        self.assertFalse(one.scrap_ids)

    def test_given_done_expected_never_done_twice(self):
        one = self.dispose(self.held, "scrap", 4)
        with self.assertRaisesRegex(UserError, "nothing to be tried"):
            self.retry(one)
        one._execute()
        self.assertEqual(self.on_hand(self.bolt), 6)

    def test_given_operator_expected_no_retry(self):
        one = self.ask_for(self.held, "scrap", 10)
        self.fill(self.bolt, -3, lot=self.lot)
        self.grant(one)
        with self.assertRaises(AccessError):
            self.retry(one, self.operator)

    def test_given_large_expected_executed_by_the_scheduled_action(self):
        one = self.ask_for(self.held, "scrap", 4)
        with patch.object(type(one), "_is_large", lambda self: True):
            self.grant(one)
        self.assertEqual((one.state, self.on_hand(self.bolt)), ("approved", 10))
        with self.enter_registry_test_mode():
            self.env.ref("mfg_variance_core.cron_dispositions").method_direct_trigger()
        one.invalidate_recordset()
        self.assert_done(one)
        self.assertEqual(self.on_hand(self.bolt), 6)

    def test_given_other_disposition_released_a_part_expected_rest_still_valid(self):
        scrap = self.ask_for(self.held, "scrap", 4)
        self.dispose(self.held, "release", 6)
        self.grant(scrap)
        self.assert_done(scrap)
        self.assertEqual(self.held.state, "lifted")
        self.assertEqual(self.on_hand(self.bolt), 6)

    # ------------------------------------------------------------------- gates

    def test_given_open_disposition_expected_case_not_resolved(self):
        one = self.ask_for(self.held, "rework", 10)
        needs = self.case._get_gate_needs("resolved")
        self.assertTrue([need for need in needs if one.name in need], needs)
        self.grant(one)
        needs = self.case._get_gate_needs("resolved")
        self.assertFalse([need for need in needs if one.name in need], needs)
        order = one.production_ids
        self.assertTrue([need for need in needs if order.name in need], needs)

    # ------------------------------------------------------------------ wizard

    def test_given_wizard_expected_asked_for_what_was_chosen(self):
        with self.signed_in(self.supervisor):
            action = self.held.with_user(self.supervisor).action_decide()
            wizard = Form(
                self.env["mfg.variance.dispose"]
                .with_user(self.supervisor)
                .with_context(**action["context"])
            )
            wizard.kind = "scrap"
            self.assertEqual(wizard.quantity, 10)
            wizard.quantity = 3
            wizard.reason = "Cracked"
            self.assertIn("3", wizard.plan_text)
            self.assertIn(self.quality.name, wizard.approver_text)
            self.assertNotIn(self.supervisor.name, wizard.approver_text)
            result = wizard.save().action_apply()
        one = self.Disposition.browse(result["res_id"])
        self.assertEqual((one.kind, one.quantity, one.state), ("scrap", 3, "waiting"))

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .approval_case import ApprovalCase
from .common import VarianceCommon
from .rule_case import RuleCase

FAILURES = "odoo.addons.mfg_variance_core.models.ir_actions_server"


@tagged("post_install", "-at_install")
class TestApprovalGate(ApprovalCase, RuleCase, VarianceCommon):
    """As a plant sets it up on purchase orders, here on orders that cost extra.

    One rule asks when the amount is entered, another lets nobody confirm meanwhile.
    """

    KIND = "emergency_purchase"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        amount = cls.env["ir.model.fields"]._get("mrp.production", "extra_cost")
        action = {
            "variance_approval_kind": cls.KIND,
            "variance_amount_field_id": amount.id,
        }
        cls.asks = cls._make_rule(
            "mrp.production",
            "extra_cost",
            filter_domain="[('state', '=', 'draft'), ('extra_cost', '>', 100)]",
            action={
                **action,
                "state": "variance_approval",
                "variance_approval_reason": "%(name)s is needed today",
            },
        )
        cls.refuses = cls._make_rule(
            "mrp.production",
            "state",
            filter_domain="[('state', '=', 'confirmed'), ('extra_cost', '>', 100)]",
            action={**action, "state": "variance_require"},
        )
        cls._commit()
        cls.planner = new_test_user(cls.env, "plans", groups="mrp.group_mrp_user")

    def make(self, amount):
        order = self.env["mrp.production"].with_user(self.planner)
        return order.create(
            {"product_id": self.gear.id, "product_qty": 1, "extra_cost": amount}
        )

    def asked(self, order):
        found = self.Approval.search(
            [("res_model", "=", order._name), ("res_id", "=", order.id)], order="id"
        )
        return found.filtered(lambda one: one.state != "withdrawn")

    def assert_refused(self, order, text):
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            order.action_confirm()
            order.flush_recordset()
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")

    def test_given_small_amount_expected_goes_on(self):
        order = self.make(50)
        self.assertFalse(self.asked(order))
        order.action_confirm()
        self.assertEqual(order.state, "confirmed")

    def test_given_large_amount_expected_asked_and_refused_until_granted(self):
        order = self.make(300)
        one = self.asked(order)
        self.assertEqual((one.kind, one.amount, one.state), (self.KIND, 300, "waiting"))
        self.assertEqual(one.requester_id, self.planner)
        self.assert_refused(order, f"waits for an approval.*{self.manager.login}")
        self.decide(one, self.manager)
        order.action_confirm()
        self.assertEqual(order.state, "confirmed")

    def test_given_rejection_expected_refused(self):
        order = self.make(300)
        self.decide(self.asked(order), self.manager, "rejected")
        self.assert_refused(order, "Nobody has granted it")

    def test_given_more_than_was_granted_expected_asked_again(self):
        order = self.make(300)
        self.decide(self.asked(order), self.manager)
        order.extra_cost = 900
        self.assertEqual(self.asked(order).mapped("state"), ["granted", "waiting"])
        self.assert_refused(order, "waits for an approval")
        order.extra_cost = 250
        order.action_confirm()
        self.assertEqual(order.state, "confirmed")

    def test_given_other_amount_while_it_waits_expected_that_is_asked(self):
        order = self.make(300)
        first = self.asked(order)
        order.extra_cost = 900
        self.assertEqual(first.state, "withdrawn")
        self.assertEqual(self.asked(order).amount, 900)

    def test_given_nobody_asked_expected_told_so(self):
        self.asks.active = False
        self._commit()
        self.assert_refused(self.make(300), "not asked for")

    def test_given_written_state_expected_refused_on_that_path_too(self):
        order = self.make(300)
        with self.assertRaisesRegex(UserError, "waits for an approval"):
            order.sudo().write({"state": "confirmed"})
            self.env.flush_all()

    @mute_logger(FAILURES)
    def test_given_gate_that_cannot_be_judged_expected_closed(self):
        order = self.make(300)
        self.decide(self.asked(order), self.manager)
        self.refuses.filter_domain = "[('no_such_field', '=', 1)]"
        self._commit()
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            order.action_confirm()

    def test_given_no_amount_field_expected_the_rule_without_a_limit(self):
        small = self.one_rule(self.KIND, {"role": "production_manager"}, amount_to=500)
        self.asks.action_server_ids.variance_amount_field_id = False
        self._commit()
        one = self.asked(self.make(300))
        self.assertFalse(one.has_amount)
        self.assertNotEqual(one.rule_id, small)

    def test_given_supplier_claim_about_a_receipt_expected_asked(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Claim",
                "model_id": self.env["ir.model"]._get_id("stock.picking"),
                "state": "variance_approval",
                "variance_approval_kind": "supplier_claim",
                "variance_approval_reason": "%(name)s came cracked",
            }
        )
        self.assertFalse(action.warning)
        receipt = self.env["stock.picking"].create(
            {"picking_type_id": self.env.ref("stock.picking_type_in").id}
        )
        action.with_context(
            active_model="stock.picking", active_id=receipt.id, active_ids=receipt.ids
        ).run()
        one = self.asked(receipt)
        self.assertEqual((one.kind, one.state), ("supplier_claim", "waiting"))
        self.decide(one, self.quality)
        self.Approval._require("supplier_claim", receipt)

    def test_given_field_of_another_model_expected_warning(self):
        action = self.refuses.action_server_ids
        fields = self.env["ir.model.fields"]
        action.variance_amount_field_id = fields._get("product.template", "list_price")
        self.assertIn("no amount of", action.warning)

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .approval_case import ApprovalCase
from .common import VarianceCommon

PIN = "271828"
PASSWORD = "variance-signs"


@tagged("post_install", "-at_install")
class TestSigning(ApprovalCase, VarianceCommon):
    """Password again, and badge and PIN on somebody else's device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quality.write({"variance_badge": "B-7", "password": PASSWORD})

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.addons.base.models.res_users"))
        with self.signed_in(self.quality):
            self.quality.with_user(self.quality)._set_variance_pin(PIN, PASSWORD)

    def wizard(self, approval, user, **values):
        return (
            self.env["mfg.variance.decide"]
            .with_user(user)
            .create({"approval_id": approval.id, "reason": "Measured", **values})
        )

    def sign(self, approval, device, badge="B-7", pin=PIN):
        with self.signed_in(device):
            wizard = self.wizard(approval, device, is_shared=True)
            result = wizard.with_context(badge=badge, pin=pin).action_approve()
        approval.invalidate_recordset()
        return result

    def test_badge_and_pin_sign_on_the_device_of_somebody_else(self):
        approval = self.ask()
        self.sign(approval, self.operator)
        self.assertTrue(approval._is_granted())
        row = approval.decision_ids
        self.assertEqual(
            (row.user_id, row.device_user_id, row.way),
            (self.quality, self.operator, "badge"),
        )

    def test_the_rights_of_the_device_count_for_nothing(self):
        self.operator.variance_badge = "B-8"
        with self.signed_in(self.operator):
            self.operator.password = PASSWORD
            self.operator.with_user(self.operator)._set_variance_pin(PIN, PASSWORD)
        approval = self.ask()
        with self.assertRaises(AccessError):
            self.sign(approval, self.quality_two, badge="B-8")

    def test_the_signer_is_checked_by_the_same_matrix(self):
        approval = self.ask(user=self.quality)
        with self.assertRaisesRegex(AccessError, "asked for this yourself"):
            self.sign(approval, self.operator)

    def test_a_wrong_pin_signs_nothing_and_locks_after_five(self):
        approval = self.ask()
        for _try in range(5):
            self.assertEqual(
                self.sign(approval, self.operator, pin="000000")["params"]["type"],
                "danger",
            )
        self.sign(approval, self.operator)
        self.assertFalse(approval.decision_ids)
        with self.at(self.engine._now() + timedelta(minutes=16)):
            self.sign(approval, self.operator)
        self.assertTrue(approval.decision_ids)

    def test_an_unknown_badge_signs_nothing(self):
        approval = self.ask()
        self.sign(approval, self.operator, badge="nobody")
        self.assertFalse(approval.decision_ids)

    def test_badge_and_pin_without_a_session_sign_nothing(self):
        approval = self.ask()
        wizard = self.wizard(approval, self.operator, is_shared=True)
        with self.assertRaises(AccessError):
            wizard.with_context(badge="B-7", pin=PIN).action_approve()

    def test_a_pin_is_hashed_and_read_by_nobody(self):
        self.env.cr.execute(
            "SELECT variance_pin_hash FROM res_users WHERE id = %s", [self.quality.id]
        )
        self.assertNotIn(PIN, self.env.cr.fetchone()[0])
        with self.assertRaises(AccessError):
            self.quality.with_user(self.quality).read(["variance_pin_hash"])

    def test_the_dialog_sets_the_own_pin(self):
        with self.signed_in(self.quality):
            dialog = self.env["mfg.variance.pin"].with_user(self.quality).create({})
            dialog.with_context(pin="314159", password=PASSWORD).action_apply()
        approval = self.ask()
        self.sign(approval, self.operator, pin="314159")
        self.assertTrue(approval._is_granted())

    def test_nobody_sets_the_pin_of_another(self):
        admin = self.env.ref("base.user_admin")
        with self.signed_in(admin), self.assertRaises(AccessError):
            self.quality.with_user(admin)._set_variance_pin(PIN, PASSWORD)
        with self.assertRaises(AccessError):
            self.quality.sudo().write({"variance_pin_hash": "forged"})
        with self.assertRaises(AccessError):
            self.quality.sudo().write({"variance_pin_tries": 0})

    def test_a_short_pin_and_a_wrong_password_are_refused(self):
        with self.signed_in(self.quality):
            own = self.quality.with_user(self.quality)
            with self.assertRaises(UserError):
                own._set_variance_pin("123", PASSWORD)
            with self.assertRaises(UserError):
                own._set_variance_pin(PIN, "wrong")

    def test_a_rule_may_ask_for_the_password_again(self):
        self.one_rule("hold_release", {"role": "quality_manager"}, needs_password=True)
        approval = self.ask()
        with self.assertRaisesRegex(UserError, "password"):
            self.decide(approval, self.quality)
        with self.signed_in(self.quality):
            wizard = self.wizard(approval, self.quality)
            with self.assertRaisesRegex(UserError, "not your password"):
                wizard.with_context(password="wrong").action_approve()
            wizard.with_context(password=PASSWORD).action_approve()
        approval.invalidate_recordset()
        self.assertEqual(approval.decision_ids.way, "password")
        self.assertTrue(approval._is_granted())

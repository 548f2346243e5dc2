from odoo.exceptions import AccessError, UserError

from .disposition_case import DispositionCase


class TestHoldGrant(DispositionCase):
    """Held stock may be used meanwhile when somebody else granted it, never shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls.Hold._place(
            [{"kind": "lot", "lot_id": cls.lot.id, "reason": "Crack found"}]
        )

    def ask_to_use(self, reason="The press waits", user=None):
        user = user or self.supervisor
        approval = self.held.with_user(user)._ask_no_ship(reason)
        return approval.with_env(self.env)

    def test_given_granted_expected_used_but_not_shipped(self):
        approval = self.decide(self.ask_to_use(), self.quality)
        self.held.invalidate_recordset()
        self.assertEqual(approval.state, "granted")
        self.assertEqual((self.held.state, self.held.strength), ("active", "no_ship"))
        with self.assertRaises(UserError):
            self.deliver(1)

    def test_given_asked_expected_nothing_changes_before_the_answer(self):
        self.ask_to_use()
        self.assertEqual(self.held.strength, "no_use")

    def test_given_rejected_expected_still_not_used(self):
        self.decide(self.ask_to_use(), self.quality, verdict="rejected")
        self.assertEqual((self.held.state, self.held.strength), ("active", "no_use"))

    def test_given_requester_may_grant_expected_not_his_own(self):
        approval = self.ask_to_use(user=self.manager)
        with self.assertRaises(AccessError):
            self.decide(approval, self.manager)

    def test_given_operator_expected_may_not_ask(self):
        with self.assertRaises(AccessError):
            self.ask_to_use(user=self.operator)

    def test_given_no_reason_expected_asked_for_it(self):
        with self.assertRaises(UserError):
            self.ask_to_use(reason=" ")

    def test_given_used_already_expected_nothing_to_ask(self):
        self.decide(self.ask_to_use(), self.quality)
        self.held.invalidate_recordset()
        with self.assertRaises(UserError):
            self.ask_to_use()

    def test_given_release_granted_expected_lifted(self):
        approval = self.ask("hold_release", record=self.held)
        self.decide(approval, self.quality)
        self.held.invalidate_recordset()
        self.assertEqual(self.held.state, "lifted")

    def test_given_wizard_expected_names_who_can_grant_and_not_the_requester(self):
        wizard = (
            self.env["mfg.variance.hold.ask"]
            .with_user(self.manager)
            .create({"hold_id": self.held.id, "reason": "It waits"})
        )
        self.assertIn(self.quality.name, wizard.approver_text)
        self.assertNotIn(self.manager.name, wizard.approver_text)
        action = wizard.action_apply()
        self.assertEqual(action["res_model"], "mfg.variance.approval")

    def test_given_method_called_without_a_grant_expected_refused(self):
        approval = self.ask_to_use()
        with self.assertRaises(AccessError):
            self.held._on_approval_granted(approval)

    def test_given_stored_code_expected_refused_although_granted(self):
        approval = self.ask_to_use()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Grant",
                "state": "code",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.hold"),
                "code": f"env['mfg.variance.hold'].browse({self.held.id})"
                f"._on_approval_granted(env['{approval._name}'].browse({approval.id}))",
            }
        )
        with self.granted(), self.assertRaises(AccessError):
            action.run()
        self.assertEqual(self.held.strength, "no_use")

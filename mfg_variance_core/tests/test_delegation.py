from datetime import timedelta

from psycopg2.errors import ForeignKeyViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .approval_case import ApprovalCase
from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestDelegation(ApprovalCase, VarianceCommon):
    """Lending one's right: by the person himself, never more than he has."""

    def setUp(self):
        super().setUp()
        self.Delegation = self.env["mfg.variance.delegation"]
        self.today = self.engine._now().date()

    def lend(self, user=None, delegate=None, **values):
        user = user or self.quality
        with self.signed_in(user):
            row = self.Delegation.with_user(user).create(
                {
                    "delegate_id": (delegate or self.people["supervisor"]).id,
                    "date_from": self.today,
                    "date_to": self.today + timedelta(days=7),
                    "reason": "On holiday",
                    **values,
                }
            )
        return row.with_env(self.env)

    def test_a_delegate_decides_in_place_of_who_lent_it(self):
        self.lend()
        approval = self.ask(user=self.manager)
        self.assertIn(self.supervisor, approval.approver_ids)
        self.decide(approval, self.supervisor)
        self.assertTrue(approval._is_granted())
        self.assertEqual(approval.decision_ids.in_place_of_id, self.quality)

    def test_without_a_session_nobody_delegates(self):
        with self.assertRaises(AccessError):
            self.Delegation.with_user(self.quality).create(
                {
                    "delegate_id": self.supervisor.id,
                    "date_to": self.today,
                    "reason": "Forged",
                }
            )

    def test_nobody_delegates_in_the_name_of_another(self):
        with self.signed_in(self.supervisor), self.assertRaises(AccessError):
            self.Delegation.with_user(self.supervisor).create(
                {
                    "user_id": self.quality.id,
                    "delegate_id": self.supervisor.id,
                    "date_to": self.today,
                    "reason": "Forged",
                }
            )

    def test_a_delegation_to_the_requester_lets_him_decide_nothing(self):
        self.lend()
        approval = self.ask(user=self.supervisor)
        with self.assertRaisesRegex(AccessError, "asked for this yourself"):
            self.decide(approval, self.supervisor)

    def test_the_requester_cannot_lend_what_he_has_not(self):
        self.lend()
        approval = self.ask(user=self.quality)
        with self.assertRaises(AccessError):
            self.decide(approval, self.supervisor)

    def test_what_was_lent_is_not_lent_on(self):
        self.lend()
        self.lend(self.supervisor, self.operator)
        approval = self.ask(user=self.manager)
        self.assertNotIn(self.operator, approval.approver_ids)
        with self.assertRaises(AccessError):
            self.decide(approval, self.operator)

    def test_another_kind_and_another_time_lend_nothing(self):
        self.lend(kind="scrap")
        later = self.today + timedelta(days=3)
        self.lend(date_from=later)
        approval = self.ask(user=self.manager)
        with self.assertRaises(AccessError):
            self.decide(approval, self.supervisor)

    def test_what_waits_already_is_asked_of_the_delegate_at_once(self):
        approval = self.ask(user=self.manager)
        row = self.lend()
        self.assertIn(row.delegate_id, approval.approver_ids)
        with self.signed_in(self.quality):
            row.with_user(self.quality).action_end()
        self.assertNotIn(row.delegate_id, approval.approver_ids)

    def test_an_ended_delegation_lends_nothing(self):
        row = self.lend()
        with self.signed_in(self.quality):
            row.with_user(self.quality).action_end()
        approval = self.ask(user=self.manager)
        with self.assertRaises(AccessError):
            self.decide(approval, self.supervisor)

    def test_one_decision_in_the_place_of_a_person(self):
        """Both of one step: who lent it and who it was lent to are one voice."""
        people = self.quality | self.quality_two
        self.one_rule(
            "hold_release", {"user_ids": [(6, 0, people.ids)], "needs_everyone": True}
        )
        self.lend()
        approval = self.ask(user=self.manager)
        self.decide(approval, self.supervisor)
        self.decide(approval, self.quality_two)
        self.assertTrue(approval._is_granted())

    def test_who_decided_has_no_second_voice_by_a_colleague(self):
        step = {"role": "quality_manager"}
        self.one_rule("hold_release", step, {**step, "sequence": 20})
        self.lend()
        for first, second in (
            (self.quality, self.supervisor),
            (self.supervisor, self.quality),
        ):
            approval = self.ask(user=self.manager)
            self.decide(approval, first)
            self.assertNotIn(second, approval.approver_ids)
            self.assertFalse(approval.with_user(second).can_decide)
            with self.assertRaises(AccessError):
                self.decide(approval, second)
            approval.with_user(self.manager)._withdraw()

    @mute_logger("odoo.sql_db")
    def test_a_plant_that_a_right_is_lent_for_is_not_deleted(self):
        """It would be lent for every plant."""
        plant = self.env["mfg.variance.plant"].create(
            {"name": "Far", "code": "FAR2", "tz": "UTC"}
        )
        self.lend(plant_id=plant.id)
        with self.assertRaises(ForeignKeyViolation), self.env.cr.savepoint():
            plant.unlink()

    def test_who_left_lends_nothing(self):
        self.lend()
        self.assertIn(self.supervisor, self.ask(user=self.manager).approver_ids)
        self.quality.active = False
        approval = self.ask(record=self.center, user=self.manager)
        self.assertNotIn(self.supervisor, approval.approver_ids)

    def test_a_delegation_is_not_changed(self):
        row = self.lend()
        with self.signed_in(self.quality), self.assertRaises(UserError):
            row.with_user(self.quality).sudo().date_to = self.today + timedelta(days=30)

    def test_only_the_two_concerned_end_it(self):
        row = self.lend()
        with self.signed_in(self.manager), self.assertRaises(AccessError):
            row.with_user(self.manager).action_end()

    def test_a_machine_gets_nothing_lent(self):
        self.supervisor.variance_is_automated = True
        with self.assertRaises(UserError):
            self.lend()

    def test_a_place_that_is_not_ones_own_is_not_lent(self):
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FRR"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", far.id)])
        self.quality.variance_plant_ids = self.plant
        with self.assertRaises(UserError):
            self.lend(plant_id=plant.id)

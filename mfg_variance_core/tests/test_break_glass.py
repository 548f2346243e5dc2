from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .approval_case import ApprovalCase
from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestBreakGlass(ApprovalCase, HoldCase):
    """In an emergency: used for some hours, never shipped, reviewed by another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Glass = cls.env["mfg.variance.break_glass"]
        cls.breaker = new_test_user(
            cls.env,
            "breaks_glass",
            groups="mfg_variance_core.group_break_glass,"
            "mfg_variance_core.group_supervisor",
        )

    def break_glass(self, hold, user=None, hours=2, reason="The line stands"):
        user = user or self.breaker
        with self.signed_in(user):
            wizard = (
                self.env["mfg.variance.break_glass.ask"]
                .with_user(user)
                .create({"hold_id": hold.id, "hours": hours, "reason": reason})
            )
            wizard.action_apply()
        hold.invalidate_recordset()
        return self.Glass.search([("hold_id", "=", hold.id)], limit=1)

    def review(self, glass, user):
        with self.signed_in(user):
            glass.with_user(user)._review("justified", "Looked at it")
        glass.invalidate_recordset()

    def run_cron(self, hours):
        cron = self.env.ref("mfg_variance_core.cron_break_glass")
        moment = self.engine._now() + timedelta(hours=hours)
        with self.at(moment), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_it_weakens_a_hold_and_lifts_nothing(self):
        hold = self.hold_lot()
        glass = self.break_glass(hold)
        self.assertEqual((hold.state, hold.strength), ("active", "no_ship"))
        self.assertEqual(glass.broken_by_id, self.breaker)
        with self.assertRaises(AccessError):
            hold._lift(glass)

    def test_it_ends_by_time_and_the_hold_is_as_before(self):
        hold = self.hold_lot()
        glass = self.break_glass(hold)
        self.run_cron(1)
        self.assertEqual(hold.strength, "no_ship")
        self.run_cron(3)
        self.assertEqual((hold.strength, glass.state), ("no_use", "to_review"))
        ended = glass.ended_at
        self.run_cron(4)
        self.assertEqual(glass.ended_at, ended)

    def test_a_poison_row_does_not_stop_the_others(self):
        first, second = self.hold_lot(), self.hold_lot(self.make_lot("B-2"))
        poison, other = self.break_glass(first), self.break_glass(second)
        cls = type(self.Glass)
        end = cls._end

        def broken(rows):
            if poison in rows:
                raise ValueError("poison")
            return end(rows)

        with patch.object(cls, "_end", broken):
            self.run_cron(3)
        self.assertEqual((poison.state, other.state), ("in_force", "to_review"))

    def test_what_was_granted_meanwhile_stays_granted(self):
        hold = self.hold_lot()
        self.break_glass(hold)
        approval = self.ask("no_ship", record=hold)
        self.decide(approval, self.quality)
        self.run_cron(3)
        self.assertEqual(hold.strength, "no_ship")

    def test_somebody_else_reviews_it(self):
        glass = self.break_glass(self.hold_lot())
        self.breaker.group_ids += self.env.ref(
            "mfg_variance_core.group_quality_manager"
        )
        with self.assertRaises(AccessError):
            self.review(glass, self.breaker)
        with self.assertRaises(AccessError):
            self.review(glass, self.supervisor)
        self.assertTrue(glass.activity_ids)
        self.assertNotIn(self.breaker, glass.activity_ids.user_id)
        self.review(glass, self.quality)
        self.assertEqual(glass.state, "reviewed")
        self.assertEqual(glass.hold_id.strength, "no_use")
        with self.assertRaises(UserError):
            self.review(glass, self.quality_two)

    def test_only_the_group_breaks_it_in_person(self):
        hold = self.hold_lot()
        for user in (self.quality, self.supervisor, self.people["administrator"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                with self.signed_in(user):
                    self.Glass.with_user(user)._break(hold.with_user(user), "x", 1)
        with self.assertRaises(AccessError):
            self.Glass.with_user(self.breaker)._break(hold, "x", 1)

    def test_limits_are_kept(self):
        hold = self.hold_lot()
        with self.assertRaisesRegex(UserError, "at most 8"):
            self.break_glass(hold, hours=9)
        with self.assertRaises(UserError):
            self.break_glass(hold, reason=" ")
        self.company.variance_glass_quantity = 9
        with self.assertRaisesRegex(UserError, "More than 9"):
            self.break_glass(hold)

    def test_never_for_a_special_characteristic(self):
        self.bolt.variance_is_special_characteristic = True
        with self.assertRaisesRegex(UserError, "special"):
            self.break_glass(self.hold_lot())

    def test_who_may_break_it_does_not_take_the_mark_away(self):
        self.breaker.group_ids += self.env.ref("product.group_product_manager")
        template = self.bolt.product_tmpl_id
        template.variance_is_special_characteristic = True
        with self.assertRaises(AccessError):
            template.with_user(self.breaker).variance_is_special_characteristic = False
        with self.assertRaises(AccessError):
            template.with_user(
                self.breaker
            ).sudo().variance_is_special_characteristic = False

    def test_a_case_is_not_closed_before_the_review(self):
        case = self.open_case(300)
        hold = self.hold_lot(exception_id=case.id)
        glass = self.break_glass(hold)
        self.assertTrue(
            any(glass.name in need for need in case._get_gate_needs("closed"))
        )
        self.review(glass, self.quality)
        self.assertFalse(
            any(glass.name in need for need in case._get_gate_needs("closed"))
        )

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .deadline_case import DeadlineCase


@tagged("post_install", "-at_install")
class TestPausing(DeadlineCase):
    """Who waits for somebody else says whom for, and loses no time by it."""

    def setUp(self):
        super().setUp()
        self.case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday):
            self.case.action_take()
        self.before = self.case.decide_by, self.case.resolve_by

    def pause(self, at=None, days=3):
        at = at or self.monday + timedelta(hours=1)
        with self.at(at):
            self.case._pause(
                "supplier", "Steel Ltd", "New coil", at + timedelta(days=days)
            )

    def resume(self, at):
        with self.at(at):
            self.case.action_resume()

    def test_given_pause_expected_two_clocks_stand_still(self):
        self.pause()
        self.assertFalse(self.case.decide_by or self.case.resolve_by)
        self.assertEqual(self.case.respond_clock, "contain")
        self.assertEqual(self.case.paused_for, "Waits for Steel Ltd (Supplier)")

    def test_given_resumed_expected_working_time_given_back(self):
        self.pause()
        # from 11:00 to 15:00 of the same working day: four hours
        self.resume(self.monday + timedelta(hours=5))
        self.assertEqual(self.case.decide_by, self.moment("2026-01-07 12:00:00"))
        self.assertFalse(self.case.paused_at or self.case.paused_for)

    def test_given_paused_over_night_expected_nothing_given_back(self):
        self.pause(self.moment("2026-01-05 17:00:00"))
        self.resume(self.moment("2026-01-06 07:00:00"))
        self.assertEqual((self.case.decide_by, self.case.resolve_by), self.before)

    def test_given_time_over_expected_ends_by_itself(self):
        self.pause(days=1)
        self.watch(self.monday + timedelta(days=2))
        pause = self.case.pause_ids
        self.assertFalse(self.case.paused_at or pause.ended_by_id)
        self.assertEqual(pause.ended_at, pause.until)
        self.assertTrue(self.case.decide_by)

    def test_given_paused_expected_not_missed_meanwhile(self):
        self.pause()
        self.watch(self.monday + timedelta(days=2))
        self.assertFalse(self.case.decide_result)

    def test_given_deadline_passed_before_expected_it_stays_passed(self):
        late = self.before[0] + timedelta(hours=1)
        self.pause(late)
        self.resume(late + timedelta(days=1))
        self.assertEqual(self.case.decide_by, self.before[0])

    def test_given_somebody_goes_on_expected_wait_is_over(self):
        self.pause()
        with self.at(self.monday + timedelta(hours=5)):
            self.case.action_start_resolving()
        self.assertFalse(self.case.paused_at)
        self.assertTrue(self.case.pause_ids.ended_at)
        self.assertEqual(self.case.decide_result, "met")

    def test_given_worse_meanwhile_expected_less_time_afterwards(self):
        self.pause()
        with self.at(self.monday + timedelta(hours=2)):
            self.case.sudo()._raise_severity("critical")
        self.assertFalse(self.case.decide_by)
        # detected at 10:00, four hours, three of them left when the wait began
        self.resume(self.monday + timedelta(days=1))
        self.assertEqual(self.case.decide_by, self.moment("2026-01-06 13:00:00"))

    def test_given_changed_times_expected_no_time_gained(self):
        self.pause()
        self.sla["major"].decide_count = 20
        self.resume(self.monday + timedelta(hours=5))
        self.assertEqual(self.case.decide_by, self.moment("2026-01-07 12:00:00"))

    def test_given_new_case_expected_refused(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.assertRaises(UserError), self.at(self.monday):
            case.action_pause()

    def test_given_paused_already_expected_refused(self):
        self.pause()
        with self.assertRaises(UserError):
            self.pause(self.monday + timedelta(hours=2))

    def test_given_too_long_expected_refused(self):
        with self.assertRaises(UserError):
            self.pause(days=40)
        with self.assertRaises(UserError):
            self.pause(days=-1)

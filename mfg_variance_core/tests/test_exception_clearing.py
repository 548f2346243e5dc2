from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .exception_case import ExceptionCase


@tagged("post_install", "-at_install")
class TestExceptionClearing(ExceptionCase):
    """What is over leaves *now*; what comes back is the same case again."""

    def test_given_corrected_light_case_expected_closed_in_one_tap(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 170).exception_id.with_user(self.operator)
        with self.assertRaises(UserError):
            case.action_accept_clear()
        self.correct(workorder, 100)
        case.action_accept_clear()
        self.assertEqual((case.state, case.resolution), ("closed", "recording_error"))

    def test_given_pattern_within_again_expected_cleared_then_resumed(self):
        self.pattern()
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(minutes=60))
        self.assertEqual(case.cleared_at, self.now - timedelta(minutes=60))
        self.assertFalse(case.is_now)
        self.assertIn(case, self.Case.search([("is_now", "=", False)]))
        again = self.finish(self.make_workorder(), 170, end=self.now)
        self.assertEqual(again.exception_id, case)
        self.assertFalse(case.cleared_at)
        self.assertIn(case, self.Case.search([("is_now", "=", True)]))

    def test_given_hold_expected_not_over_by_the_next_order_within(self):
        self.pattern()
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        hold = self.env["mfg.variance.hold"]._place(
            [
                {
                    "kind": "production",
                    "production_id": case.production_id.id,
                    "reason": "Crack found",
                    "exception_id": case.id,
                }
            ]
        )
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(minutes=60))
        self.assertFalse(case.cleared_at)
        # nor when it is lifted: what people were given is theirs to resolve
        hold._as_system().write({"state": "lifted"})
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(minutes=30))
        self.assertFalse(case.cleared_at)
        self.assertTrue(case.is_now)

    def test_given_task_expected_not_over_by_the_next_order_within(self):
        self.pattern()
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        self.add_task(case)
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(minutes=60))
        self.assertFalse(case.cleared_at)

    def test_given_full_with_nothing_to_do_expected_cleared(self):
        self.pattern()
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        case._make_full()
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(minutes=60))
        self.assertTrue(case.cleared_at)

    def test_given_clear_limit_expected_above_it_not_cleared(self):
        self.pattern(clear_percent=10)
        case = self.open_case(170)
        self.finish(self.make_workorder(), 120)
        self.assertFalse(case.cleared_at)
        self.finish(self.make_workorder(), 105)
        self.assertTrue(case.cleared_at)

    def test_given_earlier_event_recorded_later_expected_not_cleared(self):
        self.pattern()
        case = self.open_case(170)
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(hours=2))
        self.assertFalse(case.cleared_at)

    def test_given_repeat_after_closing_expected_regression(self):
        self.pattern()
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        self.close(case, self.now - timedelta(minutes=60))
        row = self.finish(self.make_workorder(), 170, end=self.now)
        self.assertEqual((row.outcome, row.exception_id), ("merged", case))
        self.assertEqual((case.state, case.reopened_count), ("new", 1))
        self.assertFalse(case.closed_at or case.resolution or case.acknowledged_at)
        self.assertFalse(case.is_overdue)
        self.assertGreater(case.respond_by, self.now)

    def test_given_repeat_long_after_closing_expected_new_case(self):
        policy = self.pattern()
        policy.regression_days = 1
        case = self.open_case(170, end=self.now - timedelta(days=4))
        self.close(case, self.now - timedelta(days=3))
        self.assertNotEqual(self.open_case(170), case)

    def test_given_repeat_within_cooldown_expected_quiet(self):
        self.pattern(cooldown_minutes=90)
        case = self.open_case(170, end=self.now - timedelta(minutes=90))
        self.close(case, self.now - timedelta(minutes=60))
        row = self.finish(self.make_workorder(), 170, end=self.now)
        self.assertEqual((row.outcome, row.exception_id.id), ("cooldown", False))
        self.assertIn(case.name, row.outcome_detail)
        self.assertEqual(case.state, "closed")

    def test_given_event_before_the_closed_case_expected_no_regression(self):
        self.pattern()
        case = self.open_case(170)
        self.close(case)
        row = self.finish(self.make_workorder(), 170, end=self.now - timedelta(days=5))
        self.assertEqual((row.outcome, row.timeliness), ("opened", "historic"))
        self.assertNotEqual(row.exception_id, case)
        self.assertEqual(case.state, "closed")

    def test_given_answered_while_running_expected_finish_does_not_reopen(self):
        workorder = self.make_workorder()
        workorder.button_start()
        workorder.time_ids.date_start = self.now - timedelta(minutes=170)
        self.engine._judge_records("work_order_time", workorder, "running")
        case = self.measured(workorder, phase="running").exception_id
        self.assertEqual(case.state, "new")
        self.choose(case)
        row = self.finish(workorder)
        self.assertEqual((row.outcome, row.exception_id), ("merged", case))
        self.assertEqual((case.state, case.reopened_count), ("closed", 0))

    def test_given_answered_while_running_and_worse_expected_reopened(self):
        workorder = self.make_workorder()
        workorder.button_start()
        workorder.time_ids.date_start = self.now - timedelta(minutes=170)
        self.engine._judge_records("work_order_time", workorder, "running")
        case = self.measured(workorder, phase="running").exception_id
        self.close(case, self.now - timedelta(minutes=1))
        workorder.time_ids.date_start = self.now - timedelta(minutes=300)
        self.finish(workorder)
        self.assertEqual((case.state, case.severity), ("new", "major"))

    def test_given_reopened_by_hand_later_expected_new_time_to_respond(self):
        self.pattern(respond_minutes=90)
        self.ask_by_policy_alone()
        case = self.open_case(170)
        self.close(case)
        later = self.now + timedelta(days=3)
        with self.at(later):
            case.with_user(self.operator).action_reopen()
            self.assertFalse(case.is_overdue)
        self.assertEqual(case.respond_by, later + timedelta(minutes=90))

    def test_given_reopened_by_hand_expected_new_without_answer(self):
        case = self.open_case()
        self.choose(case)
        case.with_user(self.operator).action_reopen()
        self.assertEqual((case.state, case.is_open), ("new", True))
        self.assertFalse(case.closed_at or case.resolution or case.cause_id)


@tagged("post_install", "-at_install")
class TestExceptionTimeliness(ExceptionCase):
    """History wakes nobody (D4)."""

    def test_given_historic_event_expected_listed_without_reaction(self):
        case = self.open_case(300, end=self.now - timedelta(days=3))
        self.assertTrue(case.is_historic)
        self.assertFalse(case.respond_by or case.is_overdue)
        self.assertFalse(case.activity_ids)
        self.assertFalse(case.run_ids)
        self.assertFalse(case.is_flagged)

    def test_given_late_event_expected_opened_without_push(self):
        with patch.object(
            type(self.env["res.users"]), "_bus_send", autospec=True
        ) as send:
            case = self.open_case(300, end=self.now - timedelta(hours=5))
        send.assert_not_called()
        self.assertFalse(case.activity_ids)
        self.assertTrue(case.is_flagged)
        self.assertEqual(
            sorted(case.run_ids.mapped(lambda run: (run.step_id.kind, run.outcome))),
            [
                ("activity", "skipped"),
                ("flag", "ok"),
                ("notify", "skipped"),
                ("post", "ok"),
                # asked at the station: nobody is called by that
                ("question", "ok"),
            ],
        )

    def test_given_company_setting_expected_other_border(self):
        self.company.variance_historic_hours = 100
        case = self.open_case(300, end=self.now - timedelta(days=3))
        self.assertFalse(case.is_historic)

    def test_given_live_repeat_of_history_expected_reaction(self):
        playbook = self.env.ref("mfg_variance_core.playbook_overrun")
        self.pattern(playbook_id=playbook.id)
        case = self.open_case(170, end=self.now - timedelta(days=3))
        self.assertEqual((case.is_historic, case.is_flagged), (True, False))
        self.finish(self.make_workorder(), 170)
        self.assertEqual((case.is_historic, case.is_flagged), (False, True))
        self.assertTrue(case.respond_by)

    def test_given_historic_repeat_of_live_case_expected_no_reaction(self):
        playbook = self.env.ref("mfg_variance_core.playbook_overrun")
        self.pattern(
            playbook_id=playbook.id, limits=(("warning", 50, 0), ("major", 100, 0))
        )
        case = self.open_case(170)
        runs = case.run_ids
        self.finish(self.make_workorder(), 300, end=self.now - timedelta(days=3))
        self.assertEqual((case.severity, case.run_ids), ("major", runs))

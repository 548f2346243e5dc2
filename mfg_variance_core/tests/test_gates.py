from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .exception_case import ExceptionCase


@tagged("post_install", "-at_install")
class TestGates(ExceptionCase):
    """What a case still needs before it may go on."""

    def test_given_no_cause_expected_named_before_closing(self):
        case = self.open_case()
        self.assertEqual(case._get_gate_needs("closed"), ["Choose the cause first."])
        self.assertFalse(case._get_gate_needs("acknowledged"))

    def test_given_cause_with_the_move_expected_to_count(self):
        case = self.open_case().with_user(self.operator)
        case._transition("closed", cause_id=self.cause.id)
        self.assertEqual(case.state, "closed")

    def test_given_light_made_full_expected_resolution_asked_for(self):
        case = self.open_case()
        case._make_full()
        self.assertEqual(case.track, "full")
        self.assertIn("Choose the resolution first.", case._get_gate_needs("resolved"))

    def test_given_made_full_expected_no_longer_closed_in_two_taps(self):
        case = self.open_case()
        case._make_full()
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).action_close()

    def test_given_moves_expected_who_and_when(self):
        case = self.open_case()
        case._make_full()
        case = case.with_user(self.supervisor)
        with self.at(self.now):
            case.action_take()
            case.action_contain()
        self.assertEqual(case.contained_by_id, self.supervisor)
        self.assertEqual(case.contained_at, self.now)


@tagged("post_install", "-at_install")
class TestVerification(ExceptionCase):
    """Whoever did the work does not say that it worked."""

    def setUp(self):
        super().setUp()
        self.case = self.resolve(self.open_case(300))

    def test_given_not_verified_expected_not_closed(self):
        with self.assertRaisesRegex(UserError, "verified by somebody other"):
            self.case.action_close()

    def test_given_the_doer_expected_refused(self):
        with self.signed_in(self.supervisor):
            with self.assertRaises(AccessError):
                self.case.action_verify()
            with self.assertRaises(AccessError):
                self.case._verify("Fine")

    def test_given_no_session_of_his_own_expected_refused(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.second)._verify("Fine")

    def test_given_process_engineer_expected_he_may_verify(self):
        wizard = self.env["mfg.variance.verify"].with_user(self.engineer)
        wizard = wizard.create({"exception_id": self.case.id, "note": "Measured."})
        with self.signed_in(self.engineer):
            wizard.action_verify()
        self.assertEqual(self.case.verified_by_id, self.engineer)

    def test_given_somebody_else_expected_who_when_and_what(self):
        wizard = self.env["mfg.variance.verify"].with_user(self.second)
        wizard = wizard.create({"exception_id": self.case.id, "note": "Ran five."})
        with self.at(self.now), self.signed_in(self.second):
            wizard.action_verify_and_close()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.verified_by_id, self.second)
        self.assertEqual(self.case.verified_at, self.now)
        self.assertEqual(self.case.verification_note, "Ran five.")

    def test_given_nothing_seen_expected_refused(self):
        with self.assertRaises(UserError):
            self.verify(self.case, note="  ")

    def test_given_not_resolved_expected_refused(self):
        case = self.open_case(300)
        with self.assertRaises(UserError):
            self.verify(case)

    def test_given_resolved_again_expected_verified_anew(self):
        self.verify(self.case)
        self.case.action_start_resolving()
        self.case.action_resolve()
        self.assertFalse(self.case.verified_at)

    def test_given_other_cause_expected_verified_anew(self):
        self.verify(self.case)
        other = self.env.ref("mfg_variance_core.cause_recording")
        Wizard = self.env["mfg.variance.cause.wizard"].with_user(self.supervisor)
        Wizard.action_choose(self.case.ids, other.id)
        self.assertFalse(self.case.verified_at)

    def test_given_cleared_by_itself_expected_cause_only(self):
        case = self.open_case(300)
        case._clear(self.now)
        self.choose(case, self.supervisor)
        case.with_user(self.supervisor).action_close()
        self.assertEqual(case.state, "closed")


@tagged("post_install", "-at_install")
class TestTasks(ExceptionCase):
    """What is to be done, done by one person and verified by another."""

    def setUp(self):
        super().setUp()
        self.case = self.open_case()
        self.task = self.add_task(self.case)

    def test_given_task_expected_full_track(self):
        self.assertEqual(self.case.track, "full")

    def test_given_other_zone_expected_late_by_the_day_of_the_plant(self):
        self.task.due_date = "2026-01-05"
        for zone, moment, is_late in (
            ("Asia/Tokyo", "2026-01-05 14:30:00", False),
            ("Asia/Tokyo", "2026-01-05 23:30:00", True),
            ("America/New_York", "2026-01-05 23:30:00", False),
            ("America/New_York", "2026-01-06 04:30:00", False),
            ("America/New_York", "2026-01-06 23:30:00", True),
        ):
            self.case.plant_id.tz = zone
            self.env.flush_all()
            with self.subTest(zone, moment=moment), self.at(self.moment(moment)):
                self.env.invalidate_all()
                self.assertEqual(self.task.is_late, is_late)
                late = self.task.search([("is_late", "=", True)])
                self.assertEqual(self.task in late, is_late)

    def test_given_open_task_expected_not_resolved(self):
        case = self.case.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "Change the insert"):
            self.resolve(case)

    def test_given_done_expected_resolved_but_not_closed(self):
        self.task.with_user(self.operator).action_done("Changed")
        case = self.resolve(self.case)
        self.verify(case)
        with self.assertRaisesRegex(UserError, "verified by somebody other"):
            case.action_close()
        self.verify_task(self.task)
        case.action_close()
        self.assertEqual((self.task.state, case.state), ("verified", "closed"))

    def test_given_the_doer_expected_not_verified(self):
        self.task.action_done()
        with self.assertRaises(AccessError):
            self.verify_task(self.task, self.supervisor)

    def test_given_whom_it_was_given_to_expected_not_verified(self):
        self.task.user_id = self.second
        self.task.action_done()
        with self.assertRaises(AccessError):
            self.verify_task(self.task)

    def test_given_the_tasks_doer_expected_case_not_verified_by_him(self):
        self.task.with_user(self.second).action_done()
        case = self.resolve(self.case)
        with self.assertRaises(AccessError):
            self.verify(case)

    def test_given_other_operator_expected_not_done_by_him(self):
        self.task.user_id = self.second
        with self.assertRaises(AccessError):
            self.task.with_user(self.operator).action_done()

    def test_given_an_engineer_expected_a_button_to_say_done(self):
        self.task.user_id = self.engineer
        view = self.task.with_user(self.engineer).get_view(view_type="form")
        self.assertIn("action_done", view["arch"])

    def test_given_cancelled_with_reason_expected_not_asked_for(self):
        with self.assertRaises(UserError):
            self.task.action_cancel()
        self.task.action_cancel("Not the insert")
        self.resolve(self.case)
        self.assertEqual(self.case.state, "resolved")

    def test_given_done_expected_not_changed_any_more(self):
        self.task.action_done()
        with self.assertRaises(UserError):
            self.task.name = "Something easier"


@tagged("post_install", "-at_install")
class TestProof(ExceptionCase):
    """The detector itself says whether it is better."""

    def setUp(self):
        super().setUp()
        self.make_policy(
            workcenter_id=self.center.id,
            limits=(("major", 50, 0),),
            verify_orders=2,
        )
        with self.at(self.now - timedelta(hours=1)):
            case = self.open_case(170, end=self.now - timedelta(hours=2))
            self.case = self.resolve(case)
            self.verify(self.case)

    def look(self):
        with self.at(self.now):
            self.case.sudo()._prove(self.now)

    def run_order(self, minutes):
        return self.finish(
            self.make_workorder(), minutes, end=self.now - timedelta(minutes=10)
        )

    def test_given_no_readings_expected_not_closed(self):
        with self.assertRaisesRegex(UserError, "0 of the next 2"):
            self.case.action_close()

    def test_given_all_within_expected_proven_with_saving(self):
        self.run_order(100)
        self.look()
        self.assertEqual((self.case.proof_count, self.case.proven_at), (1, False))
        self.run_order(110)
        self.look()
        self.assertEqual(self.case.proven_at, self.now)
        # 70 lost before; 0 and 10 since: 140 - 10
        self.assertEqual(self.case.saving_amount, 130)
        self.assertEqual(self.case.amount, 70)
        self.case.action_close()
        self.assertEqual(self.case.state, "closed")

    def test_given_pattern_expected_within_counts_and_is_not_the_end_of_it(self):
        self.case._as_system().write({"state": "closed"})
        self.make_policy(
            workcenter_id=self.center.id,
            product_id=self.gear.id,
            fingerprint_dims="workcenter_operation",
            limits=(("major", 50, 0),),
            verify_orders=2,
        )
        with self.at(self.now - timedelta(minutes=50)):
            self.case = self.resolve(
                self.open_case(170, end=self.now - timedelta(minutes=55))
            )
        self.run_order(100)
        self.assertFalse(self.case.cleared_at)
        self.look()
        self.assertEqual(self.case.proof_count, 1)

    def test_given_one_beyond_expected_reopened_as_regression(self):
        self.run_order(100)
        self.run_order(200)
        self.look()
        self.assertEqual((self.case.state, self.case.reopened_count), ("new", 1))
        self.assertFalse(self.case.proof_count or self.case.verified_at)

    def test_given_earlier_reading_expected_no_proof(self):
        self.finish(self.make_workorder(), 100, end=self.now - timedelta(hours=3))
        self.look()
        self.assertEqual(self.case.proof_count, 0)

    def test_given_scheduled_action_expected_proven(self):
        self.run_order(100)
        self.run_order(100)
        self.env.flush_all()
        self.assertTrue(self.case.watch_at)
        cron = self.env.ref("mfg_variance_core.cron_deadlines")
        with self.at(self.now), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.case.invalidate_recordset()
        self.assertEqual(self.case.proven_at, self.now)

    def test_given_merged_into_resolved_expected_reopened_at_once(self):
        self.make_policy(
            workcenter_id=self.center.id,
            operation_id=self.bom.operation_ids[0].id,
            limits=(("major", 50, 0),),
            fingerprint_dims="workcenter_operation",
        )
        with self.at(self.now - timedelta(hours=1)):
            case = self.open_case(170, end=self.now - timedelta(hours=2))
            self.resolve(case)
        row = self.run_order(200)
        self.assertEqual(row.exception_id, case)
        self.assertEqual((case.state, case.reopened_count), ("new", 1))

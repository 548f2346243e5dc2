from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .pattern_case import PatternCase


@tagged("post_install", "-at_install")
class TestRepeatedOverruns(PatternCase):
    """The shipped policy: 3 overruns in the last 20 orders on a work center."""

    def test_given_two_overruns_expected_no_case(self):
        self.take_all(170, 170)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().event_count, 2)
        self.assertFalse(self.windows())

    def test_given_stop_logged_late_expected_case_of_the_window_all_the_same(self):
        self.take_all(170, 170, 170)
        self.env["mrp.workcenter.productivity"].create(
            {
                "workcenter_id": self.center.id,
                "loss_id": self.env.ref("mrp.block_reason1").id,
                "company_id": self.company.id,
                "date_start": self.now - timedelta(hours=3),
            }
        )
        self.run_pass()
        self.assertEqual(self.patterns().severity, "major")

    def test_given_three_overruns_expected_one_major_case(self):
        self.take_all(170, 100, 170, 170)
        self.run_pass()
        case = self.patterns()
        self.assertEqual(len(case), 1)
        self.assertEqual(case.severity, "major")
        self.assertEqual(case.workcenter_id, self.center)
        self.assertEqual((case.planned, case.actual, case.unit), (2, 3, "orders"))
        self.assertEqual(case.owner_id, self.supervisor)
        self.assertIn("Lathe 1", case.title)

    def test_given_case_expected_told_to_the_owner(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.assertEqual(self.patterns().activity_ids.user_id, self.supervisor)

    def test_given_run_twice_expected_nothing_written(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        before = self.windows().ids, self.series().write_date
        self.run_pass()
        self.assertEqual((self.windows().ids, self.series().write_date), before)
        self.assertEqual(self.patterns().occurrence_count, 1)

    def test_given_overruns_of_one_order_expected_one_event(self):
        order = self.make_order()
        self.take_all(170, 170, 170, dims={"production_id": order.id})
        self.run_pass()
        self.assertEqual(self.series().event_count, 1)
        self.assertFalse(self.patterns())

    def test_given_overruns_spread_over_more_orders_expected_no_case(self):
        self.take_all(170, *[100] * 19, 170, 170)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().order_count, 20)

    def test_given_many_readings_per_order_expected_window_still_full(self):
        order = self.make_order()
        self.take_all(170, 170, *[100] * 5)
        for ago in range(1, 41):
            self.take(100, minutes_ago=ago, dims={"production_id": order.id})
        self.take(100, minutes_ago=0)
        with patch.object(
            type(self.engine), "_get_first_limit", return_value=10, autospec=True
        ):
            self.run_pass()
        self.assertEqual(self.series().order_count, 9)
        self.assertEqual(self.series().event_count, 2)

    def test_given_other_center_expected_counted_apart(self):
        other = self._make_center("Lathe 2")
        self.take_all(170, 170)
        self.take_all(170, 170, center=other)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(len(self.series()), 2)

    def test_given_suspect_recording_expected_no_event(self):
        rows = self.take_all(170, 170, 170)
        self.env.flush_all()
        # as a timer left running over night is stored
        self.env.cr.execute("ALTER TABLE mfg_variance_measurement DISABLE TRIGGER USER")
        rows[0]._as_system().outcome = "recording_suspect"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mfg_variance_measurement ENABLE TRIGGER USER")
        self.run_pass()
        self.assertEqual(self.series().event_count, 2)

    def test_given_weak_standard_expected_no_event(self):
        self.take_all(170, 170, 170, standard_source="borrowed")
        self.run_pass()
        self.assertEqual(self.series().event_count, 0)

    def test_given_corrected_readings_expected_pattern_cleared(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.take(100, minutes_ago=62, source_id=self.source)
        self.run_pass()
        case = self.patterns()
        self.assertTrue(case.cleared_at)
        self.assertTrue(case.is_open)
        self.assertEqual(self.windows()[-1].outcome, "within")

    def test_given_good_orders_since_expected_cleared(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        for ago in range(18, 0, -1):
            self.take(100, minutes_ago=ago)
        self.run_pass()
        self.assertTrue(self.patterns().cleared_at)
        self.assertTrue(self.series().cleared_at)
        self.assertFalse(self.series().is_beyond)

    def test_given_fourth_overrun_expected_merged_into_open_case(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.take(170, minutes_ago=5)
        self.run_pass()
        self.assertEqual(len(self.patterns()), 1)
        self.assertEqual(self.windows().mapped("revision"), [1, 2])
        self.assertEqual(self.windows().mapped("is_current"), [False, True])
        self.assertEqual(self.patterns().occurrence_count, 1)

    def test_given_closed_case_expected_answered_readings_left_out(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.close(self.patterns())
        self.take(170, minutes_ago=-1)
        with self.at(self.now + timedelta(minutes=2)):
            self.run_pass()
        self.assertFalse(self.patterns().is_open)
        self.assertEqual(self.series().event_count, 1)

    def test_given_three_more_after_closing_expected_regression(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.close(self.patterns())
        with self.at(self.now + timedelta(minutes=9)):
            for ago in (-1, -2, -3):
                self.take(170, minutes_ago=ago)
            self.run_pass()
        case = self.patterns()
        self.assertEqual(len(case), 1)
        self.assertTrue(case.is_open)
        self.assertEqual(case.reopened_count, 1)

    def close(self, case):
        with self.at(self.now):
            case._as_system().write({"state": "closed", "closed_at": self.now})
        self.env.flush_all()

    def test_given_money_expected_counted_once(self):
        rows = self.take_all(170, 170, 170)
        self.run_pass()
        self.assertEqual(self.patterns().amount, 0.0)
        window = self.windows()
        self.assertEqual(window.amount_kind, "explained_by")
        self.assertAlmostEqual(window.amount, 210.0)
        everything = rows | window
        (total,) = everything._read_group(
            [("id", "in", everything.ids)], [], ["leaf_amount:sum"]
        )[0]
        self.assertAlmostEqual(total, 210.0)

    def test_given_case_expected_evidence_and_chart_of_the_window(self):
        rows = self.take_all(170, 100, 170, 170)
        self.run_pass()
        case = self.patterns()
        window = case.snapshot["window"]
        self.assertEqual((window["events"], window["orders"]), (3, 4))
        bad = rows.filtered("severity")
        self.assertEqual(set(window["points"]), set(bad.ids))
        marked = [point["is_case"] for point in case.chart_data["points"]]
        self.assertEqual(marked, [True, False, True, True])
        self.assertIn("not here again", case.evidence_text)
        action = case.action_open_window()
        self.assertEqual(self.Measurement.search(action["domain"]), rows.sorted())

    def test_given_single_readings_expected_their_own_cases_and_winner(self):
        row = self.take_all(170, 170, 170)[-1]
        self.run_pass()
        self.assertEqual(row.policy_version_id.policy_id, self.single)
        told = {one["policy"] for one in row.considered}
        self.assertIn(self.pattern.name, told)
        self.assertNotEqual(row.exception_id, self.patterns())

    def test_given_historic_overruns_expected_case_without_reaction(self):
        for days in (3, 4, 5):
            self.take(170, minutes_ago=days * 24 * 60)
        self.run_pass()
        case = self.patterns()
        self.assertTrue(case.is_historic)
        self.assertFalse(case.activity_ids)
        self.assertFalse(case.respond_by)

    def test_given_late_reading_expected_placed_by_when_it_happened(self):
        self.take_all(170, 170, *[100] * 20)
        self.run_pass()
        self.take(170, minutes_ago=600)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().event_count, 0)

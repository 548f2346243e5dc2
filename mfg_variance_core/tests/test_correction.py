from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestMeasurementCorrection(VarianceCommon):
    """A corrected source appends a revision, the earlier one stays (D2)."""

    def test_given_shorter_log_expected_superseding_row_and_cleared_case(self):
        workorder = self.make_workorder()
        first = self.finish(workorder, 300)
        case = first.exception_id
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=105)
        self.judge()
        second = self.measured(workorder)
        self.assertEqual((second.revision, second.outcome), (2, "within"))
        self.assertEqual(first.superseded_by_id, second)
        self.assertEqual((first.is_current, first.actual), (False, 300))
        self.assertTrue(case.cleared_at)
        self.assertTrue(case.is_open)
        self.assertFalse(case.is_now)

    def test_given_correction_within_expected_case_shows_both_without_cost(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 300).exception_id
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=105)
        self.judge()
        self.assertEqual(case.measurement_ids, self.rows(workorder))
        self.assertEqual((case.occurrence_count, case.amount), (0, 0))

    def test_given_worse_correction_expected_same_case_with_new_cost(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 170).exception_id
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=250)
        self.judge()
        row = self.measured(workorder)
        self.assertEqual((row.outcome, row.exception_id), ("merged", case))
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.assertEqual((case.occurrence_count, case.amount), (1, 150))

    def test_given_deleted_log_expected_not_recorded_and_cleared_case(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 300).exception_id
        workorder.time_ids.unlink()
        self.judge()
        self.assertEqual(self.measured(workorder).outcome, "not_recorded")
        self.assertTrue(case.cleared_at)

    def test_given_correction_to_info_expected_cleared_case(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 300).exception_id
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=135)
        self.judge()
        self.assertEqual(self.measured(workorder).outcome, "shaded")
        self.assertTrue(case.cleared_at)

    def test_given_other_events_left_expected_pattern_case_not_cleared(self):
        self.make_policy(
            workcenter_id=self.center.id, fingerprint_dims="workcenter_operation"
        )
        first, second = self.make_workorder(), self.make_workorder()
        case = self.finish(first, 300).exception_id
        self.assertEqual(self.finish(second, 310).exception_id, case)
        log = first.time_ids
        log.loss_id = self.env.ref("mrp.block_reason1")
        self.judge()
        self.assertEqual(self.measured(first).outcome, "not_recorded")
        self.assertFalse(case.cleared_at)
        self.assertEqual((case.occurrence_count, case.amount), (1, 210))

    def test_given_corrected_quantity_expected_new_revision(self):
        workorder = self.make_workorder()
        workorder.write({"variance_is_reported": True, "variance_reported_qty": 10})
        self.finish(workorder, 100)
        workorder.variance_reported_qty = 5
        self.judge()
        row = self.measured(workorder)
        self.assertEqual((row.revision, row.planned), (2, 50))

    def test_given_reopened_workorder_expected_new_revision_when_done_again(self):
        workorder = self.make_workorder()
        self.finish(workorder, 80)
        workorder.set_state("progress")
        self.judge()
        self.assertEqual(self.rows(workorder).mapped("revision"), [1])
        workorder.end_all()
        workorder.time_ids.filtered(lambda log: log.duration < 1).unlink()
        self.finish(workorder, 60, end=self.now)
        row = self.measured(workorder)
        self.assertEqual((row.revision, row.actual), (2, 140))

    def test_given_log_moved_to_other_workorder_expected_both_corrected(self):
        order = self.make_order()
        turn, grind = order.workorder_ids
        self.finish(turn, 60, end=self.now - timedelta(hours=3))
        self.finish(grind, 60)
        stray = turn.time_ids
        stray.workorder_id = grind
        self.judge()
        self.assertEqual(self.measured(turn).outcome, "not_recorded")
        self.assertAlmostEqual(self.measured(grind).actual, 120)

    def test_given_run_relabelled_setup_expected_money_once(self):
        self.center.time_start = 20
        workorder = self.make_workorder()
        self.log_time(workorder, 60, end=self.now - timedelta(hours=4))
        self.finish(workorder, 100)

        def amount():
            rows = self.measured(workorder) | self.measured(workorder, "setup_time")
            return sum(rows.mapped("amount"))

        self.assertEqual(amount(), 40)
        workorder.time_ids.sorted("date_start")[0].loss_id = self.setup_loss
        self.judge()
        self.assertEqual(self.measured(workorder, "setup_time").amount, 40)
        self.assertEqual(amount(), 40)

    def test_given_log_moved_to_other_day_expected_event_moved(self):
        workorder = self.make_workorder()
        first = self.finish(workorder, 80)
        day = timedelta(days=1)
        log = workorder.time_ids
        log.write({"date_start": log.date_start - day, "date_end": log.date_end - day})
        self.judge()
        row = self.measured(workorder)
        self.assertEqual((row.revision, row.event_at), (2, first.event_at - day))

    def test_given_unrelated_change_expected_no_revision(self):
        workorder = self.make_workorder()
        self.finish(workorder, 80)
        workorder.time_ids.description = "Noted"
        self.judge()
        self.assertEqual(len(self.rows(workorder)), 1)

    def test_given_rule_switched_off_expected_correction_measures_nothing_new(self):
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        workorder = self.make_workorder()
        self.finish(workorder, 80)
        workorder.time_ids.date_start -= timedelta(minutes=200)
        self.judge()
        self.assertFalse(self.rows(workorder))

    def test_given_human_write_expected_refused_for_superuser(self):
        row = self.finish(self.make_workorder(), 170)
        with self.assertRaises(AccessError):
            row.outcome = "within"
        with self.assertRaises(AccessError):
            row.unlink()
        with self.assertRaises(AccessError):
            row.copy()

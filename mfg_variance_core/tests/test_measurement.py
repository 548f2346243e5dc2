from datetime import timedelta

from odoo.tests import tagged

from .common import VarianceCommon

TOLERANCE = 0.02


@tagged("post_install", "-at_install")
class TestMeasurementFlows(VarianceCommon):
    """Every way to finish work ends in the same figures (D1)."""

    def expect(self, row, planned=100, actual=130, outcome="shaded"):
        self.assertEqual(len(row), 1)
        self.assertAlmostEqual(row.planned, planned, delta=TOLERANCE)
        self.assertAlmostEqual(row.actual, actual, delta=TOLERANCE)
        self.assertEqual(row.outcome, outcome)
        self.assertEqual(row.event_at, self.now - timedelta(hours=1))
        self.assertEqual(row.revision, 1)

    def test_given_button_finish_expected_true_figures(self):
        workorder = self.make_workorder()
        self.expect(self.finish(workorder, 130))

    def test_given_workorder_marked_done_expected_true_figures(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 130)
        workorder.action_mark_as_done()
        self.judge()
        self.expect(self.measured(workorder))

    def test_given_order_marked_done_alone_expected_true_figures(self):
        order = self.make_order()
        self.log_time(order.workorder_ids[0], 130)
        order.button_mark_done()
        self.judge()
        self.assertEqual(order.state, "done")
        self.expect(self.measured(order.workorder_ids[0]))

    def test_given_set_state_expected_true_figures(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 130)
        workorder.set_state("done")
        self.judge()
        self.expect(self.measured(workorder))

    def test_given_plain_write_of_state_expected_true_figures(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 130)
        workorder.qty_produced = 10
        workorder.state = "done"
        self.judge()
        self.expect(self.measured(workorder))

    def test_given_backorder_expected_share_of_the_plan(self):
        order = self.make_order()
        workorder = order.workorder_ids[0]
        order.qty_producing = 4
        order._set_qty_producing()
        self.log_time(workorder, 55)
        action = order.button_mark_done()
        self.env[action["res_model"]].with_context(**action["context"]).create(
            {}
        ).action_backorder()
        self.judge()
        self.expect(self.measured(workorder), 40, 55, "within")

    def test_given_no_backorder_expected_share_of_the_plan(self):
        order = self.make_order()
        workorder = order.workorder_ids[0]
        order.qty_producing = 4
        order._set_qty_producing()
        self.log_time(workorder, 55)
        action = order.button_mark_done()
        self.env[action["res_model"]].with_context(**action["context"]).create(
            {}
        ).action_close_mo()
        self.judge()
        self.expect(self.measured(workorder), 40, 55, "within")

    def test_given_timer_running_expected_closed_and_counted(self):
        workorder = self.make_workorder()
        workorder.button_start()
        workorder.time_ids.date_start = self.now - timedelta(minutes=130)
        row = self.finish(workorder)
        self.assertAlmostEqual(row.actual, 130, delta=0.5)
        self.assertEqual(
            sorted(workorder.time_ids.mapped("loss_type")),
            ["performance", "productive"],
        )

    def test_given_judged_twice_expected_nothing_written(self):
        workorder = self.make_workorder()
        row = self.finish(workorder, 170)
        self.engine._capture([], workorder)
        self.judge()
        self.assertEqual(self.rows(workorder), row)

    def test_given_savepoints_in_the_middle_expected_final_figures(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 60)
        workorder.button_finish()
        with self.env.cr.savepoint():
            self.assertAlmostEqual(self.measured(workorder).actual, 60)
            self.log_time(workorder, 60, end=self.now)
        self.judge()
        self.assertEqual(self.rows(workorder).mapped("revision"), [1, 2])
        self.assertAlmostEqual(self.measured(workorder).actual, 120)

    def test_given_undone_finish_expected_nothing_measured(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 130)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            workorder.button_finish()
            raise ZeroDivisionError
        self.judge()
        self.assertFalse(self.rows(workorder))

    def test_given_stray_context_expected_not_stored(self):
        workorder = self.make_workorder().with_context(
            default_state="closed", default_severity="critical", default_amount=9
        )
        row = self.finish(workorder, 170)
        self.assertEqual(row.exception_id.state, "new")
        self.assertEqual(row.severity, "warning")


@tagged("post_install", "-at_install")
class TestMeasurementGaps(VarianceCommon):
    """A figure nobody measured is never within (DESIGN rule 4)."""

    def test_given_untimed_workorder_expected_not_recorded(self):
        workorder = self.make_workorder()
        workorder.action_mark_as_done()
        self.judge()
        self.assertAlmostEqual(workorder.duration, 100)
        row = self.measured(workorder)
        self.assertEqual((row.outcome, row.actual), ("not_recorded", 0))
        self.assertFalse(row.amount_kind)

    def test_given_untimed_order_expected_not_recorded(self):
        order = self.make_order()
        order.button_mark_done()
        self.judge()
        rows = self.measured(order.workorder_ids)
        self.assertEqual(rows.mapped("outcome"), ["not_recorded"] * 2)

    def test_given_estimate_corrected_by_total_expected_measured(self):
        workorder = self.make_workorder()
        workorder.action_mark_as_done()
        self.judge()
        workorder.duration = 130
        self.judge()
        row = self.measured(workorder)
        self.assertAlmostEqual(row.actual, 130, delta=TOLERANCE)
        self.assertEqual((row.outcome, row.revision), ("shaded", 2))

    def test_given_estimate_corrected_in_its_log_expected_measured(self):
        workorder = self.make_workorder()
        workorder.action_mark_as_done()
        self.judge()
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=90)
        self.judge()
        row = self.measured(workorder)
        self.assertEqual((row.outcome, row.actual), ("within", 90))

    def test_given_reported_zero_expected_not_enough_data(self):
        workorder = self.make_workorder()
        workorder.variance_is_reported = True
        row = self.finish(workorder, 130)
        self.assertEqual((row.outcome, row.actual), ("not_enough_data", 130))

    def test_given_reported_quantity_expected_plan_flexed_to_it(self):
        workorder = self.make_workorder()
        workorder.write({"variance_is_reported": True, "variance_reported_qty": 4})
        row = self.finish(workorder, 50)
        self.assertEqual((row.planned, row.quantity), (40, 4))

    def test_given_only_availability_logs_expected_not_recorded(self):
        workorder = self.make_workorder()
        breakdown = self.env.ref("mrp.block_reason1")
        row = self.finish(workorder, 130, loss=breakdown)
        self.assertEqual(row.outcome, "not_recorded")

    def test_given_availability_log_beside_expected_not_counted(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 600, loss=self.env.ref("mrp.block_reason1"))
        self.assertAlmostEqual(self.finish(workorder, 110).actual, 110)

    def test_given_minutes_outside_operating_hours_expected_suspect(self):
        hours = self._make_calendar("Day shift", 6, 14)
        self.center.resource_calendar_id = hours
        workorder = self.make_workorder()
        end = self.now.replace(hour=13, minute=0) - timedelta(days=1)
        row = self.finish(workorder, 24 * 60, end=end)
        self.assertEqual(row.outcome, "recording_suspect")
        self.assertAlmostEqual(row.outside_minutes, 16 * 60)
        self.assertFalse(row.exception_id)

    def test_given_cancelled_untouched_expected_nothing_measured(self):
        order = self.make_order()
        order.action_cancel()
        self.judge()
        self.assertFalse(self.rows(order.workorder_ids))

    def test_given_cancelled_after_work_expected_priced_as_unplanned(self):
        order = self.make_order()
        self.log_time(order.workorder_ids[0], 45)
        order.action_cancel()
        self.judge()
        row = self.measured(order.workorder_ids[0])
        self.assertEqual((row.outcome, row.actual), ("unplanned", 45))
        self.assertEqual((row.amount, row.amount_kind), (45, "loss"))

    def test_given_setup_of_cancelled_work_expected_priced_once(self):
        order = self.make_order()
        self.log_time(order.workorder_ids[0], 45, loss=self.setup_loss)
        order.action_cancel()
        self.judge()
        rows = self.Measurement.search([("production_id", "=", order.id)])
        self.assertEqual(sum(rows.mapped("amount")), 45)

    def test_given_log_added_after_cancelling_expected_corrected(self):
        order = self.make_order()
        self.log_time(order.workorder_ids[0], 45)
        order.action_cancel()
        self.judge()
        self.log_time(order.workorder_ids[0], 15, end=self.now)
        self.judge()
        row = self.measured(order.workorder_ids[0])
        self.assertEqual((row.revision, row.actual, row.amount), (2, 60, 60))

    def test_given_center_without_rate_expected_reason_not_zero_cost(self):
        self.center.costs_hour = 0
        row = self.finish(self.make_workorder(), 170)
        self.assertFalse(row.amount_kind)
        self.assertIn("no hourly cost", row.amount_missing_reason)
        self.assertEqual(row.exception_id.amount, 0)


@tagged("post_install", "-at_install")
class TestMeasurementFigures(VarianceCommon):
    """Machine time, set-up apart, and money once."""

    def test_given_two_workers_at_once_expected_union(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 120)
        self.log_time(workorder, 100, user=self.operator)
        row = self.finish(workorder)
        self.assertAlmostEqual(row.actual, 120)
        self.assertAlmostEqual(workorder.duration, 220)

    def test_given_split_into_performance_expected_whole_time(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 100, end=self.now - timedelta(minutes=90))
        row = self.finish(workorder, 30, loss=self.performance)
        self.assertAlmostEqual(row.actual, 130)

    def test_given_deviation_expected_amount_with_formula(self):
        row = self.finish(self.make_workorder(), 170)
        self.assertEqual((row.amount, row.amount_kind), (70, "loss"))
        self.assertEqual(row.amount_formula, "(170 - 100) min / 60 x 60.00 = 70.00")
        self.assertEqual(row.currency_id, self.company.currency_id)
        self.assertEqual((row.deviation, row.deviation_percent), (70, 70))
        self.assertEqual(row.unit, "min")

    def test_given_dimensions_expected_stored(self):
        workorder = self.make_workorder()
        row = self.finish(workorder, 170)
        self.assertRecordValues(
            row,
            [
                {
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "product_id": self.gear.id,
                    "product_categ_id": self.gear.categ_id.id,
                    "operation_id": workorder.operation_id.id,
                    "workcenter_id": self.center.id,
                    "production_id": workorder.production_id.id,
                    "workorder_id": workorder.id,
                    "source_model": "mrp.workorder",
                    "source_id": workorder.id,
                    "timeliness": "live",
                    "shift_id": self.plant._get_shift_at(row.event_at).id,
                }
            ],
        )

    def test_given_setup_logged_apart_expected_additive_amounts(self):
        self.center.time_start = 20
        workorder = self.make_workorder()
        end = self.now - timedelta(hours=1)
        self.log_time(workorder, 60, end - timedelta(minutes=140), self.setup_loss)
        row = self.finish(workorder, 140, end=end)
        setup = self.measured(workorder, "setup_time")
        self.assertEqual((setup.planned, setup.actual, setup.amount), (20, 60, 40))
        self.assertEqual((row.planned, row.actual, row.amount), (120, 200, 40))
        total = (200 - 120) / 60 * 60
        self.assertAlmostEqual(setup.amount + row.amount, total)
        self.assertIn("of run", row.amount_formula)

    def test_given_setup_without_plan_expected_no_standard_and_whole_amount(self):
        workorder = self.make_workorder()
        end = self.now - timedelta(hours=1)
        self.log_time(workorder, 60, end - timedelta(minutes=140), self.setup_loss)
        row = self.finish(workorder, 140, end=end)
        setup = self.measured(workorder, "setup_time")
        self.assertEqual((setup.outcome, setup.amount_kind), ("no_standard", False))
        self.assertAlmostEqual(row.amount, 100)

    def test_given_no_setup_log_expected_not_recorded(self):
        self.center.time_start = 20
        workorder = self.make_workorder()
        self.finish(workorder, 140)
        setup = self.measured(workorder, "setup_time")
        self.assertEqual(setup.outcome, "not_recorded")

    def test_given_faster_than_planned_expected_within_and_negative_amount(self):
        row = self.finish(self.make_workorder(), 40)
        self.assertEqual((row.outcome, row.amount), ("within", -60))

    def test_given_event_expected_latest_end_of_logs(self):
        workorder = self.make_workorder()
        last = self.now - timedelta(minutes=5)
        self.log_time(workorder, 20, end=last)
        row = self.finish(workorder, 100, end=self.now - timedelta(hours=3))
        self.assertEqual(row.event_at, last)

from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VarianceCommon

ENGINE = "odoo.addons.mfg_variance_core.models.mfg_variance_engine"


@tagged("post_install", "-at_install")
class TestFailOpen(VarianceCommon):
    """A fault in our judging never stops the work, and never goes unseen (D8)."""

    def setUp(self):
        super().setUp()
        self.metric_class = type(self.env["mfg.variance.metric"])
        self.engine_class = type(self.engine)
        self.startPatcher(patch(f"{ENGINE}._logger.info"))

    def failing_for(self, poison, error):
        """A reader that fails for these work orders only."""
        read = self.metric_class._fact_work_order_time

        def fail(metric, data, phase):
            if data["workorder"] in poison:
                raise error
            return read(metric, data, phase)

        return patch.object(self.metric_class, "_fact_work_order_time", fail)

    def failures(self, workorder):
        return self.Run.search(
            [
                ("kind", "=", "judge"),
                ("outcome", "=", "failed"),
                ("res_model", "=", "mrp.workorder"),
                ("res_id", "in", workorder.ids),
            ]
        )

    def test_given_reader_raises_expected_work_finished_and_row(self):
        workorder = self.make_workorder()
        with self.failing_for(workorder, ValueError("Boom")):
            row = self.finish(workorder, 170)
        self.assertEqual(workorder.state, "done")
        self.assertEqual(row.outcome, "error")
        self.assertIn("ValueError: Boom", row.outcome_detail)
        self.assertFalse(row.exception_id or row.amount_kind)
        failed = self.failures(workorder)
        self.assertIn("ValueError: Boom", failed.error)
        self.assertEqual(failed.company_id, self.company)

    def test_given_failure_expected_automation_owner_told_once(self):
        workorder = self.make_workorder()
        with (
            self.failing_for(workorder, ValueError("Boom")),
            patch.object(
                type(self.env["res.users"]), "_bus_send", autospec=True
            ) as send,
        ):
            self.finish(workorder, 170)
        self.assertEqual(
            [call.args[0] for call in send.call_args_list],
            [self.people["automation_owner"]],
        )

    def test_given_policy_that_raises_expected_work_finished_and_row(self):
        workorder = self.make_workorder()
        with patch.object(
            self.engine_class,
            "_pick_versions",
            autospec=True,
            side_effect=KeyError("x"),
        ):
            row = self.finish(workorder, 170)
        self.assertEqual((workorder.state, row.outcome), ("done", "error"))
        self.assertTrue(self.failures(workorder))

    def test_given_whole_order_expected_done_in_spite_of_failure(self):
        order = self.make_order()
        with self.failing_for(order.workorder_ids, ValueError("Boom")):
            order.button_mark_done()
            self.judge()
        self.assertEqual(order.state, "done")
        self.assertEqual(
            self.measured(order.workorder_ids).mapped("outcome"), ["error"] * 2
        )

    def test_given_poison_among_others_expected_others_judged(self):
        poison, sound, fine = (self.make_workorder() for _number in range(3))
        workorders = poison | sound | fine
        for workorder, minutes in ((poison, 170), (sound, 170), (fine, 105)):
            self.log_time(workorder, minutes)
        with self.failing_for(poison, ValueError("Boom")):
            workorders.button_finish()
            self.judge()
        self.assertEqual(
            [self.measured(workorder).outcome for workorder in workorders],
            ["error", "opened", "within"],
        )
        self.assertEqual(len(self.failures(workorders)), 1)

    def test_given_fault_gone_expected_judged_by_the_next_capture(self):
        workorder = self.make_workorder()
        with self.failing_for(workorder, ValueError("Boom")):
            first = self.finish(workorder, 170)
        self.engine._capture([], workorder)
        self.judge()
        row = self.measured(workorder)
        self.assertEqual((row.outcome, row.revision), ("opened", 2))
        self.assertEqual(first.superseded_by_id, row)

    def test_given_same_fault_again_expected_no_second_error_row(self):
        workorder = self.make_workorder()
        with self.failing_for(workorder, ValueError("Boom")):
            self.finish(workorder, 170)
            self.engine._capture([], workorder)
            self.judge()
        self.assertEqual(len(self.rows(workorder)), 1)

    @mute_logger("odoo.sql_db")
    def test_given_database_error_expected_transaction_intact(self):
        workorder = self.make_workorder()

        def spoil(metric, data, phase):
            metric.env.cr.execute("SELECT 1 / 0")

        with patch.object(self.metric_class, "_fact_work_order_time", spoil):
            row = self.finish(workorder, 170)
        self.assertEqual((workorder.state, row.outcome), ("done", "error"))

    def test_given_freezing_raises_expected_order_confirmed(self):
        with patch.object(
            type(self.Standard), "_freeze_workorders", side_effect=ValueError("Boom")
        ):
            order = self.make_order()
        self.assertEqual(order.state, "confirmed")
        self.assertEqual(len(self.failures(order.workorder_ids)), 2)

    def test_given_store_itself_fails_expected_work_finished_and_run_row(self):
        workorder = self.make_workorder()
        with patch.object(
            self.engine_class, "_store", autospec=True, side_effect=ValueError("Full")
        ):
            row = self.finish(workorder, 170)
        self.assertEqual(workorder.state, "done")
        self.assertFalse(row)
        self.assertTrue(self.failures(workorder))

    def test_given_capture_raises_expected_timer_stopped_anyway(self):
        workorder = self.make_workorder()
        workorder.button_start()
        with patch.object(
            self.engine_class,
            "_run_queue",
            autospec=True,
            side_effect=ValueError("Boom"),
        ):
            workorder.button_pending()
            self.judge()
        self.assertTrue(all(workorder.time_ids.mapped("date_end")))

    @mute_logger(ENGINE)
    def test_given_failure_row_fails_too_expected_work_finished(self):
        workorder = self.make_workorder()
        with (
            self.failing_for(workorder, ValueError("Boom")),
            patch.object(type(self.Run), "_log", side_effect=ValueError("Full")),
        ):
            self.finish(workorder, 170)
        self.assertEqual(workorder.state, "done")

    @mute_logger("odoo.addons.mfg_variance_core.models")
    def test_given_queue_fails_expected_every_hook_lets_work_go_on(self):
        order = self.make_order(confirm=False)
        with patch.object(
            self.engine_class, "_get_queue", side_effect=ValueError("Boom")
        ):
            order.action_confirm()
            workorder = order.workorder_ids[0]
            workorder.button_start()
            order.product_qty = 12
            order.action_update_bom()
            workorder.workcenter_id = self._make_center("Lathe 2")
            self.log_time(workorder, 60).unlink()
            workorder.button_finish()
            workorder.variance_reported_qty = 3
        self.assertEqual(workorder.state, "done")

    def test_given_hook_loses_race_expected_raised(self):
        workorder = self.make_workorder()
        for error in (SerializationFailure("Lost"), ConcurrencyError("Lost")):
            with (
                patch.object(self.engine_class, "_get_queue", side_effect=error),
                self.assertRaises(type(error)),
            ):
                self.engine._shielded("_capture_watch", workorder)

    def test_given_lost_race_expected_raised_and_not_swallowed(self):
        for error in (SerializationFailure("Lost"), ConcurrencyError("Lost")):
            workorder = self.make_workorder()
            with (
                self.failing_for(workorder, error),
                self.assertRaises(type(error)),
                self.env.cr.savepoint(),
            ):
                self.finish(workorder, 170)

    @mute_logger("odoo.sql_db")
    def test_given_same_open_fingerprint_elsewhere_expected_request_repeated(self):
        case = self.open_case()
        vals = {"title": "X", "severity": "warning", "company_id": self.company.id}
        with self.assertRaises(UniqueViolation) as caught, self.env.cr.savepoint():
            self.Case._open_cases([{**vals, "fingerprint": case.fingerprint}])
        with self.assertRaises(ConcurrencyError):
            self.engine._reraise_concurrency(caught.exception)

    def test_given_unknown_metric_captured_expected_nothing_stopped(self):
        workorder = self.make_workorder()
        self.engine._capture(["no_such_metric"], workorder)
        self.judge()
        self.assertFalse(self.failures(workorder))

    def test_given_deleted_meanwhile_expected_skipped(self):
        order = self.make_order(confirm=False)
        order.action_confirm()
        self.engine._capture([], order.workorder_ids)
        order.action_cancel()
        order.unlink()
        self.judge()

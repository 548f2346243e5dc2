from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .noise_case import NoiseCase


@tagged("post_install", "-at_install")
class TestInhibition(NoiseCase):
    """A cause that is known explains what follows from it, and is named on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("mfg_variance_core.inhibition_downtime")
        cls.broken = cls.env.ref("mrp.block_reason1")

    def stop(self, since=3, until=None):
        """The lathe stands still, from so many hours ago."""
        return self.env["mrp.workcenter.productivity"].create(
            {
                "workcenter_id": self.center.id,
                "loss_id": self.broken.id,
                "company_id": self.company.id,
                "date_start": self.now - timedelta(hours=since),
                "date_end": until is not None and self.now - timedelta(hours=until),
            }
        )

    def test_given_stopped_center_expected_suppressed_and_named(self):
        workorder = self.make_workorder()
        stop = self.stop()
        row = self.finish(workorder, 170)
        self.assertEqual((row.outcome, row.severity), ("inhibited", "warning"))
        self.assertFalse(row.exception_id)
        self.assertEqual(row.muted_by_inhibition_id, self.rule)
        self.assertEqual(row.muted_by_log_id, stop)
        self.assertIn(self.broken.name, row.outcome_detail)
        self.assertEqual(self.rule.muted_count, 1)
        self.assertTrue(row.production_id.variance_muted_text)

    def test_given_stop_that_was_over_expected_opened(self):
        workorder = self.make_workorder()
        self.stop(since=5, until=2)
        self.assertEqual(self.finish(workorder, 170).outcome, "opened")

    def test_given_stop_elsewhere_expected_opened(self):
        workorder = self.make_workorder()
        self.stop().workcenter_id = self._make_center("Lathe 2")
        self.assertEqual(self.finish(workorder, 170).outcome, "opened")

    def test_given_rule_switched_off_expected_opened(self):
        workorder = self.make_workorder()
        self.stop()
        self.rule.active = False
        self.assertEqual(self.finish(workorder, 170).outcome, "opened")

    def test_given_new_process_expected_still_suppressed(self):
        workorder = self.make_workorder()
        self.stop()
        self.env.flush_all()
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        self.assertEqual(self.finish(workorder, 170).outcome, "inhibited")

    def test_given_judged_twice_expected_one_row(self):
        workorder = self.make_workorder()
        self.stop()
        row = self.finish(workorder, 170)
        self.engine._capture([], workorder)
        self.judge()
        self.assertEqual(self.rows(workorder), row)

    def running(self):
        """Work that has been running for 170 minutes of 100 planned."""
        workorder = self.make_workorder()
        workorder.button_start()
        workorder.time_ids.date_start = self.now - timedelta(minutes=170)
        self.judge()
        return workorder

    def test_given_running_work_and_stop_over_expected_judged_again(self):
        workorder = self.running()
        stop = self.stop()
        with self.at(self.now):
            self.engine._judge_running(workorder)
        row = self.measured(workorder, phase="running")
        self.assertEqual(row.outcome, "inhibited")
        watch = self.env["mfg.variance.watch"].search(
            [("workorder_id", "=", workorder.id)]
        )
        self.assertTrue(watch.next_crossing_at)
        with self.at(self.now + timedelta(minutes=6)):
            # nothing new while the cause lasts
            self.engine._judge_running(workorder)
            self.assertEqual(self.measured(workorder, phase="running"), row)
        stop.date_end = self.now + timedelta(minutes=8)
        with self.at(self.now + timedelta(minutes=12)):
            self.engine._judge_running(workorder)
        self.assertEqual(self.measured(workorder, phase="running").outcome, "opened")

    def case_rule(self, **values):
        setup = self.env.ref("mfg_variance_core.metric_setup_time")
        return self.env["mfg.variance.inhibition"].create(
            {
                "name": "Set-up explains time",
                "cause": "case",
                "cause_metric_id": setup.id,
                "muted_metric_id": self.metric.id,
                "same": "order",
                **values,
            }
        )

    def cause_case(self, order):
        """An open case of set-up time on an order, as the engine opens it."""
        setup = self.env.ref("mfg_variance_core.metric_setup_time")
        return self.Case._open_cases(
            [
                {
                    "title": "Set-up",
                    "severity": "warning",
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "metric_id": setup.id,
                    "category_id": setup.category_id.id,
                    "production_id": order.id,
                    "first_event_at": self.now - timedelta(hours=4),
                    "detected_at": self.now,
                }
            ]
        )

    def test_given_open_case_as_cause_expected_suppressed_and_linked(self):
        rule = self.case_rule()
        workorder = self.make_workorder()
        cause = self.cause_case(workorder.production_id)
        row = self.finish(workorder, 170)
        self.assertEqual((row.outcome, row.muted_by_exception_id), ("inhibited", cause))
        self.assertEqual(row.muted_by_inhibition_id, rule)
        self.assertIn(cause.name, row.muted_by_text)

    def test_given_cause_closed_or_on_another_order_expected_opened(self):
        self.case_rule()
        workorder = self.make_workorder()
        cause = self.cause_case(workorder.production_id)
        self.close(cause)
        self.assertEqual(self.finish(workorder, 170).outcome, "opened")
        other = self.make_workorder()
        self.cause_case(workorder.production_id)
        self.assertEqual(self.finish(other, 170).outcome, "opened")

    def test_given_open_case_of_same_fingerprint_expected_not_its_own_cause(self):
        self.pattern()
        self.case_rule(cause_metric_id=self.metric.id, same="workcenter")
        self.open_case(170)
        self.assertEqual(self.finish(self.make_workorder(), 170).outcome, "merged")

    def test_given_half_a_rule_expected_refused(self):
        for values in (
            {"muted_metric_id": False},
            {"cause_metric_id": False},
            {"cause": "downtime", "same": "order"},
        ):
            with self.assertRaises(ValidationError):
                self.case_rule(**values)

    def test_given_used_rule_expected_not_deleted(self):
        workorder = self.make_workorder()
        self.stop()
        self.finish(workorder, 170)
        with self.assertRaises(ValidationError):
            self.rule.unlink()

    def test_given_supervisor_expected_rules_are_the_engineers(self):
        for user in (self.supervisor, self.operator, self.people["administrator"]):
            with self.assertRaises(AccessError):
                self.rule.with_user(user).active = False

    def test_given_changed_by_engineer_expected_draft_until_a_second_one(self):
        self.rule.with_user(self.engineer).muted_metric_id = self.metric
        self.assertEqual(self.rule.state, "draft")
        self.assertNotIn(self.rule.id, [one.id for one in self.rule._get_live()])
        with self.assertRaises(AccessError):
            self.activate(self.rule, self.engineer)
        with self.assertRaises(AccessError):
            self.rule.with_user(self.engineer_two).action_activate()
        self.activate(self.rule, self.engineer_two)
        self.assertEqual(self.rule.activated_by_id, self.engineer_two)
        self.assertIn(self.rule.id, [one.id for one in self.rule._get_live()])

    def test_given_archived_by_one_engineer_expected_off_at_once(self):
        self.rule.with_user(self.engineer).active = False
        self.assertNotIn(self.rule.id, [one.id for one in self.rule._get_live()])
        self.rule.with_user(self.engineer).active = True
        self.assertEqual(self.rule.state, "draft")

    def test_given_state_written_expected_refused(self):
        self.rule.with_user(self.engineer).muted_metric_id = self.metric
        with self.assertRaises(AccessError):
            self.rule.with_user(self.engineer_two).state = "active"
        with self.assertRaises(AccessError):
            self.rule.sudo().author_ids = False

    def test_given_engineer_of_one_plant_expected_refused(self):
        self.engineer.variance_plant_ids = self.plant
        with self.assertRaises(AccessError):
            self.rule.with_user(self.engineer).active = False

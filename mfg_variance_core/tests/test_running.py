from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mfg_variance_core.hooks import post_init_hook

from .common import VarianceCommon


class RunningCase(VarianceCommon):
    """100 minutes are planned: a warning at 160 minutes, major at 220."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("mfg_variance_core.cron_running")
        cls.Watch = cls.env["mfg.variance.watch"]
        cls.Trigger = cls.env["ir.cron.trigger"]
        cls.Trigger.search([("cron_id", "=", cls.cron.id)]).unlink()

    def start(self, minutes_ago=0, **values):
        """A work order whose timer was started so long ago."""
        workorder = self.make_workorder(**values)
        workorder.button_start()
        workorder.time_ids.date_start = self.now - timedelta(minutes=minutes_ago)
        self.judge()
        return workorder

    def watch(self, workorder):
        return self.Watch.search([("workorder_id", "=", workorder.id)])

    def wake(self, minutes):
        """Let the scheduled action run so many minutes from now."""
        with (
            self.at(self.now + timedelta(minutes=minutes)),
            self.enter_registry_test_mode(),
        ):
            self.cron.method_direct_trigger()

    def triggers(self):
        return self.Trigger.search([("cron_id", "=", self.cron.id)]).mapped("call_at")

    def running(self, workorder):
        return self.measured(workorder, phase="running")


@tagged("post_install", "-at_install")
class TestRunningWatch(RunningCase):
    """When the next limit will be crossed is known and asked for (D11)."""

    def crossing(self, minutes):
        return self.now + timedelta(minutes=minutes, seconds=1)

    def test_given_start_expected_watched_at_the_crossing_minute(self):
        watch = self.watch(self.start())
        self.assertEqual(watch.next_crossing_at, self.crossing(160))
        self.assertEqual(watch.severity, "warning")
        self.assertEqual(self.triggers(), [self.crossing(160)])

    def test_given_logged_time_before_expected_sooner(self):
        workorder = self.make_workorder()
        self.log_time(workorder, 50)
        workorder.button_start()
        workorder.time_ids.filtered(lambda log: not log.date_end).date_start = self.now
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, self.crossing(110))

    def test_given_pause_and_resume_expected_rearmed(self):
        workorder = self.start(30)
        workorder.button_pending()
        self.judge()
        self.assertFalse(self.watch(workorder).next_crossing_at)
        workorder.button_start()
        workorder.time_ids.filtered(lambda log: not log.date_end).date_start = self.now
        self.judge()
        moment = self.watch(workorder).next_crossing_at
        self.assertAlmostEqual(
            (moment - self.crossing(130)).total_seconds(), 0, delta=30
        )

    def test_given_second_worker_pausing_expected_still_watched(self):
        workorder = self.start()
        workorder.with_user(self.operator).button_start()
        self.judge()
        workorder.with_user(self.operator).button_pending()
        self.judge()
        self.assertTrue(self.watch(workorder).next_crossing_at)

    def test_given_plan_changed_expected_rearmed(self):
        workorder = self.start()
        self.bom.operation_ids[0].time_cycle_manual = 20
        workorder.production_id.action_update_bom()
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, self.crossing(300))

    def test_given_quantity_changed_expected_rearmed(self):
        workorder = self.start()
        self.env["change.production.qty"].create(
            {"mo_id": workorder.production_id.id, "product_qty": 20}
        ).change_prod_qty()
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, self.crossing(300))

    def test_given_finished_expected_no_longer_watched(self):
        workorder = self.start(20)
        self.finish(workorder)
        self.assertFalse(self.watch(workorder).next_crossing_at)

    def test_given_cancelled_expected_no_longer_watched(self):
        workorder = self.start(20)
        workorder.production_id.action_cancel()
        self.judge()
        self.assertFalse(self.watch(workorder).next_crossing_at)

    def test_given_later_crossing_expected_no_second_trigger(self):
        self.start(30)
        first = self.triggers()
        self.start(10)
        self.assertEqual(self.triggers(), first)

    def test_given_earlier_crossing_expected_second_trigger(self):
        self.start(10)
        self.start(30)
        self.assertEqual(
            sorted(self.triggers()), [self.crossing(130), self.crossing(150)]
        )

    def test_given_confirmation_expected_waited_for(self):
        self.make_policy(workcenter_id=self.center.id, confirm_minutes=15)
        self.assertEqual(
            self.watch(self.start()).next_crossing_at, self.crossing(100 + 50 + 15)
        )

    def test_given_money_limit_expected_turned_into_minutes(self):
        policy = self.make_policy(
            activate=False, workcenter_id=self.center.id, limits=(("warning", 50, 0),)
        )
        policy.with_user(self.engineer).limit_ids.write({"money": 90})
        self.activate(policy)
        self.assertEqual(self.watch(self.start()).next_crossing_at, self.crossing(190))

    def test_given_no_policy_expected_no_crossing(self):
        self.policy.active = False
        watch = self.watch(self.start())
        self.assertTrue(watch)
        self.assertFalse(watch.next_crossing_at)

    def test_given_policy_archived_and_put_behind_expected_rearmed(self):
        policy = self.make_policy(limits=(("warning", 20, 0),), sequence=1)
        workorder = self.start()
        early = self.watch(workorder).next_crossing_at
        policy.sequence = 900
        self.judge()
        late = self.watch(workorder).next_crossing_at
        self.assertGreater(late, early)
        policy.sequence = 1
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, early)
        policy.active = False
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, late)

    def test_given_policy_activated_and_retired_expected_rearmed(self):
        self.policy.active = False
        workorder = self.start()
        policy = self.make_policy(workcenter_id=self.center.id)
        self.judge()
        self.assertEqual(self.watch(workorder).next_crossing_at, self.crossing(150))
        policy.with_user(self.engineer).action_retire()
        self.judge()
        self.assertFalse(self.watch(workorder).next_crossing_at)

    def test_given_in_progress_at_installation_expected_watched(self):
        rule = self.env.ref("mfg_variance_core.rule_workorder_progress")
        rule.active = False
        workorder = self.start()
        self.assertFalse(self.watch(workorder))
        post_init_hook(self.env)
        self.assertEqual(self.watch(workorder).next_crossing_at, self.crossing(160))

    def test_given_rule_switched_off_expected_not_watched(self):
        self.env.ref("mfg_variance_core.rule_workorder_progress").active = False
        self.assertFalse(self.watch(self.start()))


@tagged("post_install", "-at_install")
class TestRunningCron(RunningCase):
    """Judged at the minute it crosses, once, and armed for the next severity."""

    def test_given_before_the_crossing_expected_nothing(self):
        workorder = self.start()
        self.wake(159)
        self.assertFalse(self.running(workorder))

    def test_given_crossing_expected_case_at_that_minute(self):
        workorder = self.start()
        moment = self.watch(workorder).next_crossing_at
        self.wake(160 + 1 / 60)
        row = self.running(workorder)
        self.assertEqual((row.outcome, row.severity), ("opened", "warning"))
        self.assertEqual((row.event_at, row.timeliness), (moment, "live"))
        self.assertAlmostEqual(row.actual, 160, delta=0.05)
        self.assertEqual(row.amount_kind, "at_risk")
        self.assertEqual(row.exception_id.amount, row.amount)

    def test_given_crossing_expected_armed_for_next_severity(self):
        workorder = self.start()
        self.wake(161)
        watch = self.watch(workorder)
        self.assertEqual(watch.severity, "major")
        self.assertEqual(
            watch.next_crossing_at, self.now + timedelta(minutes=220, seconds=1)
        )
        self.assertIn(watch.next_crossing_at, self.triggers())

    def test_given_next_crossing_expected_severity_rises_on_one_case(self):
        workorder = self.start()
        self.wake(161)
        case = self.running(workorder).exception_id
        self.wake(221)
        self.assertEqual(self.running(workorder).exception_id, case)
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.assertEqual((case.occurrence_count, len(self.rows(workorder))), (1, 2))
        self.assertFalse(self.watch(workorder).next_crossing_at)

    def test_given_woken_twice_expected_same_rows(self):
        workorder = self.start()
        self.wake(161)
        rows, runs = self.rows(workorder), self.Run.search([])
        self.wake(161)
        self.assertEqual(self.rows(workorder), rows)
        self.assertEqual(self.Run.search([("kind", "=", "cron")]) - runs, self.Run)

    def test_given_late_scheduler_expected_worst_severity_at_once(self):
        workorder = self.start()
        self.wake(230)
        self.assertEqual(self.running(workorder).severity, "major")

    def test_given_finish_after_crossing_expected_same_case_and_loss(self):
        workorder = self.start(161)
        self.wake(0)
        case = self.running(workorder).exception_id
        self.assertTrue(case)
        row = self.finish(workorder)
        self.assertEqual((row.outcome, row.exception_id), ("merged", case))
        self.assertEqual(self.running(workorder), self.Measurement)
        self.assertEqual((case.occurrence_count, case.amount), (1, row.amount))

    def test_given_confirmation_not_over_expected_no_case(self):
        self.make_policy(workcenter_id=self.center.id, confirm_minutes=15)
        workorder = self.start()
        self.wake(160)
        self.assertFalse(self.running(workorder))
        self.wake(166)
        self.assertEqual(self.running(workorder).outcome, "opened")

    def test_given_poison_among_others_expected_others_judged(self):
        poison, sound = self.start(), self.start()
        metric = type(self.env["mfg.variance.metric"])
        read = metric._fact_work_order_time

        def fail(self, data, phase):
            if data["workorder"].id == poison.id:
                raise ValueError("Poison")
            return read(self, data, phase)

        with (
            patch.object(metric, "_fact_work_order_time", fail),
            mute_logger("odoo.addons.mfg_variance_core.models"),
        ):
            self.wake(161)
        self.assertEqual(self.running(sound).outcome, "opened")
        self.assertFalse(self.running(poison))
        run = self.Run.search([("res_id", "=", poison.id), ("outcome", "=", "failed")])
        self.assertIn("Poison", run.error)
        self.assertFalse(self.watch(poison).next_crossing_at)

    def test_given_limit_not_reached_when_due_expected_looked_at_later(self):
        # the set-up has an amount of its own: money lags behind the minutes
        self.center.time_start = 20
        policy = self.make_policy(
            activate=False, workcenter_id=self.center.id, limits=(("warning", 10, 0),)
        )
        policy.with_user(self.engineer).limit_ids.write({"money": 30})
        self.activate(policy)
        workorder = self.make_workorder()
        end = self.now - timedelta(minutes=1)
        self.log_time(workorder, 60, end=end, loss=self.setup_loss)
        workorder.button_start()
        workorder.time_ids.filtered(lambda log: not log.date_end).date_start = self.now
        self.judge()
        self.wake(95)
        self.assertFalse(self.running(workorder))
        self.assertEqual(
            self.watch(workorder).next_crossing_at, self.now + timedelta(minutes=100)
        )
        self.wake(131)
        self.assertEqual(self.running(workorder).outcome, "opened")

    def test_given_corrected_timer_expected_case_over(self):
        workorder = self.start(400)
        self.wake(0)
        case = self.running(workorder).exception_id
        self.assertTrue(case.is_now)
        workorder.time_ids.date_start = self.now - timedelta(minutes=5)
        self.judge()
        self.assertEqual(self.running(workorder).outcome, "within")
        self.assertFalse(case.is_now)
        self.assertEqual(self.watch(workorder).severity, "warning")

    def test_given_lost_race_expected_run_again_at_once(self):
        self.start()
        asked = self.triggers()
        with patch.object(
            type(self.engine),
            "_judge_running",
            side_effect=SerializationFailure("Lost"),
        ):
            self.wake(161)
        again = [moment for moment in self.triggers() if moment not in asked]
        self.assertEqual(len(again), 1)
        self.assertLess(again[0], self.now + timedelta(minutes=10))

    def test_given_many_expected_judged_in_batches(self):
        workorders = self.env["mrp.workorder"].union(*(self.start() for _n in range(3)))
        self.cron.code = "model._cron_judge_running(batch=2)"
        self.wake(161)
        self.assertEqual(len(self.running(workorders)), 3)

    def test_given_work_done_expected_run_row(self):
        self.start()
        before = self.Run.search([("kind", "=", "cron")])
        self.wake(161)
        run = self.Run.search([("kind", "=", "cron")]) - before
        self.assertEqual((run.outcome, run.record_count), ("ok", 1))

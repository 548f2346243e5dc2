from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import VarianceCommon


class ExceptionCase(VarianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env.ref("mfg_variance_core.cause_tool")

    def choose(self, cases, user=None, **values):
        Wizard = self.env["mfg.variance.cause.wizard"].with_user(user or self.operator)
        return Wizard.action_choose(cases.ids, self.cause.id, **values)

    def correct(self, workorder, minutes):
        log = workorder.time_ids
        log.date_start = log.date_end - timedelta(minutes=minutes)
        self.judge()
        return self.measured(workorder)

    def pattern(self, **values):
        return self.make_policy(
            workcenter_id=self.center.id,
            fingerprint_dims="workcenter_operation",
            **values,
        )

    def close(self, case, at=None):
        with self.at(at or self.now):
            self.choose(case)


@tagged("post_install", "-at_install")
class TestExceptionOpening(ExceptionCase):
    """A reading beyond a limit has one open case, which says all a person needs."""

    def test_given_overrun_expected_case_with_figures(self):
        before = fields.Datetime.now()
        workorder = self.make_workorder()
        case = self.finish(workorder, 170).exception_id
        self.assertRecordValues(
            case,
            [
                {
                    "state": "new",
                    "severity": "warning",
                    "track": "light",
                    "is_open": True,
                    "is_now": True,
                    "is_historic": False,
                    "planned": 100,
                    "actual": 170,
                    "deviation": 70,
                    "deviation_percent": 70,
                    "unit": "min",
                    "amount": 70,
                    "occurrence_count": 1,
                    "policy_id": self.policy.id,
                    "workorder_id": workorder.id,
                    "production_id": workorder.production_id.id,
                    "workcenter_id": self.center.id,
                    "product_id": self.gear.id,
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "owner_id": self.supervisor.id,
                    "first_event_at": self.now - timedelta(hours=1),
                    "last_event_at": self.now - timedelta(hours=1),
                    "cleared_at": False,
                    "shift_id": self.plant._get_shift_at(
                        self.now - timedelta(hours=1)
                    ).id,
                }
            ],
        )
        self.assertGreaterEqual(case.detected_at, before)
        self.assertEqual(case.respond_by, case.detected_at + timedelta(hours=8))
        self.assertIn(workorder.production_id.name, case.title)
        self.assertTrue(case.consequence and case.what_to_do)
        self.assertTrue(case.name.startswith("VX/"))

    def test_given_info_expected_shaded_without_case(self):
        row = self.finish(self.make_workorder(), 135)
        self.assertEqual((row.outcome, row.severity), ("shaded", "info"))
        self.assertFalse(row.exception_id)

    def test_given_percent_without_floor_expected_within(self):
        row = self.finish(self.make_workorder(2), 40)
        self.assertEqual((row.deviation_percent, row.outcome), (100, "within"))

    def test_given_exact_limit_expected_reached(self):
        row = self.finish(self.make_workorder(12), 180)
        self.assertEqual((row.deviation, row.severity), (60, "warning"))

    def test_given_major_expected_full_track(self):
        case = self.open_case(250)
        self.assertEqual((case.severity, case.track), ("major", "full"))

    def test_given_policy_owner_expected_case_is_theirs(self):
        self.make_policy(
            workcenter_id=self.center.id, owner_role="user", owner_id=self.operator.id
        )
        self.assertEqual(self.open_case().owner_id, self.operator)

    def test_given_policy_and_plan_changed_later_expected_snapshot_kept(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        case = self.open_case()
        snapshot = dict(case.snapshot)
        policy.with_user(self.engineer).action_new_version()
        policy.version_id.with_user(self.engineer).limit_ids.percent = 5
        policy.with_user(self.engineer_two).action_activate()
        policy.name = "Renamed"
        self.bom.operation_ids.time_cycle_manual = 99
        case.invalidate_recordset()
        self.assertEqual(case.snapshot, snapshot)
        self.assertEqual(snapshot["policy"], "Special")
        self.assertEqual(snapshot["limits"][0]["severity"], "warning")
        self.assertEqual((snapshot["planned"], snapshot["actual"]), (100, 170))
        self.assertEqual(snapshot["standard"]["run_minutes"], 10)
        self.assertEqual(len(snapshot["intervals"]), 1)

    def test_given_repeat_of_pattern_expected_merged_and_counted(self):
        self.pattern()
        first = self.finish(self.make_workorder(), 170, end=self.now - timedelta(1))
        second = self.finish(self.make_workorder(), 180)
        case = first.exception_id
        self.assertEqual((second.outcome, second.exception_id), ("merged", case))
        self.assertEqual((case.occurrence_count, case.amount), (2, 150))
        self.assertEqual(case.last_event_at, second.event_at)

    def test_given_two_at_once_expected_one_case(self):
        self.pattern()
        workorders = self.make_workorder() | self.make_workorder()
        for workorder in workorders:
            self.log_time(workorder, 170)
        workorders.button_finish()
        self.judge()
        rows = self.measured(workorders)
        self.assertEqual(sorted(rows.mapped("outcome")), ["merged", "opened"])
        self.assertEqual(len(rows.exception_id), 1)

    def test_given_worse_repeat_expected_severity_rises_and_never_falls(self):
        self.pattern(limits=(("warning", 50, 0), ("major", 100, 0)))
        case = self.open_case(170)
        self.finish(self.make_workorder(), 250)
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.finish(self.make_workorder(), 160)
        self.assertEqual(case.severity, "major")

    def test_given_other_work_expected_other_case(self):
        self.assertNotEqual(self.open_case(), self.open_case())

    def test_given_flood_expected_one_bundle(self):
        self.make_policy(workcenter_id=self.center.id, flood_limit=2)
        cases = self.Case
        for _number in range(5):
            cases |= self.open_case(170)
        bundle = cases.filtered("is_meta")
        self.assertEqual((len(cases), len(bundle)), (3, 1))
        self.assertEqual((bundle.occurrence_count, bundle.amount), (3, 210))
        self.assertFalse(bundle.workorder_id)

    def test_given_flood_in_one_pass_expected_one_bundle(self):
        self.make_policy(workcenter_id=self.center.id, flood_limit=2)
        workorders = self.env["mrp.workorder"].union(
            *(self.make_workorder() for _number in range(4))
        )
        for workorder in workorders:
            self.log_time(workorder, 170)
        workorders.button_finish()
        self.judge()
        cases = self.measured(workorders).exception_id
        self.assertEqual((len(cases), len(cases.filtered("is_meta"))), (3, 1))

    def test_given_worse_in_flood_expected_bundle_gets_worse(self):
        self.make_policy(
            workcenter_id=self.center.id,
            flood_limit=1,
            limits=(("warning", 50, 0), ("major", 100, 0)),
        )
        self.open_case(170)
        bundle = self.open_case(170)
        self.assertTrue(bundle.is_meta)
        self.open_case(300)
        self.assertEqual((bundle.severity, bundle.track), ("major", "full"))

    def test_given_openings_apart_expected_no_flood(self):
        self.make_policy(workcenter_id=self.center.id, flood_limit=1)
        first = self.open_case(170, end=self.now - timedelta(hours=2))
        second = self.open_case(170)
        self.assertFalse((first | second).filtered("is_meta"))

    def test_given_human_write_expected_refused_for_superuser(self):
        case = self.open_case()
        for values in ({"state": "closed"}, {"severity": "info"}, {"snapshot": {}}):
            with self.assertRaises(AccessError):
                case.sudo().write(values)
        with self.assertRaises(AccessError):
            case.sudo().unlink()
        with self.assertRaises(AccessError):
            self.Case.sudo().create({"name": "X", "title": "X", "severity": "info"})


@tagged("post_install", "-at_install")
class TestExceptionLightTrack(ExceptionCase):
    """Take it, cause, done: no typing, and several at once."""

    def test_given_taken_expected_owner_and_time(self):
        case = self.open_case().with_user(self.operator)
        case.action_take()
        self.assertEqual((case.state, case.owner_id), ("acknowledged", self.operator))
        self.assertEqual(case.acknowledged_by_id, self.operator)
        self.assertTrue(case.acknowledged_at)

    def test_given_done_without_cause_expected_asked_for(self):
        action = self.open_case().with_user(self.operator).action_done()
        self.assertEqual(action["res_model"], "mfg.variance.cause.wizard")

    def test_given_close_without_cause_expected_refused(self):
        with self.assertRaises(UserError):
            self.open_case().with_user(self.operator).action_close()

    def test_given_cause_expected_closed_with_name_and_time(self):
        case = self.open_case()
        self.choose(case)
        self.assertEqual((case.state, case.cause_id), ("closed", self.cause))
        self.assertEqual((case.resolution, case.is_open), ("fixed", False))
        self.assertEqual(case.closed_by_id, self.operator)
        self.assertTrue(case.closed_at)

    def test_given_several_expected_all_closed(self):
        cases = self.open_case() | self.open_case()
        self.choose(cases)
        self.assertEqual(cases.mapped("state"), ["closed", "closed"])

    def test_given_wizard_without_cause_expected_refused(self):
        Wizard = self.env["mfg.variance.cause.wizard"].with_user(self.operator)
        wizard = Wizard.create({"exception_ids": [(6, 0, self.open_case().ids)]})
        self.assertTrue(wizard.is_light)
        self.assertIn(self.cause, wizard.available_cause_ids)
        self.assertLessEqual(len(wizard.available_cause_ids), 9)
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_given_viewer_expected_refused(self):
        case = self.open_case().with_user(self.people["viewer"])
        with self.assertRaises(AccessError):
            case.action_take()

    def test_given_superuser_expected_refused(self):
        with self.assertRaises(AccessError):
            self.open_case().action_take()

    def test_given_closed_expected_not_taken_again(self):
        case = self.open_case()
        self.choose(case)
        with self.assertRaises(UserError):
            case.with_user(self.operator).action_take()

    def test_given_other_plant_among_several_expected_refused(self):
        warehouse = self.env["stock.warehouse"].create({"name": "South", "code": "S"})
        south = self.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", warehouse.id)]
        )
        mine = self.open_case()
        self.center.variance_plant_id = south
        theirs = self.open_case()
        self.assertEqual(theirs.plant_id, south)
        self.operator.variance_plant_ids = self.plant
        with self.assertRaises(AccessError):
            (mine | theirs).with_user(self.operator).action_take()
        with self.assertRaises(AccessError):
            self.choose(mine | theirs)


@tagged("post_install", "-at_install")
class TestExceptionFullTrack(ExceptionCase):
    """Major cases pass their gates, each with what it needs."""

    def setUp(self):
        super().setUp()
        self.case = self.open_case(300).with_user(self.supervisor)

    def test_given_operator_expected_refused(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.operator).action_acknowledge()

    def test_given_all_gates_expected_closed(self):
        case = self.case
        case.action_acknowledge()
        case.action_contain()
        case.action_start_resolving()
        self.choose(case, self.supervisor)
        self.assertEqual(case.state, "resolving")
        case.action_resolve()
        case.action_close()
        self.assertEqual((case.state, case.closed_by_id), ("closed", self.supervisor))

    def test_given_shortcuts_expected_refused(self):
        for move in ("action_contain", "action_resolve", "action_close"):
            with self.assertRaises(UserError):
                getattr(self.case, move)()

    def test_given_no_cause_expected_resolve_refused(self):
        self.case.action_acknowledge()
        self.case.action_start_resolving()
        with self.assertRaises(UserError):
            self.case.action_resolve()

    def test_given_mixed_tracks_expected_light_closed_full_noted(self):
        light = self.open_case()
        self.choose(light | self.case, self.supervisor)
        self.assertEqual((light.state, self.case.state), ("closed", "new"))
        self.assertEqual(self.case.cause_id, self.cause)

    def test_given_mixed_tracks_and_operator_expected_refused(self):
        light = self.open_case()
        with self.assertRaises(AccessError):
            self.choose(light | self.case)
        self.assertEqual(light.state, "new")

    def test_given_resolved_expected_reminders_gone(self):
        self.assertTrue(self.case.sudo().activity_ids)
        self.case.action_acknowledge()
        self.case.action_start_resolving()
        self.choose(self.case, self.supervisor)
        self.case.action_resolve()
        self.assertFalse(self.case.sudo().activity_ids)

    def test_given_cleared_full_case_expected_closed_in_one_tap(self):
        workorder = self.case.sudo().workorder_id
        self.correct(workorder, 100)
        self.assertTrue(self.case.cleared_at)
        self.case.action_accept_clear()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.resolution, "recording_error")


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


@tagged("post_install", "-at_install")
class TestExceptionTotals(ExceptionCase):
    """Totals come from SQL and sort, filter and group like stored fields."""

    def setUp(self):
        super().setUp()
        self.small, self.big, self.middle = (
            self.open_case(minutes) for minutes in (165, 300, 180)
        )
        self.cases = self.small | self.big | self.middle
        self.mine = [("id", "in", self.cases.ids)]

    def test_given_order_by_amount_expected_sorted_by_sql(self):
        found = self.Case.search(self.mine, order="amount desc")
        self.assertEqual(found, self.big | self.middle | self.small)
        self.assertEqual(found.mapped("amount"), [200, 80, 65])

    def test_given_filter_on_amount_expected_found(self):
        found = self.Case.search([*self.mine, ("amount", ">", 70)], order="id")
        self.assertEqual(found, self.big | self.middle)
        found = self.Case.search([*self.mine, ("occurrence_count", "=", 1)])
        self.assertEqual(len(found), 3)

    def test_given_filter_on_last_event_expected_found(self):
        border = self.now - timedelta(minutes=61)
        found = self.Case.search([*self.mine, ("last_event_at", ">", border)])
        self.assertEqual(len(found), 3)

    def test_given_grouping_expected_summed(self):
        groups = self.Case._read_group(
            self.mine, ["severity"], ["amount:sum", "occurrence_count:sum"]
        )
        self.assertEqual(
            sorted(groups), [("major", 200.0, 1), ("warning", 145.0, 2)]
        )

    def test_given_web_grouping_expected_summed(self):
        groups = self.Case.formatted_read_group(self.mine, ["severity"], ["amount:sum"])
        self.assertEqual(sum(group["amount:sum"] for group in groups), 345)

    def test_given_overdue_expected_searchable(self):
        later = self.small.respond_by + timedelta(minutes=1)
        with self.at(later):
            self.cases.invalidate_recordset(["is_overdue"])
            found = self.Case.search([*self.mine, ("is_overdue", "=", True)])
            self.assertEqual(found, self.cases.filtered("is_overdue"))
            self.assertEqual(len(found), 3)
            self.choose(self.small)
            found = self.Case.search([*self.mine, ("is_overdue", "=", False)])
            self.assertEqual(found, self.small)

    def test_given_chart_expected_series_with_the_point(self):
        chart = self.big.chart_data
        self.assertEqual(chart["unit"], "min")
        mine = [point for point in chart["points"] if point["is_case"]]
        self.assertEqual([point["actual"] for point in mine], [300])
        self.assertEqual(len(chart["points"]), 3)

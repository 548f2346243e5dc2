from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .exception_case import ExceptionCase


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
        self.assertEqual(case.respond_by, case.acknowledge_by)
        latest = case.detected_at + timedelta(hours=8)
        self.assertLessEqual(case.acknowledge_by, latest)
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
        self.activate(policy)
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

    def test_given_many_openings_expected_one_look_for_a_flood(self):
        self.make_policy(workcenter_id=self.center.id, flood_limit=9)
        workorders = self.env["mrp.workorder"].union(
            *(self.make_workorder() for _number in range(3))
        )
        for workorder in workorders:
            self.log_time(workorder, 170)
        workorders.button_finish()
        looks = []
        search = type(self.Case)._search

        def spy(model, domain, *args, **kwargs):
            looks.extend(["is_meta"] if "is_meta" in str(domain) else [])
            return search(model, domain, *args, **kwargs)

        with patch.object(type(self.Case), "_search", spy):
            self.judge()
        self.assertEqual(len(self.measured(workorders).exception_id), 3)
        self.assertEqual(len(looks), 1)

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
        self.assertEqual(sorted(groups), [("major", 200.0, 1), ("warning", 145.0, 2)])

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

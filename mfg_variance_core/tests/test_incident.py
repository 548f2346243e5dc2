from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .noise_case import NoiseCase


@tagged("post_install", "-at_install")
class TestIncidentJoining(NoiseCase):
    """Related cases have one incident, one owner and one call."""

    def test_given_two_cases_of_one_order_expected_one_incident(self):
        order = self.make_order()
        turn, grind = order.workorder_ids
        first = self.finish(turn, 170).exception_id
        second = self.finish(grind, 170, end=self.hours(-20)).exception_id
        self.assertNotEqual(first, second)
        self.assertEqual(first.incident_id, second.incident_id)
        self.assertEqual(first.sibling_ids, second)
        incident = first.incident_id
        self.assertEqual((incident.case_count, incident.open_count), (2, 2))
        self.assertEqual(incident.owner_id, self.supervisor)
        self.assertEqual(incident.amount, sum((first | second).mapped("amount")))

    def test_given_same_center_within_hours_expected_joined(self):
        first = self.open_case(170)
        self.assertEqual(self.open_case(170).incident_id, first.incident_id)

    def test_given_same_center_much_earlier_expected_apart(self):
        first = self.open_case(170)
        other = self.open_case(170, end=self.hours(-9))
        self.assertNotEqual(other.incident_id, first.incident_id)

    def test_given_other_center_expected_apart(self):
        first = self.open_case(170)
        other = self._make_center("Lathe 2")
        self.bom.operation_ids.workcenter_id = other
        self.assertNotEqual(self.open_case(170).incident_id, first.incident_id)

    def test_given_window_of_zero_expected_apart(self):
        self.company.variance_incident_hours = 0
        first = self.open_case(170)
        self.assertNotEqual(self.open_case(170).incident_id, first.incident_id)

    def test_given_joined_case_expected_owner_of_the_incident(self):
        first = self.open_case(170)
        first.incident_id._as_system().write({"owner_id": self.operator.id})
        self.assertEqual(self.open_case(170).owner_id, self.operator)

    def test_given_cases_in_one_pass_expected_one_incident(self):
        workorders = self.make_workorder() | self.make_workorder()
        for workorder in workorders:
            self.log_time(workorder, 170)
        workorders.button_finish()
        self.judge()
        cases = self.measured(workorders).exception_id
        self.assertEqual((len(cases), len(cases.incident_id)), (2, 1))

    def test_given_worse_case_expected_severity_of_the_worst(self):
        first = self.open_case(170)
        self.assertEqual(first.incident_id.severity, "warning")
        self.open_case(300)
        self.assertEqual(first.incident_id.severity, "major")

    def test_given_bundle_of_a_flood_expected_no_incident(self):
        self.make_policy(workcenter_id=self.center.id, flood_limit=1)
        self.open_case(170)
        bundle = self.open_case(170)
        self.assertTrue(bundle.is_meta)
        self.assertFalse(bundle.incident_id)

    def test_given_last_case_closed_expected_incident_closed(self):
        first, second = self.open_case(170), self.open_case(170)
        self.close(first)
        self.assertTrue(first.incident_id.is_open)
        self.close(second)
        self.assertFalse(first.incident_id.is_open)
        self.assertTrue(first.incident_id.closed_at)

    def test_given_case_after_closing_expected_new_incident(self):
        first = self.open_case(170)
        self.close(first)
        second = self.open_case(170)
        self.assertNotEqual(second.incident_id, first.incident_id)
        self.assertTrue(second.incident_id.is_open)

    def test_given_regression_after_closing_expected_open_incident(self):
        self.pattern()
        case = self.open_case(170)
        old = case.incident_id
        self.close(case, at=self.hours(-3))
        self.open_case(170)
        self.assertTrue(case.is_open)
        self.assertTrue(case.incident_id.is_open)
        self.assertNotEqual(case.incident_id, old)
        self.assertFalse(old.is_open)


@tagged("post_install", "-at_install")
class TestIncidentCalls(NoiseCase):
    """A second related case of no higher severity calls nobody again."""

    def test_given_second_case_expected_no_second_call(self):
        self.calling()
        first, second = self.open_case(170), self.open_case(170)
        self.assertEqual(self.called(first), [("ok", False)])
        self.assertEqual(self.called(second), [("skipped", "told")])
        self.assertFalse(second.activity_ids)
        self.assertIn(first.incident_id.name, second.run_ids.sorted("id")[-1].error)
        bodies = " ".join(first.incident_id.message_ids.mapped("body"))
        self.assertIn(second.name, bodies)

    def test_given_second_case_expected_other_steps_run(self):
        self.calling()
        self.open_case(170)
        self.assertTrue(self.open_case(170).is_flagged)

    def test_given_worse_case_expected_another_call(self):
        self.calling()
        self.open_case(170)
        self.assertEqual(self.called(self.open_case(300)), [("ok", False)])

    def test_given_late_case_expected_reason_on_the_row(self):
        self.calling()
        case = self.open_case(170, end=self.hours(-5))
        self.assertEqual(self.called(case), [("skipped", "late")])
        # nobody was called yet: the next one is
        self.company.variance_incident_hours = 9
        self.assertEqual(self.called(self.open_case(170)), [("ok", False)])

    def test_given_limit_reached_expected_bundled_in_one_line(self):
        self.company.variance_incident_hours = 0
        self.company.variance_push_limit = 2
        self.calling()
        cases = [self.open_case(170) for _number in range(4)]
        self.assertEqual(
            [self.called(case) for case in cases],
            [[("ok", False)]] * 2 + [[("skipped", "bundled")]] * 2,
        )
        self.env["bus.bus"].flush_model()
        lines = self.env["bus.bus"].search([("message", "ilike", "1 more")])
        self.assertEqual(len(lines), 1)

    def test_given_next_shift_expected_called_again(self):
        self.company.variance_incident_hours = 0
        self.company.variance_push_limit = 1
        self.calling()
        self.open_case(170)
        tomorrow = self.hours(24)
        with self.at(tomorrow):
            case = self.open_case(170, end=tomorrow - timedelta(hours=1))
        self.assertEqual(self.called(case), [("ok", False)])

    def test_given_caches_lost_expected_still_told(self):
        self.calling()
        self.open_case(170)
        self.env.flush_all()
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        self.assertEqual(self.called(self.open_case(170)), [("skipped", "told")])


@tagged("post_install", "-at_install")
class TestIncidentByHand(NoiseCase):
    """A supervisor groups and ungroups; nobody else does, and all of it is told."""

    def two_incidents(self):
        self.company.variance_incident_hours = 0
        first, second = self.open_case(170), self.open_case(170)
        return first, second

    def test_given_merge_expected_cases_in_the_oldest(self):
        first, second = self.two_incidents()
        old, new = first.incident_id, second.incident_id
        (old | new).with_user(self.supervisor).action_merge()
        self.assertEqual(old.exception_ids, first | second)
        self.assertFalse(new.is_open)
        self.assertEqual(new.merged_into_id, old)
        self.assertIn(new.name, " ".join(old.message_ids.mapped("body")))

    def test_given_merge_of_one_expected_refused(self):
        first, _second = self.two_incidents()
        with self.assertRaisesRegex(UserError, "two or more"):
            first.incident_id.with_user(self.supervisor).action_merge()

    def test_given_split_expected_incident_of_its_own(self):
        first, second = self.open_case(170), self.open_case(170)
        old = first.incident_id
        second.with_user(self.supervisor).action_split()
        self.assertEqual(old.exception_ids, first)
        self.assertNotEqual(second.incident_id, old)
        self.assertTrue(second.incident_id.is_open)

    def test_given_split_of_its_starter_expected_next_case_joins_without_failing(self):
        first, second = self.open_case(170), self.open_case(170)
        first.with_user(self.supervisor).action_split()
        self.close(first)
        grind = first.production_id.workorder_ids[1]
        third = self.finish(grind, 170).exception_id
        self.assertEqual(third.incident_id, second.incident_id)

    def test_given_split_of_all_expected_refused(self):
        case = self.open_case(170)
        with self.assertRaisesRegex(UserError, "no other cases"):
            case.with_user(self.supervisor).action_split()

    def test_given_ungrouped_expected_cases_alone(self):
        first, second = self.open_case(170), self.open_case(170)
        incident = first.incident_id
        incident.with_user(self.supervisor).action_ungroup()
        self.assertFalse((first | second).incident_id)
        self.assertFalse(incident.is_open)
        self.assertTrue(first.is_open and second.is_open)
        # and what comes next starts anew
        self.assertNotEqual(self.open_case(170).incident_id, incident)

    def test_given_take_all_expected_owner_of_every_case(self):
        first, second = self.open_case(170), self.open_case(300)
        incident = first.incident_id
        incident.with_user(self.manager).action_take()
        self.assertEqual((first | second).owner_id, self.manager)
        self.assertEqual(incident.owner_id, self.manager)

    def test_given_operator_expected_refused(self):
        first, _second = self.open_case(170), self.open_case(170)
        for action in ("action_merge", "action_ungroup", "action_take"):
            with self.assertRaises(AccessError):
                getattr(first.incident_id.with_user(self.operator), action)()
        with self.assertRaises(AccessError):
            first.with_user(self.operator).action_split()

    def test_given_superuser_expected_refused(self):
        with self.assertRaises(AccessError):
            self.open_case(170).incident_id.with_user(1).action_ungroup()

    def test_given_supervisor_of_another_plant_expected_refused(self):
        case = self.open_case(170)
        far = self.env["mfg.variance.plant"].create({"name": "Far", "code": "FA2"})
        self.supervisor.variance_plant_ids = far
        with self.assertRaises(AccessError):
            case.incident_id.with_user(self.supervisor).action_ungroup()

    def test_given_write_by_hand_expected_refused(self):
        incident = self.open_case(170).incident_id
        for user in (self.supervisor, self.manager, self.env.user):
            with self.assertRaises(AccessError):
                incident.with_user(user).write({"severity": "info"})
            with self.assertRaises(AccessError):
                incident.with_user(user).unlink()
            with self.assertRaises(AccessError):
                incident.with_user(user).create(
                    {"name": "X", "title": "X", "severity": "info", "company_id": 1}
                )

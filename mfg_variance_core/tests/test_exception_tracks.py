from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .exception_case import ExceptionCase


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
        self.verify(case)
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

from odoo.exceptions import UserError
from odoo.tests import tagged

from .exception_case import ExceptionCase


@tagged("post_install", "-at_install")
class TestGates(ExceptionCase):
    """What a case still needs before it may go on."""

    def test_given_no_cause_expected_named_before_closing(self):
        case = self.open_case()
        self.assertEqual(case._get_gate_needs("closed"), ["Choose the cause first."])
        self.assertFalse(case._get_gate_needs("acknowledged"))

    def test_given_cause_with_the_move_expected_to_count(self):
        case = self.open_case().with_user(self.operator)
        case._transition("closed", cause_id=self.cause.id)
        self.assertEqual(case.state, "closed")

    def test_given_light_made_full_expected_resolution_asked_for(self):
        case = self.open_case()
        case._make_full()
        self.assertEqual(case.track, "full")
        self.assertIn("Choose the resolution first.", case._get_gate_needs("resolved"))

    def test_given_made_full_expected_no_longer_closed_in_two_taps(self):
        case = self.open_case()
        case._make_full()
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).action_close()

    def test_given_moves_expected_who_and_when(self):
        case = self.open_case()
        case._make_full()
        case = case.with_user(self.supervisor)
        with self.at(self.now):
            case.action_take()
            case.action_contain()
        self.assertEqual(case.contained_by_id, self.supervisor)
        self.assertEqual(case.contained_at, self.now)

from datetime import timedelta

from odoo.tests import tagged

from .noise_case import NoiseCase


@tagged("post_install", "-at_install")
class TestChatter(NoiseCase):
    """What comes and goes is one case, held open without calls until it is stable."""

    def setUp(self):
        super().setUp()
        self.clock = 0
        self.calling(
            fingerprint_dims="workcenter_operation",
            flap_count=2,
            flap_minutes=240,
            limits=(("warning", 50, 0), ("major", 200, 0)),
        )

    def event(self, minutes, after=10):
        """The next order on the lathe, some minutes later."""
        self.clock += after
        moment = self.now + timedelta(minutes=self.clock)
        with self.at(moment):
            return self.finish(self.make_workorder(), minutes, end=moment)

    def flap(self, times):
        case = self.event(170).exception_id
        for _number in range(times):
            self.event(100)
            self.event(170)
        return case

    def chattering(self, case):
        case.invalidate_recordset()
        with self.at(self.now + timedelta(minutes=self.clock)):
            return case.is_chattering

    def test_given_few_comings_expected_one_case_not_chattering(self):
        case = self.flap(2)
        self.assertEqual(len(case.flap_moments), 2)
        self.assertFalse(self.chattering(case))
        self.assertEqual(case.occurrence_count, 3)

    def test_given_many_expected_held_and_shown(self):
        case = self.flap(3)
        self.assertTrue(self.chattering(case))
        with self.at(self.now + timedelta(minutes=self.clock)):
            found = self.Case.search([("is_chattering", "=", True)])
            self.assertEqual(found, case)
            case.invalidate_recordset()
            self.assertTrue(case.quiet_label)
        self.event(100)
        self.assertFalse(case.cleared_at)
        self.assertTrue(case.quiet_since)
        self.event(170)
        self.assertEqual(len(case.flap_moments), 4)

    def test_given_worse_while_chattering_expected_no_call(self):
        case = self.flap(3)
        self.event(350)
        self.assertEqual(case.severity, "major")
        # the step that calls is due from a major deviation on, which this is now
        book = case.playbook_id
        steps = book.step_ids.filtered(lambda step: step.kind == "activity")
        steps.minimum_severity = "major"
        with self.at(self.now + timedelta(minutes=self.clock)):
            case.invalidate_recordset()
            book._run(case, "warning")
        self.assertEqual(self.called(case)[-1], ("skipped", "chattering"))

    def test_given_stable_expected_cleared_by_the_next_event(self):
        case = self.flap(3)
        self.event(100)
        self.event(100, after=300)
        self.assertTrue(case.cleared_at)
        self.assertFalse(case.quiet_since)
        self.assertFalse(self.chattering(case))

    def test_given_stable_without_event_expected_cleared_by_the_clock(self):
        case = self.flap(3)
        self.event(100)
        quiet = case.quiet_since
        with self.at(self.now + timedelta(minutes=self.clock + 300)):
            self.engine._settle_chatter()
            self.engine._settle_chatter()
        self.assertEqual(case.cleared_at, quiet)
        self.assertFalse(case.quiet_since)

    def test_given_task_meanwhile_expected_not_cleared_by_the_clock(self):
        case = self.flap(3)
        self.event(100)
        self.add_task(case)
        with self.at(self.now + timedelta(minutes=self.clock + 300)):
            self.engine._settle_chatter()
        self.assertFalse(case.cleared_at)

    def test_given_switched_off_expected_never_chattering(self):
        self.calling(
            fingerprint_dims="workcenter_operation",
            product_id=self.gear.id,
            flap_count=0,
        )
        self.assertFalse(self.chattering(self.flap(4)))

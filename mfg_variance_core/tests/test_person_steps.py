from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .duty_case import DutyCase


class PersonStepCase(DutyCase):
    """A playbook whose steps people answer, and the case that asks them."""

    def make_steps(self, *steps):
        """A playbook of ``(name, kind, values)``; answers as ``(label, values)``."""
        self.book = self.env["mfg.variance.playbook"].create({"name": "Ask"})
        self.steps = self.env["mfg.variance.playbook.step"].create(
            [
                {
                    "playbook_id": self.book.id,
                    "sequence": number,
                    "name": name,
                    "kind": kind,
                    "minimum_severity": "warning",
                    **values,
                }
                for number, (name, kind, values) in enumerate(steps)
            ]
        )
        return self.steps

    def answers(self, *labels, **values):
        return [
            Command.create({"name": label, **values.get(label, {})}) for label in labels
        ]

    def ask(self, **policy):
        """The case of a fresh overrun with the steps made before."""
        self.make_policy(
            workcenter_id=self.center.id, playbook_id=self.book.id, **policy
        )
        self.case = self.open_case()
        return self.case

    def waiting(self):
        self.case.invalidate_recordset(["case_step_ids"])
        return self.case.case_step_ids.filtered(lambda row: row.state == "waiting")

    def key(self, row, label):
        return next(one["key"] for one in row.options if one["label"] == label)

    def answer(self, label=None, value=None, user=None):
        row = self.waiting()
        key = self.key(row, label) if label else None
        row.with_user(user or self.operator).action_answer(key, value)
        return row


@tagged("post_install", "-at_install")
class TestPersonSteps(PersonStepCase):
    """Asked one after the other, answered once, followed by what the answer says."""

    def test_given_two_steps_expected_first_asked_then_second(self):
        self.make_steps(("Clamped?", "check", {}), ("Coolant on?", "check", {}))
        self.ask()
        first = self.waiting()
        self.assertEqual((first.name, first.who), ("Clamped?", "station"))
        self.answer("Done")
        self.assertEqual(first.state, "answered")
        self.assertEqual(first.answered_by_id, self.operator)
        self.assertEqual(self.waiting().name, "Coolant on?")
        self.answer("Not done")
        self.assertFalse(self.waiting())

    def test_given_branch_expected_the_step_it_names(self):
        steps = self.make_steps(
            ("Why?", "question", {"option_ids": self.answers("Tool", "Other")}),
            ("Change the tool", "check", {}),
            ("Call maintenance", "check", {}),
        )
        steps[0].option_ids[1].write({"then": "step", "next_step_id": steps[2].id})
        self.ask()
        self.answer("Other")
        self.assertEqual(self.waiting().name, "Call maintenance")

    def test_given_stop_expected_nothing_more(self):
        self.make_steps(
            (
                "Runs?",
                "question",
                {"option_ids": self.answers("Yes", "No", Yes={"then": "stop"})},
            ),
            ("Repair", "check", {}),
        )
        self.ask()
        self.answer("Yes")
        self.assertFalse(self.waiting())

    def test_given_answer_that_raises_expected_severity_and_its_steps(self):
        self.make_steps(
            (
                "Smoke?",
                "question",
                {"option_ids": self.answers("Yes", "No", Yes={"severity": "major"})},
            ),
            ("Stop the line", "check", {"minimum_severity": "major"}),
        )
        self.env["mfg.variance.playbook.step"].create(
            {
                "playbook_id": self.book.id,
                "name": "Flag",
                "kind": "flag",
                "minimum_severity": "major",
            }
        )
        case = self.ask()
        self.answer("Yes")
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.assertTrue(case.is_flagged)
        self.assertEqual(self.waiting().name, "Stop the line")

    def test_given_ask_supervisor_expected_same_step_to_who_is_on_duty(self):
        self.put(self.anna, date_from="2020-01-01")
        self.make_steps(
            (
                "Why?",
                "question",
                {"option_ids": self.answers("Tool", "?", **{"?": {"then": "ask"}})},
            )
        )
        self.ask()
        first = self.answer("?")
        self.assertEqual(first.state, "passed_on")
        again = self.waiting()
        self.assertEqual((again.name, again.user_id), ("Why?", self.anna))
        self.assertEqual(again.who, "supervisor")

    def test_given_measure_out_of_limits_expected_marked_and_branch_taken(self):
        limits = {
            "unit": "mm",
            "has_minimum": True,
            "minimum": 0.0,
            "has_maximum": True,
            "maximum": 10.2,
            "option_ids": [Command.create({"answer": "outside", "severity": "major"})],
        }
        self.make_steps(("Diameter", "measure", limits))
        case = self.ask()
        row = self.answer(value=10.3)
        self.assertTrue(row.is_out_of_limits)
        self.assertEqual((row.answer_value, case.severity), (10.3, "major"))

    def test_given_lower_limit_of_zero_expected_judged(self):
        self.make_steps(("Gap", "measure", {"has_minimum": True}))
        self.ask()
        self.assertTrue(self.answer(value=-0.1).is_out_of_limits)

    def test_given_no_number_expected_refused(self):
        self.make_steps(("Diameter", "measure", {}))
        self.ask()
        for value in (None, "7", True):
            with self.assertRaises(UserError):
                self.answer(value=value)
        self.assertTrue(self.waiting())

    def test_given_unknown_answer_expected_refused(self):
        self.make_steps(("Clamped?", "check", {}))
        self.ask()
        row = self.waiting().with_user(self.operator)
        for key in (None, "maybe", "inside", "option-1"):
            with self.assertRaises(UserError):
                row.action_answer(key)

    def test_given_answered_expected_no_second_answer(self):
        self.make_steps(("Clamped?", "check", {}))
        self.ask()
        row = self.answer("Done")
        with self.assertRaises(UserError):
            row.with_user(self.operator).action_answer("not_done")
        self.assertEqual(row.answer_id.key, "done")

    def test_given_playbook_changed_meanwhile_expected_asked_as_it_was(self):
        steps = self.make_steps(("Diameter", "measure", {"has_maximum": True}))
        self.ask()
        steps.write({"maximum": 100.0, "name": "Other"})
        row = self.answer(value=50)
        self.assertEqual(row.name, "Diameter")
        self.assertTrue(row.is_out_of_limits)

    def test_given_case_closed_expected_skipped(self):
        self.make_steps(("Clamped?", "check", {}))
        case = self.ask()
        row = self.waiting()
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, self.env.ref("mfg_variance_core.cause_tool").id
        )
        self.assertEqual(row.state, "skipped")
        self.assertEqual(row.log_ids.mapped("kind"), ["asked", "skipped"])
        with self.assertRaises(UserError):
            row.with_user(self.operator).action_answer("done")

    def test_given_question_without_answers_expected_refused(self):
        with self.assertRaises(ValidationError):
            self.make_steps(("Why?", "question", {}))

    def test_given_step_at_station_expected_shown_on_order_and_work_order(self):
        self.make_steps(("Clamped?", "check", {}))
        case = self.ask()
        for record in (case, case.workorder_id, case.production_id):
            record = record.with_user(self.operator)
            name = "person_step_data" if record == case else "variance_step_data"
            (shown,) = record[name]
            self.assertEqual((shown["name"], shown["may_answer"]), ("Clamped?", True))
            keys = [one["key"] for one in shown["options"]]
            self.assertEqual(keys, ["done", "not_done"])
        other = case.production_id.workorder_ids - case.workorder_id
        self.assertFalse(other.with_user(self.operator).variance_step_data)
        viewer = case.workorder_id.with_user(self.people["viewer"])
        self.assertFalse(viewer.variance_step_data[0]["may_answer"])

    def test_given_shipped_playbook_expected_two_person_steps_from_major(self):
        self.case = self.open_case(300)
        self.assertEqual(self.waiting().name, "What holds it up?")
        self.answer("The machine is down")
        self.assertEqual(self.waiting().kind, "check")
        self.assertEqual(self.waiting().user_id, self.supervisor)

    def test_given_case_without_person_steps_expected_none_asked(self):
        self.make_steps(("Flag", "flag", {}))
        self.ask()
        self.assertFalse(self.case.case_step_ids)


@tagged("post_install", "-at_install")
class TestPersonStepsPassedOn(PersonStepCase):
    """What nobody answers in time goes on to the next in line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("mfg_variance_core.cron_pass_on_steps")

    def ask_supervisor(self, **values):
        self.put(self.anna, date_from="2020-01-01")
        self.put(self.manager, role="production_manager", date_from="2020-01-01")
        self.make_steps(
            (
                "Clamped?",
                "check",
                {"who": "supervisor", "due_minutes": 30, "due_clock": "wall", **values},
            )
        )
        self.ask()
        return self.waiting()

    def pass_on(self, minutes):
        moment = self.now + timedelta(minutes=minutes)
        with self.at(moment), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_given_asked_expected_wake_up_at_the_minute(self):
        row = self.ask_supervisor()
        self.assertEqual(row.user_id, self.anna)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertIn(row.due_at, triggers.mapped("call_at"))

    def test_given_not_due_expected_untouched(self):
        row = self.ask_supervisor()
        self.pass_on(20)
        self.assertEqual(row.user_id, self.anna)

    def test_given_due_expected_next_in_line_told_once_and_logged(self):
        row = self.ask_supervisor()
        users = type(self.env["res.users"])
        with patch.object(users, "_bus_send", autospec=True) as send:
            self.pass_on(40)
            self.pass_on(40)
        self.assertEqual((row.user_id, row.who), (self.manager, "production_manager"))
        told = [call for call in send.call_args_list if call.args[0] == self.manager]
        self.assertEqual(len(told), 1)
        log = row.log_ids.filtered(lambda one: one.kind == "handed_over")
        self.assertEqual((log.user_id, log.to_user_id), (self.anna, self.manager))
        self.assertEqual(row.handover_count, 1)

    def test_given_end_of_line_expected_stays_and_is_left_alone(self):
        row = self.ask_supervisor()
        for minutes in (40, 80, 120, 160, 200, 240):
            self.pass_on(minutes)
        self.assertFalse(row.passes_on)
        self.assertEqual(row.state, "waiting")
        ends = row.log_ids.filtered(lambda one: one.kind == "end_of_line")
        self.assertEqual(len(ends), 1)
        self.assertEqual(row.log_ids.to_user_id[:2], self.anna | self.manager)

    def test_given_station_expected_goes_to_who_is_on_duty(self):
        row = self.ask_supervisor(who="station")
        self.assertFalse(row.user_id)
        self.pass_on(40)
        self.assertEqual(row.user_id, self.anna)

    def test_given_cleared_case_expected_nobody_pressed(self):
        row = self.ask_supervisor()
        self.case._clear(self.now)
        self.pass_on(40)
        self.assertEqual(row.user_id, self.anna)

    def test_given_no_time_expected_never_passed_on(self):
        row = self.ask_supervisor(due_minutes=0)
        self.assertFalse(row.due_at or row.passes_on)
        self.pass_on(4000)
        self.assertEqual(row.user_id, self.anna)

    def test_given_poison_row_expected_others_passed_on_and_a_failed_row(self):
        first = self.ask_supervisor()
        self.case = self.open_case()
        second = self.waiting()
        model = type(self.env["mfg.variance.case.step"])
        original = model._pass_on

        def poison(row, now):
            if row.id == first.id:
                raise ValueError("poison")
            return original(row, now)

        with patch.object(model, "_pass_on", poison):
            self.pass_on(40)
        self.assertEqual(first.user_id, self.anna)
        self.assertGreater(first.due_at, self.now + timedelta(minutes=90))
        self.assertEqual(second.user_id, self.manager)
        failed = self.Run.search(
            [("res_id", "=", first.id), ("outcome", "=", "failed")]
        )
        self.assertIn("poison", failed.error)

    def test_given_shift_clock_expected_only_hours_of_shifts_count(self):
        (self.late | self.night).unlink()
        self.plant.shift_ids.write({"saturday": False, "sunday": False})
        step = self.make_steps(("Clamped?", "check", {"due_minutes": 60}))
        friday = self.moment("2026-01-09 13:30:00")
        vals = self.env["mfg.variance.case.step"]._prepare_due_vals(
            self.plant, step, friday
        )
        self.assertEqual(vals["due_at"], self.moment("2026-01-12 06:30:00"))

    def test_given_passed_on_expected_new_one_and_supervisors_may_answer(self):
        row = self.ask_supervisor()
        self.pass_on(40)
        with self.assertRaises(AccessError):
            row.with_user(self.operator).action_answer("done")
        row.with_user(self.manager).action_answer("done")
        self.assertEqual(row.answered_by_id, self.manager)


@tagged("post_install", "-at_install")
class TestPersonStepsOnTheFloor(PersonStepCase):
    def test_given_question_expected_in_my_shift_until_answered(self):
        self.make_steps(("Clamped?", "check", {}))
        self.ask()
        floor = self.env["mfg.variance.floor"].with_user(self.operator)

        def asked():
            section = floor.action_get_my_shift()["sections"][-1]
            return [step["name"] for step in section["steps"]]

        self.assertEqual(asked(), ["Clamped?"])
        row = self.waiting()
        row.with_user(self.operator).action_answer(row.options[0]["key"], None)
        self.assertEqual(asked(), [])

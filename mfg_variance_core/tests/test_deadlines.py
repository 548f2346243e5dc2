from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .deadline_case import DeadlineCase


@tagged("post_install", "-at_install")
class TestDeadlineSetting(DeadlineCase):
    """What the day-one pack asks, in the working time it is asked in."""

    def test_given_major_expected_minutes_and_working_days(self):
        case = self.make_case("major")
        # Tuesday and Monday a week later, at the end of the office's day
        self.assertEqual(self.deadlines(case), (0.5, 2, 30, 7 * 24 + 6))

    def test_given_critical_expected_hours(self):
        case = self.make_case("critical")
        self.assertEqual(self.deadlines(case), (1 / 6, 0.5, 4, 54))

    def test_given_warning_expected_this_shift_and_ten_days(self):
        case = self.make_case("warning")
        self.assertEqual(self.deadlines(case), (4, None, None, 14 * 24 + 6))

    def test_given_closed_plant_expected_next_morning_but_critical_at_once(self):
        self.plant.shift_ids.filtered(lambda shift: shift.name != "Early").unlink()
        night = self.moment("2026-01-05 23:00:00")
        self.assertEqual(
            self.make_case("major", night).acknowledge_by,
            self.moment("2026-01-06 06:30:00"),
        )
        self.assertEqual(
            self.make_case("critical", night).acknowledge_by,
            night + timedelta(minutes=10),
        )

    def test_given_holiday_expected_plant_time_around_it(self):
        self.plant.shift_ids.filtered(lambda shift: shift.name != "Early").unlink()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Epiphany",
                "calendar_id": self.calendar.id,
                "date_from": "2026-01-06 00:00:00",
                "date_to": "2026-01-07 00:00:00",
            }
        )
        case = self.make_case("major", self.moment("2026-01-05 13:50:00"))
        self.assertEqual(case.acknowledge_by, self.moment("2026-01-07 06:20:00"))

    def test_given_night_shift_and_clock_set_back_expected_its_own_end(self):
        self.plant.tz = "Europe/Berlin"
        # the night of 24 October lasts nine hours: 20:00 to 05:00 UTC
        case = self.make_case("warning", self.moment("2026-10-24 21:00:00"))
        self.assertEqual(case.acknowledge_by, self.moment("2026-10-25 05:00:00"))

    def test_given_person_on_duty_expected_his_hours_to_decide(self):
        calendar = self._make_calendar("Late", 12, 20)
        self.env["resource.resource"].create(
            {
                "name": "Quality",
                "user_id": self.quality.id,
                "calendar_id": calendar.id,
                "company_id": self.company.id,
            }
        )
        self.put(self.quality, "quality_manager")
        case = self.make_case("critical", self.moment("2026-01-05 09:00:00"))
        self.assertEqual(case.decide_by, self.moment("2026-01-05 16:00:00"))

    def test_given_policy_that_asks_sooner_expected_sooner(self):
        case = self.make_case("major", respond_minutes=10)
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(minutes=10))

    def test_given_policy_that_asks_later_expected_not_later(self):
        case = self.make_case("major", respond_minutes=480)
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(minutes=30))

    def test_given_times_of_the_plant_expected_before_the_others(self):
        own = self.sla["major"].copy(
            {
                "name": "Own",
                "company_id": self.company.id,
                "plant_id": self.plant.id,
                "acknowledge_count": 5,
            }
        )
        self.assertEqual(self.make_case("major").sla_id, own)

    def test_given_historic_expected_no_clock(self):
        case = self.make_case("critical", is_historic=True)
        self.assertEqual(self.deadlines(case), (None,) * 4)
        self.assertFalse(case.respond_by or case.watch_at)

    def test_given_historic_that_happens_again_expected_clocks_from_now(self):
        case = self.make_case("major", is_historic=True)
        later = self.monday + timedelta(days=2)
        with self.at(later):
            case._as_system().write({"is_historic": False})
        self.assertEqual(case.clock_started_at, later)
        self.assertEqual(case.acknowledge_by, later + timedelta(minutes=30))

    @mute_logger("odoo.addons.mfg_variance_core.models.deadline")
    def test_given_fault_expected_case_with_a_time_and_a_row(self):
        broken = patch.object(
            type(self.Case), "_prepare_deadline_vals", side_effect=ValueError("broken")
        )
        name = "odoo.addons.mfg_variance_core.models.deadline"
        muted = mute_logger(f"{name}.mfg_variance_exception_deadlines")
        with broken, muted:
            case = self.make_case("major", respond_minutes=60)
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(hours=1))
        row = self.Run.search([("name", "=", "Deadlines not set")], limit=1)
        self.assertIn("broken", row.error)

    def test_given_no_time_at_all_expected_refused(self):
        with self.assertRaises(ValidationError):
            self.env["mfg.variance.sla"].create({"name": "x", "severity": "major"})


@tagged("post_install", "-at_install")
class TestDeadlineFollowing(DeadlineCase):
    """The clocks move with the case, and never give time away."""

    def test_given_new_expected_acknowledge_due_next(self):
        case = self.make_case("major")
        self.assertEqual(case.respond_clock, "acknowledge")
        self.assertEqual(case.respond_by, case.acknowledge_by)

    def test_given_taken_expected_met_and_contain_due_next(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday + timedelta(minutes=20)):
            case.action_take()
        self.assertEqual(case.acknowledge_result, "met")
        self.assertEqual(
            (case.respond_clock, case.respond_by), ("contain", case.contain_by)
        )

    def test_given_taken_late_expected_breached(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday + timedelta(minutes=31)):
            case.action_take()
        self.assertEqual(case.acknowledge_result, "breached")
        self.assertTrue(case.is_breached)

    def test_given_resolving_expected_contained_and_decided(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday + timedelta(minutes=20)):
            case.action_take()
            case.action_start_resolving()
        self.assertEqual((case.contain_result, case.decide_result), ("met", "met"))
        self.assertEqual(case.decided_by_id, self.supervisor)
        self.assertEqual(case.respond_clock, "resolve")

    def test_given_decision_noted_before_expected_decide_stopped(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday + timedelta(minutes=20)):
            case.action_take()
            case._note_decided()
        self.assertEqual(case.decide_result, "met")
        with self.at(self.monday + timedelta(days=3)):
            case.action_start_resolving()
        self.assertEqual(case.decided_at, self.monday + timedelta(minutes=20))
        self.assertEqual(case.decide_result, "met")

    def test_given_worse_expected_reckoned_from_detection(self):
        case = self.make_case("warning")
        with self.at(self.monday + timedelta(hours=2)):
            case._raise_severity("critical")
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(minutes=10))
        self.assertEqual(case.decide_by, self.monday + timedelta(hours=4))
        with self.at(self.monday + timedelta(hours=2)):
            self.assertTrue(case.is_overdue)

    def test_given_worse_with_more_time_expected_no_time_gained(self):
        self.sla["critical"].acknowledge_count = 600
        case = self.make_case("major")
        with self.at(self.monday):
            case._raise_severity("critical")
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(minutes=30))

    def test_given_worse_after_answered_expected_answer_kept(self):
        case = self.make_case("warning").with_user(self.supervisor)
        with self.at(self.monday + timedelta(hours=2)):
            case.action_take()
            case.sudo()._raise_severity("critical")
        self.assertEqual(case.acknowledge_result, "met")
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(hours=4))

    def test_given_cleared_expected_nothing_due(self):
        case = self.make_case("major")
        with self.at(self.monday + timedelta(minutes=5)):
            case._clear(self.monday)
        self.assertFalse(case.respond_by or case.watch_at)

    def test_given_back_after_clearing_expected_clock_begins_again(self):
        case = self.make_case("major")
        back = self.monday + timedelta(hours=5)
        with self.at(self.monday + timedelta(minutes=5)):
            case._clear(self.monday)
        with self.at(back):
            case._as_system().write({"cleared_at": False})
        self.assertEqual(case.acknowledge_by, back + timedelta(minutes=30))

    def test_given_reopened_expected_clocks_of_a_new_case(self):
        case = self.make_case("warning", cause_id=self.cause.id)
        later = self.monday + timedelta(days=7)
        with self.at(self.monday + timedelta(hours=9)):
            case.with_user(self.operator).action_close()
        self.assertEqual(case.acknowledge_result, "breached")
        with self.at(later):
            case.with_user(self.operator).action_reopen()
        self.assertEqual(case.clock_started_at, later)
        self.assertFalse(case.acknowledge_result or case.resolve_result)
        self.assertEqual(case.acknowledge_by, later + timedelta(hours=4))

    def test_given_back_to_resolving_expected_resolve_runs_again(self):
        case = self.make_case("major").with_user(self.supervisor)
        with self.at(self.monday + timedelta(minutes=20)):
            self.resolve(case)
            self.assertEqual(case.resolve_result, "met")
            case.action_start_resolving()
        self.assertFalse(case.resolve_result)
        self.assertEqual(case.respond_clock, "resolve")

    def test_given_changed_times_expected_open_cases_keep_theirs(self):
        case = self.make_case("major")
        self.sla["major"].acknowledge_count = 5
        with self.at(self.monday):
            case._set_next()
        self.assertEqual(case.acknowledge_by, self.monday + timedelta(minutes=30))

    def test_given_deadline_expected_told_in_words(self):
        case = self.make_case("major")
        for minutes, state, text in (
            (5, "soon", "Acknowledge: 25 min left"),
            (45, "late", "Acknowledge: 15 min late"),
        ):
            with self.at(self.monday + timedelta(minutes=minutes)):
                case.invalidate_recordset(["deadline_state", "time_left"])
                self.assertEqual(case.deadline_state, state)
                self.assertEqual(case.time_left, text)

    def test_given_several_opened_at_once_expected_hours_read_once(self):
        vals = {"severity": "major", "respond_minutes": 0}
        self.make_case(**vals)
        with self.at(self.monday):
            rows = [self._vals(number) for number in range(2)]
            self.Case._open_cases(rows)
            self.env.flush_all()
            one = self.count_queries([self._vals(5)])
            many = self.count_queries([self._vals(number) for number in range(10, 20)])
        # each case costs its own rows, no calendar is read again
        self.assertLess(many - one, 9 * 12)

    def _vals(self, number):
        return {
            "title": "Many",
            "severity": "major",
            "company_id": self.company.id,
            "plant_id": self.plant.id,
            "metric_id": self.metric.id,
            "category_id": self.metric.category_id.id,
            "fingerprint": f"v1:many{number}",
            "first_event_at": self.monday,
            "detected_at": self.monday,
        }

    def count_queries(self, rows):
        before = self.env.cr.sql_log_count
        self.Case._open_cases(rows)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestDeadlineFigures(DeadlineCase):
    """Met and missed are counted from the cases themselves."""

    def test_given_met_and_missed_expected_rows_and_medians(self):
        for minutes in (10, 20, 60):
            case = self.make_case("major").with_user(self.supervisor)
            with self.at(self.monday + timedelta(minutes=minutes)):
                case.action_take()
        self.env.flush_all()
        mine = [
            ("company_id", "=", self.company.id),
            ("plant_id", "=", self.plant.id),
            ("severity", "=", "major"),
            ("clock", "=", "acknowledge"),
        ]
        period = [
            ("started_at", ">=", "2026-01-01"),
            ("started_at", "<", "2026-02-01"),
        ]
        groups = self.env["mfg.variance.sla.report"]._read_group(
            [*mine, *period], ["result"], ["__count", "minutes:avg"]
        )
        self.assertEqual(sorted(groups), [("breached", 1, 60), ("met", 2, 15)])
        figure = self.env["mfg.variance.sla.figure"].search(
            [*mine, ("month", "=", "2026-01-01")]
        )
        self.assertEqual((figure.met_count, figure.breached_count), (2, 1))
        self.assertEqual(figure.median_minutes, 20)

    def test_given_other_plant_expected_rows_hidden(self):
        case = self.make_case("major")
        self.env.flush_all()
        far = self.env["mfg.variance.plant"].create({"name": "F", "code": "FX"})
        self.supervisor.variance_plant_ids = [Command.set(far.ids)]
        Report = self.env["mfg.variance.sla.report"].with_user(self.supervisor)
        self.assertFalse(Report.search([("exception_id", "=", case.id)]))

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..domain import duty
from .deadline_case import DeadlineCase

FORECAST = (
    "odoo.addons.mfg_variance_core.models.deadline.mfg_variance_exception_forecast"
)


@tagged("post_install", "-at_install")
class TestEscalation(DeadlineCase):
    """Nobody answers: who is told next, once, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls.supervisor

    def setUp(self):
        super().setUp()
        self.put(self.second, "supervisor")
        self.put(self.manager, "production_manager")

    def after(self, minutes):
        return self.monday + timedelta(minutes=minutes)

    def told(self, case):
        return case.escalation_ids.sorted("id").user_id

    def test_given_time_over_expected_breached_and_supervisor_told(self):
        case = self.make_case("major")
        self.watch(self.after(30))
        self.assertFalse(case.escalation_ids or case.acknowledge_result)
        self.watch(self.after(31))
        self.assertEqual(case.acknowledge_result, "breached")
        row = case.escalation_ids
        self.assertEqual((row.user_id, row.kind), (self.second, "time"))
        self.assertEqual(row.reason, "Acknowledge: not done, 1 min late.")
        self.assertEqual(case.activity_ids.user_id, self.second)

    def test_given_still_nobody_expected_manager_told_next(self):
        case = self.make_case("major")
        self.watch(self.after(31))
        self.watch(self.after(61))
        self.assertEqual(self.told(case), self.second | self.manager)

    def test_given_run_twice_expected_same_rows(self):
        case = self.make_case("major")
        for minutes in (31, 31, 45, 61, 61):
            self.watch(self.after(minutes))
        self.assertEqual(len(case.escalation_ids), 2)

    def test_given_long_standstill_expected_every_step_once(self):
        case = self.make_case("major")
        self.watch(self.after(600))
        # who was told of one clock is told of the next as well
        self.assertEqual(
            [(row.clock, row.user_id) for row in case.escalation_ids.sorted("id")],
            [
                ("acknowledge", self.second),
                ("acknowledge", self.manager),
                ("contain", self.manager),
            ],
        )

    def test_given_everybody_told_expected_the_first_reminded_once(self):
        case = self.make_case("major")
        line = (duty.Post("supervisor", self.second.id),)
        with (
            patch.object(type(self.plant), "_get_line", return_value=line),
            patch.object(type(self.Case), "_get_members", return_value=[]),
        ):
            for minutes in (31, 61, 62):
                self.watch(self.after(minutes))
        first, again = case.escalation_ids.sorted("id")
        self.assertEqual((first | again).user_id, self.second)
        self.assertNotIn("reminder", first.reason)
        self.assertIn("Everybody in line was told before", again.reason)
        self.assertEqual(case.activity_ids.user_id, self.second)
        self.assertEqual(len(case.activity_ids), 1)

    def test_given_plant_ahead_expected_asked_for_on_its_day(self):
        self.plant.tz = "Asia/Tokyo"
        case = self.make_case("major", self.moment("2026-01-05 23:00:00"))
        self.watch(self.moment("2026-01-05 23:31:00"))
        self.assertEqual(str(case.activity_ids.date_deadline), "2026-01-06")

    def test_given_owner_is_the_supervisor_on_duty_expected_next_in_line(self):
        case = self.make_case("major", owner_id=self.second.id)
        self.watch(self.after(31))
        self.assertEqual(self.told(case), self.manager)

    def test_given_nobody_in_line_expected_said_what_to_do(self):
        case = self.make_case("major")
        Case = type(self.Case)
        with (
            patch.object(type(self.plant), "_get_line", return_value=()),
            patch.object(Case, "_get_members", return_value=[]),
        ):
            self.watch(self.after(31))
        row = case.escalation_ids
        self.assertFalse(row.user_id)
        self.assertIn("Nobody is in line: keep the duty roster", row.reason)

    def test_given_no_roster_expected_people_of_the_role_who_work_here(self):
        self.Duty.search([("user_id", "=", self.manager.id)]).active = False
        far = self.env["mfg.variance.plant"].create({"name": "Far", "code": "FAR9"})
        stranger = new_test_user(
            self.env,
            "variance_stranger",
            groups="mfg_variance_core.group_production_manager",
        )
        stranger.variance_plant_ids = far
        self.manager.variance_plant_ids = self.plant
        case = self.make_case("major")
        self.watch(self.after(61))
        self.assertEqual(self.told(case), self.second | self.manager)

    def test_given_acknowledged_expected_stopped(self):
        case = self.make_case("major")
        with self.at(self.after(20)):
            case.with_user(self.supervisor).action_take()
        self.watch(self.after(61))
        self.assertFalse(case.escalation_ids)

    def test_given_cleared_expected_stopped(self):
        case = self.make_case("major")
        with self.at(self.after(20)):
            case._clear(self.after(20))
        self.watch(self.after(61))
        self.assertFalse(case.escalation_ids or case.acknowledge_result)

    def test_given_historic_expected_never(self):
        case = self.make_case("critical", is_historic=True)
        self.watch(self.after(600))
        self.assertFalse(case.escalation_ids)

    def test_given_shelved_expected_when_it_ends(self):
        # silences of long ago are not read any more
        case = self.make_case("major", self.now)
        silence = self.env["mfg.variance.silence"]._as_system()
        silence.create(
            {
                "name": "VS/T",
                "kind": "shelve",
                "reason": "Being mended",
                "author_id": self.supervisor.id,
                "starts_at": self.now,
                "ends_at": self.now + timedelta(minutes=120),
                "company_id": self.company.id,
                "plant_id": self.plant.id,
                "metric_id": self.metric.id,
                "up_to": "major",
            }
        )
        self.watch(self.now + timedelta(minutes=61))
        self.assertFalse(case.escalation_ids or case.acknowledge_result)
        self.watch(self.now + timedelta(minutes=121))
        self.assertTrue(case.escalation_ids)
        self.assertEqual(case.acknowledge_result, "breached")

    def test_given_warning_expected_counted_and_nobody_called(self):
        case = self.make_case("warning")
        self.watch(self.after(300))
        self.assertEqual(case.acknowledge_result, "breached")
        self.assertFalse(case.escalation_ids)

    def test_given_reopened_expected_chain_from_its_start(self):
        case = self.make_case("major", cause_id=self.cause.id)
        self.watch(self.after(31))
        with self.at(self.after(40)):
            case._clear(self.after(40))
            case._as_system().write({"cleared_at": False})
        self.watch(self.after(71))
        self.assertEqual(self.told(case), self.second)
        self.assertEqual(len(case.escalation_ids), 2)

    def test_given_push_limit_reached_expected_listed_without_call(self):
        self.company.variance_push_limit = 1
        first, second = self.make_case("major"), self.make_case("major")
        self.watch(self.after(31))
        rows = (first | second).escalation_ids
        self.assertEqual(rows.user_id, self.second)
        self.assertEqual(len(rows.filtered("refusal")), 1)
        self.assertEqual(len((first | second).activity_ids), 1)

    def test_given_critical_expected_called_past_the_limit(self):
        self.company.variance_push_limit = 1
        cases = self.make_case("critical") | self.make_case("critical")
        self.watch(self.after(6))
        self.assertEqual(len(cases.activity_ids), 2)

    def test_given_amount_at_stake_expected_told_at_once(self):
        step = self.env["mfg.variance.escalation"].create(
            {
                "sla_id": self.sla["major"].id,
                "basis": "amount",
                "count": 1000,
                "who": "production_manager",
            }
        )
        case = self.make_case("major")
        self.watch(self.after(2))
        self.assertFalse(case.escalation_ids)
        self.add_loss(case, 1500)
        self.watch(self.after(5))
        row = case.escalation_ids
        self.assertEqual((row.kind, row.step_id), ("amount", step))
        self.assertEqual(row.user_id, self.manager)
        self.assertIn("1500.00", row.reason)

    def add_loss(self, case, amount):
        """A further event of the case, as the engine merges it."""
        self.Measurement._as_system().create(
            {
                "metric_id": self.metric.id,
                "metric_code": self.metric.code,
                "source_model": "mrp.workorder",
                "source_id": 1,
                "phase": "final",
                "revision": 1,
                "planned": 10,
                "actual": 100,
                "event_at": self.monday,
                "recorded_at": self.monday,
                "timeliness": "live",
                "company_id": case.company_id.id,
                "plant_id": case.plant_id.id,
                "outcome": "merged",
                "exception_id": case.id,
                "amount": amount,
                "amount_kind": "loss",
            }
        )
        case._refresh_listed()

    @mute_logger("odoo.addons.mfg_variance_core.models.deadline.working_time")
    def test_given_poison_case_expected_others_looked_at(self):
        poison, good = self.make_case("major"), self.make_case("major")
        original = type(self.Case)._look

        def look(record, clock):
            if record.id == poison.id:
                raise ValueError("poison")
            return original(record, clock)

        with patch.object(type(self.Case), "_look", look):
            self.watch(self.after(31))
        self.assertTrue(good.escalation_ids)
        self.assertFalse(poison.escalation_ids)
        self.assertEqual(poison.watch_at, self.after(91))
        failed = self.Run.search([("exception_id", "=", poison.id)])
        self.assertIn("poison", "".join(failed.mapped(lambda row: row.error or "")))

    def test_given_nothing_due_expected_woken_at_the_next_moment(self):
        self.Case.search([("watch_at", "!=", False)])._as_system().write(
            {"watch_at": False}
        )
        case = self.make_case("critical")
        self.watch(self.after(2))
        # half of ten minutes: the first step of the chain
        self.assertEqual(case.watch_at, self.after(5))
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertIn(self.after(5), triggers.mapped("call_at"))

    def test_given_missed_and_escalated_expected_in_the_ledger(self):
        case = self.make_case("major")
        self.watch(self.after(31))
        kinds = (
            self.env["mfg.variance.ledger"]
            .search([("case_ref", "=", case.id)])
            .mapped("kind")
        )
        self.assertLessEqual(
            {"exception.deadline_missed", "exception.escalated"}, set(kinds)
        )


@tagged("post_install", "-at_install")
class TestForecast(DeadlineCase):
    """Late before it is late, from how fast this person has been."""

    def make_history(self, count, minutes):
        """Cases of the owner that each took so long from taking to resolving."""
        for number in range(count):
            start = self.monday - timedelta(days=20 - number)
            case = self.make_case("major", start)
            case._as_system().write(
                {
                    "acknowledged_at": start,
                    "resolved_at": start + timedelta(minutes=minutes),
                    "closed_at": start + timedelta(minutes=minutes),
                    "state": "closed",
                }
            )

    def take(self, at=None):
        case = self.make_case("major", at)
        with self.at(at or self.monday):
            case.with_user(self.supervisor).action_take()
            case.with_user(self.supervisor).action_start_resolving()
        return case

    def test_given_slow_owner_expected_likely_late_with_figures(self):
        self.make_history(5, 20 * 24 * 60)
        case = self.take()
        self.watch(self.monday + timedelta(hours=1))
        self.assertTrue(case.is_likely_late)
        self.assertIn("the last 5 cases took 20 days each", case.forecast_text)

    def test_given_likely_late_expected_next_in_line_told_once(self):
        self.put(self.second, "supervisor")
        self.make_history(5, 20 * 24 * 60)
        case = self.take()
        for hours in (1, 2, 3):
            case._as_system().write({"watch_at": self.monday})
            self.watch(self.monday + timedelta(hours=hours))
        row = case.escalation_ids
        self.assertEqual((row.kind, row.user_id), ("forecast", self.second))

    def test_given_warning_likely_late_expected_shown_and_nobody_told(self):
        for number in range(5):
            start = self.monday - timedelta(days=20 - number)
            case = self.make_case("warning", start)
            done = start + timedelta(days=5)
            case._as_system().write({"acknowledged_at": done, "state": "closed"})
        case = self.make_case("warning")
        self.watch(self.monday + timedelta(hours=1))
        self.assertTrue(case.is_likely_late)
        self.assertFalse(case.escalation_ids)

    def test_given_fast_owner_expected_in_time(self):
        self.make_history(5, 60)
        case = self.take()
        self.watch(self.monday + timedelta(hours=1))
        self.assertFalse(case.is_likely_late)
        self.assertTrue(case.likely_at)

    def test_given_many_cases_expected_only_the_newest_read(self):
        self.make_history(5, 20 * 24 * 60)
        self.make_history(5, 60)
        case = self.take()
        with patch(f"{FORECAST}.MOST_READ", 6):
            self.watch(self.monday + timedelta(hours=1))
        self.assertFalse(case.is_likely_late)
        self.assertIn("the last 5 cases", case.forecast_text)

    def test_given_too_few_cases_expected_nothing_said(self):
        self.make_history(4, 20 * 24 * 60)
        case = self.take()
        self.watch(self.monday + timedelta(hours=1))
        self.assertFalse(case.is_likely_late or case.forecast_text)

    def test_given_stopped_clock_expected_forecast_gone(self):
        self.make_history(5, 20 * 24 * 60)
        case = self.take()
        self.watch(self.monday + timedelta(hours=1))
        with self.at(self.monday + timedelta(hours=2)):
            self.choose(case, self.supervisor)
            case.with_user(self.supervisor).action_resolve()
        self.assertFalse(case.is_likely_late or case.forecast_text)

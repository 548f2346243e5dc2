from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .duty_case import DutyCase


@tagged("post_install", "-at_install")
class TestDutyOwner(DutyCase):
    """A case goes to whoever is on duty when it opens."""

    def test_without_roster_expected_supervisor_of_the_plant_and_no_reason(self):
        self.assertEqual(self.owner_at(self.monday_noon), (self.supervisor, False))

    def test_given_shift_expected_its_person_before_every_shift(self):
        self.put(self.ben)
        self.put(self.anna, shift=self.early)
        self.assertEqual(self.owner_at(self.monday_noon)[0], self.anna)
        self.assertEqual(self.owner_at(self.monday_night)[0], self.ben)

    def test_given_after_midnight_expected_night_of_the_day_it_began(self):
        self.put(
            self.anna, shift=self.night, date_from="2026-01-05", date_to="2026-01-05"
        )
        self.put(self.ben)
        self.assertEqual(self.owner_at(self.after_midnight)[0], self.anna)
        next_night = self.moment("2026-01-06 23:00:00")
        self.assertEqual(self.owner_at(next_night)[0], self.ben)

    def test_given_gap_expected_next_in_line_with_reason(self):
        self.put(self.anna, shift=self.early)
        self.put(self.manager, role="production_manager")
        owner, reason = self.owner_at(self.monday_night)
        self.assertEqual(owner, self.manager)
        self.assertIn("Nobody is on duty as Supervisor", reason)

    def test_given_nobody_on_roster_expected_plant_then_automation_owner(self):
        self.put(self.anna, shift=self.early)
        self.assertEqual(self.owner_at(self.monday_night)[0], self.supervisor)
        self.plant.supervisor_id = False
        owner = self.owner_at(self.monday_night)[0]
        self.assertEqual(owner, self.people["automation_owner"])

    def test_given_person_left_expected_never_on_duty(self):
        self.put(self.anna)
        self.assertEqual(self.owner_at(self.monday_noon)[0], self.anna)
        self.anna.active = False
        self.assertNotEqual(self.owner_at(self.monday_noon)[0], self.anna)

    def test_given_company_wide_entry_expected_every_plant(self):
        self.put(self.anna, plant=self.env["mfg.variance.plant"])
        self.assertEqual(self.owner_at(self.monday_noon)[0], self.anna)

    def test_given_case_opened_expected_person_on_duty_then(self):
        self.put(self.anna, date_from="2020-01-01")
        case = self.open_case()
        self.assertEqual((case.owner_id, case.owner_reason), (self.anna, False))

    def test_given_case_in_gap_expected_reason_until_taken(self):
        self.put(self.anna, date_from="2020-01-01", date_to="2020-01-02")
        case = self.open_case()
        self.assertEqual(case.owner_id, self.supervisor)
        self.assertIn("next in line", case.owner_reason)
        case.with_user(self.ben).action_take()
        self.assertFalse(case.owner_reason)

    def test_given_named_person_on_policy_expected_no_roster_asked(self):
        self.put(self.anna, date_from="2020-01-01")
        self.make_policy(
            workcenter_id=self.center.id, owner_role="user", owner_id=self.ben.id
        )
        self.assertEqual(self.open_case().owner_id, self.ben)

    def test_given_many_cases_expected_roster_read_once(self):
        self.put(self.anna, date_from="2020-01-01")
        self.owner_at(self.monday_noon)
        self.env.flush_all()
        with self.assertQueryCount(0):
            for _number in range(5):
                self.owner_at(self.monday_noon)


@tagged("post_install", "-at_install")
class TestDutyRoster(DutyCase):
    """Who may keep it, and what it refuses."""

    def test_given_shift_of_another_plant_expected_refused(self):
        strange = self.env["mfg.variance.plant.shift"].create(
            {
                "plant_id": self.far_plant.id,
                "name": "Far",
                "hour_from": 6,
                "hour_to": 14,
            }
        )
        with self.assertRaises(ValidationError):
            self.put(self.anna, shift=strange)

    @mute_logger("odoo.sql_db")
    def test_given_dates_the_wrong_way_expected_refused(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.put(self.anna, date_to="2025-12-31")

    def test_given_person_without_role_expected_refused(self):
        outsider = new_test_user(self.env, "variance_outsider")
        with self.assertRaises(ValidationError):
            self.put(outsider)

    def test_given_person_of_other_plants_expected_refused(self):
        self.anna.variance_plant_ids = self.far_plant
        with self.assertRaises(ValidationError):
            self.put(self.anna)

    def test_given_begun_expected_not_deleted_but_future_one_is(self):
        begun, ahead = self.put(self.anna), self.put(self.ben, date_from="2999-01-01")
        with self.assertRaises(UserError):
            begun.unlink()
        ahead.unlink()
        self.assertFalse(ahead.exists())

    def test_given_plant_ahead_expected_begun_by_its_day(self):
        self.plant.tz = "Asia/Tokyo"
        entry = self.put(self.anna, date_from="2026-01-06")
        with self.at(self.moment("2026-01-05 14:30:00")):
            self.assertFalse(entry._has_begun())
        with self.at(self.moment("2026-01-05 23:30:00")):
            with self.assertRaises(UserError):
                entry.unlink()

    def test_given_begun_expected_not_put_off_to_be_deleted(self):
        begun = self.put(self.anna)
        with self.assertRaises(UserError):
            begun.date_from = "2999-01-01"

    def test_given_whole_company_expected_begun_where_the_day_is_first(self):
        self.far_plant.tz = "Pacific/Auckland"
        with self.at(self.monday_noon):
            here = self.put(self.anna, date_from="2026-01-06")
            everywhere = self.put(
                self.ben, plant=self.env["mfg.variance.plant"], date_from="2026-01-06"
            )
            with self.assertRaises(UserError):
                everywhere.unlink()
            here.unlink()
        self.assertFalse(here.exists())

    def test_given_no_day_expected_that_of_the_turn_that_runs(self):
        for hour, day in ((1, 5), (12, 6), (23, 6)):
            moment = self.moment(f"2026-01-06 {hour:02}:00:00")
            with self.subTest(hour=hour), self.at(moment):
                entry = self.Duty.create(
                    {"user_id": self.anna.id, "plant_id": self.plant.id}
                )
                self.assertEqual(entry.date_from, date(2026, 1, day))
                self.assertEqual(self.owner_at(moment)[0], self.anna)
                entry.active = False

    def test_given_plants_of_several_zones_expected_the_earliest_day(self):
        self.far_plant.tz = "Pacific/Honolulu"
        mine = self.Duty.with_user(self.manager)
        with self.at(self.moment("2026-01-06 07:00:00")):
            self.assertEqual(mine._default_date_from(), date(2026, 1, 5))
            self.manager.variance_plant_ids = self.plant
            self.assertEqual(mine._default_date_from(), date(2026, 1, 6))

    def test_given_shift_on_roster_expected_not_deleted(self):
        self.put(self.anna, shift=self.night)
        with self.assertRaises(UserError):
            self.night.unlink()

    def test_given_manager_of_plant_expected_keeps_its_roster_only(self):
        self.manager.variance_plant_ids = self.plant
        mine = self.Duty.with_user(self.manager).create(
            {"user_id": self.anna.id, "plant_id": self.plant.id}
        )
        mine.date_to = "2999-01-01"
        for plant in (self.far_plant, self.env["mfg.variance.plant"]):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.Duty.with_user(self.manager).create(
                    {"user_id": self.ben.id, "plant_id": plant.id}
                )
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.plant_id = plant
                self.env.flush_all()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_given_lesser_roles_expected_read_only(self):
        entry = self.put(self.anna)
        for role in ("viewer", "operator", "supervisor", "process_engineer"):
            mine = entry.with_user(self.people[role])
            self.assertEqual(mine.user_id, self.anna)
            with self.assertRaises(AccessError):
                mine.user_id = self.people[role]
            with self.assertRaises(AccessError):
                mine.copy()

    def test_given_change_expected_tracked(self):
        entry = self.put(self.anna)
        self.env.flush_all()
        self.env.cr.precommit.run()
        entry.user_id = self.ben
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = entry.message_ids.sudo().tracking_value_ids
        self.assertIn(self.ben.name, values.mapped("new_value_char"))


@tagged("post_install", "-at_install")
class TestDutyGap(DutyCase):
    """A gap is seen: on the plant, on the board, and a day ahead as a case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env.ref("mfg_variance_core.category_automation")
        cls.board = cls.env["mfg.variance.duty.board.line"]

    def lines(self, moment):
        with self.at(moment):
            action = self.board.action_open_board()
        lines = self.board.search(action["domain"])
        return lines.filtered(lambda line: line.plant_id == self.plant)

    def gap_cases(self, moment):
        with self.at(moment):
            silent = self.engine._get_uncovered_shifts()
        return {key: one for key, one in silent.items() if f":{self.plant.id}:" in key}

    def test_given_supervisor_of_plant_expected_no_gap(self):
        with self.at(self.monday_noon):
            self.assertFalse(self.plant.duty_gap_text)
        self.assertFalse(self.lines(self.monday_noon).filtered("is_gap"))
        self.assertFalse(self.gap_cases(self.monday_noon))

    def test_given_gap_now_expected_told_on_the_plant(self):
        self.put(self.anna, shift=self.early)
        with self.at(self.monday_night):
            self.assertIn("Supervisor", self.plant.duty_gap_text)
        self.plant.invalidate_recordset()
        with self.at(self.monday_noon):
            self.assertFalse(self.plant.duty_gap_text)

    def test_given_roster_expected_board_of_each_shift_and_role(self):
        self.put(self.anna, shift=self.early)
        self.put(self.ben, shift=self.late)
        lines = self.lines(self.monday_noon)
        # 14 days of three shifts and the one that is on
        self.assertEqual(len(lines), 43)
        gaps = lines.filtered("is_gap")
        self.assertEqual(gaps.shift_id, self.night)
        self.assertFalse(gaps.user_id)

    def test_given_plant_without_shifts_expected_a_line_a_day(self):
        self.plant.shift_ids.unlink()
        lines = self.lines(self.monday_noon)
        self.assertEqual(len(lines), 15)
        self.assertEqual(lines.user_id, self.supervisor)

    def test_given_board_expected_its_creator_s_alone(self):
        lines = self.board.with_user(self.people["viewer"])
        lines = lines.search(lines.action_open_board()["domain"])
        self.assertTrue(lines)
        with self.assertRaises(AccessError):
            lines.with_user(self.operator).mapped("role")

    def test_given_uncovered_shift_ahead_expected_one_case_until_covered(self):
        self.put(self.anna, shift=self.early, date_from="2020-01-01")
        before = self.Case.search([("category_id", "=", self.category.id)])
        self.engine._cron_dead_man()
        self.engine._cron_dead_man()
        found = self.Case.search([("category_id", "=", self.category.id)]) - before
        case = found.filtered(lambda one: one.plant_id == self.plant)
        self.assertEqual(len(case), 1)
        self.assertIn("nobody is on duty", case.title)
        self.assertIn("Duty Roster", case.what_to_do)
        self.put(self.ben, date_from="2020-01-01")
        self.engine._cron_dead_man()
        self.assertTrue(case.cleared_at)

    def test_given_role_no_policy_uses_expected_no_case(self):
        self.put(self.anna, role="buyer", shift=self.early)
        self.assertFalse(self.gap_cases(self.monday_noon))
        self.assertTrue(self.lines(self.monday_noon).filtered("is_gap"))

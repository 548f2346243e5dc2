from datetime import timedelta

import pytz

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .floor_case import FloorCase


@tagged("-at_install", "post_install")
class TestHandover(FloorCase):
    """What a shift hands over, who signs it, and that it stays as signed."""

    def setUp(self):
        super().setUp()
        # a Monday, in the middle of the early shift
        self.noon = self.moment("2026-03-02 12:00:00")

    def prepare(self, user=None, at=None, which="current", plant=None):
        with self.at(at or self.noon):
            action = self.Handover.with_user(
                user or self.supervisor
            ).action_prepare_handover((plant or self.plant).id, which)
        return self.Handover.browse(action["res_id"])

    def make_case(self, title, detected, closed=None, **values):
        case = self.Case._open_cases(
            [
                {
                    "title": title,
                    "severity": "warning",
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "category_id": self.metric.category_id.id,
                    "currency_id": self.company.currency_id.id,
                    "first_event_at": detected,
                    "detected_at": detected,
                    **values,
                }
            ]
        )
        if closed:
            case._as_system().write({"state": "closed", "closed_at": closed})
        return case

    def titles(self, handover, key):
        section = next(
            one for one in handover.snapshot["sections"] if one["key"] == key
        )
        return [line["title"] for line in section["lines"]]

    # ------------------------------------------------------------- the content

    def test_cases_fall_into_open_and_done_of_the_turn(self):
        self.make_case("Before", self.moment("2026-03-02 02:00:00"))
        self.make_case("Found", self.moment("2026-03-02 09:00:00"))
        self.make_case(
            "Finished",
            self.moment("2026-03-02 07:00:00"),
            self.moment("2026-03-02 08:00:00"),
        )
        self.make_case(
            "Long gone",
            self.moment("2026-03-01 07:00:00"),
            self.moment("2026-03-01 08:00:00"),
        )
        handover = self.prepare()
        self.assertEqual(set(self.titles(handover, "open")), {"Before", "Found"})
        self.assertEqual(self.titles(handover, "done"), ["Finished"])
        self.assertEqual(handover.opened_count, 2)
        self.assertEqual(handover.closed_count, 1)
        self.assertEqual(handover.open_count, 2)

    def test_worst_case_is_on_top(self):
        self.make_case("Small", self.moment("2026-03-02 07:00:00"))
        self.make_case("Big", self.moment("2026-03-02 09:00:00"), severity="critical")
        self.assertEqual(self.titles(self.prepare(), "open"), ["Big", "Small"])

    def test_night_shift_belongs_to_the_day_it_began(self):
        handover = self.prepare(at=self.moment("2026-03-03 03:00:00"))
        self.assertEqual(handover.shift_name, "Night")
        self.assertEqual(str(handover.day), "2026-03-02")

    def test_taking_over_shows_the_turn_before(self):
        handover = self.prepare(which="previous")
        self.assertEqual(handover.shift_name, "Night")
        self.assertEqual(str(handover.day), "2026-03-01")

    def test_figures_come_from_what_was_measured(self):
        end = self.moment("2026-03-02 10:00:00")
        with self.at(end):
            row = self.finish(self.make_workorder(), 170, end=end)
        self.assertTrue(row.exception_id)
        figures = self.prepare().snapshot["figures"]
        self.assertEqual(figures["events"], 1)
        self.assertEqual(figures["minutes"], 70)
        self.assertEqual(figures["money"], 70)

    def test_what_repeats_is_to_be_watched(self):
        with self.at(self.moment("2026-03-02 09:00:00")):
            for _number in range(3):
                problem = self.report()
        self.assertEqual(
            self.titles(self.prepare(), "watch"), [problem.exception_id.title]
        )

    def test_running_work_close_to_its_limit_is_to_be_watched(self):
        workorder = self.make_workorder()
        workorder.button_start()
        self.judge()
        watch = self.env["mfg.variance.watch"].search(
            [("workorder_id", "=", workorder.id)]
        )
        watch._as_system().write(
            {"next_crossing_at": self.noon + timedelta(minutes=30)}
        )
        section = self.prepare().snapshot["sections"][-1]
        self.assertEqual(
            [line["name"] for line in section["lines"]], [workorder.production_id.name]
        )
        self.assertIn("30 minutes", section["lines"][0]["why"])

    def test_same_turn_is_made_again_until_it_is_signed(self):
        handover = self.prepare()
        self.make_case("Found", self.moment("2026-03-02 12:30:00"))
        again = self.prepare(at=self.moment("2026-03-02 13:00:00"))
        self.assertEqual(again, handover)
        self.assertEqual(self.titles(handover, "open"), ["Found"])
        handover.with_user(self.supervisor).action_sign()
        self.make_case("Later", self.moment("2026-03-02 13:30:00"))
        self.prepare(at=self.moment("2026-03-02 13:45:00"))
        self.assertEqual(self.titles(handover, "open"), ["Found"])

    def test_plant_without_shifts_says_what_to_do(self):
        with self.assertRaises(UserError):
            self.prepare(plant=self.far_plant)

    def test_queries_do_not_grow_with_the_cases(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.prepare()
            return self.env.cr.sql_log_count - before

        self.prepare()
        self.make_case("One", self.noon - timedelta(hours=1))
        few = count()
        for number in range(20):
            self.make_case(f"Case {number}", self.noon - timedelta(hours=1))
        self.assertLessEqual(count(), few)

    def test_paper_tells_the_same(self):
        self.make_case("Bore is <oval>", self.moment("2026-03-02 09:00:00"))
        handover = self.prepare()
        handover.with_user(self.supervisor).action_set_remark("Mind the <coolant>")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "mfg_variance_core.report_handover", handover.ids
        )
        text = html.decode()
        self.assertIn("Bore is &lt;oval&gt;", text)
        self.assertIn("Mind the &lt;coolant&gt;", text)
        self.assertIn("Bore is &lt;oval&gt;", handover.snapshot_html)

    def test_paper_tells_the_time_of_the_plant(self):
        handover = self.prepare()
        self.plant.tz = "Pacific/Auckland"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "mfg_variance_core.report_handover", handover.ids
        )
        zone = pytz.timezone("Pacific/Auckland")
        begin = pytz.utc.localize(handover.starts_at).astimezone(zone)
        self.assertIn(f"{begin:%m/%d/%Y %I:%M %p}", html.decode())

    # ------------------------------------------------------------ the signatures

    def test_one_signs_and_another_accepts(self):
        handover = self.prepare()
        handover.with_user(self.supervisor).action_sign()
        with self.assertRaises(UserError):
            handover.with_user(self.supervisor).action_accept()
        handover.with_user(self.supervisor_two).action_accept()
        self.assertEqual(handover.signed_by_id, self.supervisor)
        self.assertEqual(handover.accepted_by_id, self.supervisor_two)
        self.assertEqual(handover.state, "accepted")

    def test_unsigned_hand_over_cannot_be_accepted(self):
        with self.assertRaises(UserError):
            self.prepare().with_user(self.supervisor_two).action_accept()

    def test_signed_hand_over_takes_no_remark_and_is_not_made_again(self):
        handover = self.prepare()
        person = handover.with_user(self.supervisor)
        person.action_sign()
        for move in (
            lambda: person.action_set_remark("Too late"),
            person.action_refresh,
            person.action_sign,
        ):
            with self.assertRaises(UserError):
                move()

    def test_remark_dialog_stores_it_with_its_author(self):
        handover = self.prepare()
        Wizard = self.env["mfg.variance.handover.remark"].with_user(self.supervisor)
        wizard = Wizard.create({"handover_id": handover.id, "remark": "Coolant low"})
        wizard.action_apply()
        self.assertEqual(handover.remark, "Coolant low")
        self.assertEqual(handover.remark_by_id, self.supervisor)

    def test_operator_reads_but_makes_and_signs_nothing(self):
        handover = self.prepare()
        person = handover.with_user(self.operator)
        self.assertTrue(person.name)
        for move in (
            lambda: self.prepare(self.operator),
            person.action_refresh,
            person.action_sign,
            person.action_accept,
            lambda: person.action_set_remark("Mine"),
        ):
            with self.assertRaises(AccessError):
                move()

    def test_other_plants_supervisor_does_not_see_it(self):
        self.supervisor_two.variance_plant_ids = self.far_plant
        handover = self.prepare().with_user(self.supervisor_two)
        self.assertFalse(handover.search([("id", "=", handover.id)]))
        for move in (handover.action_sign, handover.action_accept):
            with self.assertRaises(AccessError):
                move()
        with self.assertRaises(UserError):
            self.prepare(self.supervisor_two)

    def test_nobody_writes_a_hand_over_directly(self):
        handover = self.prepare()
        for user in self.people.values():
            for vals in ({"state": "accepted"}, {"remark": "x"}, {"snapshot": {}}):
                with self.assertRaises(AccessError):
                    handover.with_user(user).sudo().write(vals)
            with self.assertRaises(AccessError):
                handover.with_user(user).sudo().unlink()

    def test_system_user_signs_nothing(self):
        handover = self.prepare().with_user(self.env.ref("base.user_root"))
        with self.assertRaises(AccessError):
            handover.action_sign()

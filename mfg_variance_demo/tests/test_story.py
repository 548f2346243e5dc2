"""A small story: what was planted is found, and little else."""

from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

UNTIL = datetime(2026, 6, 18, 13, 0)


@tagged("post_install", "-at_install")
class TestStory(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Story = cls.env["mfg.variance.demo.story"]
        cls.figures = cls.Story._play(orders=60, until=UNTIL)
        cls.faults = {fault["kind"]: fault for fault in cls.figures["faults"]}
        cls.company = cls.Story._find_story(60, UNTIL)

    def cases(self, *domain):
        return self.env["mfg.variance.exception"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def test_three_plants_with_shifts_supervisors_and_machines(self):
        plants = self.env["mfg.variance.plant"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(plants), 3)
        self.assertEqual(len(set(plants.mapped("tz"))), 3)
        for plant in plants:
            self.assertTrue(plant.shift_ids)
            self.assertTrue(plant.workcenter_ids)
            self.assertTrue(plant.supervisor_id)

    def test_every_planted_fault_is_found(self):
        for kind, fault in self.faults.items():
            with self.subTest(kind):
                self.assertGreater(fault["planted"], 0)
                self.assertGreater(fault["found"], 0)

    def test_sudden_faults_are_found_at_their_first_event(self):
        for kind in (
            "setup_overrun",
            "forgotten_timer",
            "no_standard",
            "bad_lot",
            "scrap_episode",
            "over_consumption",
            "negative_stock",
        ):
            with self.subTest(kind):
                self.assertEqual(self.faults[kind]["after_events"], 1)

    def test_sudden_faults_of_pieces_are_found_the_same_day(self):
        for kind in (
            "bad_lot",
            "scrap_episode",
            "over_consumption",
            "negative_stock",
        ):
            with self.subTest(kind):
                self.assertLess(self.faults[kind]["after_hours"], 24)

    def test_bad_lot_is_named_by_its_case(self):
        case = self.cases(("lot_id.name", "=", "SB-1042"))
        self.assertEqual(case.component_id.name, "Steel block")
        self.assertEqual(case.plant_id.code, "HARBR")

    def holds(self, *domain):
        return self.env["mfg.variance.hold"].search(
            [("company_id", "=", self.company.id), *domain]
        )

    def test_bad_lot_is_held_by_a_rule_confirmed_and_decided_by_others(self):
        case = self.cases(("lot_id.name", "=", "SB-1042"))
        hold = case.hold_ids
        self.assertFalse(hold.placed_by_id)
        self.assertEqual(hold.confirmed_by_id.login, "supervisor.harbour")
        self.assertEqual(hold.state, "lifted")
        done = hold.disposition_ids.sorted("id")
        self.assertEqual(done.mapped("kind"), ["sort", "scrap"])
        self.assertEqual(set(done.mapped("state")), {"done"})
        self.assertEqual(
            done.approval_id.decision_ids.sorted("id").user_id.mapped("login"),
            ["quality", "manager"],
        )

    def test_case_of_the_bad_lot_has_a_task_verified_by_somebody_else(self):
        task = self.cases(("lot_id.name", "=", "SB-1042")).task_ids
        self.assertEqual(task.state, "verified")
        self.assertNotEqual(task.verified_by_id, task.done_by_id)

    def test_case_of_the_bad_lot_was_answered_in_time(self):
        case = self.cases(("lot_id.name", "=", "SB-1042"))
        self.assertEqual(case.acknowledge_result, "met")

    def test_orders_that_come_later_are_kept_from_the_bad_lot(self):
        bad = self.env["stock.lot"].search(
            [("name", "=", "SB-1042"), ("company_id", "=", self.company.id)]
        )
        orders = self.env["mrp.production"].search(
            [("move_raw_ids.move_line_ids.lot_id", "=", bad.id)]
        )
        placed_at = self.holds(("lot_id", "=", bad.id)).placed_at
        self.assertTrue(orders)
        for order in orders:
            self.assertLess(order.date_start, placed_at)

    def test_next_lot_may_be_used_not_shipped_and_its_release_waits(self):
        hold = self.holds(("lot_id.name", "=", "SB-1043"), ("state", "=", "active"))
        self.assertEqual(hold.strength, "no_ship")
        release = hold.disposition_ids
        self.assertEqual((release.kind, release.state), ("release", "waiting"))
        grant = self.env["mfg.variance.approval"].search(
            [("res_model", "=", hold._name), ("res_id", "=", hold.id)]
        )
        self.assertEqual(grant.decision_ids.user_id.login, "oncall")
        night = grant.plant_id.shift_ids.filtered(lambda s: s.name == "Late")
        self.assertNotEqual(grant.plant_id._get_shift_at(grant.decided_at), night)

    def test_pieces_of_the_press_are_held_and_nobody_has_decided(self):
        hold = self.holds(("plant_id.code", "=", "RIVER"))
        self.assertEqual((hold.state, hold.kind), ("active", "quantity"))
        self.assertGreater(hold.value, 0)
        self.assertFalse(hold.disposition_ids)

    def test_deadlines_were_met_and_missed_and_somebody_was_told(self):
        figures = self.figures["governance"]
        self.assertGreater(figures["deadlines_met"], 0)
        self.assertGreater(figures["deadlines_breached"], 0)
        self.assertEqual(figures["holds_open"], 2)
        self.assertEqual(figures["approvals_waiting"], 1)
        self.assertTrue(self.cases().escalation_ids.user_id)

    def test_ledger_is_sealed_to_the_end(self):
        last = self.env["mfg.variance.ledger"].search([], limit=1, order="id desc")
        seals = self.env["mfg.variance.ledger.seal"]
        self.assertTrue(seals.search_count([("ledger_id", "=", last.id)]))

    def test_stored_code_plays_nothing_in_somebody_s_name(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Play",
                "state": "code",
                "model_id": self.env["ir.model"]._get_id("res.company"),
                "code": "env['mfg.variance.demo.story'].with_company("
                f"{self.company.id})._act_approve_sort()",
            }
        )
        with self.assertRaises(AccessError):
            action.run()

    def test_scrap_episode_is_a_case_of_its_machine(self):
        case = self.cases(
            ("metric_id.code", "=", "scrap"), ("workcenter_id.name", "=", "Press 2")
        )
        self.assertEqual(case.product_id.name, "Motor plate")

    def test_patterns_are_found_as_the_story_goes(self):
        series = self.env["mfg.variance.series"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertGreater(len(series.policy_id), 1)
        cases = self.cases(("source_model", "=", series._name))
        self.assertIn("Press 2", cases.workcenter_id.mapped("name"))
        for case in cases:
            # by the clock of the story, not by that of the day it is played
            self.assertLess(case.detected_at, UNTIL)

    def test_over_consumption_names_the_shift(self):
        cases = self.cases(("metric_id.code", "=", "material_usage"))
        north = cases.filtered(lambda case: case.plant_id.code == "NORTH")
        self.assertEqual(set(north.shift_id.mapped("name")), {"Late"})

    def test_stock_below_zero_ends_when_the_receipt_is_booked(self):
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("company_id", "=", self.company.id),
                ("metric_code", "=", "negative_stock"),
            ]
        )
        self.assertEqual(rows.component_id.name, "Sheet 3 mm")
        self.assertLess(min(rows.mapped("actual")), 0)
        self.assertEqual(rows.filtered("is_current").mapped("actual"), [0.0])

    def test_drift_is_found_after_it_began_not_at_once(self):
        drift = self.faults["drift"]
        self.assertGreater(drift["after_events"], 1)
        self.assertGreater(drift["found_at"], drift["began_at"])

    def test_most_cases_are_signal(self):
        self.assertLess(self.figures["noise_percent"], 40)
        self.assertEqual(
            self.figures["open"] + self.figures["closed"], self.figures["cases"]
        )

    def test_noise_of_a_plant_stays_below_one_case_in_two_weeks(self):
        rows = self.figures["noise_per_week"]
        self.assertEqual(len(rows), 3)
        self.assertEqual(sum(row["noise"] for row in rows), self.figures["noise"])
        for row in rows:
            self.assertLess(row["per_week"], 0.5, row["plant"])

    def test_history_is_played_as_if_it_were_live(self):
        rows = self.env["mfg.variance.measurement"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertNotIn("historic", rows.mapped("timeliness"))
        self.assertLessEqual(max(rows.mapped("recorded_at")), UNTIL)

    def test_corrected_timer_supersedes_the_suspect_reading(self):
        suspects = self.env["mfg.variance.measurement"].search(
            [
                ("company_id", "=", self.company.id),
                ("outcome", "=", "recording_suspect"),
            ]
        )
        self.assertEqual(len(suspects), 2)
        corrected = suspects.filtered("superseded_by_id")
        self.assertEqual(len(corrected), 1)
        self.assertLess(corrected.superseded_by_id.actual, corrected.actual)

    def test_overrun_is_found_while_the_work_is_still_running(self):
        rows = self.env["mfg.variance.measurement"].search(
            [("company_id", "=", self.company.id), ("phase", "=", "running")]
        )
        self.assertTrue(rows.exception_id)
        self.assertIn("progress", rows.workorder_id.mapped("state"))

    def test_supervisors_answered_cases_with_a_cause(self):
        closed = self.cases(("state", "=", "closed"))
        self.assertTrue(closed)
        self.assertTrue(all(case.cause_id for case in closed))
        supervisors = self.env.ref("mfg_variance_core.group_supervisor").user_ids
        self.assertLessEqual(closed.closed_by_id, supervisors)
        self.assertTrue(
            all(case.closed_at > case.first_event_at for case in closed),
            "answered at the story's time, not today",
        )

    def test_deadlines_were_met_and_missed_and_passed_on(self):
        cases = self.cases()
        results = set(cases.mapped("acknowledge_result"))
        self.assertLessEqual({"met", "breached"}, results)
        rows = cases.escalation_ids
        self.assertTrue(rows.filtered(lambda row: row.kind == "time"))
        for row in rows:
            self.assertNotEqual(row.user_id, row.exception_id.owner_id)

    def test_full_cases_were_verified_by_somebody_else(self):
        closed = self.cases(("track", "=", "full"), ("state", "=", "closed"))
        for case in closed.filtered(lambda case: not case.cleared_at):
            self.assertTrue(case.verified_by_id)
            self.assertNotEqual(case.verified_by_id, case.resolved_by_id)

    def test_whatever_the_story_left_can_be_opened_and_read(self):
        auditor = self.env["res.users"].search([("login", "=", "auditor")])
        for name in (
            "mfg.variance.exception",
            "mfg.variance.incident",
            "mfg.variance.measurement",
        ):
            model = self.env[name].with_user(auditor)
            shown = model.get_views([(False, "form")])["models"][name]["fields"]
            with self.subTest(name):
                self.assertTrue(model.search([]).web_read(dict.fromkeys(shown, {})))

    def test_second_call_only_reads_the_story_again(self):
        before = self.env["mrp.production"].search_count([])
        again = self.Story._play(orders=60, until=UNTIL)
        self.assertEqual(self.env["mrp.production"].search_count([]), before)
        again.pop("seconds")
        self.assertEqual(again, {key: self.figures[key] for key in again})

    def test_story_of_another_seed_is_another_story(self):
        self.assertFalse(self.Story._find_story(60, UNTIL, seed=7))
        digest = self.Story._get_digest(60, UNTIL, 7)
        self.assertEqual(self.Story._read_digest(digest), (60, 7, UNTIL))
        self.assertNotEqual(
            self.Story._tell(digest), self.Story._tell(self.company.variance_log_digest)
        )

    def test_one_login_per_role(self):
        logins = self.Story._logins()
        groups = {
            group
            for _role, login, _password in logins
            for group in self.env["res.users"]
            .search([("login", "=", login)])
            .group_ids.filtered(
                lambda group: (
                    group.privilege_id
                    == self.env.ref("mfg_variance_core.privilege_variance")
                )
            )
        }
        offered = self.env.ref("mfg_variance_core.privilege_variance").group_ids
        self.assertEqual(len(groups), len(offered))

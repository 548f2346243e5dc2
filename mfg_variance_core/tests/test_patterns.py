from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mfg_variance_core.models.fact import Fact

from .common import VarianceCommon


class PatternCase(VarianceCommon):
    """Readings of machine time as the engine stores them; 100 minutes are planned.

    170 minutes are a warning. The shipped policy opens a major case at 3 in 20.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("mfg_variance_core.cron_patterns")
        cls.pattern = cls.env.ref("mfg_variance_core.policy_repeated_overruns")
        cls.Series = cls.env["mfg.variance.series"]
        cls.source = 0
        # readings without a work order need a policy that asks for none
        cls.single = cls.make_policy(
            cls, name="Single", product_id=cls.gear.id, fingerprint_dims="product"
        )

    def take(self, actual=170.0, minutes_ago=60, center=None, **values):
        """One judged reading on a work center; returns its measurement."""
        type(self).source += 1
        dims = {
            "company_id": self.company.id,
            "plant_id": self.plant.id,
            "workcenter_id": (center or self.center).id,
            "product_id": self.gear.id,
            **values.pop("dims", {}),
        }
        fact = Fact(
            source_model="res.partner",
            source_id=values.pop("source_id", self.source),
            event_at=self.now - timedelta(minutes=minutes_ago),
            dims=dims,
            **{
                "planned": 100.0,
                "actual": actual,
                "quantity": 10.0,
                "amount": actual - 100.0,
                **values,
            },
        )
        return self.engine._clean_engine()._judge("work_order_time", "final", [fact])

    def take_all(self, *actuals, **values):
        """Readings one after the other, the last an hour ago."""
        rows = self.Measurement
        for number, actual in enumerate(actuals):
            ago = 60 + len(actuals) - number
            rows |= self.take(actual, minutes_ago=ago, **values)
        return rows

    def run_pass(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def patterns(self, policy=None):
        return self.Case.search([("policy_id", "=", (policy or self.pattern).id)])

    def series(self, policy=None):
        return self.Series.search([("policy_id", "=", (policy or self.pattern).id)])

    def windows(self, policy=None):
        return self.Measurement.search(
            [
                ("source_model", "=", "mfg.variance.series"),
                ("source_id", "in", self.series(policy).ids),
            ],
            order="id",
        )

    def make_pattern(self, limit=None, **values):
        return self.make_policy(
            limits=(),
            **{
                "method": "count_in_window",
                "fingerprint_dims": "workcenter",
                "workcenter_id": self.center.id,
                "limit_ids": [Command.create({"severity": "major", **(limit or {})})],
                **values,
            },
        )


@tagged("post_install", "-at_install")
class TestRepeatedOverruns(PatternCase):
    """The shipped policy: 3 overruns in the last 20 orders on a work center."""

    def test_given_two_overruns_expected_no_case(self):
        self.take_all(170, 170)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().event_count, 2)
        self.assertFalse(self.windows())

    def test_given_stop_logged_late_expected_case_of_the_window_all_the_same(self):
        self.take_all(170, 170, 170)
        self.env["mrp.workcenter.productivity"].create(
            {
                "workcenter_id": self.center.id,
                "loss_id": self.env.ref("mrp.block_reason1").id,
                "company_id": self.company.id,
                "date_start": self.now - timedelta(hours=3),
            }
        )
        self.run_pass()
        self.assertEqual(self.patterns().severity, "major")

    def test_given_three_overruns_expected_one_major_case(self):
        self.take_all(170, 100, 170, 170)
        self.run_pass()
        case = self.patterns()
        self.assertEqual(len(case), 1)
        self.assertEqual(case.severity, "major")
        self.assertEqual(case.workcenter_id, self.center)
        self.assertEqual((case.planned, case.actual, case.unit), (2, 3, "orders"))
        self.assertEqual(case.owner_id, self.supervisor)
        self.assertIn("Lathe 1", case.title)

    def test_given_case_expected_told_to_the_owner(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.assertEqual(self.patterns().activity_ids.user_id, self.supervisor)

    def test_given_run_twice_expected_nothing_written(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        before = self.windows().ids, self.series().write_date
        self.run_pass()
        self.assertEqual((self.windows().ids, self.series().write_date), before)
        self.assertEqual(self.patterns().occurrence_count, 1)

    def test_given_overruns_of_one_order_expected_one_event(self):
        order = self.make_order()
        self.take_all(170, 170, 170, dims={"production_id": order.id})
        self.run_pass()
        self.assertEqual(self.series().event_count, 1)
        self.assertFalse(self.patterns())

    def test_given_overruns_spread_over_more_orders_expected_no_case(self):
        self.take_all(170, *[100] * 19, 170, 170)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().order_count, 20)

    def test_given_many_readings_per_order_expected_window_still_full(self):
        order = self.make_order()
        self.take_all(170, 170, *[100] * 5)
        for ago in range(1, 41):
            self.take(100, minutes_ago=ago, dims={"production_id": order.id})
        self.take(100, minutes_ago=0)
        with patch.object(
            type(self.engine), "_get_first_limit", return_value=10, autospec=True
        ):
            self.run_pass()
        self.assertEqual(self.series().order_count, 9)
        self.assertEqual(self.series().event_count, 2)

    def test_given_other_center_expected_counted_apart(self):
        other = self._make_center("Lathe 2")
        self.take_all(170, 170)
        self.take_all(170, 170, center=other)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(len(self.series()), 2)

    def test_given_suspect_recording_expected_no_event(self):
        rows = self.take_all(170, 170, 170)
        self.env.flush_all()
        # as a timer left running over night is stored
        self.env.cr.execute("ALTER TABLE mfg_variance_measurement DISABLE TRIGGER USER")
        rows[0]._as_system().outcome = "recording_suspect"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mfg_variance_measurement ENABLE TRIGGER USER")
        self.run_pass()
        self.assertEqual(self.series().event_count, 2)

    def test_given_weak_standard_expected_no_event(self):
        self.take_all(170, 170, 170, standard_source="borrowed")
        self.run_pass()
        self.assertEqual(self.series().event_count, 0)

    def test_given_corrected_readings_expected_pattern_cleared(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.take(100, minutes_ago=62, source_id=self.source)
        self.run_pass()
        case = self.patterns()
        self.assertTrue(case.cleared_at)
        self.assertTrue(case.is_open)
        self.assertEqual(self.windows()[-1].outcome, "within")

    def test_given_good_orders_since_expected_cleared(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        for ago in range(18, 0, -1):
            self.take(100, minutes_ago=ago)
        self.run_pass()
        self.assertTrue(self.patterns().cleared_at)
        self.assertTrue(self.series().cleared_at)
        self.assertFalse(self.series().is_beyond)

    def test_given_fourth_overrun_expected_merged_into_open_case(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.take(170, minutes_ago=5)
        self.run_pass()
        self.assertEqual(len(self.patterns()), 1)
        self.assertEqual(self.windows().mapped("revision"), [1, 2])
        self.assertEqual(self.windows().mapped("is_current"), [False, True])
        self.assertEqual(self.patterns().occurrence_count, 1)

    def test_given_closed_case_expected_answered_readings_left_out(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.close(self.patterns())
        self.take(170, minutes_ago=-1)
        with self.at(self.now + timedelta(minutes=2)):
            self.run_pass()
        self.assertFalse(self.patterns().is_open)
        self.assertEqual(self.series().event_count, 1)

    def test_given_three_more_after_closing_expected_regression(self):
        self.take_all(170, 170, 170)
        self.run_pass()
        self.close(self.patterns())
        with self.at(self.now + timedelta(minutes=9)):
            for ago in (-1, -2, -3):
                self.take(170, minutes_ago=ago)
            self.run_pass()
        case = self.patterns()
        self.assertEqual(len(case), 1)
        self.assertTrue(case.is_open)
        self.assertEqual(case.reopened_count, 1)

    def close(self, case):
        with self.at(self.now):
            case._as_system().write({"state": "closed", "closed_at": self.now})
        self.env.flush_all()

    def test_given_money_expected_counted_once(self):
        rows = self.take_all(170, 170, 170)
        self.run_pass()
        self.assertEqual(self.patterns().amount, 0.0)
        window = self.windows()
        self.assertEqual(window.amount_kind, "explained_by")
        self.assertAlmostEqual(window.amount, 210.0)
        everything = rows | window
        (total,) = everything._read_group(
            [("id", "in", everything.ids)], [], ["leaf_amount:sum"]
        )[0]
        self.assertAlmostEqual(total, 210.0)

    def test_given_case_expected_evidence_and_chart_of_the_window(self):
        rows = self.take_all(170, 100, 170, 170)
        self.run_pass()
        case = self.patterns()
        window = case.snapshot["window"]
        self.assertEqual((window["events"], window["orders"]), (3, 4))
        bad = rows.filtered("severity")
        self.assertEqual(set(window["points"]), set(bad.ids))
        marked = [point["is_case"] for point in case.chart_data["points"]]
        self.assertEqual(marked, [True, False, True, True])
        self.assertIn("not here again", case.evidence_text)
        action = case.action_open_window()
        self.assertEqual(self.Measurement.search(action["domain"]), rows.sorted())

    def test_given_single_readings_expected_their_own_cases_and_winner(self):
        row = self.take_all(170, 170, 170)[-1]
        self.run_pass()
        self.assertEqual(row.policy_version_id.policy_id, self.single)
        told = {one["policy"] for one in row.considered}
        self.assertIn(self.pattern.name, told)
        self.assertNotEqual(row.exception_id, self.patterns())

    def test_given_historic_overruns_expected_case_without_reaction(self):
        for days in (3, 4, 5):
            self.take(170, minutes_ago=days * 24 * 60)
        self.run_pass()
        case = self.patterns()
        self.assertTrue(case.is_historic)
        self.assertFalse(case.activity_ids)
        self.assertFalse(case.respond_by)

    def test_given_late_reading_expected_placed_by_when_it_happened(self):
        self.take_all(170, 170, *[100] * 20)
        self.run_pass()
        self.take(170, minutes_ago=600)
        self.run_pass()
        self.assertFalse(self.patterns())
        self.assertEqual(self.series().event_count, 0)


@tagged("post_install", "-at_install")
class TestPatternPass(PatternCase):
    """What the scheduled pass reads, when it is woken, and what it survives."""

    def test_given_reading_within_limits_expected_nobody_woken(self):
        self.triggers().unlink()
        self.take(100)
        self.assertFalse(self.triggers())

    def test_given_readings_beyond_expected_woken_once(self):
        self.triggers().unlink()
        self.take_all(170, 170, 170)
        self.assertEqual(len(self.triggers()), 1)

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])

    def test_given_no_new_readings_expected_nothing_summed_up(self):
        self.take_all(170, 170, 170)
        live = self.live(self.pattern)
        mark = self.env["mfg.variance.watermark"]._ensure([live])
        engine = self.engine._clean_engine()
        newest = self.Measurement.search([], order="id desc", limit=1).id
        # nobody else writes, so that all that was read is settled
        quiet = patch.object(
            type(mark), "_get_snapshot", autospec=True, return_value=(newest, 9, 9)
        )
        with quiet:
            self.assertEqual(engine._judge_policy(mark, [live]), 1)
            self.assertEqual(engine._judge_policy(mark, [live]), 0)

    def test_given_more_subjects_expected_same_number_of_queries(self):
        def measure(count):
            centers = [self._make_center(f"Centre {n}") for n in range(count)]
            for center in centers:
                self.take_all(170, 170, center=center)
            self.env.flush_all()
            live = self.live(self.pattern)
            mark = self.env["mfg.variance.watermark"]._ensure([live])
            before = self.env.cr.sql_log_count
            self.engine._clean_engine()._judge_policy(mark, [live])
            return self.env.cr.sql_log_count - before

        measure(1)
        few, many = measure(2), measure(12)
        self.assertLess(abs(many - few), 3)

    def live(self, policy):
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        return next(live for live in lives if live.policy_id == policy.id)

    def test_given_poison_subject_expected_the_others_judged(self):
        other = self._make_center("Poison")
        self.take_all(170, 170, 170)
        self.take_all(170, 170, 170, center=other)
        self.env.flush_all()
        whole = type(self.engine)._get_judgement

        def fail(engine, live, subject):
            if other.id in subject.key:
                raise ValueError("poison")
            return whole(engine, live, subject)

        with (
            patch.object(type(self.engine), "_get_judgement", fail),
            mute_logger(
                "odoo.addons.mfg_variance_core.models.mfg_variance_engine_pass"
            ),
        ):
            self.run_pass()
        self.assertEqual(self.patterns().workcenter_id, self.center)
        run = self.Run.search([("outcome", "=", "failed")], limit=1)
        self.assertIn("poison", run.error)

    def test_given_poison_policy_expected_the_others_judged(self):
        poison = self.make_pattern({"count": 2}, fingerprint_dims="product")
        self.take_all(170, 170, 170)
        whole = type(self.engine)._find_touched

        def fail(engine, live, *args):
            if live.policy_id == poison.id:
                raise ValueError("poison")
            return whole(engine, live, *args)

        with (
            patch.object(type(self.engine), "_find_touched", fail),
            mute_logger(
                "odoo.addons.mfg_variance_core.models.mfg_variance_engine_pass"
            ),
        ):
            self.run_pass()
        self.assertTrue(self.patterns())
        run = self.Run.search([("outcome", "=", "failed")], limit=1)
        self.assertEqual((run.res_model, run.res_id), (poison._name, poison.id))

    def test_given_policy_activated_later_expected_older_readings_counted(self):
        self.pattern.active = False
        with self.at(self.now - timedelta(minutes=5)):
            self.take_all(170, 170)
        policy = self.make_pattern({"count": 3})
        self.run_pass()
        self.assertFalse(self.series(policy))
        self.take(170, minutes_ago=1)
        self.run_pass()
        self.assertEqual(self.series(policy).event_count, 3)

    def test_given_person_expected_series_refused(self):
        self.take_all(170, 170)
        self.run_pass()
        series = self.series().with_user(self.people["administrator"])
        with self.assertRaises(AccessError):
            series.write({"event_count": 0})
        with self.assertRaises(AccessError):
            series.sudo().write({"event_count": 0})
        with self.assertRaises(AccessError):
            series.sudo().unlink()


@tagged("post_install", "-at_install")
class TestPatternMethods(PatternCase):
    """The other windows, rates, budgets, shadow, and which version has a reading."""

    def setUp(self):
        super().setUp()
        self.pattern.active = False

    def test_given_hours_expected_only_readings_within_count(self):
        policy = self.make_pattern({"count": 2}, window_kind="time", window_size=2)
        self.take(170, minutes_ago=200)
        self.take(170, minutes_ago=30)
        self.run_pass()
        self.assertFalse(self.patterns(policy))
        self.take(170, minutes_ago=10)
        self.run_pass()
        self.assertEqual(self.patterns(policy).severity, "major")

    def test_given_hours_pass_expected_cleared_without_a_reading(self):
        policy = self.make_pattern({"count": 2}, window_kind="time", window_size=2)
        self.take_all(170, 170)
        self.run_pass()
        self.assertFalse(self.patterns(policy).cleared_at)
        with self.at(self.now + timedelta(hours=3)):
            self.run_pass()
        self.assertTrue(self.patterns(policy).cleared_at)
        self.assertFalse(self.series(policy).expires_at)

    def test_given_in_a_row_expected_a_good_order_breaks_it(self):
        policy = self.make_pattern({"count": 2}, is_consecutive=True)
        self.take_all(170, 100, 170)
        self.run_pass()
        self.assertFalse(self.patterns(policy))
        self.take(170, minutes_ago=2)
        self.run_pass()
        self.assertEqual(self.series(policy).run_count, 2)
        self.assertTrue(self.patterns(policy))

    def make_rate(self, limit=None, **values):
        return self.make_pattern(
            limit or {"probability": 1},
            method="rate_in_window",
            target_percent=2,
            **values,
        )

    def test_given_rate_expected_judged_by_chance(self):
        policy = self.make_rate()
        for ago, defects in enumerate((0, 2, 1)):
            self.take(100, minutes_ago=ago + 5, quantity=30.0, defects=float(defects))
        self.run_pass()
        self.assertFalse(self.patterns(policy))
        self.take(100, minutes_ago=1, quantity=10.0, defects=5.0)
        self.run_pass()
        case = self.patterns(policy)
        self.assertTrue(case)
        self.assertEqual((case.planned, case.actual, case.unit), (2.0, 8.0, "%"))
        # P(X >= 8 | 100, 2 %) = 0.000932...
        self.assertAlmostEqual(self.series(policy).probability, 0.0932, places=3)
        self.assertAlmostEqual(case.snapshot["window"]["probability"], 0.000932, 5)

    def test_given_too_few_pieces_expected_not_enough(self):
        policy = self.make_rate(minimum_pieces=50)
        self.take(100, quantity=10.0, defects=9.0)
        self.run_pass()
        self.assertFalse(self.patterns(policy))
        self.assertTrue(self.series(policy).is_thin)

    def test_given_pieces_expected_window_of_the_newest(self):
        policy = self.make_rate(window_kind="pieces", window_size=100)
        self.take(100, minutes_ago=90, quantity=60.0, defects=20.0)
        self.take(100, minutes_ago=80, quantity=60.0, defects=1.0)
        self.take(100, minutes_ago=70, quantity=60.0, defects=1.0)
        self.run_pass()
        self.assertEqual(self.series(policy).pieces, 120)
        self.assertEqual(self.series(policy).defects, 2)

    def test_given_money_in_the_window_expected_enough(self):
        policy = self.make_rate({"money_alone": 100})
        self.take_all(170, 170, quantity=1.0)
        self.run_pass()
        self.assertTrue(self.patterns(policy))

    def make_budget(self, **values):
        return self.make_pattern({"money_alone": 100}, method="budget", **values)

    def test_given_budget_spent_expected_case_until_the_period_ends(self):
        self.now = self.moment("2026-03-10 12:00:00")
        with self.at(self.now):
            policy = self.make_budget(budget_period="day")
            self.take_all(170, 170)
            self.run_pass()
            case = self.patterns(policy)
            self.assertEqual(case.actual, 140.0)
            self.assertEqual(
                self.series(policy).expires_at, self.moment("2026-03-11 00:00:00")
            )
        with self.at(self.moment("2026-03-11 00:01:00")):
            self.run_pass()
        self.assertTrue(case.cleared_at)

    def test_given_savings_expected_not_set_against_losses(self):
        policy = self.make_budget(budget_period="rolling", budget_days=1)
        self.take_all(170, 40, 40)
        self.run_pass()
        self.assertEqual(self.series(policy).amount, 70)

    def test_given_budget_of_the_plant_expected_all_centers_together(self):
        policy = self.make_budget(
            fingerprint_dims="plant", budget_period="rolling", workcenter_id=False
        )
        self.take(170)
        self.take(170, center=self._make_center("Lathe 2"))
        self.run_pass()
        self.assertEqual(self.patterns(policy).plant_id, self.plant)
        self.assertEqual(len(self.series(policy)), 1)

    def test_given_shadow_expected_counted_and_nobody_bothered(self):
        policy = self.make_pattern({"count": 2}, state="shadow")
        self.take_all(170, 170)
        self.run_pass()
        self.assertFalse(self.patterns(policy))
        self.assertEqual(policy.shadow_count, 1)
        self.assertEqual(self.windows(policy).outcome, "shadow")

    def test_given_shadow_getting_better_expected_real_case_untouched(self):
        active = self.make_pattern({"count": 2})
        self.take_all(170, 170)
        self.run_pass()
        self.make_pattern({"count": 2}, state="shadow", window_size=2)
        self.take(170, minutes_ago=5)
        self.run_pass()
        self.take(100, minutes_ago=4)
        self.take(100, minutes_ago=3)
        self.run_pass()
        self.assertFalse(self.patterns(active).cleared_at)

    def test_given_more_specific_version_expected_it_has_its_readings(self):
        wide = self.make_pattern({"count": 2}, workcenter_id=False)
        narrow = self.make_pattern({"count": 3})
        other = self._make_center("Lathe 2")
        self.take_all(170, 170, 170)
        self.take_all(170, 170, center=other)
        self.run_pass()
        self.assertEqual(self.series(wide).workcenter_id, other)
        self.assertEqual(self.series(narrow).workcenter_id, self.center)
        considered = self.windows(narrow).considered
        self.assertEqual(len(considered), 2)

    def test_given_method_expected_read_back_in_words(self):
        for policy, words in (
            (self.make_pattern({"count": 3}), "among the last 20: major from 3 on"),
            (self.make_rate(), "with the 2 % that are normal"),
            (self.make_budget(budget_period="week"), "(week): major from"),
        ):
            self.assertIn(words, policy.summary)

    def test_given_nonsense_expected_refused_with_a_sentence(self):
        for values, word in (
            ({"fingerprint_dims": "workorder"}, "per work center"),
            ({"window_size": 1}, "fewer orders"),
            ({"method": "rate_in_window"}, "probability or an amount"),
        ):
            policy = self.make_pattern({"count": 2}, activate=False, **values)
            with self.assertRaisesRegex(ValidationError, word):
                policy.with_user(self.engineer_two).action_activate()

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .pattern_case import PatternCase


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
                self.activate(policy)

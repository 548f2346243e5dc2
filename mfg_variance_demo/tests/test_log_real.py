"""The real log through Odoo against the independent calculation from the CSV."""

import importlib.util
import unittest
from pathlib import Path

from odoo.tests import TransactionCase, tagged

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_LOG = REPOSITORY.parent / "shared" / "data" / "production_log.csv"
ORACLE = REPOSITORY / "tests" / "log_oracle.py"
A_WEEK = 10


def load_oracle():
    spec = importlib.util.spec_from_file_location("log_oracle", ORACLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@tagged("post_install", "-at_install", "real_log")
@unittest.skipUnless(
    REAL_LOG.is_file() and ORACLE.is_file(),
    "the real log may not be redistributed and ../shared/data is absent",
)
class TestRealLog(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = load_oracle().figures(REAL_LOG)
        cls.figures = cls.env["mfg.variance.demo.log"]._replay(REAL_LOG)

    def test_rows_orders_and_halves_agree(self):
        for key in ("rows_read", "rejected", "orders", "work_orders", "history"):
            with self.subTest(key):
                self.assertEqual(self.figures[key], self.expected[key])
        self.assertEqual(self.figures["judged"], self.expected["judged"])

    def test_outcomes_agree(self):
        outcomes = dict(self.figures["outcomes"])
        verdicts = dict(self.expected["verdicts"])
        for name in ("no_standard", "not_enough_data"):
            self.assertEqual(outcomes.pop(name), verdicts.pop(name))
        self.assertEqual(sum(outcomes.values()), verdicts["compared"])
        self.assertLessEqual(set(outcomes), {"within", "shaded", "opened", "merged"})

    def test_numbers_over_plan_agree(self):
        for percent in (25, 50, 100):
            key = f"over_{percent}"
            self.assertEqual(self.figures[key], self.expected[key])

    def test_every_deviation_agrees(self):
        company = self.env["res.company"].search(
            [("variance_log_digest", "!=", False)], order="id desc", limit=1
        )
        rows = self.env["mfg.variance.measurement"].search(
            [
                ("company_id", "=", company.id),
                ("metric_code", "=", "work_order_time"),
                ("is_current", "=", True),
                ("planned", ">", 0),
                ("actual", ">", 0),
                ("quantity", ">", 0),
            ]
        )
        found = {
            (
                row.production_id.variance_log_key,
                row.workorder_id.variance_log_key,
            ): row.deviation_percent
            for row in rows
        }
        self.assertEqual(set(found), set(self.expected["excess"]))
        for key, percent in self.expected["excess"].items():
            self.assertAlmostEqual(found[key], percent, delta=0.006)

    def test_shipped_pack_opens_at_most_ten_overruns_a_week(self):
        weeks = self.figures["opened_per_week"]["work_order_time"]
        self.assertLessEqual(max(weeks.values()), A_WEEK)
        self.assertEqual(sum(weeks.values()), self.figures["opened"]["work_order_time"])

    def test_all_metrics_together_call_at_most_ten_times_a_week(self):
        self.assertGreater(len(self.figures["opened"]), 1)
        weeks = self.figures["incidents_per_week"]
        self.assertLessEqual(max(weeks.values()), A_WEEK)

    def test_bad_pieces_happened_when_they_were_made(self):
        weeks = self.figures["opened_per_week"]["scrap"]
        self.assertTrue(all(week.startswith("2012") for week in weeks))

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..models.fact import Fact
from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestForeignMetric(VarianceCommon):
    """Figures of another model are judged in the unit and direction of their metric."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yields = cls.env["mfg.variance.metric"].create(
            {
                "name": "Yield",
                "code": "yield_test",
                "category_id": cls.metric.category_id.id,
                "unit": "kg",
                "direction": "lower",
                "source_model": "mrp.workcenter",
            }
        )
        policy = (
            cls.env["mfg.variance.policy"]
            .with_user(cls.engineer)
            .create(
                {
                    "name": "Yield too low",
                    "metric_id": cls.yields.id,
                    "limit_ids": [
                        Command.create(
                            {"severity": "warning", "percent": 10, "floor": 5}
                        )
                    ],
                }
            )
        )
        cls.activate(policy)

    def report(self, actual, planned=100.0, metric=None):
        fact = Fact(
            source_model="mrp.workcenter",
            source_id=self.center.id,
            event_at=self.now - timedelta(minutes=5),
            dims={
                "company_id": self.company.id,
                "plant_id": self.plant.id,
                "workcenter_id": self.center.id,
                "workorder_id": self.workorder.id,
            },
            planned=planned,
            actual=actual,
        )
        self.engine._capture_facts(metric or self.yields, [fact])
        self.judge()
        return self.Measurement.search(
            [("metric_id", "=", self.yields.id), ("is_current", "=", True)]
        )

    def setUp(self):
        super().setUp()
        self.workorder = self.make_workorder()

    def test_given_too_little_expected_case_in_its_unit(self):
        row = self.report(80)
        self.assertEqual((row.outcome, row.unit), ("opened", "kg"))
        self.assertEqual(
            row.outcome_detail, "20 kg below the plan of 100 kg (20 %): warning."
        )
        self.assertIn("5 kg", row.limits[0]["sentence"])
        self.assertEqual(row.exception_id.unit, "kg")

    def test_given_too_much_expected_within(self):
        self.assertEqual(self.report(150).outcome, "within")

    def test_given_unknown_cost_expected_no_amount_kind(self):
        self.assertFalse(self.report(80).amount_kind)

    def test_given_reported_again_expected_new_revision(self):
        self.report(80)
        row = self.report(95)
        self.assertEqual((row.revision, row.outcome), (2, "within"))
        self.assertTrue(row.exception_id.cleared_at)

    def test_given_reported_twice_the_same_expected_one_row(self):
        self.assertEqual(self.report(80), self.report(80))

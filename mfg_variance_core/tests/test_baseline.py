from datetime import timedelta

from psycopg2.errors import RaiseException

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestOwnHistory(VarianceCommon):
    """Where no time is planned the median of what was measured stands in for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.env["product.product"].create({"name": "Hub", "type": "consu"})
        cls.hub = cls._make_bom(product, (("Turn", 0),))

    def past(self, *per_unit):
        """Finished orders of ten, which took so many minutes a piece."""
        rows = self.Measurement
        for number, minutes in enumerate(per_unit, 1):
            workorder = self.make_workorder(bom=self.hub)
            end = self.now - timedelta(days=len(per_unit) - number, hours=1)
            rows |= self.finish(workorder, minutes * 10, end=end)
        return rows

    def standard(self):
        workorder = self.make_workorder(bom=self.hub)
        return self.Standard.search([("workorder_id", "=", workorder.id)])

    def test_given_few_orders_expected_no_standard(self):
        rows = self.past(10, 11, 9, 10)
        self.assertEqual(set(rows.mapped("outcome")), {"no_standard"})
        self.assertFalse(self.standard())

    def test_given_five_orders_expected_their_median(self):
        self.past(10, 11, 9, 10, 12)
        standard = self.standard()
        self.assertEqual((standard.source, standard.sample_size), ("history", 5))
        self.assertAlmostEqual(standard.run_minutes, 10)

    def test_given_outlier_expected_set_aside_and_shown(self):
        rows = self.past(10, 11, 9, 10, 12, 60)
        standard = self.standard()
        self.assertEqual((standard.sample_size, standard.set_aside_count), (5, 1))
        (odd,) = [one for one in standard.baseline_points if one["reason"]]
        self.assertEqual(odd["measurement"], rows[-1].id)
        self.assertIn("too far off the others", standard.baseline_text)
        self.assertIn(rows[-1].production_id.name, standard.baseline_text)

    def test_given_standard_from_history_expected_judged_by_it(self):
        self.past(10, 11, 9, 10, 12)
        row = self.finish(self.make_workorder(bom=self.hub), 170)
        self.assertAlmostEqual(row.planned, 100)
        self.assertEqual(row.severity, "warning")

    def test_given_other_work_center_expected_not_borrowed(self):
        self.past(10, 11, 9, 10, 12)
        self.hub.operation_ids.workcenter_id = self._make_center("Lathe 2")
        self.assertFalse(self.standard())

    def test_given_planned_time_expected_history_not_read(self):
        self.past(10, 11, 9, 10, 12)
        self.hub.operation_ids.time_cycle_manual = 20
        standard = self.standard()
        self.assertEqual(standard.source, "engineered")
        self.assertFalse(standard.baseline_points)

    def test_given_list_changed_expected_refused_by_the_database(self):
        self.past(10, 11, 9, 10, 12)
        standard = self.standard()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RaiseException),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE mfg_variance_standard SET set_aside_count = 9 WHERE id = %s",
                [standard.id],
            )

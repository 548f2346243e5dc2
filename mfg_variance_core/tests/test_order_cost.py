from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .test_ratios import RatioCase

LEAVES = (
    "work_order_time",
    "setup_time",
    "material_usage",
    "material_price",
    "machine_rate",
    "scrap",
    "yield_loss",
    "byproduct_ratio",
    "cost_other",
)


@tagged("post_install", "-at_install")
class TestOrderCost(RatioCase):
    def leaves(self, order):
        rows = self.Measurement.search(
            [("production_id", "=", order.id), ("is_current", "=", True)]
        )
        return {
            code: sum(row.amount for row in rows if row.metric_code == code)
            for code in LEAVES
        }

    def assert_adds_up(self, order):
        total = self.figure(order, "order_cost")
        leaves = self.leaves(order)
        self.assertAlmostEqual(sum(leaves.values()), total.amount, delta=0.05)
        # what lists and pivots add up is exactly the leaves
        rows = self.Measurement.search(
            [("production_id", "=", order.id), ("is_current", "=", True)]
        )
        shown = sum(rows.mapped("leaf_amount"))
        self.assertAlmostEqual(shown, total.amount, delta=0.05)
        return total, leaves

    def make_messy_order(self):
        """Over time, over consumption, dearer, scrap, rejects and a by-product."""
        self.housing_bom.byproduct_ids = [
            Command.create(
                {"product_id": self.chips.id, "product_qty": 1, "cost_share": 10}
            )
        ]
        self.center.time_start = 15
        order = self.make_housing()
        mill, polish = order.workorder_ids
        self.casting.standard_price = 11
        self.center.costs_hour = 72
        end = self.now - timedelta(hours=3)
        self.log_time(mill, 20, end=end - timedelta(hours=3), loss=self.setup_loss)
        self.log_time(mill, 140, end=end)
        self.log_time(polish, 70)
        self.consume(order, self.casting, 23)
        self.consume(order, self.paint, 5.5)
        mill.write(
            {
                "variance_is_reported": True,
                "variance_reported_qty": 10,
                "variance_rejected_qty": 1,
            }
        )
        self.scrap(order, 2, mill)
        self.close(order)
        return order

    def test_all_leaves_of_a_messy_order_add_up_to_its_cost_difference(self):
        order = self.make_messy_order()
        total, leaves = self.assert_adds_up(order)
        charged = sum(order.workorder_ids.mapped(lambda wo: wo._cal_cost()))
        charged += sum(order.all_move_raw_ids.mapped("value"))
        self.assertAlmostEqual(total.actual, charged * 0.9, places=2)
        self.assertEqual(total.amount_kind, "explained_by")
        self.assertFalse(total.leaf_amount)
        self.assertAlmostEqual(leaves["cost_other"], 0, places=2)
        # 3 castings at 10, half a kilogram at 4
        self.assertAlmostEqual(leaves["material_usage"], 32)
        self.assertAlmostEqual(leaves["material_price"], 23)
        # 160 minutes at 1.20 instead of 1
        self.assertAlmostEqual(leaves["machine_rate"], 32)
        self.assertAlmostEqual(leaves["setup_time"], 5)
        self.assertAlmostEqual(leaves["work_order_time"], 40 + 20)
        self.assertTrue(all(leaves[code] for code in ("scrap", "byproduct_ratio")))

    def test_order_as_planned_costs_what_it_may(self):
        order = self.make_housing()
        mill, polish = order.workorder_ids
        self.log_time(mill, 100, end=self.now - timedelta(hours=3))
        self.log_time(polish, 50)
        self.consume(order, self.casting, 20)
        self.consume(order, self.paint, 5)
        self.close(order)
        total, leaves = self.assert_adds_up(order)
        self.assertEqual((total.planned, total.actual), (370, 370))
        self.assertFalse(any(leaves.values()))

    def test_minutes_nobody_measured_are_no_time_leaf(self):
        order = self.make_housing()
        self.consume(order, self.casting, 21)
        self.close(order)
        total, leaves = self.assert_adds_up(order)
        self.assertEqual(leaves["work_order_time"], 0)
        self.assertAlmostEqual(leaves["material_usage"], 10)

    def test_scrap_after_closing_moves_the_total_with_its_leaf(self):
        order = self.make_housing()
        self.close(order)
        before = self.figure(order, "order_cost")
        self.assertFalse(before.amount)
        self.scrap(order, 3)
        total, leaves = self.assert_adds_up(order)
        self.assertTrue(before.superseded_by_id)
        self.assertAlmostEqual(total.amount, 3 * 37)
        self.assertAlmostEqual(leaves["scrap"], 3 * 37)

    def test_time_corrected_after_closing_moves_the_total(self):
        order = self.make_housing()
        mill, polish = order.workorder_ids
        log = self.log_time(mill, 100, end=self.now - timedelta(hours=3))
        self.log_time(polish, 50)
        self.close(order)
        log.date_start -= timedelta(minutes=30)
        self.judge()
        total, _leaves = self.assert_adds_up(order)
        self.assertAlmostEqual(total.amount, 30)

    def test_extra_cost_is_other_cost(self):
        order = self.make_housing()
        order.extra_cost = 2
        self.close(order)
        _total, leaves = self.assert_adds_up(order)
        self.assertAlmostEqual(leaves["cost_other"], 20)

    def test_byproduct_not_made_leaves_its_credit_with_the_order(self):
        self.housing_bom.byproduct_ids = [
            Command.create(
                {"product_id": self.chips.id, "product_qty": 2, "cost_share": 10}
            )
        ]
        order = self.make_housing()
        order.qty_producing = 10
        order._set_qty_producing()
        order.move_byproduct_ids.write({"quantity": 0})
        self.close(order)
        row = self.figure(order, "byproduct_ratio")
        self.assertEqual((row.planned, row.actual), (20, 0))
        self.assertEqual(row.component_id, self.chips)
        self.assertAlmostEqual(row.amount, 37)
        self.assertEqual(row.severity, "warning")
        self.assert_adds_up(order)

    def test_total_is_in_no_case_and_no_sum(self):
        order = self.make_messy_order()
        groups = self.Measurement._read_group(
            [("production_id", "=", order.id), ("is_current", "=", True)],
            ["production_id"],
            ["leaf_amount:sum"],
        )
        total = self.figure(order, "order_cost")
        self.assertAlmostEqual(groups[0][1], total.amount, delta=0.05)
        amount = self.Measurement.fields_get(["amount"])["amount"]
        self.assertNotIn("aggregator", amount)
        cases = self.Case.search([("production_id", "=", order.id)])
        self.assertLess(sum(cases.mapped("amount")), total.amount)

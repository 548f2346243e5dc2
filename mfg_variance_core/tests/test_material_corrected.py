from odoo.tests import tagged

from .test_ratios import RatioCase


@tagged("post_install", "-at_install")
class TestMaterialCorrected(RatioCase):
    """A component that an order used once and, corrected, used no longer."""

    def shown(self, order):
        rows = self.Measurement.search(
            [
                ("production_id", "=", order.id),
                ("metric_code", "in", ("material_usage", "material_price")),
                ("is_current", "=", True),
                ("phase", "=", "final"),
            ]
        )
        return sum(rows.mapped("leaf_amount"))

    def test_unplanned_component_taken_off_again_costs_nothing(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.consume(order, self.paint, 5)
        self.add(order, self.other_paint, 6)
        self.close(order)
        self.assertAlmostEqual(self.usage(order, self.other_paint).amount, 36)
        self.move_of(order, self.other_paint).move_line_ids.quantity = 0
        self.judge()
        self.assertAlmostEqual(self.shown(order), 0)

    def test_component_that_became_a_substitute_is_counted_once(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.consume(order, self.paint, 5)
        self.add(order, self.other_paint, 5)
        self.close(order)
        self.assertAlmostEqual(self.usage(order, self.other_paint).amount, 30)
        self.move_of(order, self.paint).move_line_ids.quantity = 0
        self.judge()
        # 5 kg at 6 instead of 5 kg at 4
        self.assertAlmostEqual(self.usage(order, self.paint).amount, 10)
        self.assertAlmostEqual(self.shown(order), 10)

    def test_unplanned_component_costs_what_it_costs_in_its_company(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.add(order, self.other_paint, 6)
        stranger = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= stranger
        self.env.user.company_id = stranger
        self.other_paint.with_company(stranger).standard_price = 99
        self.env.invalidate_all()
        self.close(order)
        self.assertAlmostEqual(self.usage(order, self.other_paint).amount, 36)

    def test_order_taken_apart_as_a_whole_used_nothing(self):
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        self.close(order)
        self.assertTrue(self.usage(order, self.casting).exception_id)
        self.env["mrp.unbuild"].create(
            {
                "product_id": self.housing.id,
                "bom_id": self.housing_bom.id,
                "mo_id": order.id,
                "product_qty": 10,
                "product_uom_id": self.housing.uom_id.id,
            }
        ).action_unbuild()
        self.judge()
        self.assertAlmostEqual(self.shown(order), 0)
        self.assertEqual(self.usage(order, self.casting).revision, 2)

    def test_cancelled_order_has_nothing_running_any_more(self):
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        self.judge()
        case = self.usage(order, self.casting, phase="running").exception_id
        self.assertTrue(case.is_open)
        order.action_cancel()
        self.judge()
        self.assertFalse(self.usage(order, self.casting, phase="running"))
        self.assertTrue(case.cleared_at)

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import VarianceCommon


class MaterialCase(VarianceCommon):
    """A housing of 2 castings at 10 each and 0.5 kg of paint at 4 the kilogram."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.casting, cls.paint, cls.other_paint = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "consu",
                    "is_storable": True,
                    "standard_price": price,
                    "uom_id": cls.env.ref(f"uom.product_uom_{unit}").id,
                }
                for name, price, unit in (
                    ("Casting", 10, "unit"),
                    ("Paint", 4, "kgm"),
                    ("Other paint", 6, "kgm"),
                )
            ]
        )
        cls.housing = cls.env["product.product"].create(
            {"name": "Housing", "type": "consu", "is_storable": True}
        )
        cls.housing_bom = cls._make_bom(
            cls.housing,
            (("Mill", 10),),
            consumption="flexible",
            bom_line_ids=[
                Command.create({"product_id": cls.casting.id, "product_qty": 2}),
                Command.create({"product_id": cls.paint.id, "product_qty": 0.5}),
            ],
        )
        cls.stock = cls.warehouse.lot_stock_id
        for product in (cls.casting, cls.paint, cls.other_paint):
            cls.env["stock.quant"]._update_available_quantity(product, cls.stock, 1000)

    def make_housing(self, quantity=10, **values):
        return self.make_order(quantity, bom=self.housing_bom, **values)

    def move_of(self, order, product):
        return order.move_raw_ids.filtered(lambda move: move.product_id == product)

    def consume(self, order, product, quantity):
        """A person enters what was used, as the form of the order does."""
        self.move_of(order, product).write(
            {"quantity": quantity, "picked": True, "manual_consumption": True}
        )

    def add(self, order, product, quantity):
        """A person adds a component that was not planned."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "raw_material_production_id": order.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": quantity, "picked": True, "manual_consumption": True})

    def close(self, order, quantity=None):
        if quantity:
            order.qty_producing = quantity
            order._set_qty_producing()
        order.with_context(skip_backorder=True).button_mark_done()
        self.judge()

    def usage(self, order, product, code="material_usage", phase="final"):
        return self.Measurement.search(
            [
                ("production_id", "=", order.id),
                ("metric_code", "=", code),
                ("component_id", "=", product.id),
                ("phase", "=", phase),
                ("is_current", "=", True),
            ]
        )

    def missing(self, order):
        return self.Measurement.search(
            [
                ("production_id", "=", order.id),
                ("metric_code", "=", "material_missing"),
                ("is_current", "=", True),
            ]
        )


@tagged("post_install", "-at_install")
class TestMaterialUsage(MaterialCase):
    def test_more_than_planned_opens_a_case_with_its_cost(self):
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual), (20, 23))
        self.assertEqual((row.amount, row.amount_kind), (30, "loss"))
        self.assertEqual(row.unit, self.casting.uom_id.name)
        case = row.exception_id
        self.assertEqual(case.component_id, self.casting)
        self.assertEqual(case.severity, "warning")
        self.assertIn("Casting", case.title)

    def test_planned_quantity_booked_by_odoo_is_not_recorded(self):
        order = self.make_housing()
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.actual, row.outcome), (20, "not_recorded"))
        self.assertFalse(row.amount)
        self.assertFalse(self.missing(order))

    def test_planned_quantity_entered_by_a_person_is_within(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "within")
        self.assertEqual(self.usage(order, self.paint).outcome, "not_recorded")

    def test_expected_loss_is_planned(self):
        line = self.housing_bom.bom_line_ids.filtered(
            lambda line: line.product_id == self.casting
        )
        line.variance_loss_percent = 15
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.outcome), (23, "within"))

    def test_deviation_of_one_rounding_step_is_none(self):
        order = self.make_housing(1)
        self.consume(order, self.casting, 2 + self.casting.uom_id.rounding)
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "within")

    def test_deviation_below_the_money_floor_opens_nothing(self):
        self.plant.money_floor = 31
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "within")

    def test_component_without_cost_is_judged_by_quantity(self):
        self.casting.standard_price = 0
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertTrue(row.exception_id.is_open)
        self.assertFalse(row.amount_kind)
        self.assertTrue(row.amount_missing_reason)

    def test_plan_is_that_of_what_was_made(self):
        order = self.make_housing()
        self.consume(order, self.casting, 8)
        self.close(order, quantity=4)
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual, row.quantity), (8, 8, 4))

    def test_backorder_shares_the_frozen_plan(self):
        order = self.make_housing()
        order.qty_producing = 4
        self.consume(order, self.casting, 8)
        action = order.button_mark_done()
        self.env["mrp.production.backorder"].with_context(**action["context"]).create(
            {}
        ).action_backorder()
        self.judge()
        backorder = order.production_group_id.production_ids - order
        self.assertEqual(backorder.product_qty, 6)
        self.housing_bom.bom_line_ids.product_qty = 7  # moves no yardstick
        self.consume(backorder, self.casting, 15)
        self.close(backorder)
        row = self.usage(backorder, self.casting)
        self.assertEqual((row.planned, row.actual), (12, 15))
        self.assertEqual(row.standard_id.component_id, self.casting)

    def test_substitute_is_judged_with_what_it_replaced(self):
        order = self.make_housing()
        self.consume(order, self.paint, 1)
        self.add(order, self.other_paint, 4)
        self.close(order)
        row = self.usage(order, self.paint)
        self.assertEqual((row.planned, row.actual), (5, 5))
        self.assertEqual(row.amount, 8, "4 kg at 6 in place of 4 kg at 4")
        self.assertFalse(self.usage(order, self.other_paint))

    def test_component_nobody_planned_is_judged_by_its_cost(self):
        order = self.make_housing()
        self.add(order, self.other_paint, 3)
        self.close(order)
        row = self.usage(order, self.other_paint)
        self.assertEqual((row.planned, row.actual), (0, 3))
        self.assertEqual((row.outcome, row.amount), ("unplanned", 18))

    def test_nothing_consumed_is_an_alarm(self):
        order = self.make_housing()
        order.qty_producing = 10
        order.move_raw_ids.write({"quantity": 0, "picked": False})
        order.move_raw_ids.manual_consumption = True
        order.with_context(skip_consumption=True).button_mark_done()
        self.judge()
        self.assertEqual(order.state, "done")
        row = self.missing(order)
        self.assertEqual((row.planned, row.actual), (2, 0))
        self.assertEqual((row.outcome, row.severity), ("opened", "major"))

    def test_scrapped_component_was_consumed_too(self):
        order = self.make_housing()
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.casting.id,
                "scrap_qty": 4,
                "production_id": order.id,
                "location_id": self.stock.id,
            }
        )
        scrap.action_validate()
        self.consume(order, self.casting, 20)
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual(row.actual, 24)
        self.assertTrue(row.exception_id.is_open)

    def test_too_much_is_noticed_while_the_order_runs(self):
        order = self.make_housing()
        self.consume(order, self.casting, 26)
        self.judge()
        row = self.usage(order, self.casting, phase="running")
        self.assertEqual((row.outcome, row.amount_kind), ("opened", "at_risk"))
        case = row.exception_id
        self.close(order)
        final = self.usage(order, self.casting)
        self.assertEqual(final.exception_id, case)
        self.assertEqual((case.occurrence_count, case.amount), (1, 60))
        self.assertFalse(self.usage(order, self.casting, phase="running"))

    def test_less_than_planned_while_it_runs_says_nothing(self):
        order = self.make_housing()
        self.consume(order, self.casting, 3)
        self.judge()
        self.assertFalse(self.usage(order, self.casting, phase="running"))

    def test_corrected_consumption_supersedes_and_clears(self):
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        self.close(order)
        case = self.usage(order, self.casting).exception_id
        self.move_of(order, self.casting).move_line_ids.quantity = 20
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.actual, row.revision, row.outcome), (20, 2, "within"))
        self.assertTrue(case.cleared_at)

    def test_repeat_on_another_order_joins_the_open_case(self):
        cases = self.Case
        for _number in range(2):
            order = self.make_housing()
            self.consume(order, self.casting, 24)
            self.close(order)
            cases |= self.usage(order, self.casting).exception_id
        self.assertEqual(len(cases), 1)
        self.assertEqual(cases.occurrence_count, 2)

    def test_judging_again_writes_nothing(self):
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        before = self.Measurement.search_count([("production_id", "=", order.id)])
        self.engine._capture(["material_usage"], order)
        self.judge()
        after = self.Measurement.search_count([("production_id", "=", order.id)])
        self.assertEqual(after, before)

    def test_cancelled_order_is_judged_by_what_it_consumed(self):
        order = self.make_housing()
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.casting.id,
                "scrap_qty": 4,
                "production_id": order.id,
                "location_id": self.stock.id,
            }
        )
        scrap.action_validate()
        order.action_cancel()
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual, row.outcome), (0, 4, "unplanned"))

    def test_component_standards_are_evidence(self):
        order = self.make_housing()
        row = self.Standard._find_for_productions(order)[order.id][self.casting.id]
        self.assertEqual((row.quantity_per_unit, row.unit_cost), (2, 10))
        with self.assertRaises(AccessError):
            row.sudo().quantity_per_unit = 3
        with self.assertRaises(AccessError):
            self.Standard.sudo().create(
                {"kind": "component", "company_id": self.company.id}
            )

from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_material_usage import MaterialCase


@tagged("post_install", "-at_install")
class TestMaterialFlows(MaterialCase):
    """The figure of each way in which Odoo lets people consume and finish."""

    def line_of(self, order, product):
        return self.move_of(order, product).move_line_ids

    def test_quantity_filled_in_by_the_work_order_is_not_recorded(self):
        order = self.make_housing()
        order.workorder_ids.button_finish()
        self.judge()
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "not_recorded")

    def test_quantity_filled_in_by_the_form_is_not_recorded(self):
        order = self.make_housing()
        with Form(order) as form:
            form.qty_producing = 10
        self.judge()
        self.assertTrue(self.move_of(order, self.casting).picked)
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "not_recorded")

    def test_lines_picked_one_by_one_are_registered(self):
        order = self.make_housing()
        order.action_assign()
        self.line_of(order, self.casting).write({"picked": True})
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).outcome, "within")
        self.assertEqual(self.usage(order, self.paint).outcome, "not_recorded")

    def test_reserved_quantity_is_no_consumption(self):
        order = self.make_housing()
        order.action_assign()
        self.judge()
        self.assertEqual(self.move_of(order, self.casting).quantity, 20)
        self.assertFalse(self.usage(order, self.casting, phase="running"))

    def test_component_that_was_not_consumed_at_all_is_under_plan(self):
        order = self.make_housing()
        order.qty_producing = 10
        self.consume(order, self.paint, 5)
        self.move_of(order, self.casting).write(
            {"quantity": 0, "picked": False, "manual_consumption": True}
        )
        order.with_context(skip_consumption=True)._post_inventory()
        order.write({"state": "done"})
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual, row.amount), (20, 0, -200))
        self.assertEqual(row.outcome, "within", "it is reviewed, and opens nothing")
        self.assertFalse(self.missing(order))

    def test_changed_quantity_scales_the_plan(self):
        order = self.make_housing()
        self.env["change.production.qty"].create(
            {"mo_id": order.id, "product_qty": 6}
        ).change_prod_qty()
        self.consume(order, self.casting, 15)
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual), (12, 15))

    def test_split_orders_share_the_frozen_plan(self):
        order = self.make_housing()
        parts = order._split_productions({order: [4, 6]})
        self.judge()
        for part in parts:
            self.consume(part, self.casting, part.product_qty * 2 + 3)
            self.close(part)
        planned = [self.usage(part, self.casting).planned for part in parts]
        self.assertEqual(planned, [8, 12])

    def test_updated_bill_of_one_split_order_leaves_the_others(self):
        order = self.make_housing()
        first, second = order._split_productions({order: [4, 6]})
        self.judge()
        line = self.housing_bom.bom_line_ids.filtered(
            lambda line: line.product_id == self.casting
        )
        line.product_qty = 3
        first.action_update_bom()
        self.judge()
        rows = self.Standard._find_for_productions(first | second)
        self.assertEqual(rows[first.id][self.casting.id].quantity_per_unit, 3)
        self.assertEqual(rows[second.id][self.casting.id].quantity_per_unit, 2)
        self.assertEqual(rows[first.id][self.casting.id].version, 2)

    def test_lot_that_was_consumed_is_named(self):
        self.casting.tracking = "lot"
        lot = self.env["stock.lot"].create(
            {"name": "L7", "product_id": self.casting.id}
        )
        self.env["stock.quant"]._update_available_quantity(
            self.casting, self.stock, 100, lot_id=lot
        )
        order = self.make_housing()
        move = self.move_of(order, self.casting)
        move.move_line_ids.unlink()
        move.write(
            {
                "manual_consumption": True,
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.casting.id,
                            "lot_id": lot.id,
                            "quantity": 24,
                            "picked": True,
                            "location_id": self.stock.id,
                            "location_dest_id": move.location_dest_id.id,
                        }
                    )
                ],
            }
        )
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.actual, row.lot_id), (24, lot))
        self.assertEqual(row.exception_id.lot_id, lot)

    def test_order_taken_apart_is_judged_by_what_is_left(self):
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        self.close(order)
        self.env["mrp.unbuild"].create(
            {
                "product_id": self.housing.id,
                "bom_id": self.housing_bom.id,
                "mo_id": order.id,
                "product_qty": 4,
                "product_uom_id": self.housing.uom_id.id,
            }
        ).action_unbuild()
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual, row.quantity), (12, 18, 6))
        self.assertEqual(row.revision, 2)

    def test_extra_scrap_after_the_order_is_done_supersedes(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.close(order)
        self.env["stock.scrap"].create(
            {
                "product_id": self.casting.id,
                "scrap_qty": 4,
                "production_id": order.id,
                "location_id": self.stock.id,
            }
        ).action_validate()
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.actual, row.revision), (24, 2))
        self.assertEqual(row.outcome, "opened")

    def test_corrected_quantity_made_is_another_plan(self):
        order = self.make_housing()
        self.consume(order, self.casting, 20)
        self.close(order)
        order.move_finished_ids.move_line_ids.quantity = 5
        self.judge()
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual, row.revision), (10, 20, 2))

    def test_correction_happened_when_the_order_was_closed(self):
        order = self.make_housing()
        self.consume(order, self.casting, 30)
        closed = self.now - timedelta(hours=5)
        with self.at(closed):
            self.close(order)
        self.move_of(order, self.casting).move_line_ids.quantity = 20
        self.judge()
        self.assertEqual(
            self.usage(order, self.casting).event_at, closed.replace(microsecond=0)
        )

    def test_event_is_the_end_of_the_last_time_log(self):
        order = self.make_housing()
        end = (self.now - timedelta(minutes=90)).replace(microsecond=0)
        self.log_time(order.workorder_ids, 30, end=end)
        self.consume(order, self.casting, 23)
        self.close(order)
        self.assertEqual(self.usage(order, self.casting).event_at, end)

    def test_substitute_in_another_unit_is_converted(self):
        self.other_paint.uom_id = self.env.ref("uom.product_uom_gram")
        self.other_paint.standard_price = 0.006
        order = self.make_housing()
        self.consume(order, self.paint, 1)
        self.add(order, self.other_paint, 4000)
        self.close(order)
        row = self.usage(order, self.paint)
        self.assertEqual((row.planned, row.actual), (5, 5))
        self.assertEqual(row.amount, 8)

    def test_unplanned_component_opens_by_a_money_limit(self):
        policy = self.env.ref("mfg_variance_core.policy_material_usage")
        draft = policy.with_user(self.engineer)
        draft.action_new_version()
        version = draft.version_ids.filtered(lambda one: one.state == "draft")
        warning = version.limit_ids.filtered(lambda one: one.severity == "warning")
        warning.money_alone = 15
        self.activate(version)
        order = self.make_housing()
        self.add(order, self.other_paint, 3)
        self.close(order)
        row = self.usage(order, self.other_paint)
        self.assertEqual(row.severity, "warning")
        self.assertTrue(row.exception_id.is_open)

    def test_loss_that_odoo_did_not_book_stays_a_leaf(self):
        self.housing_bom.bom_line_ids.variance_loss_percent = 10
        order = self.make_housing()
        self.close(order)
        row = self.usage(order, self.casting)
        self.assertEqual((row.planned, row.actual), (22, 20))
        self.assertEqual((row.outcome, row.amount), ("not_recorded", -20))

    @mute_logger("odoo.addons.mfg_variance_core.models.mfg_variance_engine")
    def test_order_that_cannot_be_read_is_done_all_the_same(self):
        order = self.make_housing()
        reader = type(self.env["mfg.variance.metric"])
        with patch.object(reader, "_prepare_consumption", side_effect=ValueError("x")):
            self.close(order)
        self.assertEqual(order.state, "done")
        failed = self.Run.search(
            [("res_model", "=", "mrp.production"), ("res_id", "=", order.id)]
        )
        self.assertEqual(set(failed.mapped("outcome")), {"failed"})


@tagged("post_install", "-at_install")
class TestMaterialPrice(MaterialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.average = cls.env["product.category"].create(
            {"name": "Average", "property_cost_method": "average"}
        )

    def test_dearer_component_is_a_leaf_of_its_own(self):
        self.casting.categ_id = self.average
        self.casting.standard_price = 10
        order = self.make_housing()
        self.casting.standard_price = 12
        self.consume(order, self.casting, 23)
        self.close(order)
        usage = self.usage(order, self.casting)
        price = self.usage(order, self.casting, code="material_price")
        self.assertEqual((price.planned, price.actual), (10, 12))
        self.assertEqual((price.amount, price.amount_kind), (46, "loss"))
        self.assertEqual(price.outcome, "shaded")
        value = self.move_of(order, self.casting).value
        self.assertEqual(usage.amount + price.amount, value - 20 * 10)

    def test_product_at_standard_cost_has_no_price_difference(self):
        order = self.make_housing()
        self.consume(order, self.casting, 23)
        self.close(order)
        self.assertFalse(self.usage(order, self.casting, code="material_price"))

    def test_standard_cost_changed_after_confirming_is_a_leaf(self):
        order = self.make_housing()
        self.casting.standard_price = 12
        self.consume(order, self.casting, 23)
        self.close(order)
        price = self.usage(order, self.casting, code="material_price")
        self.assertEqual((price.planned, price.actual, price.amount), (10, 12, 46))


@tagged("post_install", "-at_install")
class TestMaterialBudget(MaterialCase):
    def count_queries(self, work):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def make_delivery(self):
        return self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.casting.id,
                            "product_uom_qty": number + 1,
                            "location_id": self.stock.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                            "description_picking": f"Line {number}",
                        }
                    )
                    for number in range(10)
                ],
            }
        )

    def deliver(self):
        picking = self.make_delivery()
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_delivery_asks_nothing_more(self):
        move, quant = type(self.env["stock.move"]), type(self.env["stock.quant"])
        figures = {True: [], False: []}
        for is_on in (True, False) * 4:
            self.env.invalidate_all()
            with ExitStack() as stack:
                if not is_on:
                    for model, name in (
                        (move, "_capture_registered"),
                        (move, "_capture_made"),
                        (quant, "_capture_negative"),
                    ):
                        stack.enter_context(patch.object(model, name))
                figures[is_on].append(self.count_queries(self.deliver))
        # the first runs fill caches, and a later one may still fill another
        self.assertEqual(min(figures[True]), min(figures[False]))

    def test_orders_are_read_in_one_go(self):
        figures = []
        for count in (2, 2, 8):
            orders = self.env["mrp.production"]
            for _number in range(count):
                order = self.make_housing()
                self.consume(order, self.casting, 20)
                order.with_context(skip_backorder=True).button_mark_done()
                orders |= order
            self.env.flush_all()
            self.env.cr.precommit.clear()
            self.env.invalidate_all()
            self.engine._capture([], orders)
            figures.append(self.count_queries(self.judge))
        self.assertLess(abs(figures[2] - figures[1]), 3, figures)

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestHoldWork(HoldCase):
    """Held orders, work orders and work centers: what stops, and what always works."""

    def refused(self, text="is on hold"):
        return self.assertRaisesRegex(UserError, text)

    def quarantine(self):
        return self.plant._get_quarantine()

    def book(self, order, quantity):
        """Enter what was made and close the order, with a backorder for the rest."""
        order.qty_producing = quantity
        order._set_qty_producing()
        action = order.button_mark_done()
        if isinstance(action, dict) and action.get("res_model"):
            wizard = self.env[action["res_model"]].with_context(**action["context"])
            wizard.create({}).action_backorder()
        self.assertEqual(order.state, "done")

    # --------------------------------------------------------------- starting

    def test_given_held_order_expected_no_work_order_starts(self):
        workorder = self.make_workorder()
        self.hold("production", production_id=workorder.production_id.id)
        with self.refused():
            workorder.button_start()

    def test_given_held_work_order_expected_it_does_not_start_others_do(self):
        first, second = self.make_workorder(), self.make_workorder()
        self.hold("workorder", workorder_id=first.id)
        with self.refused():
            first.button_start()
        second.button_start()
        self.assertEqual(second.state, "progress")

    def test_given_held_work_center_expected_nothing_starts_there(self):
        workorder = self.make_workorder()
        self.hold("workcenter", workcenter_id=workorder.workcenter_id.id)
        with self.refused():
            workorder.button_start()

    def test_given_held_work_order_expected_next_one_does_not_start(self):
        order = self.make_two_steps()
        first, second = order.workorder_ids
        first.button_start()
        self.hold("workorder", workorder_id=first.id)
        first.button_finish()
        with self.refused():
            second.button_start()

    def test_given_no_ship_expected_work_goes_on(self):
        workorder = self.make_workorder()
        self.hold(
            "production",
            production_id=workorder.production_id.id,
            strength="no_ship",
        )
        workorder.button_start()
        self.assertEqual(workorder.state, "progress")

    def test_given_lifted_expected_starts(self):
        workorder = self.make_workorder()
        hold = self.hold("workorder", workorder_id=workorder.id)
        with self.granted():
            hold._lift(self.env.user)
        workorder.button_start()
        self.assertEqual(workorder.state, "progress")

    def make_two_steps(self):
        bom = self._make_bom(self.gear, [("Cut", 5), ("Drill", 5)])
        return self.make_order(5, bom=bom)

    # ------------------------------------------------------- what always works

    def test_given_hold_while_running_expected_paused_and_not_resumed(self):
        workorder = self.make_workorder()
        workorder.button_start()
        self.hold("production", production_id=workorder.production_id.id)
        workorder.button_pending()
        self.assertFalse(workorder.time_ids.filtered(lambda log: not log.date_end))
        with self.refused():
            workorder.button_start()

    def test_given_hold_expected_minutes_that_are_over_are_booked(self):
        workorder = self.make_workorder()
        workorder.button_start()
        workorder.button_pending()
        self.hold("workorder", workorder_id=workorder.id)
        self.log_time(workorder, 10)
        self.assertEqual(len(workorder.time_ids), 2)

    def test_given_hold_expected_downtime_logged(self):
        workorder = self.make_workorder()
        self.hold("workcenter", workcenter_id=workorder.workcenter_id.id)
        loss = self.env["mrp.workcenter.productivity.loss"].search(
            [("loss_type", "=", "availability")], limit=1
        )
        self.env["mrp.workcenter.productivity"].create(
            {"workcenter_id": workorder.workcenter_id.id, "loss_id": loss.id}
        )

    def test_given_held_order_expected_scrap_of_free_component_logged(self):
        order = self.make_order(5)
        self.fill(self.blank, 10)
        self.hold("production", production_id=order.id)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.blank.id,
                "scrap_qty": 1,
                "production_id": order.id,
                "location_id": self.stock.id,
            }
        )
        scrap.action_validate()
        self.assertEqual(scrap.state, "done")

    def test_given_held_order_expected_what_was_made_lands_in_quarantine(self):
        order = self.make_order(10)
        order.workorder_ids.button_start()
        hold = self.hold("production", production_id=order.id)
        self.book(order, 4)
        self.assertEqual(self.on_hand(self.gear, self.quarantine()), 4)
        self.assertEqual(self.on_hand(self.gear), 0)
        output = hold.child_ids.filtered(lambda child: child.kind == "quantity")
        self.assertEqual(output.quantity, 4)

    def test_given_backorder_of_held_order_expected_held_as_well(self):
        order = self.make_order(10)
        order.workorder_ids.button_start()
        hold = self.hold("production", production_id=order.id)
        self.book(order, 4)
        rest = order.production_group_id.production_ids - order
        held = hold.child_ids.filtered(lambda child: child.kind == "production")
        self.assertEqual(held.production_id, rest)
        with self.refused():
            rest.workorder_ids[0].button_start()

    def test_given_order_released_expected_what_came_out_stays_held(self):
        order = self.make_order(10)
        order.workorder_ids.button_start()
        hold = self.hold("production", production_id=order.id)
        self.book(order, 10)
        with self.granted():
            hold._lift(self.env.user)
        self.assertEqual(hold.child_ids.state, "active")
        self.assertEqual(self.on_hand(self.gear, self.quarantine()), 10)

    def test_given_held_work_center_expected_its_output_lands_in_quarantine(self):
        order = self.make_order(10)
        order.workorder_ids.button_start()
        self.hold("workcenter", workcenter_id=order.workorder_ids[0].workcenter_id.id)
        self.book(order, 10)
        self.assertEqual(self.on_hand(self.gear, self.quarantine()), 10)

    def test_given_center_held_after_the_operation_expected_output_free(self):
        order = self.make_two_centers()
        first, second = order.workorder_ids
        first.button_start()
        first.button_finish()
        with self.at(first.date_finished + timedelta(hours=1)):
            self.hold("workcenter", workcenter_id=first.workcenter_id.id)
        second.button_start()
        second.button_finish()
        self.book(order, 5)
        self.assertEqual(self.on_hand(self.gear), 5)

    def make_two_centers(self):
        order = self.make_two_steps()
        other = self.env["mrp.workcenter"].create({"name": "Drill"})
        order.workorder_ids[1].workcenter_id = other
        return order

    def test_given_no_ship_order_expected_lot_follows_and_loose_output_aside(self):
        self.gear.product_tmpl_id.tracking = "lot"
        order = self.make_order(5)
        hold = self.hold("production", production_id=order.id, strength="no_ship")
        order.lot_producing_ids = self.make_lot("G-9", self.gear)
        order.workorder_ids.button_start()
        self.book(order, 5)
        self.assertEqual(self.on_hand(self.gear), 5)
        self.assertEqual(hold.child_ids.kind, "lot")
        self.assertEqual(hold.child_ids.strength, "no_ship")

    def make_order_with_bolts(self, begin=True):
        """Two gears of a bolt each out of the lot, all of it entered, not closed."""
        bom = self._make_bom(
            self.gear,
            [("Cut", 5)],
            bom_line_ids=[Command.create({"product_id": self.bolt.id})],
        )
        order = self.make_order(2, bom=bom)
        order.action_assign()
        if begin:
            order.workorder_ids.button_start()
        order.qty_producing = 2
        order._set_qty_producing()
        order.move_raw_ids.picked = True
        self.env.flush_all()
        return order

    def test_given_lot_held_after_it_was_used_expected_booked_and_output_aside(self):
        order = self.make_order_with_bolts()
        with self.at(self.now + timedelta(hours=1)):
            hold = self.hold_lot()
            order.button_mark_done()
        self.assertEqual(order.state, "done")
        self.assertEqual(self.on_hand(self.bolt, lot=self.lot), 8)
        self.assertEqual(self.on_hand(self.gear, self.quarantine()), 2)
        follows = self.Hold.search([("production_id", "=", order.id)])
        self.assertIn(hold, follows.parent_id)
        self.assertEqual(set(follows.mapped("strength")), {"no_use"})

    def test_given_lot_held_before_work_began_expected_not_used(self):
        order = self.make_order_with_bolts()
        with self.at(self.now - timedelta(hours=1)):
            self.hold_lot()
        with self.refused():
            order.button_mark_done()

    def test_given_work_dated_back_expected_not_used(self):
        order = self.make_order_with_bolts(begin=False)
        with self.at(self.now - timedelta(hours=1)):
            self.hold_lot()
        self.log_time(order.workorder_ids, 30, end=self.now - timedelta(hours=3))
        with self.refused():
            order.button_mark_done()

    def test_given_used_lot_expected_nothing_else_of_it_leaves(self):
        order = self.make_order_with_bolts()
        with self.at(self.now + timedelta(hours=1)):
            self.hold_lot()
            order.button_mark_done()
            late = self.make_order_with_bolts(begin=False)
            late.move_raw_ids.move_line_ids.lot_id = self.lot
            with self.refused():
                late.button_mark_done()

    def test_given_begun_work_expected_finished_by_its_button(self):
        workorder = self.make_workorder()
        workorder.button_start()
        self.hold("workorder", workorder_id=workorder.id)
        workorder.button_finish()
        self.assertEqual(workorder.state, "done")

    def test_given_cancelled_expected_allowed(self):
        order = self.make_order(5)
        self.hold("production", production_id=order.id)
        order.action_cancel()
        self.assertEqual(order.state, "cancel")

    # ------------------------------------------------------- nothing is made up

    def test_given_untouched_held_order_expected_not_closed_by_plan(self):
        order = self.make_order(5)
        self.hold("production", production_id=order.id)
        with self.refused("Enter the quantity"):
            order.button_mark_done()

    def test_given_work_not_begun_expected_not_finished(self):
        workorder = self.make_workorder()
        self.hold("workorder", workorder_id=workorder.id)
        with self.refused():
            workorder.button_finish()

    # ------------------------------------------------------------------ parts

    def test_given_part_of_an_order_expected_split_and_only_that_held(self):
        order = self.make_order(10)
        hold = self.hold("production", production_id=order.id, quantity=3)
        part = hold.production_id
        self.assertNotEqual(part, order)
        self.assertEqual((order.product_qty, part.product_qty), (7, 3))
        order.workorder_ids[0].button_start()
        with self.refused():
            part.workorder_ids[0].button_start()

    def test_given_more_than_the_order_expected_refused(self):
        order = self.make_order(10)
        with self.assertRaisesRegex(UserError, "that much or less"):
            self.hold("production", production_id=order.id, quantity=11)

    def test_given_held_order_split_expected_every_part_held(self):
        order = self.make_order(10)
        hold = self.hold("production", production_id=order.id)
        order._split_productions({order: [5, 5]})
        self.assertEqual(len(hold.child_ids), 1)

    def test_given_held_order_expected_not_merged(self):
        orders = self.make_order(5) | self.make_order(5)
        self.hold("production", production_id=orders[0].id)
        with self.refused("not merged"):
            orders.action_merge()

    def test_given_finished_order_expected_what_it_made_is_held(self):
        order = self.make_order(5)
        order.workorder_ids.button_start()
        self.book(order, 5)
        hold = self.hold("production", production_id=order.id)
        self.assertEqual(hold.child_ids.quantity, 5)
        with self.granted():
            hold._lift(self.env.user)
        self.assertEqual(hold.child_ids.state, "lifted")
        self.assertEqual(self.on_hand(self.gear), 5)

    def test_given_three_step_manufacturing_expected_no_transfer_waits_for_it(self):
        self.warehouse.manufacture_steps = "pbm_sam"
        order = self.make_order(5)
        order.workorder_ids.button_start()
        self.hold("production", production_id=order.id)
        self.book(order, 5)
        self.assertEqual(self.on_hand(self.gear, self.quarantine()), 5)
        waiting = self.env["stock.move.line"].search(
            [
                ("location_id", "=", self.quarantine().id),
                ("state", "not in", ("done", "cancel")),
            ]
        )
        self.assertFalse(waiting)

    def test_given_byproduct_of_held_order_expected_aside_too(self):
        chip = self.make_product("Chip")
        bom = self._make_bom(
            self.gear,
            [("Cut", 5)],
            byproduct_ids=[Command.create({"product_id": chip.id, "product_qty": 1})],
        )
        order = self.make_order(5, bom=bom)
        order.workorder_ids.button_start()
        self.hold("production", production_id=order.id)
        self.book(order, 5)
        self.assertEqual(self.on_hand(chip, self.quarantine()), 5)

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestSuspect(HoldCase):
    """Which lots and orders share what is suspect, and what is done about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Suspect = cls.env["mfg.variance.suspect"]
        cls.chief = new_test_user(
            cls.env,
            "suspect_chief",
            groups="mfg_variance_core.group_supervisor,stock.group_stock_user,"
            "mrp.group_mrp_user",
        )
        cls.housing = cls.make_product("Housing", tracking="lot")
        cls.pump = cls.make_product("Pump", tracking="lot")

    # ---------------------------------------------------------------- helpers

    def make(self, product, name, component, lot, quantity=2, done=True):
        """A lot of a product made from one piece each of a component's lot."""
        order = self.env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": quantity,
                "move_raw_ids": [
                    Command.create(
                        {"product_id": component.id, "product_uom_qty": quantity}
                    )
                ],
            }
        )
        order.action_confirm()
        if not done:
            return order
        made = self.make_lot(name, product) if product.tracking != "none" else None
        order.lot_producing_ids = made
        order.qty_producing = quantity
        order._set_qty_producing()
        move = order.move_raw_ids
        move.move_line_ids = [
            Command.clear(),
            Command.create(
                {
                    "product_id": component.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    "move_id": move.id,
                }
            ),
        ]
        move.picked = True
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        return made or order

    def ship(self, product, lot, quantity=1):
        partner = self.env["res.partner"].create({"name": "Hydraulics Ltd"})
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": partner.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.stock.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids = [
            Command.clear(),
            Command.create(
                {"product_id": product.id, "lot_id": lot.id, "quantity": quantity}
            ),
        ]
        picking.move_ids.picked = True
        picking.button_validate()

    def lots(self, population, direction="made_from"):
        lines = population.line_ids.filtered(
            lambda line: line.direction == direction and line.kind == "lot"
        )
        return lines.lot_id

    def search_from(self, **vals):
        return self.Suspect._begin(vals)

    # ------------------------------------------------------------------ finding

    def test_given_component_lot_expected_everything_made_from_it(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        pump = self.make(self.pump, "P-1", self.housing, housing)
        other = self.make_lot("B-9")
        self.fill(self.bolt, 5, lot=other)
        self.make(self.housing, "H-2", self.bolt, other)
        population = self.search_from(lot_id=self.lot.id)
        self.assertEqual(population.state, "ready")
        self.assertEqual(self.lots(population), housing | pump)
        self.assertEqual(self.lots(population, "itself"), self.lot)

    def test_given_finished_lot_expected_origins_apart_from_suspects(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        pump = self.make(self.pump, "P-1", self.housing, housing)
        population = self.search_from(lot_id=pump.id)
        self.assertEqual(self.lots(population, "origin"), housing | self.lot)
        self.assertFalse(self.lots(population))

    def test_given_two_lots_of_one_order_expected_made_together(self):
        first = self.make(self.pump, "S-1", self.bolt, self.lot, 1)
        second = self.make_lot("S-2", self.pump)
        finished = first._get_variance_makers().move_finished_ids
        self.env["stock.move.line"].create(
            {
                "move_id": finished.id,
                "product_id": self.pump.id,
                "lot_id": second.id,
                "quantity": 1,
                "location_id": finished.location_id.id,
                "location_dest_id": finished.location_dest_id.id,
            }
        )
        population = self.search_from(lot_id=first.id)
        self.assertIn(second, self.lots(population, "sibling"))

    def test_given_order_expected_what_it_made_and_used(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        order = housing._get_variance_makers()
        population = self.search_from(production_id=order.id)
        self.assertEqual(self.lots(population), housing)
        self.assertEqual(self.lots(population, "origin"), self.lot)

    def test_given_center_and_time_expected_the_orders_of_that_time_only(self):
        early, late = self.make_workorder(), self.make_workorder()
        self.log_time(early, 10, end=self.now - timedelta(hours=30))
        self.log_time(late, 10, end=self.now - timedelta(hours=2))
        (early | late).button_finish()
        population = self.search_from(
            workcenter_id=late.workcenter_id.id,
            date_from=self.now - timedelta(hours=5),
        )
        found = population.line_ids.production_id
        self.assertIn(late.production_id, found)
        self.assertNotIn(early.production_id, found)

    def test_given_window_expected_consumption_in_it_only(self):
        old = self.make(self.housing, "H-1", self.bolt, self.lot)
        old._get_variance_makers().move_raw_ids.move_line_ids.date = (
            self.now - timedelta(days=9)
        )
        new = self.make(self.housing, "H-2", self.bolt, self.lot)
        population = self.search_from(
            lot_id=self.lot.id, date_from=self.now - timedelta(days=1)
        )
        self.assertEqual(self.lots(population), new)

    def test_given_output_without_lots_expected_said_so(self):
        block = self.make_product("Block")
        order = self.make(block, "", self.bolt, self.lot)
        population = self.search_from(lot_id=self.lot.id)
        line = population.line_ids.filtered(lambda one: one.production_id == order)
        self.assertTrue(line.is_untraced)

    def test_given_stock_and_delivery_expected_here_and_delivered(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        self.ship(self.housing, housing)
        population = self.search_from(lot_id=self.lot.id)
        line = population.line_ids.filtered(lambda one: one.lot_id == housing)
        self.assertEqual((line.quantity_here, line.quantity_delivered), (1, 1))

    def test_given_circle_expected_an_end(self):
        order = self.make(self.bolt, "B-1b", self.bolt, self.lot)
        population = self.search_from(lot_id=order.id)
        self.assertEqual(population.state, "ready")

    # --------------------------------------------------------------- large ones

    def test_given_large_one_expected_goes_on_in_the_background(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        pump = self.make(self.pump, "P-1", self.housing, housing)
        path = "odoo.addons.mfg_variance_core.models.hold.mfg_variance_suspect_start"
        self.patch_at_once(path, 1)
        population = self.search_from(lot_id=self.lot.id)
        self.assertEqual(population.state, "searching")
        self.assertIn("Searching", population.progress_text)
        with self.enter_registry_test_mode():
            self.env.ref("mfg_variance_core.cron_suspects").method_direct_trigger()
        population.invalidate_recordset()
        self.assertEqual(population.state, "ready")
        self.assertEqual(self.lots(population), housing | pump)

    def test_given_search_that_fails_expected_the_others_go_on(self):
        path = "odoo.addons.mfg_variance_core.models.hold.mfg_variance_suspect_start"
        self.patch_at_once(path, 1)
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        self.make(self.pump, "P-1", self.housing, housing)
        poison = self.search_from(lot_id=self.lot.id)
        other = self.search_from(lot_id=self.lot.id)
        go_on = type(poison)._search_on

        def search_on(population, most):
            if population == poison:
                raise ValueError("poison")
            return go_on(population, most)

        self.patch(type(poison), "_search_on", search_on)
        with self.enter_registry_test_mode():
            self.env.ref("mfg_variance_core.cron_suspects").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((poison.state, other.state), ("searching", "ready"))

    def test_given_more_than_is_searched_expected_said_so(self):
        self.make(self.housing, "H-1", self.bolt, self.lot)
        self.patch_most(1)
        population = self.search_from(lot_id=self.lot.id)
        self.assertTrue(population.is_cut)
        self.assertIn("more than", population.progress_text)

    def patch_at_once(self, path, number):
        self.startPatcher(patch(f"{path}.AT_ONCE", number))

    def patch_most(self, number):
        path = "odoo.addons.mfg_variance_core.models.hold.mfg_variance_suspect_search"
        self.startPatcher(patch(f"{path}.MOST", number))

    def test_given_twice_as_many_lots_expected_as_many_queries(self):
        def search(count):
            lot = self.make_lot(f"Q-{count}")
            self.fill(self.bolt, 100, lot=lot)
            for number in range(count):
                self.make(self.housing, f"Q-{count}-{number}", self.bolt, lot, 1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.search_from(lot_id=lot.id)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        search(1)
        few, many = search(3), search(12)
        self.assertLess(abs(many - few), 4, f"{few} queries for 3, {many} for 12")

    # -------------------------------------------------------------------- doing

    def test_given_suspects_here_expected_held_with_one_action(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        open_order = self.make(self.pump, "", self.housing, housing, 1, done=False)
        population = self.search_from(lot_id=self.lot.id)
        self.assertEqual(population.unheld_count, 2)
        group = "mfg_variance_core.group_auditor"
        auditor = population.with_user(new_test_user(self.env, "auditor", groups=group))
        self.assertEqual(auditor.unheld_count, 2, "without a role in Inventory")
        population.with_user(self.chief).action_hold_here()
        self.assertEqual(housing.variance_hold_strength, "no_use")
        self.assertEqual(self.lot.variance_hold_strength, "no_use")
        population.invalidate_recordset()
        self.assertEqual(population.unheld_count, 0)
        self.assertEqual(open_order.state, "confirmed")

    def put_far(self, lot):
        """Another plant, where the lot lies by now and where somebody may hold it."""
        far = self.env["stock.warehouse"].create({"name": "Far Works", "code": "FAR"})
        plant = self.plant.search([("warehouse_id", "=", far.id)])
        new_test_user(
            self.env,
            "far_chief",
            name="Faye Far",
            groups="mfg_variance_core.group_supervisor",
        ).variance_plant_ids = plant
        self.chief.variance_plant_ids = self.plant
        self.env["stock.quant"]._update_available_quantity(
            lot.product_id, self.stock, -2, lot_id=lot
        )
        self.fill(lot.product_id, 2, location=far.lot_stock_id, lot=lot)

    def test_given_a_lot_in_another_plant_expected_mine_held_and_the_other_named(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        self.put_far(housing)
        population = self.search_from(lot_id=self.lot.id)
        action = population.with_user(self.chief).action_hold_here()
        self.assertEqual(self.lot.variance_hold_strength, "no_use")
        self.assertFalse(housing.variance_hold_strength)
        for text in (action["params"]["message"], population.message_ids[0].body):
            for part in ("1 put on hold", "H-1", "Far Works", "Faye Far"):
                self.assertIn(part, text)

    def test_given_nothing_of_ones_own_expected_refused(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        self.put_far(housing)
        self.hold_lot()
        population = self.search_from(lot_id=self.lot.id)
        with self.assertRaises(AccessError):
            population.with_user(self.chief).action_hold_here()

    def test_given_delivered_expected_task_to_tell_customers_and_critical(self):
        housing = self.make(self.housing, "H-1", self.bolt, self.lot)
        self.ship(self.housing, housing)
        case = self.open_case()
        case._as_system().write({"owner_id": self.chief.id})
        population = self.search_from(lot_id=self.lot.id, exception_id=case.id)
        self.assertEqual(population.activity_ids.user_id, self.chief)
        self.assertIn("Hydraulics Ltd", population.activity_ids.note)
        self.assertEqual(case.severity, "critical")

    def test_given_case_expected_window_from_the_last_good_reading(self):
        good = self.make_workorder()
        self.finish(good, 100, end=self.now - timedelta(hours=5))
        case = self.open_case()
        vals = self.Suspect._prepare_from_case(case)
        self.assertEqual(vals["workcenter_id"], case.workcenter_id.id)
        self.assertEqual(vals["date_from"], self.now - timedelta(hours=5))

    def test_given_hold_expected_search_opened(self):
        hold = self.hold_lot()
        action = hold.with_user(self.chief).action_find_suspects()
        population = self.Suspect.browse(action["res_id"])
        self.assertEqual(population.lot_id, self.lot)
        self.assertEqual(population.asked_by_id, self.chief)

    def test_given_nothing_to_begin_with_expected_refused(self):
        with self.assertRaises(UserError):
            self.search_from()

    # ----------------------------------------------------------------- security

    def test_given_operator_or_viewer_expected_no_search(self):
        hold = self.hold_lot()
        for group in ("operator", "viewer"):
            user = new_test_user(
                self.env, f"s_{group}", groups=f"mfg_variance_core.group_{group}"
            )
            with self.assertRaises(AccessError):
                hold.with_user(user).action_find_suspects()

    def test_given_anybody_expected_nothing_written_by_hand(self):
        population = self.search_from(lot_id=self.lot.id)
        for record, vals in (
            (population, {"state": "ready", "title": "x"}),
            (population.line_ids[0], {"quantity_here": 0}),
        ):
            with self.assertRaises(AccessError):
                record.sudo().write(vals)
            with self.assertRaises(AccessError):
                record.sudo().unlink()

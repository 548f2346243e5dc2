from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .decision_case import DecisionCase
from .hold_case import HoldCase

NO_SHIP_ORDER = {"hold_target": "production", "hold_strength": "no_ship"}


@tagged("post_install", "-at_install")
class TestHoldHand(DecisionCase, HoldCase):
    """Holds as people and rules place, confirm and see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env, "hold_operator", groups="mfg_variance_core.group_operator"
        )
        cls.viewer = new_test_user(
            cls.env, "hold_viewer", groups="mfg_variance_core.group_viewer"
        )
        cls.chief = new_test_user(
            cls.env, "hold_chief", groups="mfg_variance_core.group_supervisor"
        )

    def wizard(self, user, **defaults):
        Wizard = self.env["mfg.variance.hold.wizard"].with_user(user)
        context = {f"default_{name}": value for name, value in defaults.items()}
        return Wizard.with_context(**context).create({})

    # ----------------------------------------------------------------- by hand

    def test_given_case_expected_held_with_two_taps_and_no_typing(self):
        case = self.open_case()
        wizard = self.wizard(self.operator, exception_id=case.id)
        wizard.action_hold_workorder()
        hold = case.hold_ids
        self.assertEqual(hold.kind, "workorder")
        self.assertEqual(hold.reason, case.title)
        self.assertEqual(hold.placed_by_id, self.operator)
        self.assertEqual(case.track, "full")

    def test_given_lot_expected_held_by_an_operator_without_a_role_in_stock(self):
        wizard = self.wizard(self.operator, lot_id=self.lot.id)
        wizard.reason = "Crack"
        wizard.action_apply()
        self.assertEqual(self.lot.variance_hold_strength, "no_use")

    def test_given_viewer_expected_refused(self):
        with self.assertRaises(AccessError):
            self.Hold.with_user(self.viewer)._place_by_hand(
                [{"kind": "lot", "lot_id": self.lot.id, "reason": "x"}]
            )

    def test_given_other_plant_expected_refused(self):
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        plant = self.plant.search([("warehouse_id", "=", far.id)])
        self.operator.variance_plant_ids = plant
        with self.assertRaises(AccessError):
            self.Hold.with_user(self.operator)._place_by_hand(
                [{"kind": "lot", "lot_id": self.lot.id, "reason": "x"}]
            )

    def test_given_other_company_expected_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        center = self.env["mrp.workcenter"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "resource_calendar_id": other.resource_calendar_id.id
                or self.env.company.resource_calendar_id.copy(
                    {"company_id": other.id}
                ).id,
            }
        )
        with self.assertRaises(AccessError):
            self.Hold.with_user(self.operator)._place_by_hand(
                [{"kind": "workcenter", "workcenter_id": center.id, "reason": "x"}]
            )

    def make_storekeeper(self):
        return new_test_user(
            self.env,
            "hold_storekeeper",
            groups="mfg_variance_core.group_operator,stock.group_stock_user,"
            "mrp.group_mrp_user",
        )

    def test_given_line_of_stock_expected_that_quantity_in_quarantine(self):
        nut = self.make_product("Nut")
        self.fill(nut, 10)
        quant = nut.stock_quant_ids.filtered(lambda one: one.location_id == self.stock)
        storekeeper = self.make_storekeeper()
        wizard = (
            self.env["mfg.variance.hold.wizard"]
            .with_user(storekeeper)
            .with_context(active_model="stock.quant", active_id=quant.id)
            .create({"reason": "Dented", "quantity": 3})
        )
        wizard.action_apply()
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 3)

    def test_given_several_lines_of_stock_expected_each_held(self):
        nut = self.make_product("Nut")
        self.fill(nut, 10)
        quants = (nut.stock_quant_ids | self.lot.quant_ids).filtered(
            lambda one: one.location_id == self.stock
        )
        storekeeper = self.make_storekeeper()
        wizard = (
            self.env["mfg.variance.hold.wizard"]
            .with_user(storekeeper)
            .with_context(active_model="stock.quant", active_ids=quants.ids)
            .create({"reason": "Flood"})
        )
        wizard.action_apply()
        self.assertEqual(self.lot.variance_hold_strength, "no_use")
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 10)

    def open_free(self, user, **context):
        return Form(
            self.env["mfg.variance.hold.wizard"].with_user(user).with_context(**context)
        )

    def test_given_nothing_expected_quantity_in_a_location_can_be_chosen(self):
        nut = self.make_product("Nut")
        self.fill(nut, 10)
        with self.open_free(self.make_storekeeper()) as form:
            form.reason = "Dented"
            form.kind = "quantity"
            form.product_id = nut
            form.location_id = self.stock
            self.assertEqual(form.part_of, "10 Units")
            form.quantity = 4
        form.record.action_apply()
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 4)

    def test_given_nothing_expected_each_kind_can_be_chosen(self):
        workorder = self.make_workorder()
        targets = {
            "lot": self.lot,
            "production": workorder.production_id,
            "workorder": workorder,
            "workcenter": workorder.workcenter_id,
        }
        storekeeper = self.make_storekeeper()
        for kind, target in targets.items():
            with self.subTest(kind):
                with self.open_free(storekeeper) as form:
                    form.reason = "Dented"
                    form.kind = kind
                    form[f"{kind}_id"] = target
                form.record.action_apply()
                held = self.Hold.search([(f"{kind}_id", "=", target.id)], limit=1)
                self.assertEqual((held.kind, held.reason), (kind, "Dented"))

    def test_given_choice_changed_expected_only_what_is_shown_held(self):
        workorder = self.make_workorder()
        with self.open_free(self.make_storekeeper()) as form:
            form.reason = "Dented"
            form.kind = "lot"
            form.lot_id = self.lot
            form.kind = "workorder"
            form.workorder_id = workorder
        form.record.action_apply()
        self.assertFalse(self.lot.variance_hold_strength)
        self.assertEqual(workorder.variance_hold_badge, "no_use")

    def test_given_product_expected_its_way_of_being_held_chosen(self):
        nut = self.make_product("Nut")
        storekeeper = self.make_storekeeper()
        for product, kind in ((nut, "quantity"), (self.bolt, "lot")):
            for record in (product, product.product_tmpl_id):
                context = record.action_variance_hold()["context"]
                form = self.open_free(storekeeper, **context)
                self.assertEqual((form.kind, form.product_id), (kind, product))

    def test_given_no_role_in_stock_expected_only_a_quantity_to_choose(self):
        nut = self.make_product("Nut")
        self.fill(nut, 10)
        Wizard = self.env["mfg.variance.hold.wizard"].with_user(self.operator)
        self.assertEqual([kind for kind, _label in Wizard._get_kinds()], ["quantity"])
        with self.open_free(self.operator) as form:
            form.reason = "Dented"
            form.product_id = nut
            form.location_id = self.stock
            form.quantity = 4
        form.record.action_apply()
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 4)

    def test_given_nothing_chosen_expected_asked(self):
        wizard = self.env["mfg.variance.hold.wizard"].with_user(self.operator)
        with self.assertRaisesRegex(UserError, "where it is"):
            wizard.create({"reason": "Dented"}).action_apply()

    def test_given_part_of_order_expected_split_by_the_dialog(self):
        order = self.make_order(10)
        wizard = self.wizard(self.operator, production_id=order.id)
        wizard.write({"reason": "Half of it", "quantity": 4})
        wizard.action_apply()
        self.assertEqual(order.product_qty, 6)

    def test_given_negative_quantity_expected_told_what_to_enter(self):
        wizard = self.wizard(self.operator, production_id=self.make_order(10).id)
        wizard.write({"reason": "Half of it", "quantity": -4})
        with self.assertRaisesRegex(UserError, "above zero"):
            wizard.action_apply()

    def test_given_order_of_another_plant_expected_its_quantity_not_told(self):
        order = self.make_order(10)
        self.assertTrue(self.wizard(self.operator, production_id=order.id).part_of)
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        self.operator.variance_plant_ids = self.plant.search(
            [("warehouse_id", "=", far.id)]
        )
        self.env.invalidate_all()
        self.assertFalse(self.wizard(self.operator, production_id=order.id).part_of)

    def test_given_work_order_scanned_expected_no_role_in_mrp_needed(self):
        work = self.make_order(1).workorder_ids[:1]
        self.assertTrue(work)
        focus = {"model": work._name, "id": work.id}
        self.env.invalidate_all()
        Floor = self.env["mfg.variance.floor"].with_user(self.operator)
        found = Floor.action_get_my_shift(focus=focus)
        self.assertTrue(found["sections"])

    def test_given_form_expected_reason_of_the_case(self):
        case = self.open_case()
        with Form(
            self.env["mfg.variance.hold.wizard"].with_context(
                default_exception_id=case.id
            )
        ) as form:
            self.assertEqual(form.reason, case.title)

    # ------------------------------------------------------------------ by rule

    def test_given_playbook_step_expected_held_when_the_transaction_ends(self):
        playbook = self.make_playbook(
            (
                "hold",
                "warning",
                {"hold_target": "production", "hold_strength": "no_ship"},
            )
        )
        case = self.open_case()
        playbook._run(case)
        hold = case.hold_ids
        self.assertEqual((hold.kind, hold.strength), ("production", "no_ship"))
        self.assertEqual(hold.production_id, case.production_id)
        self.assertFalse(hold.placed_by_id)

    def test_given_step_without_target_expected_failure_row_and_no_stop(self):
        playbook = self.make_playbook(("hold", "warning", {"hold_target": "lot"}))
        case = self.open_case()
        playbook._run(case)
        self.assertFalse(case.hold_ids)
        self.assertEqual(case.run_ids.filtered("step_id")[:1].outcome, "failed")

    def make_action(self, model, **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Hold it",
                "model_id": self.env["ir.model"]._get(model).id,
                "state": "variance_hold",
                "variance_hold_reason": "By rule",
                **values,
            }
        )

    def run_action(self, action, record):
        action.with_context(
            active_model=record._name, active_id=record.id, active_ids=record.ids
        ).run()

    def test_given_server_action_expected_placed_at_the_end_only(self):
        order = self.make_order(5)
        self.run_action(self.make_action("mrp.production"), order)
        order.workorder_ids[0].button_start()
        self.judge()
        hold = self.Hold.search([("production_id", "=", order.id)])
        self.assertEqual(hold.reason, "By rule")
        self.assertFalse(hold.placed_by_id)

    def test_given_two_rules_at_once_expected_held_as_hard_as_either_asks(self):
        order = self.make_order(5)
        for strength in ("no_use", "no_ship"):
            action = self.make_action("mrp.production", variance_hold_strength=strength)
            self.run_action(action, order)
        self.judge()
        held = self.Hold.search([("production_id", "=", order.id)])
        self.assertEqual(held.mapped("strength"), ["no_use"])

    def test_given_rules_of_two_cases_at_once_expected_each_holds_for_its_own(self):
        case = self.open_case()
        self.env["mfg.variance.engine"]._capture_holds(
            [
                {
                    "kind": "lot",
                    "lot_id": self.lot.id,
                    "strength": "no_use",
                    "reason": "By rule",
                    "exception_id": case_id,
                }
                for case_id in (case.id, False)
            ]
        )
        self.judge()
        held = self.Hold.search([("lot_id", "=", self.lot.id)])
        self.assertEqual(held.exception_id, case)
        self.assertEqual(len(held), 2)

    def test_given_server_action_on_foreign_model_expected_lot_by_its_field(self):
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.bolt.id, "lot_id": self.lot.id, "scrap_qty": 1}
        )
        self.run_action(self.make_action("stock.scrap"), scrap)
        self.judge()
        self.assertEqual(self.lot.variance_hold_strength, "no_use")

    def test_given_action_on_model_without_anything_to_hold_expected_warning(self):
        action = self.make_action("res.partner")
        self.assertIn("names nothing", action.warning)

    def test_given_rule_expected_event_passes_and_hold_follows(self):
        action = self.make_action("stock.picking")
        self.env["base.automation"].create(
            {
                "name": "Hold receipts",
                "model_id": self.env["ir.model"]._get("stock.picking").id,
                "trigger": "on_state_set",
                "trg_selection_field_id": self.env["ir.model.fields.selection"]
                .search(
                    [
                        ("field_id.model", "=", "stock.picking"),
                        ("field_id.name", "=", "state"),
                        ("value", "=", "done"),
                    ]
                )
                .id,
                "action_server_ids": [Command.link(action.id)],
            }
        )
        nut = self.make_product("Nut")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": nut.id,
                            "product_uom_qty": 5,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.quantity = 5
        picking.move_ids.picked = True
        picking.button_validate()
        self.judge()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.on_hand(nut, self.plant.quarantine_location_id), 5)

    # -------------------------------------------------------- confirming, gates

    def confirm(self, hold, quantity, user=None):
        user = user or self.operator
        with self.signed_in(user):
            wizard = (
                self.env["mfg.variance.hold.confirm"]
                .with_user(user)
                .create({"hold_id": hold.id, "quantity": quantity})
            )
            wizard.action_apply()

    def test_given_confirmed_expected_place_count_and_person_kept(self):
        hold = self.hold_lot()
        self.confirm(hold, 10)
        self.assertEqual(hold.confirmed_by_id, self.operator)
        self.assertEqual(hold.confirmed_location_id, self.stock)
        self.assertEqual((hold.counted_quantity, hold.missing_quantity), (10, 0))

    def test_given_less_counted_expected_missing_and_case_critical(self):
        case = self.open_case()
        hold = self.hold_lot(exception_id=case.id)
        self.confirm(hold, 8)
        self.assertEqual(hold.missing_quantity, 2)
        self.assertEqual(case.severity, "critical")

    def test_given_nothing_entered_expected_asked_and_not_counted_as_zero(self):
        hold = self.hold_lot()
        with self.assertRaisesRegex(UserError, "what you counted"):
            self.confirm(hold, 0)

    def test_given_less_counted_and_no_case_expected_missing_is_kept(self):
        hold = self.hold_lot()
        self.assertFalse(hold.exception_id)
        self.confirm(hold, 8)
        self.assertEqual(hold.missing_quantity, 2)

    def test_given_held_order_expected_nothing_is_missing_by_its_count(self):
        order = self.make_order(5)
        hold = self.hold("production", production_id=order.id)
        self.confirm(hold, 0)
        self.assertTrue(hold.confirmed_at)
        self.assertFalse(hold.missing_quantity)

    def test_given_server_action_expected_nothing_confirmed(self):
        hold = self.hold_lot()
        with self.assertRaises(AccessError):
            hold.with_user(self.operator)._confirm(self.stock, 10)

    def test_given_unconfirmed_hold_expected_not_contained(self):
        case = self.open_case()
        hold = self.hold_lot(exception_id=case.id)
        mine = case.with_user(self.chief)
        with self.signed_in(self.chief):
            mine.action_take()
            with self.assertRaisesRegex(UserError, "confirm where it is"):
                mine.action_contain()
        self.confirm(hold, 10)
        with self.signed_in(self.chief):
            mine.action_contain()
        self.assertEqual(case.state, "contained")

    def test_given_active_hold_expected_not_resolved(self):
        case = self.open_case()
        self.hold_lot(exception_id=case.id)
        self.assertIn("still on hold", case._get_gate_needs("resolved")[-1])

    # ----------------------------------------------------------------- shown

    def test_given_hold_expected_badge_and_count_on_what_is_held(self):
        self.hold_lot()
        self.assertEqual(self.lot.variance_hold_badge, "no_use")
        self.assertEqual(self.lot.variance_hold_count, 1)
        self.assertIn("Crack found", self.lot.variance_hold_text)
        self.assertEqual(self.bolt.variance_hold_count, 1)

    def test_given_held_center_expected_badge_on_its_work_orders(self):
        workorder = self.make_workorder()
        self.hold("workcenter", workcenter_id=workorder.workcenter_id.id)
        self.assertEqual(workorder.variance_hold_badge, "no_use")

    def test_given_waiting_order_expected_hold_names_what_it_starves(self):
        bom = self._make_bom(
            self.gear, [], bom_line_ids=[Command.create({"product_id": self.bolt.id})]
        )
        hold = self.hold_lot()
        order = self.make_order(3, bom=bom)
        order.action_assign()
        hold.invalidate_recordset()
        self.assertEqual(hold.starved_production_ids, order)
        self.assertIn(order.name, hold.starved_text)

    def test_given_other_pieces_of_the_lot_held_expected_order_not_starved(self):
        bom = self._make_bom(
            self.gear, [], bom_line_ids=[Command.create({"product_id": self.bolt.id})]
        )
        order = self.make_order(3, bom=bom)
        order.action_assign()
        hold = self.hold(
            "quantity",
            product_id=self.bolt.id,
            lot_id=self.lot.id,
            location_id=self.stock.id,
            quantity=2,
        )
        self.assertEqual(order.move_raw_ids.state, "assigned")
        hold.invalidate_recordset()
        self.assertFalse(hold.starved_production_ids)

    def test_given_many_holds_expected_what_they_starve_read_together(self):
        found = self.env["mfg.variance.hold"]
        for number in range(4):
            product = self.make_product(f"Bolt {number}", tracking="lot")
            found |= self.hold_lot(self.make_lot(f"B{number}", product))

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("starved_text")
            return self.env.cr.sql_log_count - before

        count(found)
        self.assertEqual(count(found[:2]), count(found))

    def test_given_order_reserved_on_the_held_lot_expected_named_as_starved(self):
        bom = self._make_bom(
            self.gear, [], bom_line_ids=[Command.create({"product_id": self.bolt.id})]
        )
        order = self.make_order(3, bom=bom)
        order.action_assign()
        self.assertEqual(order.move_raw_ids.state, "assigned")
        self.assertEqual(order.move_raw_ids.move_line_ids.lot_id, self.lot)
        hold = self.hold_lot()
        hold.invalidate_recordset()
        self.assertEqual(hold.starved_production_ids, order)

    def test_given_hold_expected_on_the_first_screen_of_the_floor(self):
        hold = self.hold_lot()
        Floor = self.env["mfg.variance.floor"].with_user(self.operator)
        found = Floor.action_get_my_shift()
        held = next(one for one in found["sections"] if one["key"] == "held")
        self.assertIn(hold.id, [one["id"] for one in held["holds"]])

    def test_given_tag_scanned_expected_hold_found(self):
        hold = self.hold_lot()
        Floor = self.env["mfg.variance.floor"].with_user(self.operator)
        found = Floor.action_find(hold.name)
        self.assertEqual((found["model"], found["id"]), (hold._name, hold.id))

    def test_given_tag_expected_name_reason_and_code_printed(self):
        hold = self.hold_lot()
        report = self.env["ir.actions.report"].with_user(self.operator)
        html, _kind = report._render_qweb_html(
            "mfg_variance_core.report_hold_tag", hold.ids
        )
        text = html.decode()
        for part in ("do not use", "Crack found", "B-1", "barcode_type=QR"):
            self.assertIn(part, text)

    # ------------------------------------------------------------- uninstalling

    def test_given_active_hold_expected_uninstall_refused(self):
        hold = self.hold_lot()
        modules = self.env["ir.module.module"]
        for name in ("mfg_variance_core", "stock"):
            module = modules.search([("name", "=", name)])
            with self.assertRaisesRegex(UserError, hold.name):
                module.button_uninstall()

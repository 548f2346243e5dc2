from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..hooks import post_init_hook
from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestStandardFreezing(VarianceCommon):
    """The plan is frozen per unit and in parts when the order is confirmed (D5)."""

    def frozen(self, workorder):
        return self.Standard._find_for_workorders(workorder).get(
            workorder.id, self.Standard
        )

    def test_given_draft_order_expected_no_standard(self):
        order = self.make_order(confirm=False)
        self.judge()
        self.assertFalse(self.frozen(order.workorder_ids[:1]))

    def test_given_confirmed_order_expected_parts_per_batch(self):
        self.center.write({"time_start": 7, "time_stop": 3, "time_efficiency": 80})
        row = self.frozen(self.make_workorder())
        self.assertRecordValues(
            row,
            [
                {
                    "setup_minutes": 7,
                    "cleanup_minutes": 3,
                    "run_minutes": 10,
                    "batch_capacity": 1,
                    "efficiency": 80,
                    "rate": 60,
                    "has_setup": True,
                    "source": "engineered",
                    "version": 1,
                    "is_current": True,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_given_averaged_cycle_expected_history_with_its_sample(self):
        turn = self.bom.operation_ids[0]
        turn.write({"time_mode": "auto", "time_mode_batch": 2})
        sizes = []
        for _order in range(4):
            workorder = self.make_workorder()
            row = self.frozen(workorder)
            sizes.append((row.source, row.sample_size))
            self.finish(workorder, 120)
            turn.invalidate_recordset()
        self.assertEqual(
            sizes,
            [("engineered", 0), ("history", 1), ("history", 2), ("history", 2)],
        )

    def test_given_capacity_of_center_expected_same_minutes_as_odoo(self):
        self.center.capacity_ids.create(
            {
                "workcenter_id": self.center.id,
                "product_id": self.gear.id,
                "capacity": 4,
                "time_start": 5,
                "time_stop": 2,
            }
        )
        workorder = self.make_workorder(10)
        measurement = self.finish(workorder, 40)
        # three batches of four take 30 minutes, and 7 around them
        self.assertAlmostEqual(measurement.planned, 37.0)
        self.assertAlmostEqual(workorder.duration_expected, 37.0)

    def test_given_bom_for_several_units_expected_same_minutes_as_odoo(self):
        bom = self._make_bom(self.blank, (("Saw", 12),), product_qty=5, bom_line_ids=[])
        workorder = self.make_workorder(12, bom=bom)
        self.assertAlmostEqual(self.finish(workorder, 30).planned, 36.0)
        self.assertAlmostEqual(workorder.duration_expected, 36.0)

    def test_given_cycle_time_changed_later_expected_frozen_plan(self):
        workorder = self.make_workorder()
        workorder.operation_id.time_cycle_manual = 50
        self.center.costs_hour = 600
        measurement = self.finish(workorder, 130)
        self.assertAlmostEqual(measurement.planned, 100.0)
        self.assertAlmostEqual(measurement.amount, 30.0)

    def test_given_backorder_expected_own_share(self):
        order = self.make_order(10)
        workorder = order.workorder_ids[0]
        order.qty_producing = 6
        order._set_qty_producing()
        self.log_time(workorder, 60)
        action = order.button_mark_done()
        self.env[action["res_model"]].with_context(**action["context"]).create(
            {}
        ).action_backorder()
        self.judge()
        backorder = order.production_group_id.production_ids - order
        second = backorder.workorder_ids.filtered(lambda wo: wo.name == "Turn")
        self.assertAlmostEqual(self.measured(workorder).planned, 60.0)
        self.assertAlmostEqual(self.finish(second, 40).planned, 40.0)
        self.assertEqual(self.frozen(second), self.frozen(workorder))

    def test_given_split_expected_one_standard_and_own_shares(self):
        order = self.make_order(9)
        parts = order._split_productions({order: [3, 3, 3]})
        self.judge()
        turns = parts.workorder_ids.filtered(lambda wo: wo.name == "Turn")
        self.assertEqual(len(turns), 3)
        self.assertEqual(len({self.frozen(turn).id for turn in turns}), 1)
        for turn in turns:
            self.assertAlmostEqual(self.finish(turn, 30).planned, 30.0)

    def test_given_changed_quantity_expected_scaled_plan(self):
        order = self.make_order(10)
        self.env["change.production.qty"].create(
            {"mo_id": order.id, "product_qty": 4}
        ).change_prod_qty()
        measurement = self.finish(order.workorder_ids[0], 50)
        self.assertAlmostEqual(measurement.planned, 40.0)
        self.assertEqual(measurement.standard_id.version, 1)

    def test_given_merged_orders_expected_whole_plan(self):
        first, second = self.make_order(4), self.make_order(6)
        action = (first | second).action_merge()
        merged = self.env["mrp.production"].browse(action["res_id"])
        merged.action_confirm()
        self.judge()
        self.assertAlmostEqual(self.finish(merged.workorder_ids[0], 90).planned, 100.0)

    def test_given_workorder_added_later_expected_late_standard(self):
        order = self.make_order(10)
        added = self.env["mrp.workorder"].create(
            {
                "name": "Deburr",
                "production_id": order.id,
                "workcenter_id": self.center.id,
                "product_uom_id": order.product_uom_id.id,
                "duration_expected": 20,
            }
        )
        measurement = self.finish(added, 25)
        self.assertEqual(measurement.standard_id.source, "late")
        self.assertAlmostEqual(measurement.planned, 20.0)

    def test_given_untimed_workorder_expected_no_standard(self):
        order = self.make_order(10)
        added = self.env["mrp.workorder"].create(
            {
                "name": "Look",
                "production_id": order.id,
                "workcenter_id": self.center.id,
                "product_uom_id": order.product_uom_id.id,
            }
        )
        measurement = self.finish(added, 25)
        self.assertEqual(measurement.outcome, "no_standard")
        self.assertFalse(measurement.amount_kind)

    def test_given_efficiency_on_typed_time_expected_same_minutes(self):
        self.center.time_efficiency = 50
        order = self.make_order(10, bom=self._make_bom(self.blank, (), bom_line_ids=[]))
        added = self.env["mrp.workorder"].create(
            {
                "name": "Deburr",
                "production_id": order.id,
                "workcenter_id": self.center.id,
                "product_uom_id": order.product_uom_id.id,
                "duration_expected": 20,
            }
        )
        expected = added.duration_expected
        self.assertAlmostEqual(self.finish(added, 25).planned, expected)

    def test_given_open_order_at_installation_expected_frozen_late(self):
        order = self.make_order(10, confirm=False)
        order.action_confirm()
        self.env.cr.precommit.clear()
        self.assertFalse(self.frozen(order.workorder_ids[0]))
        post_init_hook(self.env)
        self.assertEqual(self.frozen(order.workorder_ids[0]).source, "frozen_late")

    def test_given_installation_twice_expected_same_rows(self):
        self.make_order(10)
        count = self.Standard.search_count([])
        post_init_hook(self.env)
        self.assertEqual(self.Standard.search_count([]), count)

    def test_given_company_without_warehouse_expected_installation_passes(self):
        self.env["res.company"].create({"name": "Office only"})
        self.env["stock.warehouse"].search(
            [("company_id.name", "=", "Office only")]
        ).active = False
        post_init_hook(self.env)


@tagged("post_install", "-at_install")
class TestStandardVersions(VarianceCommon):
    """A frozen row is never changed; a plan changed on purpose is a new version."""

    def current(self, workorder):
        return self.Standard._find_for_workorders(workorder)[workorder.id]

    def test_given_updated_bom_expected_new_version_with_reason(self):
        order = self.make_order(10)
        workorder = order.workorder_ids[0]
        first = self.current(workorder)
        self.bom.operation_ids[0].time_cycle_manual = 20
        order.action_update_bom()
        self.judge()
        second = self.current(order.workorder_ids[0])
        self.assertEqual((first.version, first.is_current), (1, False))
        self.assertEqual((second.version, second.run_minutes), (2, 20))
        self.assertIn("Bill of materials", second.reason)
        self.assertAlmostEqual(first.run_minutes, 10)

    def test_given_other_center_expected_new_version(self):
        slow = self._make_center("Lathe 2", costs_hour=120.0, time_efficiency=50)
        workorder = self.make_workorder()
        workorder.workcenter_id = slow
        self.judge()
        row = self.current(workorder)
        self.assertEqual((row.version, row.workcenter_id), (2, slow))
        measurement = self.finish(workorder, 230)
        self.assertAlmostEqual(measurement.planned, 200.0)
        self.assertAlmostEqual(measurement.amount, 60.0)

    def test_given_same_center_written_expected_no_new_version(self):
        workorder = self.make_workorder()
        workorder.workcenter_id = workorder.workcenter_id
        self.judge()
        self.assertEqual(self.current(workorder).version, 1)

    def test_given_one_split_moved_expected_others_keep_their_plan(self):
        slow = self._make_center("Lathe 2", time_efficiency=50)
        order = self.make_order(6)
        parts = order._split_productions({order: [3, 3]})
        self.judge()
        one, two = parts.workorder_ids.filtered(lambda wo: wo.name == "Turn")
        two.workcenter_id = slow
        self.judge()
        self.assertAlmostEqual(self.finish(one, 30).planned, 30.0)
        self.assertAlmostEqual(self.finish(two, 60).planned, 60.0)

    def test_given_judged_workorder_expected_version_kept_by_correction(self):
        order = self.make_order(9)
        parts = order._split_productions({order: [3, 6]})
        self.judge()
        done, waiting = parts.workorder_ids.filtered(lambda wo: wo.name == "Turn")
        self.finish(done, 30)
        self.bom.operation_ids[0].time_cycle_manual = 20
        waiting.production_id.action_update_bom()
        self.judge()
        done.time_ids.date_start = done.time_ids.date_end - timedelta(minutes=40)
        self.judge()
        row = self.measured(done)
        self.assertEqual((row.revision, row.planned), (2, 30))

    def test_given_write_expected_refused_for_superuser(self):
        row = self.current(self.make_workorder())
        with self.assertRaises(AccessError):
            row.run_minutes = 1
        with self.assertRaises(AccessError):
            row.sudo().unlink()

    def test_given_history_expected_plan_per_unit(self):
        order = self.make_order(10, confirm=False)
        order.action_confirm()
        self.env.cr.precommit.clear()
        workorder = order.workorder_ids[0]
        row = self.Standard._freeze_history(workorder, 8.0, 7, "history")
        measurement = self.finish(workorder, 100)
        self.assertEqual(measurement.standard_id, row)
        self.assertAlmostEqual(measurement.planned, 80.0)

    def test_given_thin_history_expected_shade_only(self):
        order = self.make_order(10, confirm=False)
        order.action_confirm()
        self.env.cr.precommit.clear()
        workorder = order.workorder_ids[0]
        self.Standard._freeze_history(workorder, 10.0, 4, "history")
        measurement = self.finish(workorder, 400)
        self.assertEqual(
            (measurement.outcome, measurement.severity), ("shaded", "major")
        )
        self.assertFalse(measurement.exception_id)

    def test_given_history_for_frozen_work_expected_refused(self):
        with self.assertRaises(UserError):
            self.Standard._freeze_history(self.make_workorder(), 8.0, 7, "history")

    def test_given_history_of_nothing_expected_refused(self):
        order = self.make_order(10, confirm=False)
        with self.assertRaises(UserError):
            self.Standard._freeze_history(order.workorder_ids[0], 0.0, 7, "history")

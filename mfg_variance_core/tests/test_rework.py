from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_ratios import RatioCase


@tagged("post_install", "-at_install")
class TestRework(RatioCase):
    def make_case(self):
        order = self.make_housing()
        self.close(order)
        scrap = self.scrap(order, 4, order.workorder_ids[0])
        return order, self.scrap_rows(scrap).exception_id

    def make_rework(self, case, user=None):
        case = case.with_user(user or self.supervisor)
        action = case.action_create_rework_order()
        return self.env["mrp.production"].browse(action["res_id"])

    def work_on(self, rework, minutes=30):
        """Somebody plans an hour of work and takes so many minutes."""
        self.env["mrp.workorder"].create(
            {
                "name": "Weld again",
                "production_id": rework.id,
                "workcenter_id": self.center.id,
                "duration_expected": 20,
            }
        )
        rework.action_confirm()
        self.judge()
        self.log_time(rework.workorder_ids, minutes)
        self.close(rework)

    def test_case_plans_rework_of_its_order(self):
        order, case = self.make_case()
        rework = self.make_rework(case)
        self.assertTrue(rework.is_variance_rework)
        self.assertEqual(rework.variance_rework_origin_id, order)
        self.assertEqual(rework.variance_rework_case_id, case)
        self.assertEqual((rework.product_id, rework.product_qty), (self.housing, 4))
        self.assertFalse(rework.bom_id)
        self.assertFalse(rework.move_raw_ids)

    def test_rework_needs_the_right_of_the_full_track(self):
        _order, case = self.make_case()
        with self.assertRaises(AccessError):
            self.make_rework(case, self.operator)
        with self.assertRaises(AccessError):
            case.with_user(self.operator).sudo().action_create_rework_order()
        with self.assertRaises(AccessError):
            case.action_create_rework_order()

    def test_order_called_rework_when_it_is_done_is_judged_again(self):
        order, _case = self.make_case()
        of_order = [("production_id", "=", order.id), ("is_current", "=", True)]
        before = self.Measurement.search(of_order)
        order.is_variance_rework = True
        self.judge()
        self.assertNotEqual(self.Measurement.search(of_order), before)

    def test_rework_of_a_closed_case_is_refused(self):
        _order, case = self.make_case()
        case._as_system().write({"state": "closed"})
        with self.assertRaises(UserError):
            self.make_rework(case)

    def test_rework_takes_its_pieces_out_of_the_good_ones(self):
        order, case = self.make_case()
        self.make_rework(case)
        self.judge()
        row = self.figure(order, "rework_ratio")
        self.assertEqual((row.defects, row.quantity, row.actual), (4, 10, 40))
        self.assertEqual(self.figure(order, "quality_ratio").actual, 20)

    def test_cancelled_rework_gives_its_pieces_back(self):
        order, case = self.make_case()
        rework = self.make_rework(case)
        self.judge()
        rework.action_cancel()
        self.judge()
        self.assertEqual(self.figure(order, "rework_ratio").defects, 0)
        self.assertEqual(self.figure(order, "quality_ratio").actual, 60)

    def test_rework_is_no_good_output_and_in_no_ratio(self):
        _order, case = self.make_case()
        rework = self.make_rework(case)
        self.work_on(rework)
        for code in ("quality_ratio", "scrap_ratio", "rework_ratio", "completion"):
            self.assertFalse(self.figure(rework, code), code)
        total = self.figure(rework, "order_cost")
        self.assertEqual((total.planned, total.actual), (0, 30))

    def test_cost_of_rework_shows_on_its_case_and_is_not_in_its_amount(self):
        _order, case = self.make_case()
        before = case.amount
        rework = self.make_rework(case)
        self.work_on(rework)
        case.invalidate_recordset()
        self.assertEqual((case.rework_count, case.rework_amount), (1, 30))
        self.assertEqual(case.amount, before)

    def test_leaves_of_rework_are_all_it_costs(self):
        _order, case = self.make_case()
        rework = self.make_rework(case)
        self.work_on(rework)
        rows = self.Measurement.search(
            [("production_id", "=", rework.id), ("is_current", "=", True)]
        )
        self.assertAlmostEqual(sum(rows.mapped("leaf_amount")), 30, delta=0.02)

    def test_reader_without_manufacturing_sees_what_rework_costs(self):
        _order, case = self.make_case()
        self.work_on(self.make_rework(case))
        self.supervisor.group_ids -= self.env.ref("mrp.group_mrp_user")
        case.invalidate_recordset()
        self.assertEqual(case.with_user(self.supervisor).rework_amount, 30)

    def test_rework_flagged_by_hand_counts_as_well(self):
        order = self.make_housing()
        self.close(order)
        self.make_order(
            3,
            bom=self.housing_bom,
            is_variance_rework=True,
            variance_rework_origin_id=order.id,
        )
        self.assertEqual(self.figure(order, "rework_ratio").defects, 3)

    def test_rework_of_itself_is_refused(self):
        order = self.make_housing(confirm=False)
        with self.assertRaises(UserError):
            order.variance_rework_origin_id = order

    def test_copy_of_rework_is_an_order_like_any_other(self):
        _order, case = self.make_case()
        copied = self.make_rework(case).copy()
        self.assertFalse(copied.is_variance_rework)
        self.assertFalse(copied.variance_rework_case_id)

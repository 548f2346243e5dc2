from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .test_material_usage import MaterialCase


class RatioCase(MaterialCase):
    """The housing goes through two operations; a piece costs 22 + 10 + 5 minutes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finishing = cls._make_center("Finishing")
        cls.chips = cls.env["product.product"].create(
            {"name": "Chips", "type": "consu", "is_storable": True}
        )
        cls.env["mrp.routing.workcenter"].create(
            {
                "name": "Polish",
                "bom_id": cls.housing_bom.id,
                "workcenter_id": cls.finishing.id,
                "time_mode": "manual",
                "time_cycle_manual": 5,
            }
        )

    def figure(self, order, code, **values):
        return self.Measurement.search(
            [
                ("production_id", "=", order.id),
                ("metric_code", "=", code),
                ("is_current", "=", True),
                *((name, "=", value) for name, value in values.items()),
            ],
            order="id",
        )

    def scrap(self, order, quantity, workorder=None, product=None, **values):
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": (product or order.product_id).id,
                "scrap_qty": quantity,
                "production_id": order.id,
                "workorder_id": workorder and workorder.id,
                **values,
            }
        )
        scrap.do_scrap()
        self.judge()
        return scrap

    def scrap_rows(self, scrap):
        return self.Measurement.search(
            [("source_model", "=", "stock.scrap"), ("source_id", "in", scrap.ids)],
            order="id",
        )


@tagged("post_install", "-at_install")
class TestRatios(RatioCase):
    def test_order_nobody_reported_on_has_no_quality_ratio(self):
        order = self.make_housing()
        self.close(order)
        row = self.figure(order, "quality_ratio")
        self.assertEqual((row.outcome, row.actual), ("not_recorded", 0))
        self.assertEqual(self.figure(order, "first_pass_yield").outcome, row.outcome)

    def test_order_without_scrap_has_a_scrap_ratio_of_zero_per_operation(self):
        order = self.make_housing()
        self.close(order)
        rows = self.figure(order, "scrap_ratio")
        self.assertEqual(rows.workcenter_id, self.center | self.finishing)
        self.assertEqual(rows.mapped("defects"), [0, 0])
        self.assertEqual(rows.mapped("quantity"), [10, 10])

    def test_scrap_of_the_product_lowers_good_and_names_the_operation(self):
        order = self.make_housing()
        self.close(order)
        self.scrap(order, 2, order.workorder_ids[0])
        row = self.figure(order, "quality_ratio")
        self.assertEqual((row.planned, row.actual, row.defects), (100, 80, 2))
        self.assertEqual(row.quantity, 10)
        self.assertEqual(row.revision, 2)
        rows = self.figure(order, "scrap_ratio")
        self.assertEqual({r.workcenter_id: r.actual for r in rows}[self.center], 20)
        self.assertEqual({r.workcenter_id: r.actual for r in rows}[self.finishing], 0)

    def test_scrap_without_an_operation_belongs_to_the_last(self):
        order = self.make_housing()
        self.close(order)
        self.scrap(order, 1)
        rows = self.figure(order, "scrap_ratio")
        self.assertEqual({r.workcenter_id: r.defects for r in rows}[self.finishing], 1)

    def test_rejected_pieces_are_bad_and_never_booked(self):
        order = self.make_housing()
        order.workorder_ids[0].write(
            {
                "variance_is_reported": True,
                "variance_reported_qty": 10,
                "variance_rejected_qty": 2,
            }
        )
        self.close(order)
        row = self.figure(order, "first_pass_yield")
        self.assertEqual((row.quantity, row.defects), (12, 2))
        self.assertEqual(self.figure(order, "quality_ratio").quantity, 12)

    def test_rejected_later_expected_judged_again(self):
        order = self.make_housing()
        self.close(order)
        order.workorder_ids[0].variance_rejected_qty = 5
        self.judge()
        row = self.figure(order, "quality_ratio")
        self.assertEqual((row.defects, row.quantity), (5, 15))

    def test_what_is_taken_apart_counts_as_not_made(self):
        order = self.make_housing()
        self.close(order)
        self.assertEqual(self.figure(order, "completion").actual, 10)
        self.env["mrp.unbuild"].create(
            {"mo_id": order.id, "product_qty": 4, "product_id": self.housing.id}
        ).action_unbuild()
        self.judge()
        self.assertEqual(self.figure(order, "completion").actual, 6)
        self.assertEqual(self.figure(order, "quality_ratio").quantity, 6)

    def test_order_closed_short_is_incomplete(self):
        order = self.make_housing()
        self.close(order, 7)
        row = self.figure(order, "completion")
        self.assertEqual((row.planned, row.actual), (10, 7))
        self.assertEqual(row.severity, "warning")
        self.assertEqual(row.exception_id.production_id, order)

    def test_expected_scrap_is_no_deviation(self):
        self.housing_bom.variance_scrap_percent = 20
        order = self.make_housing()
        self.close(order)
        self.scrap(order, 2)
        row = self.figure(order, "quality_ratio")
        self.assertEqual((row.planned, row.actual, row.outcome), (80, 80, "within"))

    def test_one_bad_piece_of_a_small_order_is_no_event_by_itself(self):
        order = self.make_housing(2)
        self.close(order)
        self.scrap(order, 1)
        row = self.figure(order, "quality_ratio")
        self.assertEqual((row.actual, row.outcome), (50, "within"))

    def test_scrap_opens_a_case_on_product_and_work_center_with_its_cost(self):
        order = self.make_housing()
        scrap = self.scrap(order, 4, order.workorder_ids[0])
        row = self.scrap_rows(scrap)
        # castings and paint 22, ten minutes at one a minute
        self.assertEqual((row.actual, row.amount, row.leaf_amount), (4, 128, 128))
        case = row.exception_id
        self.assertEqual(case.severity, "warning")
        self.assertEqual(case.workcenter_id, self.center)
        again = self.scrap(order, 4, order.workorder_ids[0])
        self.assertEqual(self.scrap_rows(again).exception_id, case)

    def test_case_without_a_plan_tells_its_evidence(self):
        order = self.make_housing()
        self.close(order)
        case = self.scrap_rows(self.scrap(order, 4)).exception_id
        self.assertIsNone(case.snapshot["standard"])
        self.assertIn("Judged by", case.evidence_text)

    def test_case_of_an_earlier_version_tells_its_evidence(self):
        order = self.make_housing()
        self.close(order)
        case = self.scrap_rows(self.scrap(order, 4)).exception_id
        case._as_system().snapshot = {**case.snapshot, "standard": "nobody's()"}
        self.assertIn("Judged by", case.evidence_text)

    def test_scrap_reason_names_the_cause_of_the_case(self):
        cause = self.env.ref("mfg_variance_core.cause_tool")
        tag = self.env["stock.scrap.reason.tag"].create(
            {"name": "Broken drill", "variance_cause_id": cause.id}
        )
        order = self.make_housing()
        scrap = self.scrap(order, 4, scrap_reason_tag_ids=[Command.set(tag.ids)])
        self.assertEqual(self.scrap_rows(scrap).exception_id.cause_id, cause)

    def test_scrap_of_a_component_is_consumption_only(self):
        order = self.make_housing()
        scrap = self.scrap(order, 4, product=self.casting)
        self.assertFalse(self.scrap_rows(scrap))

    def test_scrap_without_an_order_is_not_read(self):
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.housing.id, "scrap_qty": 1}
        )
        scrap.do_scrap()
        self.judge()
        self.assertFalse(self.scrap_rows(scrap))

    def test_occurred_at_is_when_it_happened(self):
        occurred = self.now - timedelta(hours=5)
        order = self.make_housing()
        scrap = self.scrap(order, 4, variance_occurred_at=occurred)
        row = self.scrap_rows(scrap)
        self.assertEqual((row.event_at, row.timeliness), (occurred, "late"))
        order.variance_occurred_at = occurred
        self.close(order)
        self.assertEqual(self.figure(order, "completion").event_at, occurred)

    def test_same_order_judged_twice_writes_nothing(self):
        order = self.make_housing()
        self.close(order)
        self.scrap(order, 2)
        before = self.Measurement.search_count([("production_id", "=", order.id)])
        self.engine._capture([], order)
        self.engine._capture_correction(order)
        self.judge()
        after = self.Measurement.search_count([("production_id", "=", order.id)])
        self.assertEqual(before, after)

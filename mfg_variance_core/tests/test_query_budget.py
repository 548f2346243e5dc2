from datetime import timedelta

from odoo.tests import tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestQueryBudget(VarianceCommon):
    """An engine pass costs the same number of queries for two and for twenty."""

    def workorders(self, count):
        orders = self.env["mrp.production"].create(
            [
                {
                    "product_id": self.gear.id,
                    "bom_id": self.bom.id,
                    "product_qty": 10,
                }
                for _number in range(count)
            ]
        )
        orders.action_confirm()
        return orders.workorder_ids.filtered(lambda wo: wo.name == "Turn")

    def queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def compare(self, prepare, work, small=2, large=20):
        """The queries of ``work`` for few and for many, with warm caches."""
        figures = []
        for count in (small, small, large):
            records = prepare(count)
            figures.append(self.queries(lambda records=records: work(records)))
        return figures[1:]

    def assert_flat(self, few, many):
        """Eighteen more records may not show; a single look-up more or less may."""
        self.assertLess(abs(many - few), 3, f"{few} queries for 2, {many} for 20")

    def judge_all(self, workorders):
        self.engine._capture([], workorders)
        self.judge()

    def finished(self, minutes):
        """Finished work orders that are still to be judged."""

        def prepare(count):
            workorders = self.workorders(count)
            self.judge()
            for workorder in workorders:
                self.log_time(workorder, minutes)
            workorders.button_finish()
            self.env.flush_all()
            self.env.cr.precommit.clear()
            return workorders

        return prepare

    def test_given_work_within_limits_expected_independent_of_number(self):
        few, many = self.compare(self.finished(105), self.judge_all)
        self.assert_flat(few, many)
        self.assertLessEqual(many, 30)

    def test_given_work_judged_already_expected_independent_of_number(self):
        def prepare(count):
            workorders = self.finished(105)(count)
            self.judge_all(workorders)
            return workorders

        few, many = self.compare(prepare, self.judge_all)
        self.assert_flat(few, many)

    def test_given_finished_orders_expected_all_their_metrics_in_one_go(self):
        def prepare(count):
            workorders = self.finished(105)(count)
            self.judge_all(workorders)
            orders = workorders.production_id
            orders.qty_producing = 10
            for order in orders:
                order._set_qty_producing()
            orders.with_context(skip_backorder=True).button_mark_done()
            self.env.flush_all()
            self.env.cr.precommit.clear()
            return orders

        # Odoo inserts a hundred rows at a time; ten orders have more
        few, many = self.compare(prepare, self.judge_all, large=10)
        self.assert_flat(few, many)
        self.assertLessEqual(many, 45)

    def test_given_confirmed_orders_expected_frozen_in_one_go(self):
        def prepare(count):
            workorders = self.workorders(count)
            self.env.cr.precommit.clear()
            return workorders

        few, many = self.compare(prepare, self.Standard._freeze_workorders)
        self.assert_flat(few, many)

    def test_given_corrections_expected_independent_of_number(self):
        def prepare(count):
            workorders = self.finished(105)(count)
            self.judge_all(workorders)
            for log in workorders.time_ids:
                log.date_start += timedelta(minutes=5)
            self.env.flush_all()
            self.env.cr.precommit.clear()
            return workorders

        def work(workorders):
            self.engine._capture_correction(workorders)
            self.judge()

        few, many = self.compare(prepare, work)
        self.assert_flat(few, many)

    def test_given_running_work_expected_judged_and_armed_in_one_go(self):
        def prepare(count):
            workorders = self.workorders(count)
            workorders.button_start()
            workorders.time_ids.date_start = self.now - timedelta(minutes=20)
            self.judge()
            return workorders

        few, many = self.compare(prepare, self.engine._judge_running)
        self.assert_flat(few, many)

    def test_given_opened_cases_expected_bounded_per_case(self):
        few, many = self.compare(self.finished(170), self.judge_all, 2, 12)
        self.assertLessEqual((many - few) / 10, 12)

    def test_given_cases_listed_expected_independent_of_number(self):
        cases = self.Case
        for _number in range(6):
            cases |= self.open_case(170)

        def read(records):
            records.mapped("amount")
            records.mapped("occurrence_count")
            records.mapped("is_overdue")

        few, many = self.compare(lambda count: cases[:count], read, 2, 6)
        self.assert_flat(few, many)

from odoo.tests import tagged

from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionMoney(DispositionCase):
    """What a decision cost is on its case, once."""

    def setUp(self):
        super().setUp()
        self.case = self.open_case()
        self.before = (self.case.amount, self.case.occurrence_count)
        self.held = self.hold_lot(exception_id=self.case.id)

    def figures(self):
        self.judge()
        self.case.invalidate_recordset()
        return self.case.amount, self.case.occurrence_count

    def test_given_scrap_expected_lost_on_the_case_and_no_event_of_it(self):
        one = self.dispose(self.held, "scrap", 4)
        self.assertEqual(one.cost_amount, 12.0)
        amount, count = self.before
        self.assertEqual(self.figures(), (amount + 12.0, count))

    def test_given_release_expected_nothing_lost(self):
        self.dispose(self.held, "release", 4)
        self.assertEqual(self.figures(), self.before)

    def test_given_regrade_to_cheaper_standard_expected_difference_lost(self):
        second = self.make_product("Bolt B", standard_price=1.0)
        one = self.dispose(self.held, "regrade", 4, target_product_id=second.id)
        self.assertEqual(one.cost_amount, 8.0)
        self.assertEqual(self.figures()[0], self.before[0] + 8.0)

    def test_given_scrap_of_unknown_cost_expected_no_amount_booked(self):
        self.bolt.standard_price = 0.0
        one = self.dispose(self.held, "scrap", 4)
        self.assert_done(one)
        self.assertEqual(self.figures(), self.before)

    def test_given_retry_expected_booked_once(self):
        one = self.ask_for(self.held, "scrap", 10)
        self.fill(self.bolt, -3, lot=self.lot)
        self.grant(one)
        self.assertEqual(self.figures(), self.before)
        self.fill(self.bolt, 3, lot=self.lot)
        self.retry(one)
        self.assertEqual(self.figures()[0], self.before[0] + 30.0)

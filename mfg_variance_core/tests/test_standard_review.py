from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mfg_variance_core.models import (
    mfg_variance_engine_review as engine_review,
)

from .pattern_case import PatternCase


@tagged("post_install", "-at_install")
class TestStandardReview(PatternCase):
    """200 minutes are planned; the shipped pack calls 50 % and 60 minutes a warning."""

    def work(self, count, actual=80.0, **values):
        for number in range(count):
            self.take(
                actual,
                planned=200.0,
                amount=actual - 200.0,
                minutes_ago=(number + 1) * 24 * 60,
                **values,
            )

    def look(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("mfg_variance_core.cron_review").method_direct_trigger()
        self.env.invalidate_all()

    def reviews(self):
        return self.env["mfg.variance.standard.review"].search(
            [("workcenter_id", "=", self.center.id)]
        )

    def test_given_work_far_below_the_plan_expected_a_review_and_no_case(self):
        self.work(5)
        self.look()
        review = self.reviews()
        self.assertEqual(review.product_id, self.gear)
        self.assertEqual((review.reading_count, review.ratio_percent), (5, 40.0))
        self.assertEqual(review.suggested, 8.0)
        self.assertAlmostEqual(review.saved_per_year, 600 * 365 / 90, places=1)
        self.assertFalse(self.Case.search([("workcenter_id", "=", self.center.id)]))

    def test_given_four_readings_expected_none(self):
        self.work(4)
        self.look()
        self.assertFalse(self.reviews())

    def test_given_work_a_little_better_expected_none(self):
        self.work(6, actual=150.0)
        self.look()
        self.assertFalse(self.reviews())

    def test_given_second_look_expected_the_same_row(self):
        self.work(5)
        self.look()
        self.work(1)
        self.look()
        self.assertEqual(len(self.reviews()), 1)
        self.assertEqual(self.reviews().reading_count, 6)

    def test_given_standard_reached_again_expected_settled(self):
        self.work(5)
        self.look()
        self.work(9, actual=190.0)
        self.look()
        self.assertEqual(self.reviews().state, "settled")

    def test_given_decision_expected_older_readings_answered(self):
        self.work(5)
        self.look()
        review = self.reviews().with_user(self.engineer)
        review.reason = "The new fixture is being tried only."
        review.action_dismiss()
        self.assertEqual(review.decided_by_id, self.engineer)
        self.look()
        self.assertEqual(self.reviews().mapped("state"), ["dismissed"])
        with self.at(self.now + timedelta(days=30)):
            for number in range(5):
                self.take(
                    80.0, planned=200.0, amount=-120, minutes_ago=-60 * (number + 1)
                )
            self.look()
        self.assertEqual(sorted(self.reviews().mapped("state")), ["dismissed", "open"])

    def test_given_no_reason_expected_refused(self):
        self.work(5)
        self.look()
        with self.assertRaisesRegex(UserError, "say why"):
            self.reviews().with_user(self.engineer).action_accept()

    def test_given_others_expected_refused(self):
        self.work(5)
        self.look()
        review = self.reviews()
        for role in ("supervisor", "administrator", "operator"):
            with self.assertRaises(AccessError):
                review.with_user(self.people[role]).action_accept()
            with self.assertRaises(AccessError):
                review.with_user(self.people[role]).sudo().action_accept()
        with self.assertRaises(AccessError):
            review.with_user(self.engineer).write({"state": "accepted"})
        with self.assertRaises(AccessError):
            review.sudo().unlink()

    def test_given_decided_expected_reason_kept(self):
        self.work(5)
        self.look()
        review = self.reviews().with_user(self.engineer)
        review.reason = "Corrected in the routing."
        review.action_accept()
        with self.assertRaisesRegex(UserError, "is decided"):
            review.reason = "Something else"

    def test_given_two_components_expected_a_review_of_the_one_that_is_beaten(self):
        spare, glued = self.env["product.product"].create(
            [{"name": "Spare metal"}, {"name": "Glue"}]
        )
        for component, actual in ((spare, 80.0), (glued, 200.0)):
            for number in range(5):
                self.take(
                    actual,
                    planned=200.0,
                    minutes_ago=(number + 1) * 24 * 60,
                    dims={"component_id": component.id},
                )
        self.look()
        review = self.reviews()
        self.assertEqual((review.component_id, review.reading_count), (spare, 5))
        self.assertEqual(review.unit, spare.uom_id.name)
        self.assertIn("Spare metal", review.display_name)

    def test_given_rework_expected_no_review(self):
        order = self.make_order()
        order.is_variance_rework = True
        self.work(5, dims={"production_id": order.id})
        self.look()
        self.assertFalse(self.reviews())

    def test_given_shares_expected_no_review(self):
        self.work(5)
        with patch.object(engine_review, "PER_PIECE", ("material_usage",)):
            self.look()
        self.assertFalse(self.reviews())

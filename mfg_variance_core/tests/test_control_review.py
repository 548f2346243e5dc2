from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .decision_case import DecisionCase
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestControlReview(DecisionCase, LedgerCase):
    """Each month somebody who changed nothing looks at what was changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Review = cls.env["mfg.variance.control.review"]
        cls.manager, cls.quality = (
            new_test_user(cls.env, f"review_{role}", groups=f"mfg_variance_core.{role}")
            for role in ("group_production_manager", "group_quality_manager")
        )
        cls.start = cls.now.date().replace(day=1)
        cls.next_month = cls.now + relativedelta(months=1)

    def prepare(self, moment=None):
        """The review of this month, as the scheduled action makes it later."""
        self.env.flush_all()
        with self.at(moment or self.next_month):
            self.Review._cron_prepare_reviews()
        return self.Review.search(
            [("month", "=", self.start), ("company_id", "=", self.company.id)]
        )

    def change(self, user=None):
        self.plant.with_user(user or self.env.user).sudo().money_floor += 1

    def sign(self, review, user):
        with self.signed_in(user):
            review.with_user(user).action_sign("Nothing odd")

    def test_given_changes_expected_review_with_counts_and_names(self):
        self.change(self.manager)
        review = self.prepare()
        self.assertGreaterEqual(review.change_count, 1)
        self.assertIn(self.manager.name, review.people)
        self.assertEqual(review.state, "open")

    def test_given_month_going_on_expected_no_review(self):
        self.change()
        self.assertFalse(self.prepare(self.now))

    def test_given_cron_twice_expected_one_review_and_one_activity(self):
        self.change()
        self.prepare()
        review = self.prepare()
        self.assertEqual(len(review), 1)
        self.assertEqual(len(review.activity_ids), 1)

    def test_given_no_change_expected_no_review(self):
        other = self.env["res.company"].create({"name": "Quiet Works"})
        self.forge(
            "DELETE FROM mfg_variance_ledger WHERE company_ref IN (0, %s)", other.id
        )
        self.change()
        self.prepare()
        self.assertFalse(self.Review.search([("company_id", "=", other.id)]))

    def test_given_stranger_to_the_changes_expected_signed_and_told(self):
        self.change(self.manager)
        review = self.prepare()
        self.assertTrue(review.with_user(self.quality).can_sign)
        self.sign(review, self.quality)
        self.assertEqual((review.state, review.signed_by_id), ("signed", self.quality))
        self.assertEqual(review.signed_change_count, review.change_count)
        self.assertFalse(review.activity_ids)
        row = self.told("control.reviewed", review)
        self.assertEqual(row.actor_ref, self.quality.id)

    def test_given_who_changed_one_expected_refused(self):
        self.change(self.quality)
        review = self.prepare()
        self.assertFalse(review.with_user(self.quality).can_sign)
        with self.assertRaises(AccessError):
            self.sign(review, self.quality)

    def test_given_auditor_expected_reads_and_does_not_sign(self):
        self.change()
        review = self.prepare()
        auditor = new_test_user(
            self.env, "review_auditor", groups="mfg_variance_core.group_auditor"
        )
        self.assertTrue(review.with_user(auditor).change_count)
        with self.assertRaises(AccessError):
            self.sign(review, auditor)

    def test_given_no_session_expected_refused(self):
        self.change()
        review = self.prepare()
        with self.assertRaises(AccessError):
            review.with_user(self.quality).action_sign()

    def test_given_signed_expected_not_signed_again(self):
        self.change()
        review = self.prepare()
        self.sign(review, self.quality)
        with self.assertRaises(UserError):
            self.sign(review, self.manager)

    def test_given_direct_write_expected_refused(self):
        self.change()
        review = self.prepare()
        for attack in (
            lambda: review.write({"state": "signed"}),
            lambda: review.with_user(self.quality).sudo().write({"note": "x"}),
            review.unlink,
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attack()

    def test_given_week_without_signature_expected_asked_again(self):
        self.change()
        review = self.prepare()
        review.sudo().activity_ids.unlink()
        self.prepare(self.next_month + relativedelta(months=1))
        self.assertTrue(review.activity_ids)

    def test_given_dialog_expected_note_kept(self):
        self.change()
        review = self.prepare()
        dialog = (
            self.env["mfg.variance.control.sign"]
            .with_user(self.quality)
            .create({"review_id": review.id, "note": "Seen"})
        )
        with self.signed_in(self.quality):
            dialog.action_sign()
        self.assertEqual(review.note, "Seen")

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .hold_case import HoldCase


@tagged("post_install", "-at_install")
class TestHold(HoldCase):
    """Placing, lifting and weakening; what nobody writes."""

    def test_given_lot_expected_placed_with_its_place_and_reason(self):
        hold = self.hold_lot()
        self.assertEqual(hold.state, "active")
        self.assertEqual(hold.product_id, self.bolt)
        self.assertEqual(hold.plant_id, self.plant)
        self.assertEqual(hold.company_id, self.env.company)
        self.assertEqual(self.lot.variance_hold_strength, "no_use")

    def test_given_no_reason_expected_refused(self):
        with self.assertRaisesRegex(UserError, "reason"):
            self.hold_lot(reason=False)

    def test_given_same_case_twice_expected_one_hold(self):
        self.assertEqual(self.hold_lot(), self.hold_lot())

    def test_given_case_expected_on_the_full_track(self):
        case = self.open_case()
        self.assertEqual(case.track, "light")
        self.hold_lot(exception_id=case.id)
        self.assertEqual(case.track, "full")

    def test_given_rule_expected_placed_by_nobody(self):
        self.assertFalse(self.hold_lot().placed_by_id)

    def test_given_no_grant_expected_not_lifted(self):
        hold = self.hold_lot()
        for grant in (hold, self.env["res.users"], None, self.env.user):
            with self.assertRaises(AccessError):
                hold._lift(grant)
            with self.assertRaises(AccessError):
                hold._weaken(grant)

    def test_given_grant_expected_lifted_and_lot_free(self):
        hold = self.hold_lot()
        with self.granted():
            hold._lift(self.env.user)
        self.assertEqual(hold.state, "lifted")
        self.assertFalse(self.lot.variance_hold_strength)

    def test_given_grant_expected_weakened(self):
        hold = self.hold_lot()
        with self.granted():
            hold._weaken(self.env.user)
        self.assertEqual(hold.strength, "no_ship")
        self.assertEqual(self.lot.variance_hold_strength, "no_ship")

    def test_given_two_holds_expected_lot_held_until_both_are_lifted(self):
        first, second = self.hold_lot(), self.hold_lot(exception_id=self.open_case().id)
        with self.granted():
            first._lift(self.env.user)
            self.assertEqual(self.lot.variance_hold_strength, "no_use")
            second._lift(self.env.user)
        self.assertFalse(self.lot.variance_hold_strength)

    def test_given_anybody_expected_no_field_written(self):
        hold = self.hold_lot()
        for vals in ({"state": "lifted"}, {"strength": "no_ship"}, {"lot_id": False}):
            with self.assertRaises(AccessError):
                hold.write(vals)
            with self.assertRaises(AccessError):
                hold.sudo().with_context(mfg_variance_token=True).write(vals)

    def test_given_anybody_expected_not_deleted_nor_created(self):
        hold = self.hold_lot()
        with self.assertRaises(AccessError):
            hold.unlink()
        with self.assertRaises(AccessError):
            hold.create({"name": "X", "kind": "lot", "reason": "x"})

    def test_given_plant_expected_quarantine_made_once_under_its_warehouse(self):
        location = self.plant._get_quarantine()
        self.assertTrue(location.variance_is_quarantine)
        self.assertEqual(location.warehouse_id, self.warehouse)
        self.assertEqual(self.plant._get_quarantine(), location)

from unittest.mock import patch

from psycopg2.errors import LockNotAvailable

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged

from .hold_race_case import HoldRaceCase


@tagged("post_install", "-at_install")
class TestHoldRace(HoldRaceCase):
    """A hold and a movement of the same stock at once: nothing slips (D13)."""

    # ------------------------------------------------------------------ tests

    def test_given_uncommitted_hold_expected_shipping_waits(self):
        with self.registry.cursor() as early, self.registry.cursor() as late:
            env = self.begin(late)
            self.place(self.on(early))
            with self.assertRaises(LockNotAvailable):
                self.ship(env)
            late.rollback()
            early.rollback()
        self.assertEqual(self.in_stock(), [10])

    def test_given_uncommitted_hold_expected_quant_write_waits(self):
        with self.registry.cursor() as early, self.registry.cursor() as late:
            env = self.begin(late)
            self.place(self.on(early))
            with self.assertRaises(LockNotAvailable):
                self.write_quant(env)
            late.rollback()
            early.rollback()
        self.assertEqual(self.in_stock(), [10])

    def test_given_uncommitted_shipping_expected_hold_waits(self):
        with self.registry.cursor() as early, self.registry.cursor() as late:
            env = self.begin(late)
            self.ship(self.on(early))
            with self.assertRaises(LockNotAvailable):
                self.place(env)
            late.rollback()
            early.rollback()

    def test_given_hold_committed_meanwhile_expected_shipping_refused(self):
        self.assert_refused_after(self.ship)
        self.assertEqual(self.in_stock(), [10])

    def test_given_no_ship_hold_meanwhile_expected_shipping_refused(self):
        self.assert_refused_after(self.ship, strength="no_ship")
        self.assertEqual(self.in_stock(), [10])

    def test_given_hold_committed_meanwhile_expected_quant_write_refused(self):
        self.assert_refused_after(self.write_quant)
        self.assertEqual(self.in_stock(), [10])

    def test_given_quantity_held_meanwhile_expected_not_shipped_twice(self):
        with self.registry.cursor() as late:
            env = self.begin(late)
            with self.registry.cursor() as early:
                self.place(self.on(early), lot=False)
            tries = []

            def work():
                tries.append(True)
                self.ship(env, lot=False)

            with self.assertRaisesRegex(UserError, "on hold"):
                retrying(work, env)
            late.rollback()
        self.assertEqual(len(tries), 2)
        self.assertEqual(self.in_stock(lot=False), [10])

    def test_given_two_shipments_at_once_expected_neither_waits_for_the_other(self):
        with self.registry.cursor() as early, self.registry.cursor() as late:
            env = self.begin(late)
            self.ship(self.on(early))
            self.ship(env)
            late.rollback()
            early.rollback()

    def test_given_release_and_use_at_once_expected_use_sees_what_was_decided(self):
        with self.registry.cursor() as cr:
            hold_id = self.place(self.on(cr)).id
        Hold = type(self.env["mfg.variance.hold"])
        with self.registry.cursor() as late:
            env = self.begin(late)
            with (
                self.registry.cursor() as early,
                patch.object(Hold, "_is_granted_by", lambda hold, grant, kinds: True),
            ):
                early_env = self.on(early)
                early_env["mfg.variance.hold"].browse(hold_id)._lift(early_env.user)
            tries = []

            def work():
                tries.append(True)
                self.ship(env)
                env.cr.flush()

            retrying(work, env)
        self.assertEqual(len(tries), 2)
        self.assertEqual(self.in_stock(), [9])

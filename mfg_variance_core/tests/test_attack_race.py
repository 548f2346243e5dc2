import threading
import time
import uuid
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged

from .hold_race_case import HoldRaceCase

PIECES, WORKERS = 300, 3
AUTHORITY = "odoo.addons.mfg_variance_core.models.approval.mfg_variance_authority"
# what to delete of an approval, each by the column that names it
APPROVAL_TABLES = (
    ("mfg_variance_approval_decision", "approval_id"),
    ("mfg_variance_approval_step", "approval_id"),
    ("mfg_variance_approval_res_users_rel", "mfg_variance_approval_id"),
    ("mfg_variance_approval", "id"),
)


@tagged("post_install", "-at_install")
class TestAttackRace(HoldRaceCase):
    """Several workers, each on a connection of his own, at one held lot: none slips."""

    def setUp(self):
        super().setUp()
        self.approval_ids, self.user_ids = [], []
        self.is_over = threading.Event()
        self.shipped, self.refusals, self.faults = [], [], []
        # threads that lose a race try again at once, and often
        self.startPatcher(
            patch("odoo.service.model.MAX_TRIES_ON_CONCURRENCY_FAILURE", 9)
        )

    def prepare(self, env):
        result = super().prepare(env)
        env["stock.quant"]._update_available_quantity(
            env["product.product"].browse(self.bolt_id),
            env["stock.location"].browse(self.stock_id),
            PIECES - 10,
            lot_id=env["stock.lot"].browse(self.lot_id),
        )
        return result

    def remove(self):
        with self.registry.cursor() as cr:
            cr.execute("SET LOCAL session_replication_role = replica")
            for table, column in APPROVAL_TABLES if self.approval_ids else ():
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)",  # pylint: disable=sql-injection
                    [self.approval_ids],
                )
            cr.execute(
                "DELETE FROM mail_activity WHERE res_model = 'mfg.variance.approval' "
                "AND res_id = ANY(%s)",
                [self.approval_ids],
            )
            cr.execute("SET LOCAL session_replication_role = DEFAULT")
            self.on(cr)["res.users"].browse(self.user_ids).active = False
        return super().remove()

    # ---------------------------------------------------------------- workers

    def serve(self, work):
        """One request on a connection of its own; the error a person would see."""
        with self.registry.cursor() as cr:
            env = self.on(cr)
            try:
                retrying(lambda: work(env), env)
            except (UserError, OperationalError, ConcurrencyError) as error:
                cr.rollback()
                return error
        return None

    def ship_on(self, check=None):
        """Ship piece by piece until it is over; what else goes wrong is a fault."""
        try:
            while not self.is_over.is_set():
                error = self.serve(self.ship)
                if not error:
                    self.shipped.append(check() if check else True)
                elif "on hold" in str(error):
                    self.refusals.append(True)
        except Exception as fault:
            self.faults.append(fault)

    def start(self, *works):
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        return threads

    def wait_until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end and not self.faults:
            self.is_over.wait(0.01)
        self.assertFalse(self.faults)
        self.assertTrue(condition(), "took too long")

    def finish(self, threads):
        self.is_over.set()
        for thread in threads:
            thread.join(30)
        self.assertFalse(self.faults)

    def left(self):
        """How much there is; whoever meets a locked quant leaves one below zero."""
        return sum(self.in_stock())

    # ------------------------------------------------------------------ tests

    def test_given_workers_shipping_expected_nothing_leaves_once_it_is_held(self):
        workers = self.start(*[self.ship_on] * WORKERS)
        self.wait_until(lambda: len(self.shipped) >= 2 * WORKERS)
        while error := self.serve(self.place):
            self.assertIsInstance(error, OperationalError | ConcurrencyError)
        left = self.left()
        held_from = len(self.refusals)
        self.wait_until(lambda: len(self.refusals) >= held_from + 5 * WORKERS)
        self.finish(workers)
        self.assertEqual(self.left(), left)
        self.assertEqual(left, PIECES - len(self.shipped))

    def test_given_two_releasing_at_once_expected_one_decision_and_use_after_it(self):
        self.ask_for_release()
        workers = self.start(*[lambda: self.ship_on(self.is_released)] * WORKERS)
        self.wait_until(lambda: len(self.refusals) >= WORKERS)
        self.assertEqual(self.left(), PIECES)
        with patch(f"{AUTHORITY}.is_own_session", lambda env: not env.su):
            answers = []
            deciders = self.start(
                *(
                    lambda user=user: answers.append(self.serve_decision(user))
                    for user in self.user_ids
                )
            )
            for thread in deciders:
                thread.join(30)
        self.wait_until(lambda: len(self.shipped) >= WORKERS)
        self.finish(workers)
        self.assertEqual(self.count("mfg_variance_approval_decision"), 1)
        self.assertEqual(self.count_lifted(), 1)
        self.assertEqual(sum(answer is None for answer in answers), 1, answers)
        # nobody shipped before the decision was there
        self.assertTrue(all(self.shipped))
        self.assertEqual(self.left(), PIECES - len(self.shipped))

    def ask_for_release(self):
        with self.registry.cursor() as cr:
            env = self.on(cr)
            for name in ("one", "two"):
                user = new_test_user(
                    env,
                    f"contends_{name}_{uuid.uuid4().hex}",
                    groups="mfg_variance_core.group_quality_manager",
                )
                self.user_ids.append(user.id)
            hold = self.place(env)
            self.hold_id = hold.id
            approval = env["mfg.variance.approval"]._request(
                "hold_release", hold, "Measured again"
            )
            self.approval_ids.append(approval.id)

    def serve_decision(self, user_id):
        def work(env):
            approval = env(user=user_id)["mfg.variance.approval"]
            approval.browse(self.approval_ids)._decide("approved")

        for _again in range(20):
            error = self.serve(work)
            if not isinstance(error, OperationalError | ConcurrencyError):
                return error
        return error

    def is_released(self):
        return self.count("mfg_variance_approval_decision") == 1

    def count(self, table):
        with self.registry.cursor() as cr:
            cr.execute(
                f"SELECT COUNT(*) FROM {table} WHERE approval_id = ANY(%s)",  # pylint: disable=sql-injection
                [self.approval_ids],
            )
            return cr.fetchone()[0]

    def count_lifted(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM mfg_variance_ledger WHERE kind = 'hold.lifted' "
                "AND res_model = 'mfg.variance.hold' AND res_id = %s",
                [self.hold_id],
            )
            return cr.fetchone()[0]

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import SQL

from .hold_race_case import HoldRaceCase


@tagged("post_install", "-at_install")
class TestDispositionRace(HoldRaceCase):
    """Two workers on one hold or one disposition at once: nothing moves twice."""

    def setUp(self):
        super().setUp()
        Disposition = self.registry["mfg.variance.disposition"]
        stack = self.enterContext(ExitStack())
        # who may ask and what was granted is proven elsewhere; here only the timing
        for name, value in (
            ("_check_may", lambda one, state: None),
            ("_is_granted", lambda one: True),
        ):
            stack.enter_context(patch.object(Disposition, name, value))
        for model, name in (
            ("mfg.variance.ledger", "_append"),
            ("mfg.variance.ledger", "_append_many"),
        ):
            stack.enter_context(
                patch.object(self.registry[model], name, lambda *args, **kwargs: None)
            )
        stack.enter_context(
            patch.object(
                self.registry["mfg.variance.approval"],
                "_request",
                lambda approval, *args, **kwargs: approval.browse(),
            )
        )
        with self.registry.cursor() as cr:
            env = self.on(cr)
            hold = env["mfg.variance.hold"]._place(
                [{"kind": "lot", "lot_id": self.lot_id, "reason": "Race"}]
            )
            self.hold_id = hold.id

    def remove(self):
        with self.registry.cursor() as cr:
            for statement in (
                "ALTER TABLE mfg_variance_disposition DISABLE TRIGGER USER",
                "DELETE FROM mfg_variance_disposition WHERE product_id = %(id)s",
                "ALTER TABLE mfg_variance_disposition ENABLE TRIGGER USER",
                "DELETE FROM stock_scrap WHERE product_id = %(id)s",
            ):
                cr.execute(statement, {"id": self.bolt_id})
        return super().remove()

    def request(self, env, quantity, kind="scrap"):
        hold = env["mfg.variance.hold"].browse(self.hold_id)
        one = env["mfg.variance.disposition"]._request(
            hold, kind=kind, quantity=quantity, reason="Race"
        )
        env.flush_all()
        return one

    def approved(self, quantity):
        """The id of a disposition that only has to be executed."""
        with self.registry.cursor() as cr:
            env = self.on(cr)
            one = self.request(env, quantity)
            one._as_system().write({"state": "approved"})
            return one.id

    def late(self, first, second):
        """``second`` began before ``first`` had committed; how often it was tried."""
        tries = []
        with self.registry.cursor() as late:
            late.execute("SELECT 1 FROM mfg_variance_disposition LIMIT 1")
            with self.registry.cursor() as early:
                first(self.on(early))

            def work():
                tries.append(True)
                second(self.on(late))

            retrying(work, self.on(late))
        return len(tries)

    def in_stock(self):
        with self.registry.cursor() as cr:
            return self.on(cr).execute_query(
                SQL(
                    "SELECT COALESCE(SUM(quantity), 0) FROM stock_quant "
                    "WHERE product_id = %s AND location_id = %s",
                    self.bolt_id,
                    self.stock_id,
                )
            )[0][0]

    def execute(self, one_id):
        def run(env):
            env["mfg.variance.disposition"].browse(one_id)._execute()
            env.flush_all()

        return run

    def test_given_two_requests_at_once_expected_never_more_than_held(self):
        with self.assertRaisesRegex(UserError, "Only 4 "):
            self.late(
                lambda env: self.request(env, 6), lambda env: self.request(env, 6)
            )

    def test_given_two_requests_that_fit_expected_second_repeated(self):
        tries = self.late(
            lambda env: self.request(env, 6), lambda env: self.request(env, 4)
        )
        self.assertEqual(tries, 2)

    def test_given_two_workers_expected_scrapped_once(self):
        one_id = self.approved(4)
        run = self.execute(one_id)
        self.assertEqual(self.late(run, run), 2)
        self.assertEqual(self.in_stock(), 6)

    def test_given_second_meanwhile_expected_it_waits_and_finds_it_done(self):
        run = self.execute(self.approved(4))

        def retry():
            with self.registry.cursor() as cr:
                retrying(lambda: run(self.on(cr)), self.on(cr))

        with self.registry.cursor() as first, ThreadPoolExecutor(1) as pool:
            run(self.on(first))
            second = pool.submit(retry)
            while not second.done() and not self.is_waited_for(first):
                Event().wait(0.05)
            first.commit()
            second.result(timeout=60)
        self.assertEqual(self.in_stock(), 6)

    def is_waited_for(self, cr):
        """Whether another connection waits for what this one has locked."""
        with self.registry.cursor() as other:
            return bool(
                self.on(other).execute_query(
                    SQL(
                        "SELECT 1 FROM pg_locks WHERE NOT granted AND %s = ANY("
                        "pg_blocking_pids(pid))",
                        cr.connection.info.backend_pid,
                    )
                )
            )

    def test_given_two_dispositions_of_one_hold_expected_both_done(self):
        first, second = self.approved(4), self.approved(5)
        tries = self.late(self.execute(first), self.execute(second))
        self.assertEqual(tries, 2)
        self.assertEqual(self.in_stock(), 1)

    def test_given_request_while_executed_expected_counted_again(self):
        one_id = self.approved(8)
        with self.assertRaisesRegex(UserError, "Only 2 "):
            self.late(self.execute(one_id), lambda env: self.request(env, 3))

    def test_given_taken_row_expected_cron_passes_it_by(self):
        one_id = self.approved(4)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            model = self.on(one)["mfg.variance.disposition"]
            self.assertTrue(model.browse(one_id).try_lock_for_update())
            model = self.on(two)["mfg.variance.disposition"]
            self.assertFalse(model.browse(one_id).try_lock_for_update())

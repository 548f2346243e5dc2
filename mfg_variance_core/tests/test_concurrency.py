from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.fact import Fact


@tagged("post_install", "-at_install")
class TestConcurrentWriters(TransactionCase):
    """Two transactions at once, each on a connection of its own (D9).

    They commit for real; what they leave behind is removed afterwards. No thread is
    needed: under REPEATABLE READ what counts is when each began.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.clear_all_caches)
        self.addCleanup(self._remove)
        # the pause before a repeated request is Odoo's business
        self.startPatcher(patch("odoo.service.model.time.sleep"))
        self.startPatcher(patch("odoo.service.model._logger"))
        # a lost race is a query that fails
        self.enterContext(mute_logger("odoo.sql_db"))
        with self.registry.cursor() as cr:
            self._prepare(api.Environment(cr, SUPERUSER_ID, {}))

    def _prepare(self, env):
        centers = env["mrp.workcenter"].create([{"name": "Race 1"}, {"name": "Race 2"}])
        self.center_ids = centers.ids
        products = env["product.product"].create([{"name": "R 1"}, {"name": "R 2"}])
        self.product_ids = products.ids
        self.company_id = env.company.id
        policies = env["mfg.variance.policy"].create(
            [
                {
                    "name": center.name,
                    "metric_id": env.ref("mfg_variance_core.metric_work_order_time").id,
                    "workcenter_id": center.id,
                    "fingerprint_dims": "product_workcenter",
                    "limit_ids": [
                        Command.create({"severity": "warning", "percent": 50})
                    ],
                }
                for center in centers
            ]
        )
        self.policy_ids = policies.ids
        # the rows of a reaction would outlive the test
        policies.version_id.playbook_id = False
        policies.version_id._as_system().write({"state": "active"})
        env.registry.clear_cache()

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            centers = env["mrp.workcenter"].browse(self.center_ids)
            place = [("workcenter_id", "in", centers.ids)]
            # evidence is never deleted: the owner of the table may, for a test
            cr.execute("ALTER TABLE mfg_variance_measurement DISABLE TRIGGER USER")
            env["mfg.variance.measurement"].search(place)._as_system().unlink()
            cr.execute("ALTER TABLE mfg_variance_measurement ENABLE TRIGGER USER")
            env["mfg.variance.exception"].search(place)._as_system().unlink()
            env["mfg.variance.incident"].search(place)._as_system().unlink()
            policies = env["mfg.variance.policy"].browse(self.policy_ids)
            policies.version_id._as_system().write({"state": "draft"})
            policies.unlink()
            centers.unlink()
            env["product.product"].browse(self.product_ids).unlink()

    # ---------------------------------------------------------------- helpers

    def capture(self, env, source_id, center=0, actual=300.0, product=None):
        """An event on a work center, as a server action would report it."""
        metric = env.ref("mfg_variance_core.metric_work_order_time")
        fact = Fact(
            source_model="mrp.workcenter",
            source_id=source_id,
            event_at=fields.Datetime.now() - timedelta(minutes=5),
            dims={
                "company_id": self.company_id,
                "workcenter_id": self.center_ids[center],
                "product_id": product is not None and self.product_ids[product],
            },
            planned=100.0,
            actual=actual,
            quantity=1.0,
            amount=actual - 100.0,
        )
        env["mfg.variance.engine"]._capture_facts(metric, [fact])

    def event(self, source_id, **values):
        """One whole committed transaction."""
        with self.registry.cursor() as cr:
            self.capture(api.Environment(cr, SUPERUSER_ID, {}), source_id, **values)

    def race(self, first, second):
        """Two requests, of which the second began before the first had committed.

        Returns how often the second one was tried.
        """
        with self.registry.cursor() as late:
            env = api.Environment(late, SUPERUSER_ID, {})
            # from here on it sees the database as it is now
            late.execute("SELECT 1 FROM mfg_variance_exception LIMIT 1")
            self.event(**first)
            return self.request(env, second)

    def work_side_by_side(self, first, second):
        """Two requests that both do their work before either has committed.

        Returns how often the second one was tried; waiting would make it try again.
        """
        with self.registry.cursor() as early, self.registry.cursor() as late:
            self.capture(api.Environment(early, SUPERUSER_ID, {}), **first)
            early.flush()
            late.execute("SET lock_timeout = '1s'")
            return self.request(api.Environment(late, SUPERUSER_ID, {}), second)

    def request(self, env, values):
        """A request as Odoo serves it, repeated when a race is lost."""
        tries = []

        def work():
            tries.append(True)
            self.capture(env, **values)

        retrying(work, env)
        return len(tries)

    def outcome(self):
        """``(open cases, events, amount, outcomes)`` of the first work center."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            place = [("workcenter_id", "=", self.center_ids[0])]
            cases = env["mfg.variance.exception"].search(place)
            rows = env["mfg.variance.measurement"].search(place, order="id")
            return (
                len(cases),
                sum(cases.mapped("occurrence_count")),
                sum(cases.mapped("amount")),
                sorted(rows.mapped("outcome")),
            )

    def incidents(self):
        """``(is open, number of cases)`` of the incidents of the first work center."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            place = [("workcenter_id", "=", self.center_ids[0])]
            found = env["mfg.variance.incident"].search(place, order="id")
            return [(one.is_open, one.case_count) for one in found]

    def close(self, env):
        """Close the newest open case of the first work center, as the system."""
        place = [("workcenter_id", "=", self.center_ids[0]), ("is_open", "=", True)]
        case = env["mfg.variance.exception"].search(place, limit=1, order="id desc")
        case._as_system().write({"state": "closed"})

    # ------------------------------------------------------------------ tests

    def test_given_two_related_cases_expected_repeated_and_one_incident(self):
        tries = self.race({"source_id": 1}, {"source_id": 2, "product": 1})
        self.assertEqual(tries, 2)
        self.assertEqual(self.outcome(), (2, 2, 400.0, ["opened", "opened"]))
        self.assertEqual(self.incidents(), [(True, 2)])

    def test_given_last_two_cases_closed_at_once_expected_incident_closed(self):
        self.event(1)
        self.event(2, product=1)
        self.assertEqual(self.incidents(), [(True, 2)])
        with self.registry.cursor() as late:
            env = api.Environment(late, SUPERUSER_ID, {})
            place = [("workcenter_id", "=", self.center_ids[0])]
            # it saw both of them open
            mine = env["mfg.variance.exception"].search(place, limit=1, order="id")
            with self.registry.cursor() as early:
                self.close(api.Environment(early, SUPERUSER_ID, {}))
            tries = []

            def work():
                tries.append(True)
                mine._as_system().write({"state": "closed"})

            retrying(work, env)
        self.assertEqual(len(tries), 2)
        self.assertEqual(self.incidents(), [(False, 2)])

    def test_given_same_fingerprint_expected_repeated_and_one_case(self):
        tries = self.race({"source_id": 1}, {"source_id": 2})
        self.assertEqual(tries, 2)
        self.assertEqual(self.outcome(), (1, 2, 400.0, ["merged", "opened"]))

    def test_given_same_source_expected_measured_once(self):
        tries = self.race({"source_id": 1}, {"source_id": 1})
        self.assertEqual(tries, 2)
        self.assertEqual(self.outcome(), (1, 1, 200.0, ["opened"]))

    def test_given_other_fingerprint_expected_nobody_waits(self):
        tries = self.work_side_by_side({"source_id": 1}, {"source_id": 2, "center": 1})
        self.assertEqual(tries, 1)

    def test_given_open_case_expected_two_repeats_do_not_wait(self):
        self.event(1)
        tries = self.work_side_by_side({"source_id": 2}, {"source_id": 3})
        self.assertEqual(tries, 1)
        self.assertEqual(self.outcome(), (1, 3, 600.0, ["merged", "merged", "opened"]))

    # ------------------------------------------------------------- late commits

    def prepare_pattern(self):
        """A policy that opens a case at the first event of a work center."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            policy = env["mfg.variance.policy"].create(
                {
                    "name": "Race pattern",
                    "metric_id": env.ref("mfg_variance_core.metric_work_order_time").id,
                    "method": "count_in_window",
                    "fingerprint_dims": "workcenter",
                    "limit_ids": [Command.create({"severity": "major", "count": 1})],
                }
            )
            policy.version_id.playbook_id = False
            policy.version_id._as_system().write(
                {"state": "active", "activated_at": fields.Datetime.now()}
            )
            env.registry.clear_cache()
            self.policy_ids.append(policy.id)
            return policy.id

    def judge_pattern(self, policy_id):
        """One committed pass; returns the work centers with a pattern so far."""
        with self.registry.cursor() as cr:
            engine = api.Environment(cr, SUPERUSER_ID, {})["mfg.variance.engine"]
            engine = engine._clean_engine()
            lives = [
                live
                for live in engine.env["mfg.variance.policy"]._get_live_versions()
                if live.policy_id == policy_id
            ]
            mark = engine.env["mfg.variance.watermark"]._ensure(lives)
            engine._judge_marks(mark, lives)
            series = engine.env["mfg.variance.series"].search(
                [("policy_id", "=", policy_id), ("is_beyond", "=", True)]
            )
            return set(series.workcenter_id.ids)

    def test_given_reading_committed_late_expected_not_passed_by(self):
        policy_id = self.prepare_pattern()
        first, second = self.center_ids
        with self.registry.cursor() as slow:
            # draws the lower id and sleeps
            self.capture(api.Environment(slow, SUPERUSER_ID, {}), 1)
            slow.flush()
            self.event(2, center=1)
            self.assertEqual(self.judge_pattern(policy_id), {second})
        self.assertEqual(self.judge_pattern(policy_id), {first, second})

    def test_given_policy_taken_by_another_node_expected_left_alone(self):
        policy_id = self.prepare_pattern()
        self.judge_pattern(policy_id)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            taken, seen = (
                api.Environment(cr, SUPERUSER_ID, {})["mfg.variance.watermark"]
                .search([("policy_id", "=", policy_id)])
                .try_lock_for_update()
                for cr in (one, two)
            )
            self.assertTrue(taken)
            self.assertFalse(seen)

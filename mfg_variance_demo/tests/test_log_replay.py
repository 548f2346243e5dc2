"""The replay of a small synthetic log, with dirty lines, through Manufacturing."""

import csv
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

SMALL_LOG = Path(__file__).parent / "data" / "small_log.csv"
COUNTED = (
    "res.company",
    "res.users",
    "product.product",
    "mrp.workcenter",
    "mrp.production",
    "mrp.workorder",
    "mrp.workcenter.productivity",
    "stock.scrap",
    "stock.move",
    "mfg.variance.standard",
    "mfg.variance.measurement",
    "mfg.variance.exception",
    "mail.message",
)


class PowerFailureError(Exception):
    """Ends a replay in the middle."""


class LogReplayCase(TransactionCase):
    @classmethod
    def replay(cls, **kwargs):
        return cls.env["mfg.variance.demo.log"]._replay(SMALL_LOG, **kwargs)

    @classmethod
    def company(cls):
        return cls.env["res.company"].search(
            [("variance_log_digest", "!=", False)], order="id desc", limit=1
        )

    def workorder(self, case, resource):
        return self.env["mrp.workorder"].search(
            [
                ("production_id.company_id", "=", self.company().id),
                ("production_id.variance_log_key", "=", case),
                ("variance_log_key", "=", resource),
            ]
        )

    def counts(self):
        records = self.env.__getitem__
        return {
            name: records(name).with_context(active_test=False).search_count([])
            for name in COUNTED
        }


@tagged("post_install", "-at_install")
class TestLogReplay(LogReplayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.figures = cls.replay()

    def test_summary_counts_rows_rejects_orders_and_halves(self):
        expected = {
            "rows_read": 33,
            "rejected": {
                "no_time": 1,
                "unreadable_time": 1,
                "end_before_start": 1,
                "unknown_type": 1,
                "not_a_number": 2,
                "missing_name": 1,
                "order_mismatch": 1,
                "duplicate_row": 1,
                "wrong_columns": 2,
                "wrong_encoding": 1,
            },
            "orders": 8,
            "work_orders": 16,
            "history": 8,
            "judged": 8,
        }
        self.assertEqual({key: self.figures[key] for key in expected}, expected)

    def test_second_half_ends_in_named_outcomes(self):
        self.assertEqual(
            self.figures["outcomes"],
            {"within": 3, "shaded": 2, "not_enough_data": 2, "no_standard": 1},
        )
        over = [self.figures[f"over_{percent}"] for percent in (25, 50, 100)]
        self.assertEqual(over, [3, 1, 1])

    def test_few_past_orders_only_shade(self):
        self.assertNotIn("work_order_time", self.figures["opened"])
        row = self.workorder("Order 6", "Mill 1").variance_measurement_ids.filtered(
            lambda row: row.metric_code == "work_order_time" and row.is_current
        )
        self.assertEqual(
            (row.planned, row.actual, row.outcome), (60.0, 300.0, "shaded")
        )
        self.assertEqual(row.timeliness, "historic")

    def test_machine_time_counts_overlapping_workers_once(self):
        workorder = self.workorder("Order 4", "Mill 2")
        self.assertEqual(len(workorder.time_ids), 2)
        self.assertEqual(workorder.duration, 140, "Odoo adds people up")
        row = workorder.variance_measurement_ids.filtered("is_current")
        self.assertIn(100.0, row.mapped("actual"))

    def test_orders_and_work_orders_are_done_at_the_logs_own_times(self):
        production = self.workorder("Order 5", "Wash").production_id
        self.assertEqual(production.state, "done")
        self.assertEqual(production.date_start, datetime(2013, 5, 13, 6))
        self.assertEqual(production.date_finished, datetime(2013, 5, 13, 8, 28))
        workorder = self.workorder("Order 5", "Mill 1")
        self.assertEqual(workorder.state, "done")
        self.assertEqual(workorder.date_finished, datetime(2013, 5, 13, 7, 1))
        self.assertEqual(workorder.variance_reported_qty, 10)

    def test_set_up_is_logged_apart(self):
        logs = self.workorder("Order 1", "Mill 1").time_ids
        self.assertEqual(logs.mapped("loss_id.is_variance_setup").count(True), 1)

    def test_breakdowns_stand_on_the_work_center_with_their_own_minutes(self):
        logs = self.env["mrp.workcenter.productivity"].search(
            [("company_id", "=", self.company().id), ("workorder_id", "=", False)]
        )
        self.assertEqual(sorted(logs.mapped("duration")), [30.0, 45.0])
        self.assertEqual(set(logs.mapped("loss_type")), {"availability"})

    def test_rejects_are_scrapped_in_their_quantity(self):
        scraps = self.env["stock.scrap"].search(
            [("company_id", "=", self.company().id)]
        )
        self.assertEqual(sorted(scraps.mapped("scrap_qty")), [1.0, 2.0])
        self.assertEqual(set(scraps.mapped("state")), {"done"})

    def test_workers_cannot_log_in(self):
        workers = (
            self.env["res.users"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company().id)])
        )
        self.assertEqual(sorted(workers.mapped("name")), ["W1", "W2", "W3", "W4"])
        self.assertFalse(any(workers.mapped("active")))
        self.assertFalse(workers.group_ids)

    def test_historic_events_notify_nobody(self):
        cases = self.env["mfg.variance.exception"].search(
            [("company_id", "=", self.company().id)]
        )
        self.assertFalse(cases.activity_ids)

    def test_second_replay_changes_nothing(self):
        before = self.counts()
        again = self.replay()
        self.assertEqual(self.counts(), before)
        again.pop("seconds")
        self.assertEqual(again, {key: self.figures[key] for key in again})


@tagged("post_install", "-at_install")
class TestLogReplayInterrupted(LogReplayCase):
    def test_interrupted_replay_goes_on_where_it_stopped(self):
        commits = []

        def pull_the_plug():
            commits.append(1)
            if len(commits) == 3:
                raise PowerFailureError

        # not assertRaises: it would roll back what was committed before
        with suppress(PowerFailureError):
            self.replay(commit=pull_the_plug)
        self.assertEqual(len(commits), 3)
        states = set(
            self.env["mrp.workorder"]
            .search([("production_id.company_id", "=", self.company().id)])
            .mapped("state")
        )
        self.assertIn("done", states)
        self.assertTrue(states - {"done"}, "the second half is still to do")
        figures = self.replay()
        self.assertEqual((figures["work_orders"], figures["judged"]), (16, 8))
        self.assertEqual(figures["outcomes"]["shaded"], 2)

    def test_progress_names_each_step_and_its_end(self):
        heard = []
        self.replay(progress=lambda *args: heard.append(args))
        self.assertEqual(heard[0], ("orders", 8, 8))
        self.assertTrue(all(done == total for _step, done, total in heard))


@tagged("post_install", "-at_install")
class TestLogFile(LogReplayCase):
    def replay_text(self, content):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "log.csv"
            path.write_bytes(content)
            return self.env["mfg.variance.demo.log"]._replay(path)

    def test_rejects_file_has_line_and_reason(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "rejects.csv"
            shop = type(self.env["mfg.variance.demo.log"])
            with patch.object(shop, "_run_steps"), patch.object(shop, "_get_figures"):
                self.replay(rejects_path=path)
            with path.open(newline="", encoding="utf-8") as rejects:
                rows = list(csv.DictReader(rejects))
        self.assertEqual(len(rows), 12)
        self.assertEqual((rows[0]["Line"], rows[0]["Reason"]), ("23", "no_time"))

    def test_other_file_gets_one_clear_sentence(self):
        with self.assertRaisesRegex(
            UserError, "^log.csv is not a production log: .* Case ID, .*$"
        ):
            self.replay_text(b"name;price\nbolt;3\n")

    def test_missing_file_gets_one_clear_sentence(self):
        with self.assertRaisesRegex(UserError, "cannot be read: No such file"):
            self.env["mfg.variance.demo.log"]._replay("/nowhere/log.csv")

    def test_log_without_a_usable_row_gets_one_clear_sentence(self):
        heading = SMALL_LOG.read_bytes().split(b"\n")[0]
        with self.assertRaisesRegex(UserError, "no usable row"):
            self.replay_text(heading + b"\n")

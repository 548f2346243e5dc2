from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from .exception_case import ExceptionCase


@tagged("post_install", "-at_install")
class TestEngineRows(ExceptionCase):
    """Scheduled work row by row: one that fails is told of and stops no other."""

    def setUp(self):
        super().setUp()
        self.first, self.second = self.open_case(), self.open_case()
        self.cases = self.first | self.second
        self.looked_at, self.commits = [], []

    def work_off(self, work=None, **values):
        def look(case):
            self.looked_at.append(case.id)
            if work:
                work(case)

        return self.engine._work_off(
            self.Case,
            [("id", "in", self.cases.ids)],
            look,
            lambda case: f"Not looked at: {case.name}",
            commit=lambda done, remaining: self.commits.append((done, remaining)) or 1,
            **values,
        )

    def fail(self, case):
        if case == self.first:
            case._as_system().write({"consequence": "Half done"})
            case.flush_recordset()
            raise ValueError("poison")

    def test_given_fault_expected_undone_told_and_the_others_done(self):
        before = self.first.consequence
        self.assertEqual(self.work_off(self.fail, put_off="watch_at"), 2)
        self.assertEqual(self.looked_at, self.cases.sorted("id").ids)
        self.assertEqual(self.first.consequence, before)
        self.assertGreater(self.first.watch_at, self.engine._now())
        run = self.Run.search(
            [("exception_id", "=", self.first.id), ("outcome", "=", "failed")]
        )
        self.assertEqual(
            (run.name, run.error),
            (f"Not looked at: {self.first.name}", "ValueError: poison"),
        )

    def test_given_lost_race_expected_raised_for_odoo_to_repeat(self):
        def lose(_case):
            raise ConcurrencyError("lost")

        with self.assertRaises(ConcurrencyError):
            self.work_off(lose)
        self.assertFalse(
            self.Run.search(
                [("exception_id", "in", self.cases.ids), ("outcome", "=", "failed")]
            )
        )

    def test_given_row_that_stays_due_expected_each_once_and_committed(self):
        self.work_off(batch=1)
        self.assertEqual(self.looked_at, self.cases.sorted("id").ids)
        self.assertEqual(self.commits, [(1, 1), (1, 0)])

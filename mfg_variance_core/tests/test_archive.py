from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .exception_case import ExceptionCase

REFERENCES = """
SELECT conrelid::regclass::text, a.attname
  FROM pg_constraint AS c
  JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid = 'mfg_variance_measurement'::regclass
"""


@tagged("post_install", "-at_install")
class TestArchive(ExceptionCase):
    """Old measurements are moved, never lost, by one way only (D19)."""

    def setUp(self):
        super().setUp()
        self.Archive = self.env["mfg.variance.measurement.archive"]
        self.company.variance_keep_months = 24
        self.later = self.now + timedelta(days=3 * 365)

    def run_cron(self, moment=None):
        with (
            self.at(moment or self.later),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=1.0
            ),
        ):
            self.engine._cron_roll_up()
            self.engine._cron_archive()
        self.env.invalidate_all()

    def archived(self, workorder):
        return self.Archive.search(
            [("workorder_id", "=", workorder.id), ("metric_id", "=", self.metric.id)],
            order="id",
        )

    def plain(self, table, row_id):
        self.env.cr.execute(
            f"SELECT to_jsonb(t) - 'archived_at' - 'shadow_hits' FROM {table} t "
            "WHERE id = %s",
            [row_id],
        )
        return self.env.cr.fetchone()[0]

    def test_given_old_row_expected_moved_unchanged(self):
        workorder = self.make_workorder()
        row_id = self.finish(workorder, 105).id
        before = self.plain("mfg_variance_measurement", row_id)
        self.run_cron()
        self.assertFalse(self.measured(workorder))
        self.assertEqual(self.archived(workorder).ids, [row_id])
        after = self.plain("mfg_variance_measurement_archive", row_id)
        self.assertEqual(after, before)

    def test_given_young_row_expected_kept(self):
        workorder = self.make_workorder()
        row = self.finish(workorder, 105)
        self.run_cron(self.now + timedelta(days=300))
        self.assertEqual(self.measured(workorder), row)

    def test_given_keep_for_ever_expected_kept(self):
        self.company.variance_keep_months = 0
        workorder = self.make_workorder()
        row = self.finish(workorder, 105)
        self.run_cron()
        self.assertEqual(self.measured(workorder), row)

    def test_given_open_case_expected_its_rows_kept(self):
        case = self.open_case(170)
        self.run_cron()
        self.assertEqual(len(case.measurement_ids), 1)

    def test_given_closed_case_expected_totals_unchanged(self):
        case = self.open_case(170)
        self.close(case)
        figures = (case.amount, case.occurrence_count, case.last_event_at)
        self.assertEqual(figures[:2], (70, 1))
        self.run_cron()
        self.assertFalse(case.measurement_ids)
        found = (case.amount, case.occurrence_count, case.last_event_at)
        self.assertEqual(found, figures)

    def test_given_superseded_row_expected_chain_moved_with_its_links(self):
        workorder = self.make_workorder()
        first = self.finish(workorder, 105)
        workorder.time_ids.filtered("date_end")[:1].date_start += timedelta(minutes=20)
        self.judge()
        second = self.measured(workorder)
        ids = (first | second).ids
        self.assertEqual(len(ids), 2)
        self.run_cron()
        rows = self.archived(workorder)
        self.assertEqual(rows.ids, sorted(ids))
        self.assertEqual(rows[0].superseded_by_id, rows[1].id)

    def test_given_superseded_row_still_needed_expected_its_successor_kept(self):
        workorder = self.make_workorder()
        first = self.finish(workorder, 170)
        case = first.exception_id
        workorder.time_ids.filtered("date_end")[:1].date_start += timedelta(minutes=70)
        self.judge()
        second = self.measured(workorder)
        # as if only the first belonged to the case, which is still open
        self.assertTrue(case.is_open)
        second._as_system().write({"exception_id": False})
        self.run_cron()
        self.assertEqual(self.rows(workorder), first | second)
        self.assertEqual(first.superseded_by_id, second)

    def test_given_shadow_hit_expected_kept_with_its_measurement(self):
        self.make_policy(state="shadow", limits=(("warning", 1, 0),))
        workorder = self.make_workorder()
        row = self.finish(workorder, 105)
        hit = self.env["mfg.variance.shadow.hit"].search(
            [("measurement_id", "=", row.id)]
        )
        self.assertTrue(hit)
        sentence, number = hit.sentence, hit.id
        self.run_cron()
        self.assertFalse(hit.exists())
        kept = self.archived(workorder).shadow_hits
        found = [(one["id"], one["sentence"]) for one in kept]
        self.assertEqual(found, [(number, sentence)])

    def test_given_run_twice_expected_nothing_more(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        self.run_cron()
        rows = self.archived(workorder)
        self.run_cron()
        self.assertEqual(self.archived(workorder), rows)

    def test_given_another_plan_expected_an_end_all_the_same(self):
        """Rows that a join gives back in another order are the same rows."""
        self.env.cr.execute("SHOW is_superuser")
        if self.env.cr.fetchone()[0] != "on":
            self.skipTest("only a superuser of PostgreSQL may change its statistics")
        workorders = [self.make_workorder() for _number in range(60)]
        for workorder in workorders:
            self.log_time(workorder, 105)
        self.env["mrp.workorder"].concat(*workorders).button_finish()
        self.judge()
        self.env.flush_all()
        self.env.cr.execute(
            # the table seems large, so that the list of the chosen is hashed
            "UPDATE pg_class SET relpages = 1, reltuples = 1e6 "
            "WHERE oid = 'mfg_variance_measurement'::regclass"
        )
        self.env.cr.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; "
            "SET LOCAL statement_timeout = '20s'"
        )
        self.run_cron()
        self.assertFalse(self.measured(workorders[0]))

    def test_given_small_batches_expected_everything_moved(self):
        for _number in range(3):
            workorder = self.make_workorder()
            self.finish(workorder, 105)
        domain = [("workcenter_id", "=", self.center.id)]
        count = self.Measurement.search_count(domain)
        with (
            self.at(self.later),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=1.0
            ),
        ):
            self.engine._cron_roll_up()
            self.engine._cron_archive(batch=2)
        self.assertFalse(self.Measurement.search_count(domain))
        self.assertEqual(self.Archive.search_count(domain), count)

    def test_given_move_expected_run_row_with_the_count(self):
        self.finish(self.make_workorder(), 105)
        self.run_cron()
        run = self.Run.search([("name", "=", "Measurements moved to the archive")])
        self.assertGreaterEqual(sum(run.mapped("record_count")), 1)
        self.assertEqual(set(run.mapped("outcome")), {"ok"})

    def test_given_month_not_added_up_expected_kept(self):
        workorder = self.make_workorder()
        row = self.finish(workorder, 105)
        self.env["mfg.variance.rollup.month"]._as_system().create(
            {
                "month": row.event_at.date().replace(day=1),
                "company_id": self.company.id,
                "is_due": True,
            }
        )
        with (
            self.at(self.later),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=1.0
            ),
        ):
            self.engine._cron_archive()
        self.assertEqual(self.measured(workorder), row)

    def test_given_archived_expected_month_adds_up_the_same(self):
        workorder = self.make_workorder()
        row = self.finish(workorder, 105)
        month = row.event_at.date().replace(day=1)
        self.run_cron()
        Month = self.env["mfg.variance.rollup.month"]
        rolled = Month.search(
            [("month", "=", month), ("company_id", "=", self.company.id)]
        )
        count = rolled.measured_count
        self.assertTrue(count)
        rolled._roll_up()
        self.assertEqual(rolled.measured_count, count)

    @mute_logger("odoo.sql_db")
    def test_given_no_copy_expected_delete_refused(self):
        row = self.finish(self.make_workorder(), 105)
        with self.assertRaises(RaiseException), self.env.cr.savepoint():
            self.env.cr.execute(
                "DELETE FROM mfg_variance_measurement WHERE id = %s", [row.id]
            )

    @mute_logger("odoo.sql_db")
    def test_given_copy_that_differs_expected_delete_refused(self):
        row = self.finish(self.make_workorder(), 105)
        columns = ", ".join(
            f'"{field.name}"'
            for field in self.Measurement._fields.values()
            if field.store and field.column_type and field.name != "actual"
        )
        self.env.cr.execute(
            f"INSERT INTO mfg_variance_measurement_archive ({columns}, actual, "
            f"archived_at) SELECT {columns}, 1, now() FROM mfg_variance_measurement "
            "WHERE id = %s",
            [row.id],
        )
        with self.assertRaises(RaiseException), self.env.cr.savepoint():
            self.env.cr.execute(
                "DELETE FROM mfg_variance_measurement WHERE id = %s", [row.id]
            )

    @mute_logger("odoo.sql_db")
    def test_given_archived_row_expected_no_change_by_sql(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        self.run_cron()
        row = self.archived(workorder)
        for statement in (
            "UPDATE mfg_variance_measurement_archive SET actual = 1 WHERE id = %s",
            "DELETE FROM mfg_variance_measurement_archive WHERE id = %s",
        ):
            with self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(statement, [row.id])

    def test_given_auditor_expected_reads_and_operator_not(self):
        auditor = self.people["process_engineer"]
        self.Archive.with_user(auditor).check_access("read")
        with self.assertRaises(AccessError):
            self.Archive.with_user(self.operator).check_access("read")
        with self.assertRaises(AccessError):
            self.Archive.with_user(auditor).create({})

    def test_given_too_short_expected_refused(self):
        with self.assertRaises(ValidationError):
            self.company.variance_keep_months = 1

    def test_every_reference_to_a_measurement_is_one_the_archive_knows(self):
        """Whoever adds a foreign key decides here what becomes of it."""
        self.env.cr.execute(REFERENCES)
        self.assertEqual(
            set(self.env.cr.fetchall()),
            {
                ("mfg_variance_measurement", "superseded_by_id"),
                # transient: forgotten after an hour
                ("mfg_variance_explain_line", "measurement_id"),
                ("mfg_variance_shadow_hit", "measurement_id"),
                # a count with shares stays at hand
                ("mfg_variance_allotment", "measurement_id"),
            },
        )

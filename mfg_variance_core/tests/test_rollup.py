from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .exception_case import ExceptionCase

LOG = "odoo.addons.mfg_variance_core.models.mfg_variance_engine_retention"


@tagged("post_install", "-at_install")
class TestRollup(ExceptionCase):
    """Closed months added up once, again when touched, and never twice (D19)."""

    def setUp(self):
        super().setUp()
        self.Month = self.env["mfg.variance.rollup.month"]
        # what other transactions left in this database is none of its business
        self.run_pass()
        self.next_month = self.now + timedelta(days=40)

    def run_pass(self):
        """The scheduled action, without the commits a test may not do."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=1.0
        ):
            self.engine._cron_roll_up()

    def rows(self, **values):
        return self.env["mfg.variance.rollup"].search(
            [
                ("workcenter_id", "=", self.center.id),
                ("metric_id", "=", self.metric.id),
                *((name, "=", value) for name, value in values.items()),
            ]
        )

    def test_given_month_going_on_expected_it_waits(self):
        self.open_case()
        self.run_pass()
        self.assertFalse(self.rows())

    def test_given_month_over_expected_its_figures(self):
        end = self.now - timedelta(hours=2)
        self.finish(self.make_workorder(), 105, end=end)
        self.open_case(170, end=end)
        with self.at(self.next_month):
            self.run_pass()
        rows = self.rows()
        self.assertEqual(sum(rows.mapped("measured_count")), 2)
        self.assertEqual(sum(rows.mapped("within_count")), 1)
        self.assertEqual(sum(rows.mapped("beyond_count")), 1)
        self.assertEqual(sum(rows.mapped("deviation")), 75)
        self.assertEqual(sum(rows.mapped("loss_amount")), 75)
        self.assertEqual(set(rows.mapped("month")), {end.date().replace(day=1)})

    def test_given_pass_twice_expected_same_figures(self):
        self.open_case()
        names = ["month", "product_id", "measured_count", "beyond_count", "loss_amount"]
        with self.at(self.next_month):
            self.run_pass()
            first = self.rows().mapped(lambda row: row.read(names, load=None)[0])
            self.assertTrue(first)
            self.run_pass()
        again = self.rows().mapped(lambda row: row.read(names, load=None)[0])
        for row in [*first, *again]:
            del row["id"]
        self.assertEqual(again, first)

    def test_given_late_event_expected_month_added_up_again(self):
        self.open_case()
        with self.at(self.next_month):
            self.run_pass()
            self.finish(self.make_workorder(), 105)
            self.run_pass()
        self.assertEqual(sum(self.rows().mapped("measured_count")), 2)

    def test_given_correction_expected_counted_once_with_new_figure(self):
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        with self.at(self.next_month):
            self.run_pass()
            workorder.time_ids.filtered("date_end")[:1].date_start += timedelta(
                minutes=70
            )
            self.judge()
            self.run_pass()
        rows = self.rows()
        self.assertEqual(sum(rows.mapped("measured_count")), 1)
        self.assertEqual(sum(rows.mapped("deviation")), 0)

    def test_given_night_in_plant_zone_expected_month_of_the_plant(self):
        self.plant.tz = "Asia/Tokyo"
        end = self.moment("2026-03-31 20:00:00")  # the first of April in Tokyo
        with self.at(self.moment("2026-03-31 21:00:00")):
            self.finish(self.make_workorder(), 105, end=end)
        with self.at(self.moment("2026-05-20 00:00:00")):
            self.run_pass()
        self.assertEqual(self.rows().month, date(2026, 4, 1))

    def test_given_month_that_fails_expected_logged_and_others_done(self):
        self.open_case()
        self.Month._as_system().create(
            {
                "month": date(2001, 1, 1),
                "company_id": self.company.id,
                "is_due": True,
            }
        )
        method = type(self.Month)._roll_up

        def poisoned(months):
            if months.month.year == 2001:
                raise ValueError("poison")
            return method(months)

        with (
            self.at(self.next_month),
            patch.object(type(self.Month), "_roll_up", poisoned),
            mute_logger(LOG),
        ):
            self.run_pass()
        self.assertTrue(self.rows())
        run = self.Run.search([("name", "like", "2001-01-01")])
        self.assertEqual((run.outcome, run.error), ("failed", "ValueError: poison"))

    def test_given_other_node_at_work_expected_nothing_done(self):
        self.open_case()
        progress = type(self.env["mfg.variance.rollup.progress"])
        with self.at(self.next_month):
            nothing = self.env["mfg.variance.rollup.progress"]
            with patch.object(progress, "_take", return_value=nothing):
                self.run_pass()
            self.assertFalse(self.rows())

    def test_given_stale_list_columns_expected_refreshed_by_the_pass(self):
        case = self.open_case(170)
        self.assertEqual((case.listed_amount, case.listed_count), (70, 1))
        self.env.cr.execute(
            "UPDATE mfg_variance_exception SET listed_amount = 0 WHERE id = %s",
            [case.id],
        )
        case.invalidate_recordset()
        self.run_pass()
        self.assertEqual((case.listed_amount, case.amount), (70, 70))

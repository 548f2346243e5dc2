from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestEvidenceReport(LedgerCase):
    """One document shows everything of a case, with the hashes that prove it."""

    def setUp(self):
        super().setUp()
        self.late = self.open_case(170)
        self.late.with_user(self.supervisor).action_take()
        self.Seal._seal(1000)

    def evidence(self, case=None, user=None):
        case = case or self.late
        return case.with_user(user or self.supervisor)._get_evidence()

    def section(self, key, **kwargs):
        sections = self.evidence(**kwargs)["sections"]
        return next((one for one in sections if one["key"] == key), None)

    def html(self, case=None):
        reports = self.env["ir.actions.report"].with_user(self.supervisor)
        content, _kind = reports._render_qweb_html(
            "mfg_variance_core.report_evidence", (case or self.late).ids
        )
        return content.decode()

    def test_given_case_expected_page_with_title_chart_and_person(self):
        page = self.html()
        self.assertIn(self.late.title, page)
        self.assertIn("<svg", page)
        self.assertIn(self.supervisor.name, page)

    def test_given_moves_expected_timeline_in_order_with_hashes(self):
        rows = self.section("timeline")["rows"]
        self.assertEqual(rows[0][1], "Happened")
        self.assertIn("Status changed", [row[1] for row in rows])
        told = self.told("exception.moved", self.late)
        self.assertIn(told.id, [row[4] for row in rows])
        proof = next(row for row in self.section("ledger")["rows"] if row[0] == told.id)
        self.assertEqual(proof[2], told.content_hash)

    def test_given_proof_in_a_row_expected_timeline_tells_words_and_names(self):
        self.append(
            record=self.late,
            hash="f" * 64,
            signed_by=self.supervisor.id,
            in_place_of=False,
            verdict="approved",
            policy_version_id=self.late.policy_version_id.id,
        )
        details = self.section("timeline")["rows"][-1][2]
        self.assertNotIn("f" * 64, details)
        self.assertIn(self.supervisor.name, details)
        self.assertIn("Decision: Approved", details)
        self.assertIn(self.late.policy_version_id.display_name, details)
        self.assertNotIn("In Place Of", details)

    def test_given_moment_in_a_row_expected_zone_of_the_plant(self):
        self.plant.tz = "Asia/Tokyo"
        self.supervisor.tz = "UTC"
        self.late._tell_ledger(
            "exception.cleared", cleared_at=Datetime.to_datetime("2026-03-02 20:15:00")
        )
        self.assertIn("3/3/26, 5:15", self.section("timeline")["rows"][-1][2])

    def test_given_cleared_case_expected_moment_in_the_timeline(self):
        self.late._clear(self.now)
        rows = self.section("timeline")["rows"]
        self.assertIn("Condition cleared", [row[1] for row in rows])

    def test_given_decision_with_a_cost_expected_it_is_not_in_the_chart(self):
        self.env["mfg.variance.measurement"]._as_system().create(
            {
                "metric_id": self.env.ref(
                    "mfg_variance_core.metric_disposition_cost"
                ).id,
                "metric_code": "disposition_cost",
                "category_id": self.late.category_id.id,
                "source_model": "mfg.variance.disposition",
                "source_id": 1,
                "phase": "final",
                "revision": 1,
                "event_at": self.now,
                "recorded_at": self.now,
                "timeliness": "live",
                "company_id": self.late.company_id.id,
                "planned": 0.0,
                "actual": 5000.0,
                "outcome": "merged",
                "exception_id": self.late.id,
            }
        )
        points = self.late._get_chart_data()["points"]
        self.assertNotIn(5000.0, [point["actual"] for point in points])

    def test_given_case_older_than_the_ledger_expected_its_own_stamps(self):
        self.forge("DELETE FROM mfg_variance_ledger WHERE case_ref = %s", self.late.id)
        rows = self.section("timeline")["rows"]
        self.assertIn(
            ("Acknowledged", self.supervisor.name), [(row[1], row[3]) for row in rows]
        )

    def test_given_readings_expected_case_marked_in_the_chart(self):
        chart = self.section("readings")["chart"]
        self.assertTrue(any(dot.is_case for dot in chart.dots))

    def test_given_sealed_rows_expected_they_hold(self):
        rows = self.section("ledger")["rows"]
        self.assertTrue(rows)
        self.assertEqual({row[4] for row in rows}, {"holds"})
        self.assertEqual({len(row[3]) for row in rows}, {64})

    def test_given_forged_row_expected_document_says_so(self):
        row = self.told("exception.moved", self.late)
        self.forge("UPDATE mfg_variance_ledger SET actor_ref = 1 WHERE id = %s", row.id)
        self.assertIn("DOES NOT HOLD", self.html())

    def test_given_file_expected_its_hash_compared(self):
        self.env["ir.attachment"].create(
            {
                "name": "photo.txt",
                "raw": b"as it was",
                "res_model": self.late._name,
                "res_id": self.late.id,
            }
        )
        row = self.section("files")["rows"][0]
        self.assertEqual((row[0], row[3]), ("photo.txt", "as hashed into the ledger"))

    def test_given_hold_expected_section_with_reason(self):
        self.assertIsNone(self.section("holds"))
        self.env["mfg.variance.hold"]._place(
            [
                {
                    "kind": "workcenter",
                    "workcenter_id": self.center.id,
                    "exception_id": self.late.id,
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "reason": "Chuck is loose",
                }
            ]
        )
        self.env.cr.precommit.run()
        block = self.section("holds")["records"][0]
        self.assertIn("Chuck is loose", [value for _label, value in block[1]])

    def test_given_case_expected_its_deadlines(self):
        self.late._as_system().write({"resolve_by": self.now})
        blocks = self.section("deadlines")["records"]
        self.assertIn("Resolve By", [label for label, _value in blocks[0][1]])

    def test_given_costs_expected_total_of_the_case(self):
        rows = self.section("costs")["rows"]
        self.assertEqual(rows[-1][0], "Cost of the case")

    def test_given_operator_expected_refused_because_of_names(self):
        with self.assertRaises(AccessError):
            self.evidence(user=self.operator)

    def test_given_reading_of_the_plant_expected_times_of_the_plant(self):
        self.plant.tz = "Asia/Tokyo"
        self.assertEqual(self.evidence()["zone"], "Asia/Tokyo")

    def test_given_button_expected_report_of_the_case(self):
        action = self.late.with_user(self.supervisor).action_print_evidence()
        self.assertEqual(action["type"], "ir.actions.report")

    def test_given_markup_in_a_title_expected_escaped(self):
        case = self.Case._open_cases(
            [self._prepare_case_vals(title="<script>alert(1)</script>")]
        )
        self.assertNotIn("<script>alert(1)", self.html(case))

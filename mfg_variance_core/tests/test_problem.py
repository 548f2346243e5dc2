import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .floor_case import FloorCase, make_picture

SVG = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
).decode()


@tagged("-at_install", "post_install")
class TestProblem(FloorCase):
    """A problem reported with a tap: its case, its place, and what is refused."""

    # --------------------------------------------------------------- the case

    def test_tap_opens_case_on_center_order_and_shift(self):
        workorder = self.make_workorder()
        workorder.button_start()
        self.judge()
        with self.at(self.moment("2026-03-02 07:00:00")):
            problem = self.report()
        case = problem.exception_id
        self.assertEqual(case.workcenter_id, self.center)
        self.assertEqual(case.workorder_id, workorder)
        self.assertEqual(case.production_id, workorder.production_id)
        self.assertEqual(case.plant_id, self.plant)
        self.assertEqual(case.shift_id.name, "Early")
        self.assertEqual(case.owner_id, self.supervisor)
        self.assertEqual(case.title, "Tool or fixture at Lathe 1")
        self.assertTrue(case.what_to_do)

    def test_two_running_orders_leave_the_order_open(self):
        for _number in range(2):
            self.make_workorder().button_start()
        self.assertFalse(self.report().exception_id.workorder_id)

    def test_repeated_tap_is_one_more_event_of_the_open_case(self):
        first, second = self.report(), self.report(user=self.supervisor)
        self.assertEqual(first.exception_id, second.exception_id)
        self.assertEqual(first.exception_id.occurrence_count, 2)

    def test_other_reason_or_center_is_a_case_of_its_own(self):
        other = self.env.ref("mfg_variance_core.problem_reason_material")
        cases = (
            self.report().exception_id
            | self.report(reason=other).exception_id
            | self.report(center=self._make_center("Lathe 2")).exception_id
        )
        self.assertEqual(len(cases), 3)

    def test_tap_after_closing_opens_a_new_case(self):
        case = self.report().exception_id
        cause = self.env.ref("mfg_variance_core.cause_tool")
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, cause.id
        )
        self.assertEqual(case.state, "closed")
        self.assertNotEqual(self.report().exception_id, case)

    def test_report_is_measured_by_its_metric(self):
        problem = self.report(note="Chuck is loose")
        row = self.Measurement.search([("exception_id", "=", problem.exception_id.id)])
        self.assertEqual(row.metric_code, "reported_problem")
        self.assertEqual((row.source_model, row.source_id), (problem._name, problem.id))
        self.assertEqual(row.outcome_detail, "Chuck is loose")

    def test_severe_reason_goes_the_full_track(self):
        unsafe = self.env.ref("mfg_variance_core.problem_reason_safety")
        case = self.report(reason=unsafe).exception_id
        self.assertEqual((case.severity, case.track), ("critical", "full"))
        minutes = (case.respond_by - case.detected_at).total_seconds() / 60
        self.assertEqual(minutes, 10)

    def test_work_order_decides_on_the_center(self):
        workorder = self.make_workorder()
        other = self._make_center("Lathe 2")
        problem = self.report(center=other, workorder_id=workorder.id)
        self.assertEqual(problem.workcenter_id, self.center)
        self.assertEqual(problem.workorder_id, workorder)

    def test_report_of_this_morning_is_recorded_late(self):
        moment = self.now - timedelta(hours=5)
        problem = self.report(occurred_at=str(moment))
        row = self.Measurement.search([("exception_id", "=", problem.exception_id.id)])
        self.assertEqual(row.timeliness, "late")
        self.assertEqual(row.event_at, moment)

    # ----------------------------------------------------------------- refused

    def test_viewer_reports_nothing(self):
        with self.assertRaises(AccessError):
            self.report(user=self.people["viewer"])

    def test_system_user_reports_nothing(self):
        with self.assertRaises(AccessError):
            self.Problem.sudo().with_user(self.env.ref("base.user_root")).action_raise(
                self.reason.id, self.center.id
            )

    def test_other_plants_center_is_refused(self):
        with self.assertRaises(AccessError):
            self.report(user=self.local, center=self.far_center)

    def test_other_plants_work_order_is_refused(self):
        bom = self._make_bom(self.gear, (("Far", 10),), center=self.far_center)
        far = self.make_workorder(bom=bom)
        with self.assertRaises(AccessError):
            self.report(user=self.local, workorder_id=far.id)

    def test_other_companys_center_is_refused(self):
        strange = self.env["res.company"].create({"name": "Other Works"})
        center = self.env["mrp.workcenter"].create(
            {
                "name": "Strange",
                "company_id": strange.id,
                "resource_calendar_id": strange.resource_calendar_id.id,
            }
        )
        with self.assertRaises(AccessError):
            self.report(center=center)

    def test_other_plants_reason_is_refused(self):
        self.reason.write(
            {"company_id": self.company.id, "plant_id": self.far_plant.id}
        )
        with self.assertRaises(UserError):
            self.report()

    def test_archived_reason_is_refused(self):
        self.reason.active = False
        with self.assertRaises(UserError):
            self.report()

    def test_future_and_long_past_are_refused(self):
        for hours in (-1, 30):
            with self.assertRaises(ValidationError):
                self.report(occurred_at=str(self.now - timedelta(hours=hours)))

    def test_nobody_creates_or_changes_a_problem_directly(self):
        problem = self.report()
        for user in self.people.values():
            with self.assertRaises(AccessError):
                self.Problem.with_user(user).create(
                    {"reason_id": self.reason.id, "reporter_id": self.operator.id}
                )
            with self.assertRaises(AccessError):
                problem.with_user(user).write({"note": "forged"})
            with self.assertRaises(AccessError):
                problem.with_user(user).unlink()

    # ------------------------------------------------------------ the reporter

    def test_reporter_is_whoever_calls(self):
        forged = self.Problem.with_user(self.operator).with_context(
            default_reporter_id=self.supervisor.id
        )
        told = forged.action_raise(self.reason.id, self.center.id)
        problem = self.Problem.browse(told["problem_id"])
        self.assertEqual(problem.reporter_id, self.operator)

    def test_operator_cannot_read_who_reported(self):
        problem = self.report(user=self.local)
        with self.assertRaises(AccessError):
            problem.with_user(self.operator).read(["reporter_id"])
        with self.assertRaises(AccessError):
            self.Problem.with_user(self.operator).search(
                [("reporter_id", "=", self.local.id)]
            )
        self.assertEqual(
            problem.with_user(self.supervisor).reporter_id.sudo(), self.local
        )

    def test_no_other_column_tells_who_reported(self):
        problem = self.report(user=self.local, photo=make_picture())
        self.env.flush_all()
        case = problem.exception_id
        row = self.Measurement.search([("exception_id", "=", case.id)])
        photo = self.env["ir.attachment"].search(
            [
                ("res_model", "=", problem._name),
                ("res_id", "=", problem.id),
                ("res_field", "=", "photo"),
            ]
        )
        self.assertTrue(photo)
        for record in (problem, case, row, photo):
            self.assertNotIn(self.local, record.create_uid | record.write_uid)
        self.assertNotIn(self.local.partner_id, case.message_ids.author_id)
        self.assertNotIn(self.local.partner_id, case.message_partner_ids)

    # --------------------------------------------------------------- the photo

    def test_photo_is_drawn_anew_as_jpeg(self):
        for kind in ("PNG", "JPEG"):
            problem = self.report(photo=make_picture(kind))
            stored = base64.b64decode(problem.photo)
            self.assertEqual(stored[:3], b"\xff\xd8\xff", kind)

    def test_hidden_tail_of_a_photo_is_gone(self):
        tail = b"<script>alert(1)</script>"
        photo = base64.b64encode(base64.b64decode(make_picture()) + tail).decode()
        self.assertNotIn(tail, base64.b64decode(self.report(photo=photo).photo))

    def test_what_is_no_picture_is_refused(self):
        page = base64.b64encode(b"<html><script>alert(1)</script></html>").decode()
        for photo in (SVG, page, "no base64 at all", make_picture("GIF"), 42):
            with self.assertRaises(ValidationError, msg=str(photo)[:20]):
                self.report(photo=photo)

    def test_too_large_photo_is_refused(self):
        with self.assertRaises(ValidationError):
            self.report(photo="A" * (14 * 1024 * 1024 + 8))

    def test_large_photo_is_made_smaller(self):
        problem = self.report(photo=make_picture("PNG", (3000, 1000)))
        self.assertLess(len(base64.b64decode(problem.photo)), 200_000)

    # ------------------------------------------------------------- the reasons

    def test_tenth_reason_is_refused(self):
        with self.assertRaises(ValidationError):
            self.reason.copy()

    def test_plant_may_have_its_own_instead_of_a_shared_one(self):
        self.reason.active = False
        own = self.reason.copy(
            {
                "active": True,
                "company_id": self.company.id,
                "plant_id": self.plant.id,
            }
        )
        self.assertTrue(self.report(reason=own).exception_id)
        with self.assertRaises(ValidationError):
            self.reason.active = True

    def test_choices_are_those_of_the_persons_plants(self):
        found = self.Problem.with_user(self.local).action_get_choices()
        ids = {center["id"] for center in found["centers"]}
        self.assertIn(self.center.id, ids)
        self.assertNotIn(self.far_center.id, ids)
        self.assertEqual(len(found["reasons"]), 9)

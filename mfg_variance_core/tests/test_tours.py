from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import VarianceCommon


@tagged("-at_install", "post_install")
class TestTours(VarianceCommon, HttpCase):
    """What people do on the main screens, in a real browser."""

    def test_supervisor_handles_light_case_in_two_taps(self):
        case = self.open_case()
        self.assertEqual((case.severity, case.owner_id), ("warning", self.supervisor))
        self.start_tour(
            "/odoo/my-variance-exceptions",
            "mfg_variance_two_taps",
            login=self.supervisor.login,
        )
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.closed_by_id, self.supervisor)
        waiting = self.env.ref("mfg_variance_core.cause_waiting")
        self.assertEqual(case.cause_id, waiting)

    def test_supervisor_closes_several_cases_with_one_cause(self):
        cases = self.open_case() | self.open_case()
        self.start_tour(
            "/odoo/my-variance-exceptions?view_type=list",
            "mfg_variance_several_at_once",
            login=self.supervisor.login,
        )
        self.assertEqual(set(cases.mapped("state")), {"closed"})
        self.assertEqual(
            cases.cause_id, self.env.ref("mfg_variance_core.cause_machine")
        )

    def test_supervisor_walks_full_track_to_the_end(self):
        case = self.open_case(minutes=300)
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.start_tour(
            f"/odoo/variance-exceptions/{case.id}",
            "mfg_variance_full_track",
            login=self.supervisor.login,
        )
        self.assertEqual((case.state, case.resolution), ("resolved", "fixed"))
        other = new_test_user(
            self.env,
            "variance_verifier",
            groups="mfg_variance_core.group_quality_manager,mrp.group_mrp_user",
        )
        self.start_tour(
            f"/odoo/variance-exceptions/{case.id}",
            "mfg_variance_verify",
            login=other.login,
        )
        self.assertEqual((case.state, case.verified_by_id), ("closed", other))

    def test_policy_is_made_tried_activated_and_fires(self):
        self.start_tour(
            "/odoo/variance-policies",
            "mfg_variance_policy_make",
            login=self.engineer.login,
        )
        policy = self.env["mfg.variance.policy"].search(
            [("name", "=", "Lathe is slow")]
        )
        self.assertEqual(policy.workcenter_id, self.center)
        self.assertEqual(policy.state, "shadow")
        form = f"/odoo/variance-policies/{policy.id}"

        row = self.finish(self.make_workorder(), 125)
        self.assertFalse(row.exception_id, "A shadow version bothers nobody")
        self.start_tour(form, "mfg_variance_policy_shadow", login=self.engineer.login)

        self.start_tour(
            form, "mfg_variance_policy_activate", login=self.engineer_two.login
        )
        self.assertEqual(policy.state, "active")
        self.assertEqual(policy.activated_by_id, self.engineer_two)

        row = self.finish(self.make_workorder(), 125)
        self.assertEqual(row.exception_id.policy_id, policy)
        self.start_tour(form, "mfg_variance_policy_fired", login=self.engineer.login)

    def test_explainer_answers_from_the_work_order(self):
        case = self.open_case()
        self.start_tour(
            f"/odoo/mrp.workorder/{case.workorder_id.id}",
            "mfg_variance_explain",
            login=self.people["viewer"].login,
        )

    def test_operator_answers_steps_at_the_station(self):
        book = self.env["mfg.variance.playbook"].create({"name": "Ask"})
        steps = {"playbook_id": book.id, "minimum_severity": "warning"}
        self.env["mfg.variance.playbook.step"].create(
            [
                {
                    **steps,
                    "name": "Why?",
                    "kind": "question",
                    "option_ids": [
                        Command.create({"name": "Tool is worn"}),
                        Command.create({"name": "Other"}),
                    ],
                },
                {
                    **steps,
                    "name": "Diameter",
                    "kind": "measure",
                    "unit": "mm",
                    "has_maximum": True,
                    "maximum": 10.2,
                },
            ]
        )
        self.make_policy(workcenter_id=self.center.id, playbook_id=book.id)
        case = self.open_case()
        self.start_tour(
            f"/odoo/mrp.workorder/{case.workorder_id.id}",
            "mfg_variance_person_steps",
            login=self.operator.login,
        )
        rows = case.case_step_ids.sorted("id")
        self.assertEqual(rows.mapped("answer_label")[0], "Tool is worn")
        self.assertTrue(rows[1].is_out_of_limits)
        self.assertEqual(rows.answered_by_id, self.operator)

    def test_operator_finishes_a_case_of_his_shift_in_two_taps(self):
        case = self.open_case()
        self.start_tour(
            "/odoo/my-shift", "mfg_variance_my_shift", login=self.operator.login
        )
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.closed_by_id, self.operator)
        self.assertEqual(case.cause_id, self.env.ref("mfg_variance_core.cause_waiting"))

    def test_operator_raises_a_problem_with_a_tap_on_the_reason(self):
        self.start_tour(
            "/odoo/my-shift", "mfg_variance_raise_problem", login=self.operator.login
        )
        problem = self.env["mfg.variance.problem"].search([])
        self.assertEqual(problem.workcenter_id, self.center)
        self.assertEqual(problem.reporter_id, self.operator)
        self.assertEqual(problem.exception_id.title, "Parts not good at Lathe 1")

    def test_operator_raises_a_problem_from_the_work_order(self):
        workorder = self.make_workorder()
        self.start_tour(
            f"/odoo/mrp.workorder/{workorder.id}",
            "mfg_variance_raise_problem_workorder",
            login=self.operator.login,
        )
        problem = self.env["mfg.variance.problem"].search([])
        self.assertEqual(problem.workorder_id, workorder)

    def test_supervisor_hands_over_and_prints(self):
        self.open_case()
        self.start_tour(
            "/odoo/my-shift", "mfg_variance_hand_over", login=self.supervisor.login
        )
        handover = self.env["mfg.variance.handover"].search([])
        self.assertEqual(handover.signed_by_id, self.supervisor)
        self.assertEqual(handover.remark, "Mind the coolant")

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestExplain(VarianceCommon):
    """Why did it fire, and why not: answered from what was stored."""

    def explain(self, record, user=None):
        """The lines of the explainer as ``{kind: [line, ...]}``."""
        record = record.with_user(user or self.people["viewer"])
        action = record.action_variance_explain()
        explain = self.env["mfg.variance.explain"].browse(action["res_id"])
        return explain.line_ids.grouped("kind")

    def heads(self, lines):
        return {line.title.rsplit(": ", 1)[1]: line for line in lines["measurement"]}

    def test_given_opened_expected_reading_limits_and_winner(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 170).exception_id
        lines = self.explain(workorder)
        head = self.heads(lines)["Work Order Time"]
        self.assertEqual((head.outcome, head.exception_id), ("Exception opened", case))
        self.assertEqual((head.planned, head.actual), (100, 170))
        self.assertEqual(
            lines["limit"].mapped(lambda line: (line.severity, line.is_hit)),
            [("info", True), ("warning", True), ("major", False)],
        )
        winner = lines["policy"].filtered("is_hit")
        self.assertEqual(winner.title, self.policy.name)

    def test_given_within_expected_says_so_with_limits(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        lines = self.explain(workorder)
        self.assertEqual(self.heads(lines)["Work Order Time"].outcome, "Within limits")
        self.assertFalse(lines["limit"].filtered("is_hit"))

    def test_given_losing_candidates_expected_reasons(self):
        special = self.make_policy(workcenter_id=self.center.id)
        other = self.make_policy(
            name="Elsewhere", workcenter_id=self._make_center("Lathe 2").id
        )
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        policies = {line.title: line for line in self.explain(workorder)["policy"]}
        self.assertTrue(policies[special.name].is_hit)
        self.assertIn("more specific", policies[self.policy.name].text)
        self.assertIn("another work center", policies[other.name].text)

    def test_given_untimed_expected_not_recorded_and_policy_named(self):
        workorder = self.make_workorder()
        workorder.action_mark_as_done()
        self.judge()
        lines = self.explain(workorder)
        head = self.heads(lines)["Work Order Time"]
        self.assertEqual(head.outcome, "Not recorded")
        self.assertIn("copied", head.text)
        policy = lines["policy"].filtered(lambda line: line.title == self.policy.name)
        self.assertIn("nothing to judge", policy.text)

    def test_given_rule_switched_off_expected_told(self):
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("rule was off", head.text)

    def test_given_waiting_and_running_expected_told(self):
        workorder = self.make_workorder()
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("Not started", head.text)
        workorder.button_start()
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("within its limits so far", head.text)

    def test_given_policy_activated_later_expected_told(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        later = self.make_policy(workcenter_id=self.center.id)
        policies = {line.title: line for line in self.explain(workorder)["policy"]}
        self.assertIn("after this was judged", policies[later.name].text)

    def test_given_cooldown_expected_case_named(self):
        self.make_policy(
            workcenter_id=self.center.id,
            cooldown_minutes=600,
            fingerprint_dims="workcenter_operation",
        )
        case = self.open_case()
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, self.env.ref("mfg_variance_core.cause_tool").id
        )
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertEqual(head.outcome, "Cooling down")
        self.assertIn(case.name, head.text)

    def test_given_order_expected_every_workorder_and_metric(self):
        order = self.make_order()
        titles = self.explain(order)["measurement"].mapped("title")
        self.assertEqual(len(titles), 4)
        self.assertEqual({title.split(":")[0] for title in titles}, {"Turn", "Grind"})

    def test_given_stranger_expected_refused(self):
        stranger = new_test_user(self.env, "variance_stranger")
        with self.assertRaises(AccessError):
            self.explain(self.make_workorder(), stranger)

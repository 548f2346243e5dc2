from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestNeutralize(VarianceCommon):
    """A copied database bothers nobody and stays readable."""

    def neutralize(self):
        queries = list(get_neutralization_queries(["mfg_variance_core"]))
        self.assertEqual(len(queries), 1)
        self.env.flush_all()
        for query in queries:
            # as Odoo does: the file as it is, per cent signs and all
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_given_copy_expected_crons_of_ours_off(self):
        self.env["ir.cron.trigger"].create(
            {
                "cron_id": self.env.ref("mfg_variance_core.cron_running").id,
                "call_at": self.now,
            }
        )
        others = (
            self.env["ir.cron"].search([]).filtered(lambda cron: not self.is_ours(cron))
        )
        self.neutralize()
        crons = self.env["ir.cron"].with_context(active_test=False).search([])
        ours = crons.filtered(self.is_ours)
        self.assertGreaterEqual(len(ours), 3)
        self.assertFalse(ours.filtered("active"))
        self.assertEqual(crons.filtered("active"), others)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", ours.ids)])
        self.assertFalse(triggers)

    def is_ours(self, cron):
        return cron.get_external_id()[cron.id].startswith("mfg_variance")

    def test_given_copy_expected_nothing_pushed(self):
        playbook = self.make_playbook(
            ("activity", "info", {}), ("notify", "info", {}), ("flag", "info", {})
        )
        rule = self.env["base.automation"].create(
            {
                "name": "Tell somebody",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "trigger": "on_create",
            }
        )
        self.neutralize()
        self.assertEqual(playbook.step_ids.filtered("active").mapped("kind"), ["flag"])
        self.assertFalse(rule.active)

    def test_given_copy_expected_detection_and_cases_left_as_they_are(self):
        case = self.open_case()
        self.neutralize()
        rule = self.env.ref("mfg_variance_core.rule_workorder_done")
        self.assertTrue(rule.active)
        self.assertTrue(case.exists().measurement_ids)
        self.assertEqual(self.policy.state, "active")

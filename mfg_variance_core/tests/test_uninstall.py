from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mfg_variance_core.hooks import EMPTIED_MODELS, uninstall_hook

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestUninstall(VarianceCommon):
    """What the hook leaves for Odoo to delete is what Odoo can delete (D19)."""

    def uninstall(self):
        # as while modules are loaded and unloaded: changes then are nobody's
        self.patch(self.registry, "ready", False)
        uninstall_hook(self.env)
        self.env.flush_all()

    def make_action(self, state):
        return Command.create(
            {
                "name": state,
                "model_id": self.env["ir.model"]._get_id("mrp.workorder"),
                "state": state,
                "usage": "base_automation",
            }
        )

    def make_rule(self, *states):
        return self.env["base.automation"].create(
            {
                "name": "Somebody's",
                "model_id": self.env["ir.model"]._get_id("mrp.workorder"),
                "trigger": "on_create_or_write",
                "action_server_ids": [self.make_action(state) for state in states],
            }
        )

    def test_given_used_database_expected_nothing_in_the_way(self):
        # one test: what it does to the registry is undone after the class only
        self.assertTrue(self.open_case())
        mixed = self.make_rule("code", "variance_evaluate")
        ours = self.make_rule("variance_evaluate")
        self.uninstall()
        self.assertEqual(mixed.exists().action_server_ids.mapped("state"), ["code"])
        self.assertFalse(ours.exists())
        rules = self.env["base.automation"].with_context(active_test=False)
        self.assertFalse(
            rules.search([("action_server_ids.state", "like", "variance_")])
        )
        for name in EMPTIED_MODELS:
            self.assertFalse(self.env[name].search_count([]), name)
        self.env.cr.execute("SELECT 1 FROM pg_trigger WHERE tgname LIKE 'mfg_var%'")
        self.assertFalse(self.env.cr.rowcount)
        metrics = self.env["mfg.variance.metric"].search([])
        metrics.unlink()
        self.env["mfg.variance.category"].search([]).unlink()
        self.assertFalse(metrics.exists())

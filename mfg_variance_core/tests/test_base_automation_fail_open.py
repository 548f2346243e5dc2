from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rule_case import RuleCase

FAILURES = "odoo.addons.mfg_variance_core.models.ir_actions_server"
NO_SUCH_FIELD = repr([("no_such_field", "=", 1)])


@tagged("post_install", "-at_install")
class TestBaseAutomationFailOpen(RuleCase):
    def _break(self, state="variance_raise"):
        self.rule.action_server_ids.state = state
        self.rule.filter_domain = NO_SUCH_FIELD
        self._commit()

    def _get_run(self):
        return self.env["mfg.variance.run"].search(
            [("rule_id", "=", self.rule.id)], order="id desc", limit=1
        )

    @mute_logger(FAILURES)
    def test_given_broken_condition_expected_write_done_and_run_row(self):
        self._break()
        self.tag.name = "Mill"
        self.assertEqual(self.tag.name, "Mill")
        run = self._get_run()
        self.assertEqual((run.kind, run.outcome), ("rule", "failed"))
        self.assertIn("no_such_field", run.error)
        self.assertEqual((run.res_model, run.res_id), (self.tag._name, self.tag.id))

    @mute_logger(FAILURES)
    def test_given_broken_condition_expected_create_done(self):
        self._break()
        tag = self.env["mrp.workcenter.tag"].create({"name": "Mill"})
        self.assertTrue(tag.exists())
        self.assertEqual(self._get_run().outcome, "failed")

    @mute_logger(FAILURES)
    def test_given_broken_precondition_expected_write_done(self):
        self._break()
        self.rule.write({"filter_domain": False, "filter_pre_domain": NO_SUCH_FIELD})
        self.tag.name = "Mill"
        self.assertEqual(self._get_run().outcome, "failed")

    def test_given_somebody_elses_rule_expected_its_error_as_before(self):
        self._break(state="code")
        with self.assertRaises(ValueError):
            self.tag.name = "Mill"

    def test_given_lost_race_expected_raised(self):
        self._break()
        for error in (SerializationFailure(), ConcurrencyError("again")):
            with (
                self.subTest(error=error),
                patch.object(
                    type(self.tag), "filtered_domain", autospec=True, side_effect=error
                ),
                self.assertRaises(type(error)),
            ):
                self.tag.name = "Mill"


@tagged("post_install", "-at_install")
class TestBaseAutomationHealth(RuleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.action_server_ids.write(
            {
                "state": "variance_raise",
                "variance_category_id": cls.env["mfg.variance.category"]
                .search([], limit=1)
                .id,
                "variance_severity": "warning",
            }
        )

    def _check(self):
        """Run the check; return the row it wrote, if any."""
        runs = self.env["mfg.variance.run"]
        domain = [("kind", "=", "health")]
        before = runs.search(domain)
        self.Rule._cron_variance_health_check()
        return runs.search(domain) - before

    def test_given_healthy_rules_expected_one_row_saying_so(self):
        self.assertEqual(self._check().outcome, "ok")
        self.assertFalse(self._check())

    def test_given_fault_expected_row_once_and_again_when_mended(self):
        self._check()
        self.rule.filter_domain = NO_SUCH_FIELD
        run = self._check()
        self.assertEqual(run.outcome, "failed")
        self.assertIn("no_such_field", run.error)
        self.assertIn(self.rule.name, run.error)
        self.assertFalse(self._check())
        self.rule.filter_domain = False
        self.assertEqual(self._check().outcome, "ok")

    def test_given_fault_expected_automation_owner_told(self):
        with patch.object(
            type(self.env["mfg.variance.run"]), "_tell_automation_owner", autospec=True
        ) as tell:
            self.rule.filter_domain = NO_SUCH_FIELD
            self._check()
        tell.assert_called_once()

    def test_given_group_on_action_expected_reported(self):
        self.rule.action_server_ids.group_ids = self.env.ref("base.group_system")
        self.assertIn("groups", self._check().error)

    def test_given_action_warning_expected_reported(self):
        self.rule.action_server_ids.variance_category_id = False
        self.assertIn("category", self._check().error)

    def test_given_syntax_error_expected_reported_and_others_checked(self):
        self.rule.filter_pre_domain = "[("
        other = self._make_rule("mrp.workcenter.tag", name="Other")
        other.action_server_ids.state = "variance_raise"
        error = self._check().error
        self.assertIn(self.rule.name, error)
        self.assertIn(other.name, error)

    def test_given_rule_of_somebody_else_expected_ignored(self):
        self._make_rule("mrp.workcenter.tag", filter_domain=NO_SUCH_FIELD)
        self.assertEqual(self._check().outcome, "ok")

    def test_given_switched_off_rule_expected_ignored(self):
        self.rule.write({"filter_domain": NO_SUCH_FIELD, "active": False})
        self.assertEqual(self._check().outcome, "ok")

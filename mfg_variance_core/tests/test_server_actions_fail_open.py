from unittest.mock import patch

from psycopg2.errors import DivisionByZero, SerializationFailure

from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..guard import SYSTEM, TOKEN_KEY
from ..models.mfg_variance_engine import QUEUE_KEY
from .server_action_case import ServerActionCase

FAILURES = "odoo.addons.mfg_variance_core.models.ir_actions_server"


@tagged("post_install", "-at_install")
class TestServerActionFailOpen(ServerActionCase):
    """Inside a rule our failure is a run row; from the menu a person sees it."""

    def setUp(self):
        # runs after the roll-back: patches follow the rules as they are then
        self.addCleanup(self.env["base.automation"]._update_registry)
        super().setUp()
        self.in_rule = {"__action_done": {self.env["base.automation"]: self.tag}}

    def _get_runs(self):
        return self.env["mfg.variance.run"].search([("kind", "=", "rule")])

    def _fail(self, action, error, records=None, **context):
        """Run the action with an engine that fails; return the new run rows."""
        before = self._get_runs()
        with (
            self._watch("_raise", side_effect=error),
            self._watch("_capture", side_effect=error),
        ):
            self._run(action, records or self.tag, **context)
        return self._get_runs() - before

    @mute_logger(FAILURES)
    def test_given_failure_in_rule_expected_run_row(self):
        run = self._fail(self._make_raise(), UserError("Boom"), **self.in_rule)
        self.assertEqual(run.outcome, "failed")
        self.assertIn("Boom", run.error)
        self.assertEqual((run.res_model, run.res_id), (self.tag._name, self.tag.id))

    @mute_logger(FAILURES)
    def test_given_capture_fails_in_rule_expected_run_row(self):
        action = self._make_action("mrp.workorder", "variance_evaluate")
        workorders = self.order.workorder_ids
        run = self._fail(action, ValueError("Boom"), workorders, **self.in_rule)
        self.assertEqual(run.outcome, "failed")
        self.assertEqual(run.company_id, self.order.company_id)

    @mute_logger(FAILURES)
    def test_given_failure_in_rule_expected_owner_told(self):
        with patch.object(
            type(self.env["mfg.variance.run"]), "_tell_automation_owner", autospec=True
        ) as tell:
            self._fail(self._make_raise(), UserError("Boom"), **self.in_rule)
        tell.assert_called_once()

    @mute_logger(FAILURES, "odoo.sql_db")
    def test_given_database_error_in_rule_expected_work_kept(self):
        self.tag.name = "Mill"

        def divide(engine, action, records):
            engine.env.cr.execute("SELECT 1 / 0")

        run = self._fail(self._make_raise(), divide, **self.in_rule)
        self.assertIn("DivisionByZero", run.error)
        self.env.invalidate_all()
        self.assertEqual(self.tag.name, "Mill")

    @mute_logger(FAILURES)
    def test_given_failure_in_rule_expected_its_own_writes_undone(self):
        def write_and_fail(engine, action, records):
            records.color = 7
            raise ValueError("Boom")

        self._fail(self._make_raise(), write_and_fail, **self.in_rule)
        self.assertEqual(self.tag.color, 1)

    @mute_logger(FAILURES)
    def test_given_failure_in_rule_expected_captured_work_kept(self):
        workorders = self.order.workorder_ids
        self.env["mfg.variance.engine"]._capture(["work_order_time"], workorders)
        self._fail(self._make_raise(), UserError("Boom"), **self.in_rule)
        queue = self.env.cr.precommit.data[QUEUE_KEY]
        self.assertEqual(
            list(queue["mrp.workorder", "final", "work_order_time"]), workorders.ids
        )

    @mute_logger(FAILURES)
    def test_given_warning_in_rule_expected_not_blocked(self):
        action = self._make_raise(variance_category_id=False)
        run = self._fail(action, None, **self.in_rule)
        self.assertIn("ServerActionWithWarningsError", run.error)

    @mute_logger(FAILURES)
    def test_given_group_in_rule_expected_not_blocked(self):
        nobody = self.env["res.groups"].create({"name": "Nobody"})
        action = self._make_raise(group_ids=[Command.set(nobody.ids)])
        self.assertEqual(self._fail(action, None, **self.in_rule).outcome, "failed")

    def test_given_lost_race_in_rule_expected_raised(self):
        evaluate = self._make_action("mrp.workorder", "variance_evaluate")
        for error in (SerializationFailure(), ConcurrencyError("again")):
            for action, records in (
                (self._make_raise(), self.tag),
                (evaluate, self.order.workorder_ids),
            ):
                with (
                    self.subTest(error=error, action=action.state),
                    self.assertRaises(type(error)),
                ):
                    self._fail(action, error, records, **self.in_rule)

    @mute_logger("odoo.sql_db")
    def test_given_spoilt_transaction_expected_raised(self):
        action = self._make_action("mrp.workorder", "variance_evaluate")

        def divide(engine, codes, records, phase):
            engine.env.cr.execute("SELECT 1 / 0")

        with self.assertRaises(DivisionByZero), self.env.cr.savepoint():
            self._fail(action, divide, self.order.workorder_ids, **self.in_rule)

    def test_given_form_being_edited_expected_nothing(self):
        with self._watch("_raise") as raised:
            self._run(
                self._make_raise(), self.tag, onchange_self=self.tag, **self.in_rule
            )
        raised.assert_not_called()

    def test_given_forged_context_expected_error_shown(self):
        with self.assertRaisesRegex(UserError, "Boom"):
            self._fail(self._make_raise(), UserError("Boom"), __action_done={"1": [1]})

    def test_given_failure_from_the_menu_expected_error_shown(self):
        with self.assertRaisesRegex(UserError, "Boom"):
            self._fail(self._make_raise(), UserError("Boom"))

    def test_given_rule_expected_real_write_survives(self):
        action = self._make_raise(usage="base_automation")
        self.env["base.automation"].create(
            {
                "name": "Raise on tags",
                "model_id": action.model_id.id,
                "trigger": "on_create_or_write",
                "action_server_ids": [Command.set(action.ids)],
            }
        )
        with (
            mute_logger(FAILURES),
            self._watch("_raise", side_effect=UserError("Boom")),
        ):
            self.tag.name = "Mill"
        self.assertEqual(self.tag.name, "Mill")
        self.assertEqual(self._get_runs()[:1].error, "UserError: Boom")


@tagged("post_install", "-at_install")
class TestServerActionToken(ServerActionCase):
    def test_given_somebody_elses_code_expected_no_token(self):
        action = self._make_action(
            "mrp.workcenter.tag",
            "code",
            code=f"""
if {TOKEN_KEY!r} in env.context or {TOKEN_KEY!r} in record.env.context:
    raise UserError("leaked")
record.write({{"color": 5}})""",
        )
        self._run(action, self.tag, **{TOKEN_KEY: SYSTEM})
        self.assertEqual(self.tag.color, 5)

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VarianceCommon

STEP = "odoo.addons.mfg_variance_core.models.mfg_variance_playbook_step"


class PlaybookCase(VarianceCommon):
    def react(
        self, *steps, minutes=170, limits=(("warning", 50, 0), ("major", 100, 0))
    ):
        """The case of a fresh overrun whose policy has these steps."""
        self.book = self.make_playbook(*steps)
        self.make_policy(
            workcenter_id=self.center.id, playbook_id=self.book.id, limits=limits
        )
        return self.open_case(minutes)

    def runs(self, case):
        return case.run_ids.sorted("id").mapped(lambda run: (run.name, run.outcome))

    def break_step(self, kind, error):
        return patch.object(
            type(self.env["mfg.variance.playbook.step"]),
            f"_run_{kind}",
            autospec=True,
            side_effect=error,
        )


@tagged("post_install", "-at_install")
class TestPlaybookSteps(PlaybookCase):
    """Each kind of step does its one thing, and leaves a run row."""

    def test_given_activity_expected_for_the_owner(self):
        case = self.react(("activity", "warning", {"delay_days": 1}))
        activity = case.activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertEqual(activity.summary, "Step activity")
        self.assertEqual(self.runs(case), [("Step activity", "ok")])

    def test_given_activity_expected_no_mail(self):
        before = self.env["mail.mail"].search_count([])
        self.react(("activity", "warning", {}))
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_given_activity_and_no_owner_expected_failed_row(self):
        self.plant.supervisor_id = False
        self.people["automation_owner"].active = False
        with mute_logger(STEP):
            case = self.react(("activity", "warning", {}))
        self.assertIn("Nobody owns", case.run_ids.error)
        self.assertEqual(case.run_ids.outcome, "failed")

    def test_given_flag_expected_ribbon_and_banner_until_closed(self):
        case = self.react(("flag", "warning", {}))
        order = case.production_id
        self.assertEqual(order.variance_flag_severity, "warning")
        self.assertIn(case.name, order.variance_flag_text)
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, self.env.ref("mfg_variance_core.cause_tool").id
        )
        order.invalidate_recordset()
        self.assertFalse(order.variance_flag_severity or order.variance_flag_text)

    def test_given_repeat_expected_its_own_order_flagged_and_counted(self):
        book = self.make_playbook(("flag", "warning", {}))
        self.make_policy(
            workcenter_id=self.center.id,
            playbook_id=book.id,
            fingerprint_dims="workcenter_operation",
        )
        case = self.open_case(170)
        second = self.make_workorder()
        self.assertEqual(self.finish(second, 170).exception_id, case)
        order = second.production_id
        self.assertEqual(order.variance_flag_severity, "warning")
        for record in (order, second, case.production_id, case.workorder_id):
            self.assertEqual(record.variance_exception_count, 1)
            action = record.action_open_variance_exceptions()
            self.assertEqual(self.Case.search(action["domain"]), case)
        other = second.production_id.workorder_ids - second
        self.assertFalse(other.variance_exception_count)

    def test_given_repeat_corrected_to_within_expected_its_order_free(self):
        book = self.make_playbook(("flag", "warning", {}))
        self.make_policy(
            workcenter_id=self.center.id,
            playbook_id=book.id,
            fingerprint_dims="workcenter_operation",
        )
        self.open_case(170)
        second = self.make_workorder()
        self.finish(second, 170)
        log = second.time_ids
        log.date_start = log.date_end - timedelta(minutes=100)
        self.judge()
        order = second.production_id
        order.invalidate_recordset()
        self.assertFalse(order.variance_flag_severity)
        self.assertFalse(order.variance_exception_count)

    def test_given_several_flags_expected_worst_shown(self):
        book = self.make_playbook(("flag", "warning", {}))
        self.make_policy(
            workcenter_id=self.center.id,
            playbook_id=book.id,
            limits=(("warning", 50, 0), ("major", 100, 0)),
        )
        order = self.make_order()
        turn, grind = order.workorder_ids
        self.finish(turn, 160)
        self.finish(grind, 170)
        self.assertEqual(order.variance_flag_severity, "major")
        self.assertIn("2", order.variance_flag_text)
        self.assertEqual(order.variance_exception_count, 2)

    def test_given_notify_expected_bus_message_for_the_owner(self):
        with patch.object(
            type(self.env["res.users"]), "_bus_send", autospec=True
        ) as send:
            case = self.react(("notify", "warning", {"message": "Look at it"}))
        user, kind, payload = send.call_args.args
        self.assertEqual((user, kind), (self.supervisor, "simple_notification"))
        self.assertIn(case.name, payload["title"])
        self.assertEqual(payload["message"], "Look at it")

    def test_given_notify_expected_sent_with_the_transaction(self):
        before = self.env["bus.bus"].search([])
        self.react(("notify", "warning", {}))
        sent = self.env["bus.bus"].search([]) - before
        self.assertTrue(any("simple_notification" in one.message for one in sent))

    def test_given_post_expected_message_on_the_order(self):
        case = self.react(("post", "warning", {"message": "<b>Slow</b>"}))
        body = case.production_id.message_ids[0].body
        self.assertIn(case.name, body)
        self.assertIn("&lt;b&gt;Slow", body)

    def test_given_server_action_expected_run_on_the_case_without_token(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Note it",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "state": "code",
                "code": "record.message_post(body='token' if "
                "env.context.get('mfg_variance_token') else 'clean')",
            }
        )
        case = self.react(("server_action", "warning", {"server_action_id": action.id}))
        self.assertEqual(self.runs(case), [("Step server_action", "ok")])
        self.assertIn("clean", case.message_ids[0].body)

    def test_given_server_action_that_forges_expected_failed_row(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Forge",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "state": "code",
                "code": "record.sudo().write({'state': 'closed'})",
            }
        )
        with mute_logger(STEP, "odoo.addons.base.models.ir_actions"):
            case = self.react(
                ("server_action", "warning", {"server_action_id": action.id})
            )
        self.assertEqual((case.state, case.run_ids.outcome), ("new", "failed"))


@tagged("post_install", "-at_install")
class TestPlaybookRunning(PlaybookCase):
    """Steps run in order from their severity on, once, each shielded."""

    def test_given_warning_expected_only_its_steps(self):
        case = self.react(("flag", "warning", {}), ("post", "major", {}))
        self.assertEqual(self.runs(case), [("Step flag", "ok")])

    def test_given_severity_rises_expected_only_the_new_steps(self):
        book = self.make_playbook(("flag", "warning", {}), ("post", "major", {}))
        self.make_policy(
            workcenter_id=self.center.id,
            playbook_id=book.id,
            fingerprint_dims="workcenter_operation",
            limits=(("warning", 50, 0), ("major", 100, 0)),
        )
        case = self.open_case(170)
        self.assertEqual(self.open_case(300), case)
        self.assertEqual(self.runs(case), [("Step flag", "ok"), ("Step post", "ok")])
        self.open_case(310)
        self.assertEqual(len(case.run_ids), 2)

    def test_given_inactive_step_expected_not_run(self):
        case = self.react(("flag", "warning", {"active": False}))
        self.assertFalse(case.run_ids)

    def test_given_failing_step_expected_work_finished_and_others_run(self):
        with (
            self.break_step("flag", ValueError("Boom")),
            mute_logger(STEP),
            patch.object(
                type(self.Run), "_tell_automation_owner", autospec=True
            ) as tell,
        ):
            case = self.react(("flag", "warning", {}), ("post", "warning", {}))
        self.assertEqual(case.workorder_id.state, "done")
        self.assertEqual(
            self.runs(case), [("Step flag", "failed"), ("Step post", "ok")]
        )
        failed = case.run_ids.filtered(lambda run: run.outcome == "failed")
        self.assertIn("ValueError: Boom", failed.error)
        self.assertEqual(failed.company_id, self.company)
        tell.assert_called_once()

    def test_given_failure_expected_owner_told_on_screen(self):
        with (
            self.break_step("flag", ValueError("Boom")),
            mute_logger(STEP),
            patch.object(
                type(self.env["res.users"]), "_bus_send", autospec=True
            ) as send,
        ):
            self.react(("flag", "warning", {}))
        self.assertEqual(send.call_args.args[0], self.people["automation_owner"])

    @mute_logger("odoo.sql_db", STEP)
    def test_given_database_error_in_step_expected_work_kept(self):
        def spoil(step, case):
            step.env.cr.execute("SELECT 1 / 0")

        with self.break_step("flag", spoil):
            case = self.react(("flag", "warning", {}))
        self.assertEqual(case.workorder_id.state, "done")
        self.assertIn("DivisionByZero", case.run_ids.error)

    def test_given_lost_race_in_step_expected_request_repeated(self):
        with (
            self.break_step("flag", ConcurrencyError("Lost")),
            self.assertRaises(ConcurrencyError),
        ):
            self.react(("flag", "warning", {}))

    def test_given_own_unique_violation_in_step_expected_request_repeated(self):
        class Lost(UniqueViolation):
            diag = SimpleNamespace(
                table_name="mfg_variance_exception", message_primary="Lost"
            )

        with (
            self.break_step("flag", Lost()),
            self.assertRaises(ConcurrencyError),
        ):
            self.react(("flag", "warning", {}))

    def test_given_failure_without_company_expected_owners_of_all_told(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        other.variance_automation_owner_id = self.engineer
        with patch.object(
            type(self.env["res.users"]), "_bus_send", autospec=True
        ) as send:
            self.Run._log("health", "Rules", "failed")
        told = {call.args[0] for call in send.call_args_list}
        self.assertLessEqual({self.people["automation_owner"], self.engineer}, told)

    def test_given_old_and_fresh_in_one_case_expected_reaction(self):
        book = self.make_playbook(("activity", "warning", {}))
        self.make_policy(
            workcenter_id=self.center.id,
            playbook_id=book.id,
            fingerprint_dims="workcenter_operation",
        )
        old, fresh = self.make_workorder(), self.make_workorder()
        self.log_time(old, 300, end=self.now - timedelta(days=9))
        self.log_time(fresh, 170)
        (old | fresh).button_finish()
        self.judge()
        case = self.measured(old | fresh).exception_id
        self.assertEqual(len(case), 1)
        self.assertFalse(case.is_historic)
        self.assertTrue(case.respond_by)
        self.assertTrue(case.activity_ids)

    def test_given_bundle_of_a_flood_expected_one_reaction(self):
        book = self.make_playbook(("activity", "warning", {}))
        self.make_policy(
            workcenter_id=self.center.id, playbook_id=book.id, flood_limit=1
        )
        self.open_case(170)
        bundle = self.open_case(170)
        self.assertEqual(self.open_case(170), bundle)
        self.assertEqual(len(bundle.activity_ids), 1)

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.mfg_variance_engine_guardian import SHIPPED_CRONS
from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestDeadMan(VarianceCommon):
    """Notices when the noticing itself went silent, once, and until it is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env.ref("mfg_variance_core.category_automation")
        cls.crons = cls.env["ir.cron"].union(
            *(
                cls.env.ref(f"mfg_variance_core.cron_{name}")
                for name in ("running", "dead_man", "health", "pass_on_steps")
            )
        )
        cls.crons.nextcall = fields.Datetime.now() + timedelta(hours=1)
        # work finished by others before this test is none of its business
        cls.rule = cls.env.ref("mfg_variance_core.rule_workorder_done")
        cls.engine._cron_dead_man()
        cls.before = cls.Case.search([("category_id", "=", cls.category.id)])

    def check(self):
        """Run the check; the open cases about silence made in this test."""
        self.engine._cron_dead_man()
        return self.cases().filtered("is_open")

    def cases(self):
        return self.Case.search([("category_id", "=", self.category.id)]) - self.before

    def test_every_shipped_scheduled_action_is_watched(self):
        shipped = self.env["ir.model.data"].search(
            [("module", "=", "mfg_variance_core"), ("model", "=", "ir.cron")]
        )
        self.assertEqual(set(shipped.mapped("name")), set(SHIPPED_CRONS))

    def test_given_all_well_expected_no_case(self):
        self.finish(self.make_workorder(), 105)
        self.assertFalse(self.check())

    def test_given_cron_switched_off_expected_case_for_automation_owner(self):
        self.crons[0].active = False
        case = self.check()
        self.assertEqual(len(case), 1)
        self.assertEqual(case.owner_id, self.people["automation_owner"])
        self.assertEqual((case.severity, case.track), ("major", "full"))
        self.assertIn("switched off", case.title)

    def test_given_cron_overdue_expected_case(self):
        self.crons[2].nextcall = fields.Datetime.now() - timedelta(hours=3)
        self.assertIn("should have run", self.check().title)

    def test_given_checked_twice_expected_one_case(self):
        self.crons[0].active = False
        case = self.check()
        self.assertEqual(self.check(), case)

    def test_given_running_again_expected_cleared_then_resumed(self):
        self.crons[0].active = False
        case = self.check()
        self.crons[0].active = True
        self.check()
        self.assertTrue(case.cleared_at)
        self.crons[0].active = False
        self.assertEqual(self.check(), case)
        self.assertFalse(case.cleared_at)

    def test_given_rule_off_and_work_finished_expected_case(self):
        self.rule.active = False
        self.finish(self.make_workorder(), 105)
        case = self.check()
        self.assertEqual(case.company_id, self.company)
        self.assertIn("none was measured", case.title)

    def accept(self, case):
        case._as_system().write({"state": "closed", "resolution": "accepted"})

    def test_given_silence_expected_owner_told_with_activity_once(self):
        self.crons[0].active = False
        with patch.object(
            type(self.env["res.users"]), "_bus_send", autospec=True
        ) as send:
            case = self.check()
            self.check()
        owner = self.people["automation_owner"]
        told = [
            call.args[0]
            for call in send.call_args_list
            if call.args[1] == "simple_notification"
        ]
        self.assertEqual(told, [owner])
        self.assertEqual(case.activity_ids.user_id, owner)
        self.assertEqual(len(case.activity_ids), 1)

    def test_given_no_owner_named_expected_group_told(self):
        self.company.variance_automation_owner_id = False
        self.crons[0].active = False
        with patch.object(
            type(self.env["res.users"]), "_bus_send", autospec=True
        ) as send:
            case = self.check()
        told = {call.args[0] for call in send.call_args_list}
        self.assertIn(self.people["automation_owner"], told)
        self.assertIn(case.owner_id, told)

    def test_given_silence_accepted_expected_no_new_case(self):
        self.crons[0].active = False
        self.accept(self.check())
        self.assertFalse(self.check())

    def test_given_accepted_spoke_and_silent_again_expected_new_case(self):
        self.crons[0].active = False
        accepted = self.check()
        self.accept(accepted)
        self.crons[0].active = True
        self.assertFalse(self.check())
        self.crons[0].active = False
        case = self.check()
        self.assertEqual(len(case), 1)
        self.assertNotEqual(case, accepted)

    def test_given_silence_closed_as_fixed_expected_new_case(self):
        self.crons[0].active = False
        closed = self.check()
        closed._as_system().write({"state": "closed", "resolution": "fixed"})
        self.assertEqual(len(self.check()), 1)

    def test_given_case_of_a_person_expected_left_alone(self):
        own = self.Case._open_cases(
            [
                {
                    "title": "Kept by a person",
                    "fingerprint": "mine",
                    "severity": "warning",
                    "company_id": self.company.id,
                    "category_id": self.category.id,
                }
            ]
        )
        self.engine._cron_dead_man()
        self.assertFalse(own.cleared_at)

    def test_given_work_finished_before_installation_expected_no_case(self):
        self.rule.active = False
        self.finish(self.make_workorder(), 105)
        with patch.object(
            type(self.engine),
            "_get_heard_since",
            autospec=True,
            return_value=fields.Datetime.now() + timedelta(minutes=1),
        ):
            self.assertFalse(self.check())
        self.assertTrue(self.check())

    def test_given_just_installed_expected_heard_since_then(self):
        cron = self.crons.filtered(
            lambda cron: cron == self.env.ref("mfg_variance_core.cron_dead_man")
        )
        self.env.cr.execute(
            "UPDATE ir_cron SET create_date = %s WHERE id = %s",
            (self.now - timedelta(hours=2), cron.id),
        )
        cron.invalidate_recordset(["create_date"])
        self.assertEqual(self.engine._get_heard_since(), self.now - timedelta(hours=2))
        with self.at(self.now + timedelta(days=3)):
            self.assertEqual(
                self.engine._get_heard_since(), self.now + timedelta(days=2)
            )

    def test_given_check_expected_run_row(self):
        self.engine._cron_dead_man()
        run = self.Run.search([("kind", "=", "cron")], limit=1)
        self.assertEqual((run.outcome, run.record_count), ("ok", 0))

    def test_given_old_runs_expected_only_what_went_well_forgotten(self):
        def log(outcome, days, **values):
            started = fields.Datetime.now() - timedelta(days=days)
            return self.Run._log("cron", "Check", outcome, started_at=started, **values)

        case = self.Case._open_cases(
            [{"title": "x", "severity": "info", "company_id": self.company.id}]
        )
        gone = log("ok", 91)
        kept = log("ok", 89) | log("failed", 91) | log("ok", 91, exception_id=case.id)
        # as Odoo does: from the code of a scheduled action
        self.env["ir.actions.server"].create(
            {
                "name": "Vacuum",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.run"),
                "state": "code",
                "code": "model._gc_runs()",
            }
        ).run()
        self.assertFalse(gone.exists())
        self.assertEqual(kept.exists(), kept)

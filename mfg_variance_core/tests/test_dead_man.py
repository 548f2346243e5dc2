from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

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
                for name in ("running", "dead_man", "health")
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

    def test_given_check_expected_run_row(self):
        self.engine._cron_dead_man()
        run = self.Run.search([("kind", "=", "cron")], limit=1)
        self.assertEqual((run.outcome, run.record_count), ("ok", 0))

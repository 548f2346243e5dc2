from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .approval_case import ApprovalCase
from .common import VarianceCommon

STEP = {
    "role": "process_engineer",
    "timeout_minutes": 30,
    "escalate_role": "quality_manager",
}


@tagged("post_install", "-at_install")
class TestApprovalEscalation(ApprovalCase, VarianceCommon):
    """An approval nobody decides goes on, and one nobody can decide is told."""

    def setUp(self):
        super().setUp()
        self.one_rule("use_as_is", STEP)
        self.cron = self.env.ref("mfg_variance_core.cron_approvals")

    def run_cron(self, minutes=0):
        moment = self.engine._now() + timedelta(minutes=minutes)
        with self.at(moment), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_step_escalates_after_its_time_and_not_before(self):
        approval = self.ask("use_as_is")
        self.assertNotIn(self.quality, approval.approver_ids)
        self.run_cron(29)
        self.assertFalse(approval.step_ids.escalated_at)
        self.run_cron(31)
        self.assertTrue(approval.step_ids.escalated_at)
        self.assertLessEqual(self.quality | self.engineer, approval.approver_ids)
        self.decide(approval, self.quality)
        self.assertTrue(approval._is_granted())

    def test_running_twice_escalates_once(self):
        approval = self.ask("use_as_is")
        self.run_cron(31)
        before = approval.step_ids.escalated_at
        rows = self.env["mfg.variance.ledger"].search_count(
            [("kind", "=", "approval.escalated")]
        )
        self.run_cron(90)
        self.assertEqual(approval.step_ids.escalated_at, before)
        self.assertEqual(
            self.env["mfg.variance.ledger"].search_count(
                [("kind", "=", "approval.escalated")]
            ),
            rows,
        )

    def test_a_poison_record_does_not_stop_the_others(self):
        poison = self.ask("use_as_is")
        other = self.ask("use_as_is", record=self.center)
        cls = type(self.Approval)
        refresh = cls._refresh

        def broken(approvals):
            if poison in approvals:
                raise ValueError("poison")
            return refresh(approvals)

        with patch.object(cls, "_refresh", broken):
            self.run_cron(31)
        self.assertTrue(other.step_ids.escalated_at)
        self.assertFalse(poison.step_ids.escalated_at)
        self.assertTrue(
            self.Run.search([("res_id", "=", poison.id), ("outcome", "=", "failed")])
        )

    def test_a_step_nobody_can_decide_escalates_at_once(self):
        (self.engineer | self.engineer_two).write({"active": False})
        approval = self.ask("use_as_is")
        self.assertFalse(approval.has_nobody)
        self.assertIn(self.quality, approval.approver_ids)

    def test_nobody_at_all_becomes_a_case_that_clears_by_itself(self):
        self.one_rule("use_as_is", {"user_ids": [(6, 0, self.operator.ids)]})
        approval = self.ask("use_as_is")
        self.assertTrue(approval.has_nobody)
        self.engine._cron_dead_man()
        case = self.Case.search([("title", "like", approval.name)])
        self.assertEqual(len(case), 1)
        self.assertTrue(case.is_open and case.owner_id)
        approval.with_user(self.supervisor)._withdraw()
        self.engine._cron_dead_man()
        self.assertTrue(case.cleared_at)

    def test_who_can_decide_has_an_activity_and_no_mail(self):
        mails = self.env["mail.mail"].search_count([])
        approval = self.ask()
        self.assertTrue(approval.activity_ids)
        self.assertLessEqual(approval.activity_ids.user_id, approval.approver_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.decide(approval, self.quality)
        self.assertFalse(approval.activity_ids)

    def test_who_is_on_duty_is_called_first(self):
        self.env["mfg.variance.duty"].create(
            {
                "role": "quality_manager",
                "user_id": self.quality_two.id,
                "company_id": self.company.id,
                # a night shift belongs to the day before
                "date_from": "2026-01-01",
            }
        )
        approval = self.ask()
        self.assertEqual(approval.activity_ids.user_id, self.quality_two)


@tagged("post_install", "-at_install")
class TestApprovalBoard(ApprovalCase, VarianceCommon):
    """Who can approve now, and which shift ahead has nobody."""

    def _lines(self, kind):
        action = self.env["mfg.variance.approval.board"].action_open_board()
        lines = self.env["mfg.variance.approval.board"].search(action["domain"])
        return lines.filtered(
            lambda line: line.kind == kind and line.plant_id == self.plant
        )

    def _gaps(self, kind):
        return [
            key
            for key in self.engine._clean_engine()._get_approval_gaps()
            if key.startswith(f"approver:{self.plant.id}:{kind}:")
        ]

    def _on_call(self, shift=False):
        return self.env["mfg.variance.duty"].create(
            {
                "role": "on_call",
                "user_id": self.supervisor.id,
                "plant_id": self.plant.id,
                "shift_id": shift and shift.id,
            }
        )

    def test_the_board_names_who_can_for_each_shift(self):
        lines = self._lines("hold_release")
        self.assertEqual(lines.shift_id, self.plant.shift_ids)
        self.assertIn(self.quality, lines[0].user_ids)
        self.assertNotIn(self.operator, lines.user_ids)
        self.assertFalse(any(lines.mapped("is_gap")))

    def test_nobody_is_a_gap_on_the_board(self):
        (self.quality | self.quality_two).write({"active": False})
        group = self.env.ref("mfg_variance_core.group_quality_manager")
        group.user_ids.write({"active": False})
        self.assertTrue(all(self._lines("hold_release").mapped("is_gap")))

    def _count_queries(self):
        board = self.env["mfg.variance.approval.board"]
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        before = self.env.cr.sql_log_count
        with self.at(self.moment("2026-01-05 12:00:00")):
            lines = board._prepare_lines(self.plant, self.engine._now())
        return len(lines), self.env.cr.sql_log_count - before

    def test_more_shifts_and_kinds_ask_the_database_no_more(self):
        self._on_call()
        many_lines, many = self._count_queries()
        self.plant.shift_ids[1:].unlink()
        few_lines, few = self._count_queries()
        self.assertGreater(many_lines, few_lines)
        self.assertEqual(many, few)
        board = self.env["mfg.variance.approval.board"]
        now = self.moment("2026-01-05 12:00:00")
        with self.at(now), self.assertQueryCount(0):
            board._prepare_lines(self.plant, now)

    def test_what_a_rule_asks_is_on_the_board_as_it_is_changed(self):
        rule = self.one_rule("scrap", {"role": "quality_manager"})
        self.assertNotIn(self.manager, self._lines("scrap").user_ids)
        rule.step_ids.role = "production_manager"
        self.assertIn(self.manager, self._lines("scrap").user_ids)

    def test_a_shift_without_on_call_is_a_gap_where_a_roster_is_kept(self):
        early, late, night = self.plant.shift_ids.sorted("hour_from")
        self.assertFalse(self._gaps("no_ship"))
        for shift in (early, late):
            self._on_call(shift)
        self.assertEqual(
            self._gaps("no_ship"), [f"approver:{self.plant.id}:no_ship:{night.id}"]
        )
        self._on_call(night)
        self.assertFalse(self._gaps("no_ship"))

    def test_a_kind_nobody_asks_for_is_no_gap(self):
        group = self.env.ref("mfg_variance_core.group_quality_manager")
        group.user_ids.write({"active": False})
        self.assertFalse(self._gaps("hold_release"))
        self.ask()
        self.assertEqual(len(self._gaps("hold_release")), 1)

    def test_at_night_on_call_grants_use_do_not_ship(self):
        self._on_call()
        approval = self.ask("no_ship", user=self.engineer)
        self.assertIn(self.supervisor, approval.approver_ids)
        self.assertEqual(approval.activity_ids.user_id, self.supervisor, "is there")
        self.decide(approval, self.supervisor)
        self.assertTrue(approval._is_granted())

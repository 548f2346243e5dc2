from types import SimpleNamespace
from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation, RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..domain import segregation
from ..models.keys import VARIABLE as KEY_VARIABLE
from .approval_case import ApprovalCase
from .common import VarianceCommon

Q = {"sequence": 10, "role": "quality_manager"}
P = {"sequence": 20, "role": "production_manager"}


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase, VarianceCommon):
    """Asking, deciding by steps, and what the decisions add up to."""

    def test_an_approval_is_granted_when_the_one_step_is_approved(self):
        approval = self.ask()
        self.assertEqual(approval.state, "waiting")
        self.decide(approval, self.quality)
        self.assertEqual(approval.state, "granted")
        self.assertTrue(approval._is_granted())
        row = approval.decision_ids
        self.assertEqual(row.user_id, self.quality)
        self.assertEqual(row.way, "session")
        self.assertIn("approve", row.meaning)

    def test_a_rejection_needs_a_reason_and_ends_it(self):
        approval = self.ask()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.decide(approval, self.quality, "rejected", " ")
        self.decide(approval, self.quality, "rejected")
        self.assertEqual(approval.state, "rejected")
        self.assertFalse(approval._is_granted())

    def test_the_record_is_told_what_was_decided(self):
        cls = type(self.plant)
        for verdict, state in (("approved", "granted"), ("rejected", "rejected")):
            approval = self.ask()
            with patch.object(
                cls, f"_on_approval_{state}", create=True, autospec=False
            ) as told:
                self.decide(approval, self.quality, verdict)
            told.assert_called_once_with(approval)

    def test_steps_in_sequence_ask_one_after_the_other(self):
        self.one_rule("scrap", Q, P)
        approval = self.ask("scrap")
        self.assertIn(self.quality, approval.approver_ids)
        self.assertNotIn(self.manager, approval.approver_ids)
        with self.assertRaises(AccessError):
            self.decide(approval, self.manager)
        self.decide(approval, self.quality)
        self.assertEqual(approval.state, "waiting")
        self.assertFalse(approval._is_granted())
        self.decide(approval, self.manager)
        self.assertTrue(approval._is_granted())

    def test_two_steps_need_two_people(self):
        self.one_rule("hold_release", Q, {**Q, "sequence": 20})
        approval = self.ask()
        self.decide(approval, self.quality)
        with self.assertRaisesRegex(UserError, "already"):
            self.decide(approval, self.quality)
        self.decide(approval, self.quality_two)
        self.assertTrue(approval._is_granted())

    def test_parallel_steps_are_asked_at_once_in_any_order(self):
        self.one_rule("scrap", Q, {**P, "sequence": 10})
        approval = self.ask("scrap")
        self.assertLessEqual(self.manager | self.quality, approval.approver_ids)
        self.decide(approval, self.manager)
        self.decide(approval, self.quality)
        self.assertTrue(approval._is_granted())

    def test_all_the_people_named_have_to_agree(self):
        people = self.quality | self.quality_two
        self.one_rule(
            "hold_release",
            {"user_ids": [(6, 0, people.ids)], "needs_everyone": True},
        )
        approval = self.ask()
        self.decide(approval, self.quality)
        self.assertEqual(approval.state, "waiting")
        self.decide(approval, self.quality_two)
        self.assertEqual(approval.state, "granted")

    def test_of_all_the_people_named_who_has_left_is_not_waited_for(self):
        people = self.quality | self.quality_two
        self.one_rule(
            "hold_release",
            {"user_ids": [(6, 0, people.ids)], "needs_everyone": True},
        )
        approval = self.ask()
        self.quality_two.active = False
        self.decide(approval, self.quality)
        self.assertEqual(approval.state, "granted")

    def test_of_people_named_who_have_all_left_nobody_can_decide(self):
        self.one_rule(
            "hold_release",
            {"user_ids": [(6, 0, self.quality_two.ids)], "needs_everyone": True},
        )
        self.quality_two.active = False
        self.assertTrue(self.ask().has_nobody)

    def test_when_who_was_left_to_agree_is_gone_it_says_to_ask_again(self):
        people = self.quality | self.quality_two
        self.one_rule(
            "hold_release", {"user_ids": [(6, 0, people.ids)], "needs_everyone": True}
        )
        approval = self.decide(self.ask(), self.quality)
        self.quality_two.active = False
        approval._refresh()
        self.assertTrue(approval.has_nobody)
        self.assertIn("ask again", approval.open_roles)

    def test_all_the_people_named_are_replaced_by_whom_it_escalated_to(self):
        people = self.quality | self.quality_two
        self.one_rule(
            "no_ship",
            {
                "user_ids": [(6, 0, people.ids)],
                "needs_everyone": True,
                "escalate_role": "production_manager",
            },
        )
        approval = self.ask("no_ship")
        approval.step_ids._escalate(self.engine._now())
        self.decide(approval, self.manager)
        self.assertEqual(approval.state, "granted")

    def test_who_is_named_still_needs_a_role_that_may_approve(self):
        self.one_rule("hold_release", {"user_ids": [(6, 0, self.operator.ids)]})
        approval = self.ask()
        self.assertTrue(approval.has_nobody)
        with self.assertRaises(AccessError):
            self.decide(approval, self.operator)

    def test_the_band_of_the_amount_chooses_the_rule(self):
        small = self.ask("scrap", amount=20)
        self.assertEqual(small.step_ids.role, "supervisor")
        large = self.ask("scrap", record=self.center, amount=9000)
        self.assertEqual(
            large.step_ids.mapped("role"), ["quality_manager", "production_manager"]
        )
        unknown = self.ask("scrap", record=self.gear, amount=None)
        self.assertEqual(unknown.step_ids.mapped("role"), large.step_ids.mapped("role"))

    def test_without_a_rule_the_first_role_of_the_matrix_decides(self):
        self.one_rule("repair", Q).active = False
        approval = self.ask("repair")
        self.assertEqual(approval.step_ids.role, "quality_manager")

    def test_what_is_asked_already_is_not_asked_again(self):
        self.assertEqual(self.ask(), self.ask())

    def test_the_requester_may_take_it_back_and_nobody_else(self):
        approval = self.ask()
        with self.assertRaises(AccessError):
            approval.with_user(self.quality)._withdraw()
        approval.with_user(self.supervisor)._withdraw()
        approval.invalidate_recordset()
        self.assertEqual(approval.state, "withdrawn")
        with self.assertRaises(UserError):
            self.decide(approval, self.quality)

    def test_what_is_decided_is_not_decided_again(self):
        approval = self.decide(self.ask(), self.quality)
        with self.assertRaisesRegex(UserError, "granted already"):
            self.decide(approval, self.quality_two)

    def test_the_requester_decides_nothing(self):
        approval = self.ask(user=self.quality)
        with self.assertRaisesRegex(AccessError, "asked for this yourself"):
            self.decide(approval, self.quality)
        self.assertNotIn(self.quality, approval.approver_ids)

    def test_parties_of_the_record_decide_nothing_also_those_of_later(self):
        cls = type(self.plant)
        approval = self.ask()
        parties = {"producer": {self.quality.id}}
        with patch.object(cls, "_get_parties", lambda _self: parties, create=True):
            with self.assertRaisesRegex(AccessError, "producing"):
                self.decide(approval, self.quality)
            self.decide(approval, self.quality_two)
        self.assertTrue(approval._is_granted())

    def test_an_integration_user_decides_nothing(self):
        self.quality.variance_is_automated = True
        approval = self.ask()
        with self.assertRaisesRegex(AccessError, "integration"):
            self.decide(approval, self.quality)

    def test_nobody_says_of_himself_that_he_is_no_machine(self):
        with self.assertRaises(AccessError):
            self.env.user.variance_is_automated = True

    def test_a_rule_that_asked_nobody_is_deleted_with_its_log(self):
        rule = self.one_rule("scrap", {"role": "quality_manager"})
        rule.message_post(body="Drafted")
        rule.unlink()
        self.assertFalse(rule.exists())

    def test_the_log_of_a_rule_that_asked_somebody_is_kept(self):
        rule = self.one_rule("scrap", {"role": "quality_manager"})
        rule.message_post(body="Needs quality")
        self.assertEqual(self.ask("scrap").rule_id, rule)
        with self.assertRaises(AccessError):
            rule.message_ids[0].sudo().write({"body": "Needs nobody"})

    def test_an_archived_rule_holds_for_nobody_whoever_asked_first(self):
        rule = self.one_rule("scrap", {"role": "quality_manager"})
        rule.active = False
        self.env.registry.clear_cache()
        rule.with_context(active_test=False)._get_rules()
        self.assertNotIn(rule.id, [one.id for one in rule._get_rules()])

    def test_a_rule_holds_for_a_category_that_is_put_below_its_own_later(self):
        above, below = self.env["mfg.variance.category"].create(
            [{"name": name, "code": name} for name in ("above", "below")]
        )
        rule = self.one_rule("scrap", P, category_id=above.id)
        self.assertFalse(self.ask("scrap", category=below).rule_id)
        below.parent_id = above
        approval = self.ask("scrap", record=self.center, category=below)
        self.assertEqual(approval.rule_id, rule)

    @mute_logger("odoo.sql_db")
    def test_a_plant_that_a_rule_is_for_is_not_deleted(self):
        """The rule would hold for every plant."""
        plant = self.env["mfg.variance.plant"].create(
            {"name": "Far", "code": "FAR2", "tz": "UTC"}
        )
        self.one_rule("scrap", Q, plant_id=plant.id)
        with self.assertRaises(ForeignKeyViolation), self.env.cr.savepoint():
            plant.unlink()

    def test_a_step_is_not_moved_into_the_rule_of_another_company(self):
        mine = self.one_rule("scrap", Q, P, company_id=self.company.id)
        company = self.env["res.company"].create({"name": "Other Works"})
        other = self.one_rule("scrap", Q, company_id=company.id)
        step = mine.step_ids[0].with_user(self.people["administrator"])
        with self.assertRaises(AccessError):
            step.rule_id = other

    def test_who_became_a_party_is_not_offered_what_he_would_be_refused(self):
        approval = self.ask()
        mine = self.Approval.with_user(self.quality)
        offered = [("can_decide", "=", True)]
        self.assertTrue(approval.with_user(self.quality).can_decide)
        self.assertIn(approval, mine.search(offered))
        parties = {"producer": {self.quality.id}}
        cls = type(self.plant)
        with patch.object(cls, "_get_parties", lambda _self: parties, create=True):
            approval.invalidate_recordset(["can_decide"])
            self.assertIn(self.quality, approval.approver_ids, "not looked at since")
            self.assertFalse(approval.with_user(self.quality).can_decide)
            self.assertNotIn(approval, mine.search(offered))
            self.assertEqual(mine._get_floor_cards(5), ([], 0))
            self.assertTrue(approval.with_user(self.quality_two).can_decide)

    def test_a_list_of_approvals_is_asked_for_in_few_queries(self):
        few, many = self.Approval, self.Approval
        for record in (self.plant, self.center, self.gear, self.blank, self.bom):
            many |= self.ask(record=record)
        few = many[:2]
        counts = []
        for approvals in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            approvals.with_user(self.operator).mapped("can_decide")
            approvals.with_user(self.operator).mapped("open_roles")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_when_it_was_decided_is_told_in_the_zone_of_the_reader(self):
        with self.at(self.moment("2026-01-05 23:30:00")):
            row = self.decide(self.ask(), self.quality).decision_ids
        self.operator.tz = "Europe/Berlin"
        shown = row.with_user(self.operator).with_context(tz="Europe/Berlin")
        self.assertIn("01/06/2026 12:30", shown.display_name)
        self.assertNotIn("UTC", shown.display_name)

    def test_a_granted_state_without_decisions_grants_nothing(self):
        approval = self.ask()
        approval._as_system().write({"state": "granted"})
        self.assertFalse(approval._is_granted())

    def test_a_row_written_past_the_orm_grants_nothing(self):
        approval = self.ask()
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO mfg_variance_approval_decision (approval_id, step_id, "
            "company_id, user_id, verdict, meaning, way, device_user_id, decided_at, "
            "content_hash) VALUES (%s, %s, %s, %s, 'approved', 'x', 'session', %s, "
            "now(), 'forged')",
            [
                approval.id,
                approval.step_ids.id,
                self.company.id,
                self.quality.id,
                self.quality.id,
            ],
        )
        self.assertFalse(approval._is_granted())

    def test_with_a_key_only_what_the_server_signed_counts(self):
        before = self.decide(self.ask(), self.quality)
        with patch.dict("os.environ", {KEY_VARIABLE: "secret"}):
            self.assertFalse(before._is_granted())
            approval = self.decide(self.ask(record=self.center), self.quality)
            self.assertTrue(approval._is_granted())
        with patch.dict("os.environ", {KEY_VARIABLE: "another"}):
            self.assertFalse(approval._is_granted())

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_what_was_asked_and_decided(self):
        approval = self.decide(self.ask(), self.quality)
        self.env.flush_all()
        for table, change in (
            ("mfg_variance_approval", "requester_id = 1"),
            ("mfg_variance_approval", "kind = 'scrap'"),
            ("mfg_variance_approval_step", "role = 'operator'"),
            ("mfg_variance_approval_decision", "verdict = 'rejected'"),
        ):
            with (
                self.subTest(change=change),
                self.assertRaises(RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(f"UPDATE {table} SET {change}")
            with self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(f"DELETE FROM {table}")
        self.assertTrue(approval._is_granted())


@tagged("post_install", "-at_install")
class TestAuthority(ApprovalCase, VarianceCommon):
    """Who is asked, where he may, and that he has to be there himself."""

    def _check(self, user, action="confirm_hold", record=None, **kwargs):
        record = record or self.plant
        authority = self.authority.with_user(user)
        return authority._check(action, record.with_user(user), **kwargs)

    def test_a_person_in_his_own_session_may(self):
        with self.signed_in(self.operator):
            self.assertEqual(self._check(self.operator).user_id, self.operator.id)

    def test_without_a_session_nobody_decides(self):
        with self.assertRaisesRegex(AccessError, "in person"):
            self._check(self.operator)

    def test_containing_needs_no_session(self):
        self._check(self.operator, "place_hold")

    def test_a_session_of_somebody_else_is_none(self):
        with self.signed_in(self.operator), self.assertRaises(AccessError):
            self._check(self.supervisor)

    def test_a_key_and_a_route_without_session_are_none(self):
        uid = self.operator.id
        for request in (
            {"session": SimpleNamespace(uid=uid, can_save=False)},
            {"dispatcher": SimpleNamespace(routing_type="json2")},
        ):
            with (
                self.subTest(request=request),
                self.signed_in(self.operator, **request),
                self.assertRaises(AccessError),
            ):
                self._check(self.operator)

    def test_superuser_mode_is_none(self):
        with self.signed_in(self.operator), self.assertRaises(AccessError):
            authority = self.authority.with_user(self.operator).sudo()
            authority._check("confirm_hold", self.plant)

    def test_the_superuser_decides_nothing(self):
        with self.signed_in(self.env.user), self.assertRaises(AccessError):
            self.authority._check("place_hold", self.plant)

    def test_administrators_get_nothing_by_being_one(self):
        admin = self.people["administrator"]
        admin.group_ids += self.env.ref("base.group_system")
        for action in segregation.MATRIX:
            with (
                self.subTest(action=action),
                self.signed_in(admin),
                self.assertRaises(AccessError),
            ):
                self._check(admin, action)

    def test_another_plant_is_out_of_reach(self):
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FRR"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", far.id)])
        self.operator.variance_plant_ids = self.plant
        with self.signed_in(self.operator):
            self._check(self.operator, "place_hold")
            with self.assertRaises(AccessError):
                self._check(self.operator, "place_hold", plant)

    def test_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Other Works"})
        plant = self.env["mfg.variance.plant"].search(
            [("company_id", "=", company.id)], limit=1
        ) or self.env["mfg.variance.plant"].create(
            {"name": "Strange", "code": "ST", "company_id": company.id}
        )
        with self.signed_in(self.operator), self.assertRaises(AccessError):
            self._check(self.operator, "place_hold", plant)

    def test_who_is_on_call_may_if_he_is_a_supervisor(self):
        self.env["mfg.variance.duty"].create(
            [
                {"role": "on_call", "user_id": user.id, "company_id": self.company.id}
                for user in (self.supervisor, self.operator)
            ]
        )
        able = self.authority._who_can("approve:no_ship", self.plant)
        self.assertIn(self.supervisor, able)
        self.assertNotIn(self.operator, able)
        self.assertLessEqual(self.quality | self.manager, able)

    def test_who_can_leaves_out_parties(self):
        able = self.authority._who_can(
            "approve:hold_release", self.plant, {"holder": {self.quality.id}}
        )
        self.assertNotIn(self.quality, able)
        self.assertIn(self.quality_two, able)

    def test_the_matrix_knows_what_each_group_implies(self):
        for role, above in segregation.IMPLIED.items():
            group = self.env.ref(f"mfg_variance_core.group_{role}")
            implying = {
                name
                for name in segregation.GROUP_ROLES
                if group
                in self.env.ref(f"mfg_variance_core.group_{name}").all_implied_ids
                and name != role
            }
            self.assertEqual(set(above), implying)

    def test_every_kind_is_in_the_matrix(self):
        for kind, _label in self.Approval._fields["kind"].selection:
            self.assertIn(segregation.APPROVE + kind, segregation.MATRIX)

    def test_nobody_is_in_the_break_glass_group_by_another_one(self):
        group = self.env.ref("mfg_variance_core.group_break_glass")
        self.assertFalse(group.implied_by_ids)

    def test_what_waits_for_a_person_is_in_his_shift(self):
        approval = self.ask()
        Floor = self.env["mfg.variance.floor"]
        for user, expected in ((self.quality, [approval.id]), (self.operator, [])):
            shift = Floor.with_user(user).action_get_my_shift()
            (section,) = (one for one in shift["sections"] if one["key"] == "waiting")
            self.assertEqual([one["id"] for one in section["approvals"]], expected)

from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestPolicyScope(VarianceCommon):
    """The most specific scope wins; equals go by sequence, then by age."""

    def winner(self, minutes=170):
        row = self.finish(self.make_workorder(), minutes)
        return row.policy_version_id.policy_id

    def test_given_no_own_policy_expected_shipped_pack(self):
        self.assertEqual(self.winner(), self.policy)

    def test_given_scopes_of_all_widths_expected_narrowest(self):
        tag = self.env["mrp.workcenter.tag"].create({"name": "Lathes"})
        self.center.tag_ids = tag
        self.gear.categ_id = self.env["product.category"].create({"name": "Gears"})
        scopes = (
            {"company_id": self.company.id},
            {"plant_id": self.plant.id},
            {"product_categ_id": self.gear.categ_id.id},
            {"workcenter_tag_id": tag.id},
            {"product_id": self.gear.id},
            {"workcenter_id": self.center.id},
            {"operation_id": self.bom.operation_ids[0].id},
        )
        for scope in scopes:
            policy = self.make_policy(name=str(scope), **scope)
            with self.subTest(scope=scope):
                self.assertEqual(self.winner(), policy)

    def test_given_category_expected_ancestor_covers_and_nearer_wins(self):
        parent = self.env["product.category"].create({"name": "Turned"})
        child = self.env["product.category"].create(
            {"name": "Gears", "parent_id": parent.id}
        )
        self.gear.categ_id = child
        wide = self.make_policy(product_categ_id=parent.id)
        self.assertEqual(self.winner(), wide)
        narrow = self.make_policy(product_categ_id=child.id)
        self.assertEqual(self.winner(), narrow)

    def test_given_other_scope_expected_not_covered(self):
        other = self._make_center("Lathe 2")
        self.make_policy(workcenter_id=other.id)
        self.assertEqual(self.winner(), self.policy)

    def test_given_plant_scope_and_center_without_plant_expected_plant_of_order(self):
        policy = self.make_policy(plant_id=self.plant.id)
        self.center.variance_plant_id = False
        self.assertEqual(self.winner(), policy)

    def test_given_equal_scopes_expected_sequence_then_age(self):
        first = self.make_policy(workcenter_id=self.center.id, sequence=20)
        second = self.make_policy(workcenter_id=self.center.id, sequence=20)
        self.assertEqual(self.winner(), first)
        second.sequence = 10
        self.assertEqual(self.winner(), second)

    def test_given_losers_expected_reason_stored(self):
        winner = self.make_policy(workcenter_id=self.center.id)
        row = self.finish(self.make_workorder(), 170)
        self.assertEqual(
            [one["policy"] for one in row.considered],
            # what judges windows is told too, and takes no part
            [winner.name, self.policy.name, "Repeated overruns on a work center"],
        )
        self.assertIn("more specific", row.considered[1]["reason"])

    def test_given_archived_policy_expected_not_judging(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        policy.active = False
        self.assertEqual(self.winner(), self.policy)

    def test_given_no_policy_at_all_expected_no_policy(self):
        self.policy.active = False
        row = self.finish(self.make_workorder(), 170)
        self.assertEqual((row.outcome, row.severity), ("no_policy", False))

    def test_given_other_company_expected_not_covered(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.engineer.company_ids |= other
        self.engineer_two.company_ids |= other
        self.make_policy(company_id=other.id)
        self.assertEqual(self.winner(), self.policy)

    def test_given_scope_of_a_company_expected_company_filled(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        self.assertEqual(policy.version_id.company_id, self.company)

    def test_given_change_expected_cache_emptied_again_after_commit(self):
        policy = self.make_policy(name="Kept")
        self.env.cr.postcommit.clear()
        for change in (
            lambda: policy.write({"sequence": 7}),
            lambda: self.metric.write({"sequence": 7}),
            lambda: self.plant.write({"active": True}),
        ):
            with patch.object(
                type(self.registry), "clear_cache", autospec=True
            ) as clear:
                change()
                clear.reset_mock()
                self.env.cr.postcommit.run()
            clear.assert_called_once_with(self.registry, "default")

    def test_given_limits_that_make_no_sense_expected_each_said_in_words(self):
        for limits, words in (
            ((("warning", 0, 0),), "Warning: give a percentage"),
            ((("warning", 90, 0), ("major", 50, 0)), "The limits of Major must lie"),
            ((("critical", 50, 0),), "Critical never comes from time"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.make_policy(limits=limits)

    def test_given_other_language_expected_cached_name_in_the_source(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        policy = self.make_policy(name="Turning takes long")
        policy.with_context(lang="fr_FR").name = "Trop long"
        live = policy.with_context(lang="fr_FR")._get_live_versions()
        names = {version.policy_name for version in live}
        self.assertIn("Turning takes long", names)
        self.assertNotIn("Trop long", names)

    def test_given_state_change_expected_told_by_label(self):
        policy = self.make_policy()
        self.assertIn("Draft → Active", policy.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "Active"):
            policy.version_id.with_user(self.engineer).action_shadow()


@tagged("post_install", "-at_install")
class TestPolicyShadow(VarianceCommon):
    """A version in shadow is judged and counted, and bothers nobody."""

    def test_given_shadow_beside_active_expected_counted_only(self):
        policy = self.make_policy(
            state="shadow", limits=(("warning", 5, 0),), workcenter_id=self.center.id
        )
        row = self.finish(self.make_workorder(), 110)
        self.assertEqual((row.outcome, row.exception_id.id), ("within", False))
        self.assertEqual(row.policy_version_id.policy_id, self.policy)
        hit = self.env["mfg.variance.shadow.hit"].search(
            [("measurement_id", "=", row.id)]
        )
        self.assertEqual((hit.version_id, hit.severity), (policy.version_id, "warning"))
        self.assertEqual((policy.shadow_count, policy.exception_count), (1, 0))

    def test_given_shadow_alone_expected_outcome_shadow(self):
        self.policy.active = False
        self.make_policy(state="shadow", workcenter_id=self.center.id)
        row = self.finish(self.make_workorder(), 170)
        self.assertEqual((row.outcome, row.severity), ("shadow", "warning"))
        self.assertFalse(row.exception_id)

    def test_given_shadow_within_expected_no_hit(self):
        policy = self.make_policy(state="shadow", workcenter_id=self.center.id)
        self.finish(self.make_workorder(), 110)
        self.assertEqual(policy.shadow_count, 0)

    def test_given_new_shadow_expected_earlier_retired(self):
        policy = self.make_policy(state="shadow", workcenter_id=self.center.id)
        first = policy.version_id
        policy.with_user(self.engineer).action_new_version()
        policy.with_user(self.engineer).action_shadow()
        self.assertEqual(first.state, "retired")
        self.assertEqual(policy.shadow_version_id.number, 2)


@tagged("post_install", "-at_install")
class TestPolicyVersion(VarianceCommon):
    """What judges is frozen; a change is a new version a second engineer activates."""

    def test_given_shipped_pack_expected_active_and_says_so(self):
        for name in ("policy_work_order_time", "policy_setup_time"):
            version = self.env.ref(f"mfg_variance_core.{name}").active_version_id
            self.assertEqual((version.state, version.number), ("active", 1))
            self.assertIn("installation", version.change_reason)
            self.assertTrue(version.activated_at)

    def test_given_shipped_limits_expected_day_one_pack(self):
        self.assertEqual(
            [
                (limit.severity, limit.percent, limit.floor)
                for limit in self.policy.limit_ids.sorted("percent")
            ],
            [("info", 25, 30), ("warning", 50, 60), ("major", 100, 120)],
        )

    def test_given_active_version_expected_edit_refused(self):
        policy = self.make_policy()
        version = policy.version_id.with_user(self.engineer)
        for edit in (
            lambda: version.write({"confirm_minutes": 5}),
            lambda: version.policy_id.write({"confirm_minutes": 5}),
            lambda: version.limit_ids[0].write({"percent": 5}),
            lambda: version.limit_ids[0].unlink(),
            lambda: version.limit_ids.create(
                {"version_id": version.id, "severity": "major", "percent": 300}
            ),
            lambda: version.write({"limit_ids": [Command.clear()]}),
            lambda: version.unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                edit()
            version.invalidate_recordset()

    def test_given_new_version_expected_a_reason_of_its_own(self):
        policy = self.make_policy(change_reason="As the machine can do it")
        policy.with_user(self.engineer).action_new_version()
        self.assertFalse(policy.version_id.change_reason)

    def test_given_shared_policy_expected_told_to_make_a_narrower_one(self):
        self.env["res.company"].create({"name": "Another works"})
        shared = self.env.ref("mfg_variance_core.policy_work_order_time")
        with self.assertRaisesRegex(AccessError, "Make a policy for your own"):
            shared.with_user(self.engineer).action_new_version()

    def test_given_superuser_expected_edit_of_active_refused(self):
        with self.assertRaises(UserError):
            self.make_policy().version_id.sudo().confirm_minutes = 5

    def test_given_author_expected_own_activation_refused(self):
        policy = self.make_policy(activate=False)
        with self.assertRaises(AccessError):
            self.activate(policy, self.engineer)

    def test_given_no_session_expected_activation_refused(self):
        policy = self.make_policy(activate=False)
        with self.assertRaisesRegex(AccessError, "in person"):
            policy.with_user(self.engineer_two).action_activate()

    def test_given_activation_asked_for_expected_active_when_granted(self):
        policy = self.make_policy(activate=False)
        shown = policy.with_user(self.engineer).action_request_activation()
        approval = self.env["mfg.variance.approval"].search(
            [("res_id", "=", policy.version_id.id), ("kind", "=", "policy_activation")]
        )
        self.assertEqual(shown["res_id"], approval.id)
        self.assertNotIn(self.engineer, approval.approver_ids)
        with self.assertRaises(AccessError):
            self.decide(approval, self.engineer)
        self.decide(approval, self.engineer_two)
        self.assertEqual(policy.state, "active")
        self.assertEqual(policy.version_id.activated_by_id, self.engineer_two)

    def test_given_changed_after_asking_expected_refused_until_asked_again(self):
        policy = self.make_policy(activate=False)
        policy.with_user(self.engineer).action_request_activation()
        domain = [
            ("res_id", "=", policy.version_id.id),
            ("kind", "=", "policy_activation"),
        ]
        first = self.env["mfg.variance.approval"].search(domain)
        policy.limit_ids.with_user(self.engineer).percent = 75
        refused = self.assertRaisesRegex(UserError, "Ask again")
        with refused, self.env.cr.savepoint():
            self.decide(first, self.engineer_two)
        self.assertEqual(policy.state, "draft")
        policy.with_user(self.engineer).action_request_activation()
        second = self.env["mfg.variance.approval"].search(domain) - first
        self.assertEqual(first.state, "withdrawn")
        self.decide(second, self.engineer_two)
        self.assertEqual(policy.state, "active")

    def test_given_editor_of_one_limit_expected_activation_refused(self):
        policy = self.make_policy(activate=False)
        policy.limit_ids.with_user(self.engineer_two).percent = 60
        with self.assertRaises(AccessError):
            self.activate(policy, self.engineer_two)

    def test_given_other_engineer_expected_active_with_name_and_time(self):
        version = self.make_policy().version_id
        self.assertEqual(version.state, "active")
        self.assertEqual(version.activated_by_id, self.engineer_two)
        self.assertEqual(version.author_ids, self.engineer)
        self.assertTrue(version.activated_at)

    def test_given_administrator_expected_activation_refused(self):
        admin = self.people["administrator"]
        admin.group_ids |= self.env.ref("base.group_system")
        policy = self.make_policy(activate=False)
        with self.assertRaises(AccessError):
            self.activate(policy, admin)

    def test_given_superuser_expected_activation_refused(self):
        policy = self.make_policy(activate=False)
        for env in (policy, policy.sudo(), policy.with_user(self.engineer).sudo()):
            with self.assertRaises(AccessError):
                with self.signed_in(self.engineer):
                    env.action_activate()

    def test_given_state_written_expected_refused(self):
        policy = self.make_policy(activate=False)
        with self.assertRaises(AccessError):
            policy.with_user(self.engineer_two).version_id.state = "active"
        with self.assertRaises(AccessError):
            policy.sudo().version_id.author_ids = False

    def test_given_created_as_active_expected_refused(self):
        with self.assertRaises(AccessError):
            self.env["mfg.variance.policy"].with_user(self.engineer).create(
                {"name": "Forged", "metric_id": self.metric.id, "state": "active"}
            )

    def test_given_no_limits_expected_activation_refused(self):
        policy = self.make_policy(activate=False)
        policy.with_user(self.engineer).limit_ids.unlink()
        with self.assertRaises(ValidationError):
            self.activate(policy, self.engineer_two)

    def test_given_critical_by_percent_alone_expected_refused(self):
        policy = self.make_policy(activate=False, limits=(("critical", 200, 0),))
        with self.assertRaises(ValidationError):
            self.activate(policy, self.engineer_two)

    def test_given_new_version_expected_replaces_active_one(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        first = policy.version_id
        policy.with_user(self.engineer).action_new_version()
        draft = policy.version_id
        self.assertEqual((draft.number, draft.state), (2, "draft"))
        self.assertEqual(draft.limit_ids.percent, 50)
        self.assertEqual(policy.active_version_id, first)
        draft.with_user(self.engineer).limit_ids.percent = 10
        self.activate(draft, self.engineer_two)
        self.assertEqual((first.state, draft.state), ("retired", "active"))
        self.assertTrue(first.retired_at)
        row = self.finish(self.make_workorder(), 115)
        self.assertEqual((row.policy_version_id, row.outcome), (draft, "opened"))

    def test_given_draft_waiting_expected_no_second_draft(self):
        policy = self.make_policy()
        for _attempt in range(2):
            policy.with_user(self.engineer).action_new_version()
        self.assertEqual(len(policy.version_ids), 2)

    @mute_logger("odoo.sql_db")
    def test_given_two_active_versions_expected_refused_by_database(self):
        policy = self.make_policy()
        policy.with_user(self.engineer).action_new_version()
        draft = policy.version_id._as_system()
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            draft.state = "active"
            draft.flush_recordset()

    def test_given_retired_expected_no_longer_judging(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        policy.with_user(self.engineer).action_retire()
        self.assertEqual(policy.version_id.state, "retired")
        row = self.finish(self.make_workorder(), 170)
        self.assertEqual(row.policy_version_id.policy_id, self.policy)

    def test_given_viewer_expected_retiring_refused(self):
        policy = self.make_policy()
        with self.assertRaises(AccessError):
            policy.with_user(self.people["viewer"]).action_retire()

    def test_given_used_policy_expected_deletion_refused(self):
        policy = self.make_policy()
        with self.assertRaises(UserError):
            policy.with_user(self.engineer).unlink()

    def test_given_unused_draft_expected_deleted_with_its_version(self):
        policy = self.make_policy(activate=False)
        version = policy.version_id
        policy.with_user(self.engineer).unlink()
        self.assertFalse(version.exists())

    def test_given_copy_expected_draft_of_its_own(self):
        policy = self.make_policy(workcenter_id=self.center.id)
        copied = policy.with_user(self.engineer_two).copy()
        self.assertNotEqual(copied.version_id, policy.version_id)
        self.assertEqual(copied.version_id.policy_id, copied)
        self.assertEqual((copied.state, copied.number), ("draft", 1))
        self.assertEqual(copied.limit_ids.mapped("percent"), [50])
        with self.assertRaises(AccessError):
            self.activate(copied)

    def test_given_shared_policy_expected_copied_into_ones_own_company(self):
        self.env["res.company"].create({"name": "Somewhere else"})
        shared = self.env.ref("mfg_variance_core.policy_material_usage")
        self.assertFalse(shared.company_id)
        copied = shared.with_user(self.engineer_two).copy({"name": "Blocks by lot"})
        self.assertEqual(copied.company_id, self.engineer_two.company_id)
        self.assertEqual(copied.name, "Blocks by lot")

    def test_given_import_expected_draft_by_its_author(self):
        Policy = self.env["mfg.variance.policy"].with_user(self.engineer)
        result = Policy.load(
            ["name", "metric_id/.id", "limit_ids/severity", "limit_ids/percent"],
            [["Imported", str(self.metric.id), "warning", "40"]],
        )
        self.assertFalse([m for m in result["messages"] if m["type"] == "error"])
        policy = Policy.browse(result["ids"])
        self.assertEqual((policy.state, policy.author_ids), ("draft", self.engineer))
        self.assertEqual(policy.version_id.policy_id, policy)

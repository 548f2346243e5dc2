from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestControls(LedgerCase):
    """Whoever edits or switches off a control leaves before and after."""

    def changed(self, record):
        """What the newest row of a record says of each field."""
        self.env.flush_all()
        rows = self.told("control.changed").filtered(
            lambda row: row.res_model == record._name and row.res_id == record.id
        )
        return rows[-1:]._get_data().get("changes") if rows else None

    def names(self, values):
        return {value["name"] for value in values}

    def test_given_rule_switched_off_expected_told(self):
        rule = self.env["base.automation"].search(
            [("model_name", "=", "mrp.workorder")], limit=1
        )
        rule.active = False
        self.assertEqual(self.changed(rule), {"active": [True, False]})

    def test_given_strange_rule_expected_silence(self):
        rule = self.env["base.automation"].create(
            {
                "name": "Of somebody else",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "trigger": "on_create",
            }
        )
        rule.active = False
        self.assertIsNone(self.changed(rule))

    def test_given_cron_edited_expected_told(self):
        cron = self.env.ref("mfg_variance_core.cron_dead_man")
        cron.write({"active": False, "interval_number": 9})
        self.assertEqual(
            self.changed(cron), {"active": [True, False], "interval_number": [1, 9]}
        )
        cron.code = "model._cron_other()"
        self.assertIn("code", self.changed(cron.ir_actions_server_id))

    def test_given_same_value_expected_silence(self):
        self.plant.money_floor = 5
        count = len(self.told("control.changed"))
        self.plant.money_floor = 5
        self.assertEqual(len(self.told("control.changed")), count)

    def test_given_empty_text_for_none_expected_silence(self):
        category = self.metric.category_id
        category.consequence = False
        count = len(self.told("control.changed"))
        category.consequence = ""
        self.assertEqual(len(self.told("control.changed")), count)

    def test_given_field_that_is_no_control_expected_no_query(self):
        user = self.engineer
        user.signature = "one"
        self.env.flush_all()
        with self.assertQueryCount(1):
            user.signature = "two"
            self.env.flush_all()

    def test_given_setting_of_company_expected_told(self):
        self.company.variance_shelve_days = 3
        self.assertEqual(
            self.changed(self.company), {"variance_shelve_days": [7.0, 3.0]}
        )

    def test_given_role_given_to_user_expected_told(self):
        user = new_test_user(self.env, "newcomer")
        self.assertIsNone(self.changed(user))
        user.group_ids = [
            Command.link(self.env.ref("mfg_variance_core.group_operator").id)
        ]
        change = self.changed(user)["group_ids"]
        self.assertEqual(change["removed"], [])
        self.assertEqual(len(change["added"]), 2, "an operator is a viewer, too")

    def test_given_user_given_to_role_expected_told(self):
        user = new_test_user(self.env, "newcomer")
        role = self.env.ref("mfg_variance_core.group_auditor")
        role.user_ids = [Command.link(user.id)]
        added = self.changed(role)["user_ids"]["added"]
        self.assertEqual([one["id"] for one in added], user.ids)
        self.assertEqual(self.names(added), {""})

    def count_swap(self, role, users, newcomer):
        """The queries of one user leaving a role, which has so many, for another."""
        role.user_ids = users
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        role.user_ids = [Command.unlink(users[0].id), Command.link(newcomer.id)]
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_given_role_of_many_expected_told_of_who_came_and_went_alone(self):
        many = self.env["res.users"].create(
            [{"name": f"Many {n}", "login": f"many_{n}"} for n in range(30)]
        )
        role = self.env["res.groups"].create({"name": "Hall"})
        role.implied_ids = self.env.ref("mfg_variance_core.group_viewer")
        few, many_more = (self.count_swap(role, many[:n], many[29]) for n in (2, 29))
        self.assertLessEqual(many_more, few)
        change = self.changed(role)["user_ids"]
        self.assertEqual([one["id"] for one in change["removed"]], many[0].ids)
        self.assertEqual([one["id"] for one in change["added"]], many[29].ids)
        row = self.told("control.changed", role)[-1:]
        self.assertIn("Many 0 (removed) → Many 29 (added)", row.summary)
        for command, told in ((Command.unlink, "removed"), (Command.link, "added")):
            role.user_ids = [command(many[29].id)]
            row = self.told("control.changed", role)[-1:]
            self.assertRegex(row.summary, rf": Many 29 \({told}\)$")

    def test_given_group_that_gives_a_role_expected_told(self):
        group = self.env["res.groups"].create({"name": "Back door"})
        role = self.env.ref("mfg_variance_core.group_quality_manager")
        group.implied_ids = [Command.link(role.id)]
        self.assertIn("implied_ids", self.changed(group))

    def loading(self, name, state):
        """As Odoo does while it loads the data of an addon."""
        module = self.env["ir.module.module"]._get(name)
        self.env.cr.execute(
            "UPDATE ir_module_module SET state = %s WHERE id = %s", [state, module.id]
        )
        module.invalidate_recordset(["state"])
        self.enterContext(patch.object(self.env.registry, "ready", False))
        return self.plant.with_context(install_module=name)

    def test_given_first_installation_expected_version_told_and_no_more(self):
        count = len(self.told("control.changed"))
        plant = self.loading("mfg_variance_core", "to install")
        plant.money_floor += 1
        self.env["mfg.variance.playbook"].with_env(plant.env).create({"name": "New"})
        self.assertEqual(len(self.told("control.changed")), count)
        module = self.env["ir.module.module"]._get("mfg_variance_core")
        module.latest_version = "19.0.99.0.0"
        self.assertEqual(self.changed(module)["latest_version"][1], "19.0.99.0.0")
        self.assertEqual(len(self.told("control.changed")), count + 1)

    def test_given_upgrade_expected_only_what_really_changes_told(self):
        plant = self.loading("mfg_variance_core", "to upgrade")
        count = len(self.told("control.changed"))
        plant.money_floor = plant.money_floor
        self.assertEqual(len(self.told("control.changed")), count)
        plant.money_floor += 1
        self.assertIn("money_floor", self.changed(self.plant))

    def test_given_foreign_addon_being_installed_expected_told(self):
        plant = self.loading("mrp", "to install")
        plant.money_floor += 1
        self.assertIn("money_floor", self.changed(self.plant))
        access = self.env["ir.model.access"].with_context(install_module="mrp")
        access = access.create(
            {
                "name": "Brought along",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "perm_read": True,
            }
        )
        self.assertEqual(self.changed(access)["perm_read"], [None, True])

    def test_given_module_named_in_the_context_expected_told_all_the_same(self):
        module = self.env["ir.module.module"]._get("mfg_variance_core")
        self.assertEqual(module.state, "installed")
        self.plant.with_context(install_module=module.name).money_floor += 1
        self.assertIn("money_floor", self.changed(self.plant))

    def test_given_role_lost_expected_told(self):
        self.supervisor.group_ids = [Command.clear()]
        self.assertEqual(self.changed(self.supervisor)["group_ids"]["added"], [])

    def test_given_playbook_step_deleted_expected_told_with_what_it_was(self):
        playbook = self.make_playbook(("flag", "info", {}))
        step = playbook.step_ids
        self.assertEqual(self.changed(step)["kind"], [None, "flag"])
        step.unlink()
        self.assertEqual(self.changed(step)["kind"], ["flag", None])

    def test_given_record_rule_widened_expected_told(self):
        rule = self.env.ref("mfg_variance_core.rule_exception_company")
        rule.domain_force = "[(1, '=', 1)]"
        self.assertEqual(self.changed(rule)["domain_force"][1], "[(1, '=', 1)]")

    def test_given_access_right_expected_told(self):
        access = self.env["ir.model.access"].create(
            {
                "name": "Generous",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_unlink": True,
            }
        )
        self.assertEqual(self.changed(access)["perm_unlink"], [None, True])

    def test_given_new_version_activated_expected_its_limits_told(self):
        policy = self.make_policy()
        policy.with_user(self.engineer).action_new_version()
        policy.version_id.with_user(self.engineer).limit_ids.percent = 80
        self.activate(policy.version_id)
        before, after = self.changed(policy.version_id)["limit_ids"]
        self.assertEqual((before[0]["percent"], after[0]["percent"]), (50, 80))

    def test_given_stored_code_expected_told_as_such(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Quiet",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.plant"),
                "state": "code",
                "code": "record.write({'money_floor': 999})",
            }
        )
        action.with_context(
            active_model="mfg.variance.plant", active_id=self.plant.id
        ).run()
        row = self.told("control.changed", self.plant)[-1:]
        self.assertEqual(row.origin, "stored_code")

    def test_given_change_expected_words(self):
        self.plant.money_floor = 5
        row = self.told("control.changed", self.plant)[-1:]
        self.assertIn("Money Floor", row.summary)
        self.assertIn("5", row.details)

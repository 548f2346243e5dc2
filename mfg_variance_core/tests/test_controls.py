from odoo.exceptions import AccessError
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
        before, after = self.changed(user)["group_ids"]
        self.assertEqual(self.names(before), set())
        self.assertEqual(len(after), 2, "an operator is a viewer, too")

    def test_given_user_given_to_role_expected_told(self):
        user = new_test_user(self.env, "newcomer")
        role = self.env.ref("mfg_variance_core.group_auditor")
        role.user_ids = [Command.link(user.id)]
        after = self.changed(role)["user_ids"][1]
        self.assertIn(user.id, [one["id"] for one in after])
        self.assertFalse(self.names(after) - {""})

    def test_given_group_that_gives_a_role_expected_told(self):
        group = self.env["res.groups"].create({"name": "Back door"})
        role = self.env.ref("mfg_variance_core.group_quality_manager")
        group.implied_ids = [Command.link(role.id)]
        self.assertIn("implied_ids", self.changed(group))

    def test_given_role_lost_expected_told(self):
        self.supervisor.group_ids = [Command.clear()]
        self.assertEqual(self.changed(self.supervisor)["group_ids"][1], [])

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

    def test_given_forged_rows_expected_refused(self):
        for rows in (["text"], self.Ledger._prepare_rows([("x.y", self.case, {})])):
            with self.assertRaises(AccessError):
                self.Ledger._observe(rows)

    def test_given_change_expected_words(self):
        self.plant.money_floor = 5
        row = self.told("control.changed", self.plant)[-1:]
        self.assertIn("Money Floor", row.summary)
        self.assertIn("5", row.details)

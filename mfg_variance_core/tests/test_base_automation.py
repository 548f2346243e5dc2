from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base_automation.models.base_automation import (
    CREATE_TRIGGERS,
    WRITE_TRIGGERS,
)

from ..models.base_automation import RULE_CACHE
from .rule_case import RuleCase
from .server_action_case import ServerActionCase


@tagged("post_install", "-at_install")
class TestBaseAutomationLookUp(RuleCase):
    def _find(self, triggers=None):
        return self.Rule._get_actions(self.tag, triggers or WRITE_TRIGGERS)

    def _in_cache(self):
        """What the shared cache holds for our model, or None."""
        lookup = type(self.Rule)._get_known_rules.__cache__
        cache = self.registry._Registry__caches[RULE_CACHE]
        known = cache.get(lookup.key(self.Rule), None)
        if known is None:
            return None
        return [rule.id for rule in known.get(self.tag._name, ())]

    def test_given_warm_cache_expected_no_query(self):
        self._find()
        with self.assertQueryCount(0):
            rules = self._find()
        self.assertEqual(rules, self.rule)

    def test_given_warm_cache_expected_what_odoo_finds(self):
        other = self._make_rule("mrp.workcenter.tag", trigger="on_unlink")
        self._commit()
        for triggers in (WRITE_TRIGGERS, CREATE_TRIGGERS, ["on_unlink"]):
            found = self._find(triggers)
            self.assertEqual(found, self._find(triggers))
            self.assertEqual(other in found, triggers == ["on_unlink"])
            self.assertEqual(found.env.context["__action_done"], {})

    def test_given_empty_cache_expected_one_query(self):
        model_names = self.Rule.search([]).mapped("model_name")
        for model_name in model_names:
            self.env["ir.model"]._get_id(model_name)
        with self.assertQueryCount(1):
            known = self.Rule._get_known_rules()
        self.assertEqual(list(known), list(dict.fromkeys(model_names)))

    def test_given_ordinary_user_expected_rules_found(self):
        user = self.env.ref("base.public_user")
        self._find()
        rules = self.Rule.with_user(user)._get_actions(self.tag, WRITE_TRIGGERS)
        self.assertEqual(rules, self.rule)
        self.assertEqual(rules.env.uid, user.id)

    def test_given_rule_archived_expected_gone_before_and_after_commit(self):
        self._find()
        self.rule.active = False
        self.assertFalse(self._find())
        self._commit()
        self.assertFalse(self._find())
        self.rule.active = True
        self.assertEqual(self._find(), self.rule)
        self._commit()
        self.assertEqual(self._find(), self.rule)

    def test_given_rule_deleted_expected_gone(self):
        self._find()
        self.rule.unlink()
        self.assertFalse(self._find())
        self._commit()
        self.assertFalse(self._find())

    def test_given_rule_deleted_behind_the_orm_expected_fall_back(self):
        self._find()
        self.env.execute_query(
            SQL("UPDATE ir_act_server SET base_automation_id = NULL")
        )
        self.env.cr.execute(
            SQL("DELETE FROM base_automation WHERE id = %s", self.rule.id)
        )
        self.env.invalidate_all()
        self.assertFalse(self._find())
        self.tag.name = "Mill"

    def test_given_other_process_switched_rule_off_expected_not_run(self):
        self._find()
        self.env.cr.execute(
            SQL("UPDATE base_automation SET active = false WHERE id = %s", self.rule.id)
        )
        self.env.invalidate_all()
        self.assertFalse(self._find())

    def test_given_registry_not_ready_expected_new_rule_found(self):
        self._find()
        with patch.object(self.registry, "ready", False):
            new = self._make_rule("mrp.workcenter.tag", "name")
        self.assertEqual(self._find(), self.rule + new)
        self._commit()
        self.assertEqual(self._find(), self.rule + new)

    def test_given_imported_rule_expected_found(self):
        self._find()
        self.env.invalidate_all()
        rule = self.rule.with_context(import_file=True)
        rule.write({"active": False})
        self.assertFalse(self._find())

    def test_given_uncommitted_change_expected_cache_untouched(self):
        self.rule.active = False
        self._find()
        self.assertIsNone(self._in_cache())

    def test_given_other_transaction_refills_expected_emptied_by_commit(self):
        new = self._make_rule("mrp.workcenter.tag", "name")
        with self.registry.cursor() as other_cr:
            # this transaction cannot see what ours has not committed
            self.Rule.with_env(self.env(cr=other_cr))._get_actions(
                self.tag, WRITE_TRIGGERS
            )
        self.assertEqual(self._in_cache(), [])
        self._commit()
        self.assertIsNone(self._in_cache())
        self.assertEqual(self._find(), self.rule + new)

    def test_given_change_rolled_back_expected_old_rule(self):
        self._find()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.rule.active = False
            self.assertFalse(self._find())
            raise ZeroDivisionError
        self.assertEqual(self._find(), self.rule)
        self._commit()
        self.assertEqual(self._find(), self.rule)

    def test_given_commit_expected_other_registries_told(self):
        self.rule.active = False
        self.registry.cache_invalidated.clear()
        self._commit()
        self.assertIn(RULE_CACHE, self.registry.cache_invalidated)

    def test_given_time_based_bookkeeping_expected_cache_kept(self):
        self._find()
        self.rule.last_run = "2026-01-01 00:00:00"
        self.assertEqual(self._in_cache(), self.rule.ids)


@tagged("post_install", "-at_install")
class TestBaseAutomationEarlyReturn(RuleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_rule = cls._make_rule("res.partner", "complete_name")
        cls._commit()

    def _examined_by(self):
        """Fail when Odoo examines the rules of a write."""
        return patch.object(
            type(self.Rule), "_filter_pre", autospec=True, side_effect=AssertionError
        )

    def test_given_trigger_field_written_expected_rule_run(self):
        self.tag.name = "Mill"
        self.assertEqual(self.tag.color, 9)

    def test_given_other_field_written_expected_rule_not_examined(self):
        with self._examined_by():
            self.tag.color = 3
        self.assertEqual(self.tag.color, 3)

    def test_given_other_field_written_expected_no_query_of_rules(self):
        self.tag.color = 3
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.tag.color = 4
            self.env.flush_all()

    def test_given_rule_without_trigger_fields_expected_run_on_any_write(self):
        self.rule.trigger_field_ids = False
        self._commit()
        self.tag.color = 3
        self.assertEqual(self.tag.color, 9)

    def test_given_second_rule_without_trigger_fields_expected_both_honoured(self):
        self._make_rule("mrp.workcenter.tag")
        self._commit()
        self.tag.color = 3
        self.assertEqual(self.tag.color, 9)

    def test_given_trigger_field_added_expected_run(self):
        self.tag.color = 3
        self.assertEqual(self.tag.color, 3)
        self.rule.trigger_field_ids += self.env["ir.model.fields"]._get(
            self.tag._name, "color"
        )
        self._commit()
        self.tag.color = 4
        self.assertEqual(self.tag.color, 9)

    def test_given_computed_trigger_field_expected_run(self):
        partner = self.env["res.partner"].create({"name": "A", "color": 1})
        partner.color = 1
        partner.name = "B"
        self.env.flush_all()
        self.assertEqual(partner.color, 9)

    def test_given_other_computed_field_expected_rule_not_examined(self):
        partner = self.env["res.partner"].create({"name": "A"})
        self.env.flush_all()
        with self._examined_by():
            partner.email = "a@example.com"  # computes and stores the normalized one
            self.env.flush_all()

    def test_given_switched_off_rule_expected_write_untouched(self):
        self.rule.active = False
        self._commit()
        self.tag.name = "Mill"
        self.assertEqual(self.tag.color, 1)

    def test_given_hook_removed_expected_plain_methods_back(self):
        model_class = self.registry[self.tag._name]
        self.assertIn("write", vars(model_class))
        self.Rule._unregister_hook()
        self.assertNotIn("write", vars(model_class))
        self.Rule._register_hook()


@tagged("post_install", "-at_install")
class TestBaseAutomationCapture(ServerActionCase):
    """A rule that only evaluates is not read again: its actions are remembered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workorder = cls.order.workorder_ids[0]
        cls.action = cls._make_action(
            "mrp.workorder", "variance_evaluate", usage="base_automation"
        )
        cls.rule = cls.env["base.automation"].create(
            {
                "name": "Bar code written",
                "model_id": cls.action.model_id.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [
                    Command.set([cls._field("mrp.workorder", "barcode")])
                ],
                "action_server_ids": [Command.set(cls.action.ids)],
            }
        )
        cls._commit()

    def setUp(self):
        # runs after the roll-back: patches follow the rules as they are then
        self.addCleanup(self.env["base.automation"]._update_registry)
        super().setUp()

    @classmethod
    def _commit(cls):
        cls.env.flush_all()
        cls.env.cr.postcommit.run()

    def _write(self):
        """Move the rule; return what was captured and how often actions were run."""
        actions = type(self.Action)
        with (
            self._watch("_capture") as capture,
            patch.object(actions, "run", autospec=True) as run,
        ):
            self.workorder.barcode = "1"
        return [call.args[1:] for call in capture.call_args_list], run.call_count

    def test_given_rule_moved_expected_captured_without_running_actions(self):
        self.assertEqual(self._write(), ([([], self.workorder, "final")], 0))

    def test_given_value_unchanged_expected_nothing_captured(self):
        self.workorder.barcode = "1"
        self.assertEqual(self._write(), ([], 0))

    def test_given_condition_not_met_expected_nothing_captured(self):
        self.rule.filter_domain = repr([("state", "=", "done")])
        self._commit()
        self.assertEqual(self._write(), ([], 0))

    def test_given_phase_changed_expected_followed(self):
        self.action.variance_phase = "running"
        self._commit()
        self.assertEqual(self._write(), ([([], self.workorder, "running")], 0))

    def test_given_other_type_of_action_expected_run(self):
        self.action.write({"state": "code", "code": "pass"})
        self._commit()
        self.assertEqual(self._write(), ([], 1))

    def test_given_second_action_expected_both_run(self):
        self._make_action(
            "mrp.workorder",
            "code",
            code="pass",
            usage="base_automation",
            base_automation_id=self.rule.id,
        )
        self._commit()
        self.assertEqual(self._write(), ([], 2))

    def test_given_chosen_metric_expected_run(self):
        metric = self.env.ref("mfg_variance_core.metric_setup_time")
        self.action.variance_metric_ids = metric
        self._commit()
        self.assertEqual(self._write(), ([], 1))

    def test_given_group_on_action_expected_run(self):
        self.action.group_ids = self.env.ref("base.group_user")
        self._commit()
        self.assertEqual(self._write(), ([], 1))

    def test_given_action_deleted_expected_nothing(self):
        self.action.unlink()
        self._commit()
        self.assertEqual(self._write(), ([], 0))

    def test_given_switched_off_expected_nothing(self):
        self.rule.active = False
        self.assertEqual(self._write(), ([], 0))
        self._commit()
        self.assertEqual(self._write(), ([], 0))

    @mute_logger("odoo.addons.mfg_variance_core.models.ir_actions_server")
    def test_given_capture_fails_expected_write_done_and_run_row(self):
        with self._watch("_capture", side_effect=ValueError("Boom")):
            self.workorder.barcode = "1"
        self.assertEqual(self.workorder.barcode, "1")
        run = self.env["mfg.variance.run"].search([("rule_id", "=", self.rule.id)])
        self.assertEqual(run.error, "ValueError: Boom")

    def test_given_rule_moved_expected_one_query_for_all_rules(self):
        rules = self.env["base.automation"]

        def find():
            rules._get_actions(self.order, WRITE_TRIGGERS)
            found = rules._get_actions(self.workorder, WRITE_TRIGGERS)
            return found.mapped("filter_domain"), found.mapped("model_name")

        find()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            find()

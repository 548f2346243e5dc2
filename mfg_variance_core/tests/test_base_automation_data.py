from ast import literal_eval

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestShippedRules(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the rules of this addon, switched off by an administrator or not
        cls.data = cls.env["ir.model.data"].search(
            [
                ("module", "=", "mfg_variance_core"),
                ("model", "in", ("base.automation", "ir.actions.server")),
            ]
        )
        cls.rules = cls.env["base.automation"].browse(
            cls.data.filtered(lambda data: data.model == "base.automation").mapped(
                "res_id"
            )
        )

    def test_given_upgrade_expected_administrators_switches_kept(self):
        self.assertTrue(self.rules)
        rule_data = self.data.filtered(
            lambda data: (
                data.res_id in self.rules.ids and data.model == "base.automation"
            )
        )
        self.assertEqual(set(rule_data.mapped("noupdate")), {True})

    def test_given_shipped_rule_expected_nothing_that_stops_the_floor(self):
        for rule in self.rules:
            with self.subTest(rule=rule.name):
                self.assertFalse(rule._get_variance_faults())
                self.assertFalse(rule.action_server_ids.group_ids)
                condition = literal_eval(rule.filter_domain or "[]")
                self.assertLessEqual({leaf[0] for leaf in condition}, {"state"})

    def test_given_shipped_rule_expected_capturing_only_and_trigger_named(self):
        rules = self.rules.filtered("active")
        known = self.env["base.automation"]._get_known_rules()
        mine = [rule for of in known.values() for rule in of if rule.id in rules.ids]
        self.assertEqual(len(mine), len(rules))
        for rule in mine:
            self.assertTrue(rule.fields and rule.phases, rule)

    def test_given_shipped_rules_expected_none_on_stock_moves(self):
        self.assertFalse(
            {"stock.move", "stock.move.line"} & set(self.rules.mapped("model_name"))
        )

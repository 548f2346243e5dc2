from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestAttackControls(LedgerCase):
    """What Odoo's administrator may do leaves a trace, or is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "attack_admin",
            groups="base.group_system,mfg_variance_core.group_administrator",
        )
        cls.quality = new_test_user(
            cls.env,
            "attack_quality",
            groups="mfg_variance_core.group_quality_manager",
        )
        cls.role = cls.env.ref("mfg_variance_core.group_quality_manager")

    def assert_told(self, record, attempt):
        before = self.told("control.changed", record)
        attempt(record.with_user(self.admin))
        self.assertGreater(self.told("control.changed", record), before)

    def assert_refused(self, record, attempt):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            attempt(record.with_user(self.admin))

    def test_given_role_taken_off_its_privilege_expected_told_and_still_a_role(self):
        self.assert_told(self.role, lambda role: role.write({"privilege_id": False}))
        user = new_test_user(self.env, "newcomer")
        link = {"user_ids": [Command.link(user.id)]}
        self.assert_told(self.role, lambda role: role.write(link))

    def test_given_name_of_a_role_expected_no_other_group_gets_it(self):
        name = self.env["ir.model.data"].search(
            [("module", "=", "mfg_variance_core"), ("res_id", "=", self.role.id)]
            + [("model", "=", "res.groups")]
        )
        everybody = self.env.ref("base.group_user")
        for vals in (
            {"res_id": everybody.id},
            {"name": "group_x"},
            {"module": "base"},
            {"model": "res.users"},
        ):
            with self.subTest(vals):
                self.assert_refused(name, lambda name, vals=vals: name.write(vals))
        self.assert_refused(name, lambda name: name.unlink())

    def test_given_ways_to_sign_in_as_an_approver_expected_told(self):
        for vals in (
            {"password": "attack-password-1"},
            {"login": "attack_quality_2"},
            {"variance_badge": "B-1"},
        ):
            with self.subTest(vals):
                self.assert_told(self.quality, lambda user, vals=vals: user.write(vals))
        self.assert_told(self.quality, self._change_password)
        row = self.told("control.changed", self.quality)[-1:]
        self.assertNotIn("attack-password", row.content)

    def _change_password(self, user):
        """As the wizard of Odoo does it."""
        wizard = user.env["change.password.wizard"]
        wizard = wizard.with_context(active_model="res.users", active_ids=user.ids)
        wizard = wizard.create({})
        wizard.user_ids.new_passwd = "attack-password-2"
        wizard.change_password_button()

    def test_given_own_password_expected_no_control(self):
        before = self.told("control.changed", self.quality)
        own = self.quality.with_user(self.quality)
        own.sudo().password = "own-password-1"
        self.assertEqual(self.told("control.changed", self.quality), before)

    def test_given_controls_of_others_expected_told(self):
        product = self.env["product.template"].create(
            {"name": "Seal", "variance_needs_concession": True}
        )
        self.admin.group_ids += self.env.ref("stock.group_stock_manager")
        self.admin.group_ids += self.env.ref("product.group_product_manager")
        cron = self.env.ref("mfg_variance_core.cron_break_glass")
        rule = self.env["mfg.variance.approval.rule"].search([], limit=1)
        for record, vals in (
            (product, {"variance_needs_concession": False}),
            (cron, {"nextcall": "2099-01-01 00:00:00"}),
            (cron, {"active": False}),
            (rule, {"active": False}),
        ):
            with self.subTest(record=record, vals=vals):
                self.assert_told(record, lambda one, vals=vals: one.write(vals))

    def test_given_something_held_expected_not_uninstalled_by_any_way(self):
        product = self.env["product.product"].create(
            {"name": "Bolt", "is_storable": True, "tracking": "lot"}
        )
        lot = self.env["stock.lot"].create({"name": "B-1", "product_id": product.id})
        self.env["mfg.variance.hold"]._place(
            [{"kind": "lot", "lot_id": lot.id, "reason": "Crack"}]
        )
        module = self.env["ir.module.module"].search(
            [("name", "=", "mfg_variance_core")]
        )
        for name, attempt in {
            "button": lambda module: module.button_uninstall(),
            "state": lambda module: module.write({"state": "to remove"}),
            "at once": lambda module: module.module_uninstall(),
            "with mrp": lambda module: module.search(
                [("name", "=", "mrp")]
            ).module_uninstall(),
        }.items():
            with self.subTest(name):
                self.assert_refused(module, attempt)

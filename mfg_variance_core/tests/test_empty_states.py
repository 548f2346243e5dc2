import re

from odoo.tests import TransactionCase, new_test_user, tagged

from ..domain.segregation import GROUP_ROLES

ADDON = "mfg_variance_core"
TECHNICAL = re.compile(r"_|^[a-z]|\b(Id|Ids|Qty|Tz|Ok)\b")


@tagged("post_install", "-at_install")
class TestEmptyStates(TransactionCase):
    """Every screen says what it is, and every field has a name people use."""

    def test_given_action_expected_help_that_says_what_to_do_next(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        self.assertTrue(actions)
        for action in actions:
            # a settings page is never empty, and a dialogue asks by its fields
            if action.res_model == "res.config.settings" or action.target == "new":
                continue
            with self.subTest(action=action.name):
                self.assertIn("o_view_nocontent", action.help or "")
                text = re.sub(r"<[^>]+>|\s+", " ", action.help).strip()
                self.assertGreater(len(text.split()), 8)

    def test_given_role_expected_menu_that_fits_a_tablet(self):
        root = self.env.ref(f"{ADDON}.mfg_variance_menu_root")
        for role in GROUP_ROLES:
            group = f"{ADDON}.group_{role}"
            user = new_test_user(self.env, f"menu_{role}", groups=group)
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            with self.subTest(role=role):
                # more do not fit 1024 pixels beside the company and the user
                self.assertLessEqual(len(menus[root.id]["children"]), 6)

    def test_given_field_expected_label_for_people(self):
        magic = {"id", "create_uid", "create_date", "write_uid", "write_date"}
        for name, model in self.registry.items():
            if not name.startswith("mfg.variance."):
                continue
            for field in model._fields.values():
                if field._module != ADDON or field.name in magic or field.inherited:
                    continue
                with self.subTest(field=str(field)):
                    self.assertNotRegex(field.string, TECHNICAL)

    def test_given_field_on_records_of_odoo_expected_label_for_people(self):
        for model in self.registry.values():
            for field in model._fields.values():
                if field._module == ADDON and "variance" in field.name:
                    with self.subTest(field=str(field)):
                        self.assertNotRegex(field.string, TECHNICAL)

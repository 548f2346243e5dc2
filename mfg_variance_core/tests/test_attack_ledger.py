from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .decision_case import DecisionCase
from .ledger_case import LedgerCase

# what a Settings administrator may type into a server action on a plant; nothing of it
# may change, remove, add or date a row
STORED_CODE = {
    "change a row": "row.sudo().write({'kind': 'x.y'})",
    "date it back": "row.sudo().write({'recorded_at': '2001-01-01'})",
    "delete it": "row.sudo().unlink()",
    "copy it": "row.sudo().copy()",
    "create one": "ledger.sudo().create({'kind': 'x.y', 'content': '{}'})",
    "append one": "ledger.sudo()._append('x.y', record, {})",
    "append as somebody": "ledger.with_user(quality)._append('x.y', record, {})",
    "record a decision": (
        "env['mfg.variance.approval']._record('approval.decided', record, {})"
    ),
    "tell of a case": "case._tell_ledger('exception.moved', changes={})",
    "tell of a control": (
        "record.with_user(quality)._tell_controls("
        "'changed', {}, {record: (True, {'money_floor': 9})})"
    ),
    "observe a change": (
        "ledger._observe(ledger._prepare_rows([('control.changed', record, {})]))"
    ),
    "tell of a file": "env['ir.attachment']._tell_variance('evidence.removed')",
    "write past the guard": "row._write({'kind': 'x.y'})",
    "write into the cache": (
        "row._fields['kind'].write(row, 'x.y')\nrow.flush_recordset()"
    ),
    "seal": "seal._as_system().create({'ledger_id': 1, 'previous': 'x', 'hash': 'x'})",
    "delete a seal": "seal.sudo().unlink()",
    "purge": "export._purge()",
    "export as somebody": (
        "export.with_user(quality)._export(datetime.datetime(2099, 1, 1))"
    ),
    "make a review": "review.sudo().create({'name': 'x', 'month': '2026-01-01'})",
    "empty the table by its model": (
        "env['ir.model']._get('mfg.variance.ledger').sudo().unlink()"
    ),
}
NAMES = """
ledger = env['mfg.variance.ledger']
row = ledger.sudo().search([], limit=1)
seal = env['mfg.variance.ledger.seal'].sudo().search([], limit=1)
export, review = env['mfg.variance.ledger.export'], env['mfg.variance.control.review']
case = env['mfg.variance.exception'].search([], limit=1)
quality = env['res.users'].search([('login', '=', 'ledger_quality')])
"""


@tagged("post_install", "-at_install")
class TestAttackLedger(DecisionCase, LedgerCase):
    """Odoo's administrator neither forges the ledger nor slips a control past it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin, cls.quality = (
            new_test_user(cls.env, f"ledger_{name}", groups=groups)
            for name, groups in (
                ("admin", "base.group_system,mfg_variance_core.group_administrator"),
                ("quality", "mfg_variance_core.group_quality_manager"),
            )
        )

    def read_all(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(l) FROM mfg_variance_ledger l ORDER BY id")
        rows = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT to_jsonb(s) FROM mfg_variance_ledger_seal s ORDER BY id"
        )
        return rows + self.env.cr.fetchall()

    def run_code(self, code):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.plant"),
                "state": "code",
                "code": NAMES + code,
            }
        )
        self.env.flush_all()
        before = self.read_all()
        context = {"active_model": self.plant._name, "active_id": self.plant.id}
        refusal = ""
        try:
            with self.env.cr.savepoint():
                action.with_user(self.admin).with_context(**context).run()
                self.env.flush_all()
        except (UserError, ValueError) as exc:
            refusal = str(exc)
        self.assertEqual(self.read_all(), before)
        return refusal

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_actions")
    def test_given_stored_code_expected_no_row_touched(self):
        # such code runs at all, so that what follows is refused for what it does
        self.assertEqual(self.run_code("raise UserError(row.kind and 'ran')"), "ran")
        for name, code in STORED_CODE.items():
            with self.subTest(name):
                self.assertTrue(self.run_code(code))

    @mute_logger("odoo.sql_db")
    def test_given_own_right_to_write_expected_no_row_touched(self):
        self.env["ir.model.access"].create(
            {
                "name": "Everything",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.ledger"),
                **dict.fromkeys(
                    ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
                ),
            }
        )
        ledger = self.Ledger.with_user(self.admin)
        row = ledger.search([], limit=1)
        content = {"kind": "x.y", "content": "{}", "content_hash": "x"}
        before = self.read_all()
        for name, attempt in {
            "write": lambda: row.write({"at": "2001-01-01"}),
            "unlink": row.unlink,
            "create": lambda: ledger.create(content),
            "form": lambda: ledger.web_save(content, {}),
            "name": lambda: ledger.name_create("x.y"),
            "token by name": lambda: row.with_context(mfg_variance_token=True).write(
                {"kind": "x"}
            ),
        }.items():
            with self.subTest(name), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    attempt()
        result = ledger.load(["kind", "content"], [["x.y", "{}"]])
        self.assertFalse(result["ids"])
        self.assertEqual(self.read_all(), before)

    def assert_told(self, record, attempt):
        before = self.told("control.changed", record)
        attempt()
        self.assertGreater(self.told("control.changed", record), before)

    def test_given_group_put_on_a_record_rule_expected_told(self):
        rule = self.env.ref("mfg_variance_core.rule_ledger_plant")
        for group in (
            self.env["res.groups"].create({"name": "Nobody"}),
            self.env.ref("mfg_variance_core.group_auditor"),
        ):
            link = {"rule_groups": [Command.link(rule.id)]}
            mine = group.with_user(self.admin)
            self.assert_told(group, lambda mine=mine, link=link: mine.write(link))

    def test_given_action_taken_off_its_rule_expected_told(self):
        action = self.env["ir.actions.server"].search(
            [("state", "=", "variance_evaluate"), ("base_automation_id", "!=", False)],
            limit=1,
        )
        rule = action.base_automation_id.with_user(self.admin)
        unlink = {"action_server_ids": [Command.unlink(action.id)]}
        self.assert_told(action, lambda: rule.write(unlink))

    def test_given_trigger_moved_to_never_expected_told(self):
        rule = self.env["base.automation"].create(
            {
                "name": "Late",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]
                ._get("mfg.variance.exception", "detected_at")
                .id,
                "trg_date_range": 1,
                "trg_date_range_type": "hour",
            }
        )
        late = {"trg_date_range": 9999}
        mine = rule.with_user(self.admin)
        self.assert_told(rule, lambda: mine.write(late))

    def test_given_import_of_a_control_expected_told(self):
        plants = self.plant.with_user(self.admin)
        rows = [[str(self.plant.id), "7"]]
        self.assert_told(self.plant, lambda: plants.load([".id", "money_floor"], rows))

    def test_given_code_in_the_name_of_somebody_expected_told_as_code(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "In his name",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.plant"),
                "state": "code",
                "code": f"record.with_user({self.quality.id}).sudo()"
                ".write({'money_floor': 999})",
            }
        )
        context = {"active_model": self.plant._name, "active_id": self.plant.id}
        with self.signed_in(self.admin):
            action.with_user(self.admin).with_context(**context).run()
        row = self.told("control.changed", self.plant)[-1:]
        self.assertEqual((row.origin, row.actor_ref), ("stored_code", self.admin.id))

    def test_given_loading_named_in_the_context_expected_told(self):
        plant = self.plant.with_user(self.admin)
        plant = plant.with_context(install_module="mfg_variance_core")
        self.assert_told(self.plant, lambda: plant.write({"money_floor": 77}))

    def test_given_administrator_expected_neither_export_nor_purge(self):
        exports = self.env["mfg.variance.ledger.export"].with_user(self.admin)
        with self.assertRaises(AccessError):
            exports._export(self.now)

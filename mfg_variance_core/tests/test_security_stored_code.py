from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..guard import SYSTEM, TOKEN_KEY, is_stored_code
from .security_case import SecurityFixture

# what a Settings administrator may type into a server action; ``case``, ``version``
# and ``row`` are ids. Each must be refused, and leave nothing behind.
ATTACKS = {
    "plain write": "case.sudo().write({'state': 'closed'})",
    "token held": "case._as_system()",
    "token taken": "case._as_system().write({'state': 'closed'})",
    "token copied": (
        "key = 'mfg_variance_token'\n"
        "token = case._as_system().env.context[key]\n"
        "case.sudo().with_context(**{key: token}).write({'state': 'closed'})"
    ),
    "button as supervisor": "case.with_user(supervisor).action_close()",
    "light done as operator": "case.with_user(operator).action_done()",
    "take as operator": "case.with_user(operator).action_take()",
    "supervisor's right": "case.with_user(supervisor)._check_may_handle()",
    "engineer's right": "version.with_user(engineer)._check_engineer()",
    "transition as supervisor": "case.with_user(supervisor)._transition('closed')",
    "wizard as supervisor": (
        "env['mfg.variance.cause.wizard'].with_user(supervisor)"
        ".action_choose(case.ids, cause.id)"
    ),
    "clear": "case._clear(datetime.datetime.now())",
    "reopen": "case._reopen_as_regression()",
    "move a deadline": "case._as_system().write({'resolve_by': False})",
    "set the clocks": "case._set_deadlines()",
    "start the clocks": "case._restart_clocks(None)",
    "call it missed": "case._stamp_missed(datetime.datetime(2099, 1, 1))",
    "call it decided": "case._note_decided()",
    "escalate": (
        "case._tell_next('time', 'resolve', 'owner', datetime.datetime(2099, 1, 1))"
    ),
    "pause": "case.with_user(supervisor)._pause('other', 'x', 'x', None)",
    "resume": "case._resume()",
    "verify": "case.with_user(supervisor)._verify('x')",
    "refute": "case._refute(row)",
    "make full": "case._make_full()",
    "give a task": (
        "env['mfg.variance.exception.task'].with_user(supervisor)"
        ".create({'name': 'x', 'exception_id': case.id, 'due_date': '2030-01-01'})"
    ),
    "severity": "case._raise_severity('critical')",
    "open a case": "case._open_cases([{'title': 'x', 'severity': 'warning'}])",
    "delete the case": "case._as_system().unlink()",
    "activate as engineer": "version.with_user(engineer).action_activate()",
    "activate by policy": "policy.with_user(engineer).action_activate()",
    "activate by transition": "version.with_user(engineer)._transition('active')",
    "activate as shipped": "version._activate_shipped(version._as_system())",
    "edit as somebody": "version.with_user(engineer).write({'confirm_minutes': 1})",
    "forget the author": "version._as_system().write({'author_ids': [(5,)]})",
    "archive the policy": "policy.sudo().write({'active': False})",
    "archive as engineer": "policy.with_user(engineer).action_archive()",
    "write a measurement": "row._as_system().write({'actual': 1})",
    "delete a measurement": "row._as_system().unlink()",
    "measurement by mapped": (
        "row.mapped(lambda one: one._as_system().write({'actual': 1}))"
    ),
    "create a run": "env['mfg.variance.run']._log('cron', 'forged')",
    "delete a run": "run._as_system().unlink()",
    "write a standard": "standard._as_system().write({'run_minutes': 1})",
    "create a standard": "standard.browse()._as_system().create({'source': 'late'})",
    "supersede a standard": (
        "standard.workorder_id.write({'duration_expected': 99})\n"
        "standard._supersede(standard.workorder_id, 'Because')"
    ),
}
# the same, put off to the end of the transaction, when the action is over
DEFERRED = {
    "lambda": "env.cr.precommit.add(lambda: case._as_system().write("
    "{'state': 'closed'}))",
    "bound button": "env.cr.precommit.add(case.with_user(supervisor).action_close)",
    "bound helper": (
        "env.cr.precommit.add(version.with_user(supervisor)._note_author)"
    ),
    "bound activation": (
        "env.cr.precommit.add(version.with_user(engineer).action_activate)"
    ),
}
HELD = (
    "if {key!r} in env.context or {key!r} in records.env.context:\n"
    "    raise UserError('token')"
)


@tagged("post_install", "-at_install")
class TestStoredCode(SecurityFixture, TransactionCase):
    """Code kept in the database decides nothing, whoever wrote it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.light._as_system().write({"state": "acknowledged"})
        cls.names = {
            "case": cls.light,
            "version": cls.draft,
            "policy": cls.policy,
            "row": cls.measurement,
            "run": cls.run_row,
            "standard": cls.standard,
            "cause": cls.cause,
            "supervisor": cls.users["supervisor"],
            "operator": cls.users["operator"],
            "engineer": cls.users["process_engineer"],
        }
        cls.env.flush_all()

    def _make_code(self, code, model="mfg.variance.exception"):
        """A server action of the Settings administrator with our records at hand."""
        lines = [
            f"{name} = env[{record._name!r}].browse({record.id})"
            for name, record in self.names.items()
        ]
        return (
            self.env["ir.actions.server"]
            .with_user(self.users["settings"])
            .create(
                {
                    "name": "Attack",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "state": "code",
                    "code": "\n".join([*lines, code]),
                }
            )
        )

    def _get_picture(self):
        self.env.flush_all()
        self.env.invalidate_all()
        tables = [record._table for record in self.evidence.values()]
        tables += [self.policy._table, self.draft._table]
        picture = {}
        for table in tables:
            self.env.cr.execute(f"SELECT * FROM {table} ORDER BY id")
            picture[table] = self.env.cr.fetchall()
        picture["authors"] = self.draft.author_ids.ids
        return picture

    def _run(self, action):
        action.with_context(
            active_model=self.light._name,
            active_id=self.light.id,
            active_ids=self.light.ids,
        ).run()

    def _run_deferred(self, action):
        self._run(action)
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _attack(self, code, run):
        before = self._get_picture()
        # everything the action may do with the rights of the superuser, too
        for env in (self.env(user=self.users["settings"]), self.env):
            action = self._make_code(code).with_env(env)
            with self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    run(action)
                    self.env.flush_all()
            self.env.cr.precommit.clear()
            self.assertEqual(self._get_picture(), before)

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_a_server_action_writes_no_evidence_and_takes_no_decision(self):
        for name, code in ATTACKS.items():
            with self.subTest(attack=name):
                self._attack(code, self._run)

    @mute_logger("odoo.addons.base.models.ir_actions", "odoo.sql_db")
    def test_the_database_keeps_evidence_from_what_passes_by_the_orm(self):
        columns = {
            "measurement": ("actual", 1),
            "standard": ("run_minutes", 1),
            "run": ("outcome", "failed"),
            "silence": ("ends_at", "2099-01-01"),
            "shadow_hit": ("severity", "info"),
        }
        for name, (column, value) in columns.items():
            record = self.evidence[name]
            row = f"env[{record._name!r}].sudo().browse({record.id})"
            for code in (
                f"env.cr.execute('UPDATE {record._table} SET {column} = %s', "
                f"[{value!r}])",
                f"env.cr.execute('DELETE FROM {record._table}')",
                f"env.cr.execute('TRUNCATE {record._table} CASCADE')",
                f"{row}._write({{{column!r}: {value!r}}})\nenv.flush_all()",
            ):
                with self.subTest(code=code), self.assertRaises(Exception) as caught:
                    with self.env.cr.savepoint():
                        self._run(self._make_code(code).sudo())
                self.assertIn("are evidence", repr(caught.exception))

    def test_the_database_lets_go_of_what_was_deleted(self):
        shift = self.env["mfg.variance.plant.shift"].create(
            {
                "plant_id": self.plant.id,
                "name": "Early",
                "hour_from": 6,
                "hour_to": 14,
            }
        )
        self.measurement._as_system().shift_id = shift
        self.measurement._as_system().is_current = False
        self.env.flush_all()
        shift.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.measurement.shift_id)

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_a_put_off_call_of_a_server_action_is_its_call_all_the_same(self):
        for name, code in DEFERRED.items():
            with self.subTest(attack=name):
                self._attack(code, self._run_deferred)

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_a_scheduled_action_is_stored_code_too(self):
        cron = self.env["ir.cron"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id(self.light._name),
                "state": "code",
                "code": f"env[{self.light._name!r}].browse({self.light.id})"
                f".with_user({self.users['supervisor'].id}).action_close()",
            }
        )
        with self.assertRaises(AccessError):
            cron.ir_actions_server_id.run()
        self.assertEqual(self.light.state, "acknowledged")

    def test_a_computed_field_holding_the_token_by_accident_writes_nothing(self):
        field = self.env["ir.model.fields"].create(
            {
                "name": "x_attack",
                "model_id": self.env["ir.model"]._get_id(self.light._name),
                "ttype": "char",
                "store": False,
                "compute": "for one in self:\n"
                "    one['x_attack'] = 'x'\n"
                "    one.write({'title': 'Forged'})",
            }
        )
        self.addCleanup(self.env.registry.clear_cache)
        with self.assertRaises(AccessError):
            self.light._as_system()[field.name]
        self.env.invalidate_all()
        self.assertEqual(self.light.title, "Press took too long")

    def test_a_template_writes_nothing(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "attack",
                "type": "qweb",
                "key": "mfg_variance_core.attack",
                "arch": "<t t-name='attack'>"
                "<t t-out=\"case._as_system().write({'title': 'Forged'})\"/></t>",
            }
        )
        with self.assertRaises(Exception) as caught:
            self.env["ir.qweb"]._render(view.id, {"case": self.light})
        self.assertIn("Access", repr(caught.exception))
        self.assertEqual(self.light.title, "Press took too long")

    def _make_rule(self, trigger, code, **values):
        model_id = self.env["ir.model"]._get_id(self.light._name)
        rule = self.env["base.automation"].create(
            {
                "name": "Attack",
                "model_id": model_id,
                "trigger": trigger,
                **values,
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Attack",
                            "model_id": model_id,
                            "usage": "base_automation",
                            "state": "code",
                            "code": code,
                        }
                    )
                ],
            }
        )
        self.addCleanup(self.env["base.automation"]._update_registry)
        return rule

    def test_a_rule_on_cases_runs_without_the_token(self):
        told = "record.message_post(body='seen')"
        self._make_rule(
            "on_create_or_write",
            HELD.format(key=TOKEN_KEY) + f"\n{told}",
            filter_domain="[('title', '!=', False)]",
        )
        self.assertIs(self.light._as_system().env.context[TOKEN_KEY], SYSTEM)
        case = self._make_case()
        self.assertIn("seen", " ".join(case.message_ids.mapped("body")))
        case._as_system().write({"title": "Changed"})

    def test_a_rule_on_cases_closes_none_in_the_name_of_who_moved_it(self):
        supervisor = self.users["supervisor"]
        self._make_rule(
            "on_create_or_write",
            f"record.with_user({supervisor.id}).action_close()",
            filter_domain="[('state', '=', 'acknowledged')]",
        )
        self.full._as_system().write({"state": "new"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.full.with_user(supervisor).action_acknowledge()
        self.assertEqual(self.full.state, "new")

    def test_our_own_action_types_work_inside_stored_code(self):
        raising = self.env["ir.actions.server"].create(
            {
                "name": "Raise",
                "model_id": self.env["ir.model"]._get_id("mrp.workcenter"),
                "state": "variance_raise",
                "variance_category_id": self.metric.category_id.id,
                "variance_severity": "warning",
            }
        )
        calling = self._make_code(
            f"env['ir.actions.server'].browse({raising.id}).with_context("
            "active_model='mrp.workcenter', "
            f"active_id={self.workcenter.id}, active_ids=[{self.workcenter.id}]).run()"
        )
        before = self.Case.search_count([])
        self._run(calling.with_user(self.users["settings"]).sudo())
        self.assertEqual(self.Case.search_count([]), before + 1)

    def test_work_finished_by_stored_code_is_measured(self):
        self.env["mrp.workcenter.productivity"].create(
            {
                "workorder_id": self.workorder.id,
                "workcenter_id": self.workcenter.id,
                "loss_id": self.env.ref("mrp.block_reason7").id,
                "date_start": "2026-11-01 06:00:00",
                "date_end": "2026-11-01 09:00:00",
            }
        )
        self.env.cr.precommit.run()
        finishing = self._make_code(
            f"env['mrp.workorder'].browse({self.workorder.id}).button_finish()\n"
            "env.flush_all()\n"
            "env.cr.precommit.run()"
        )
        before = len(self.workorder.variance_measurement_ids)
        self._run(finishing.sudo())
        self.env.invalidate_all()
        self.assertGreater(len(self.workorder.variance_measurement_ids), before)

    def test_code_of_a_module_is_not_stored_code(self):
        self.assertFalse(is_stored_code())

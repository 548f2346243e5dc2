from psycopg2 import DatabaseError
from psycopg2.errors import RaiseException, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..guard import SYSTEM, TOKEN_KEY
from .test_person_steps import PersonStepCase


@tagged("post_install", "-at_install")
class TestAttackPersonSteps(PersonStepCase):
    """An answer is the answer of whoever may give it, and stays."""

    def setUp(self):
        super().setUp()
        self.make_steps(("Clamped?", "check", {}))
        self.ask()
        self.row = self.waiting()

    def run_stored(self, code, user):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Stored",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.case.step"),
                "state": "code",
                "code": code,
                "group_ids": [
                    Command.link(self.env.ref("mfg_variance_core.group_viewer").id)
                ],
            }
        )
        return (
            action.with_user(user)
            .sudo()
            .with_context(active_model=self.row._name, active_id=self.row.id)
            .run()
        )

    def assert_waits(self):
        self.row.invalidate_recordset()
        self.assertEqual((self.row.state, bool(self.row.answer_id)), ("waiting", False))

    def test_viewer_and_auditor_answer_nothing(self):
        auditor = new_test_user(
            self.env, "variance_auditor", groups="mfg_variance_core.group_auditor"
        )
        for user in (self.people["viewer"], auditor, self.engineer):
            with self.assertRaises(AccessError):
                self.row.with_user(user).action_answer("done")
        self.assert_waits()

    def test_sudo_answers_for_nobody(self):
        with self.assertRaises(AccessError):
            self.row.with_user(self.people["viewer"]).sudo().action_answer("done")
        with self.assertRaises(AccessError):
            self.row.with_user(self.env.ref("base.user_root")).action_answer("done")
        self.assert_waits()

    def test_operator_of_another_plant_neither_sees_nor_answers(self):
        self.operator.variance_plant_ids = self.far_plant
        mine = self.row.with_user(self.operator)
        self.assertFalse(mine.search([("id", "=", self.row.id)]))
        for row in (mine, mine.sudo()):
            with self.assertRaises(AccessError):
                row.action_answer("done")
        self.assert_waits()

    def test_operator_of_another_company_neither_sees_nor_answers(self):
        strange = self.env["res.company"].create({"name": "Other Works"})
        user = new_test_user(
            self.env,
            "variance_strange",
            groups="mfg_variance_core.group_supervisor",
            company_id=strange.id,
            company_ids=[Command.set(strange.ids)],
        )
        with self.assertRaises(AccessError):
            self.row.with_user(user).action_answer("done")
        self.assert_waits()

    def test_step_of_the_supervisor_is_not_the_operators(self):
        self.row._as_system().write({"who": "supervisor", "user_id": self.anna.id})
        with self.assertRaises(AccessError):
            self.row.with_user(self.operator).action_answer("done")
        self.row.with_user(self.ben).action_answer("done")
        self.assertEqual(self.row.answered_by_id, self.ben)

    def test_operator_on_duty_for_the_role_answers(self):
        self.row._as_system().write({"who": "maintenance", "user_id": self.anna.id})
        self.put(self.operator, role="maintenance", date_from="2020-01-01")
        self.row.with_user(self.operator).action_answer("done")
        self.assertEqual(self.row.answered_by_id, self.operator)

    def test_nobody_writes_rows_past_the_button(self):
        log = self.row.log_ids
        for role in ("operator", "supervisor", "process_engineer", "administrator"):
            user = self.people[role]
            for records in (self.row, log):
                for mine in (records.with_user(user), records.with_user(user).sudo()):
                    self.assert_refused(mine)

    @mute_logger("odoo.addons.base.models.ir_model")
    def assert_refused(self, mine):
        forged = {"answered_by_id": self.anna.id, "state": "answered"}
        if "key" in mine._fields:
            forged = {"key": "done", "kind": "answered", "user_id": self.anna.id}
        with self.assertRaises(AccessError):
            mine.write(forged)
        with self.assertRaises(AccessError):
            mine.create({**mine.copy_data()[0], **forged})
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_answered_by_cannot_be_forged_by_context_or_related_write(self):
        mine = self.row.with_user(self.operator).with_context(
            default_user_id=self.anna.id, **{TOKEN_KEY: "forged"}
        )
        mine.action_answer("done", note="mine")
        self.assertEqual(self.row.answered_by_id, self.operator)
        for value in (self.anna, self.supervisor):
            with self.assertRaises(AccessError):
                self.row.with_user(self.operator).sudo().answered_by_id = value

    def test_stored_code_answers_for_nobody(self):
        for code in (
            "record.action_answer('done')",
            "record.sudo().action_answer('done')",
            f"record.with_user({self.operator.id}).action_answer('done')",
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.run_stored(code, self.operator)
        self.assert_waits()

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_question_and_answer(self):
        self.answer("Done")
        log = self.row.answer_id
        for query, record in (
            ("UPDATE mfg_variance_case_step_log SET key='not_done' WHERE id=%s", log),
            ("UPDATE mfg_variance_case_step_log SET user_id=1 WHERE id=%s", log),
            ("DELETE FROM mfg_variance_case_step_log WHERE id=%s", log),
            ("UPDATE mfg_variance_case_step SET name='x' WHERE id=%s", self.row),
            ("DELETE FROM mfg_variance_case_step WHERE id=%s", self.row),
        ):
            with self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(query, [record.id])

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_one_answer_and_one_waiting_step(self):
        self.answer("Done")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.row._log("answered", user_id=self.anna.id, key="not_done")
        with self.assertRaises(DatabaseError), self.env.cr.savepoint():
            self.row._as_system().copy({"state": "waiting"})
            self.row._as_system().copy({"state": "waiting"})
            self.env.flush_all()

    def test_the_token_is_not_left_with_who_answers(self):
        self.row.with_user(self.operator).action_answer("done")
        self.assertNotEqual(self.row.env.context.get(TOKEN_KEY), SYSTEM)

    def test_a_closed_case_takes_no_answer(self):
        self.case._as_system().write({"state": "closed"})
        with self.assertRaises(UserError):
            self.row.with_user(self.operator).action_answer("done")

from datetime import timedelta

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..guard import CLOCK_KEY, TOKEN_KEY
from .deadline_case import DeadlineCase


@tagged("post_install", "-at_install")
class TestAttackDeadlines(DeadlineCase):
    """Nobody gains time, and nobody says of his own work that it worked."""

    def setUp(self):
        super().setUp()
        self.case = self.make_case("major")
        self.mine = self.case.with_user(self.supervisor)

    def run_stored(self, code, user):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Stored",
                "model_id": self.env["ir.model"]._get_id(self.case._name),
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
            .with_context(active_model=self.case._name, active_id=self.case.id)
            .run()
        )

    def make_resolved(self):
        with self.at(self.monday):
            self.resolve(self.case)

    # ------------------------------------------------------------ gaining time

    def test_deadline_is_not_written_by_anybody(self):
        later = self.monday + timedelta(days=99)
        for user in self.people.values():
            for case in (self.case.with_user(user), self.case.with_user(user).sudo()):
                for name in ("respond_by", "resolve_by", "watch_at", "sla_id"):
                    with self.assertRaises(AccessError):
                        case.write({name: later if name != "sla_id" else False})

    def test_deadline_is_not_imported(self):
        for key, value in (("id", "x.y"), (".id", str(self.case.id))):
            row = [value, "2030-01-01 00:00:00"]
            self.assertFalse(self.mine.load([key, "resolve_by"], [row])["ids"])

    def test_clock_in_the_context_is_not_believed(self):
        for forged in (self.monday, "2026-01-05", {"moment": "2026-01-05"}):
            case = self.mine.with_context(**{CLOCK_KEY: forged, TOKEN_KEY: forged})
            with self.env.cr.savepoint() as point:
                case.action_take()
                # today, many months after its deadline
                self.assertEqual(case.acknowledge_result, "breached")
                point.rollback()
            self.env.invalidate_all()

    def test_default_in_the_context_fills_no_pause(self):
        with self.at(self.monday):
            self.mine.action_take()
            forged = self.mine.with_context(
                default_started_at="2025-01-01 00:00:00",
                default_ended_at="2026-01-05 10:00:01",
                default_decide_by="2030-01-01 00:00:00",
            )
            forged._pause("other", "x", "x", self.monday + timedelta(days=1))
        pause = self.case.pause_ids
        self.assertEqual(pause.started_at, self.monday)
        self.assertFalse(pause.ended_at)

    def test_pause_is_made_by_who_may_handle_the_case(self):
        with self.at(self.monday):
            self.mine.action_take()
        until = self.monday + timedelta(days=1)
        for user in (self.operator, self.people["viewer"], self.engineer):
            for case in (self.case.with_user(user), self.case.with_user(user).sudo()):
                with self.assertRaises(AccessError), self.at(self.monday):
                    case._pause("other", "x", "x", until)

    def test_wizard_of_somebody_else_is_not_used(self):
        with self.at(self.monday):
            self.mine.action_take()
        wizard = (
            self.env["mfg.variance.pause"]
            .with_user(self.supervisor)
            .create(
                {
                    "exception_id": self.case.id,
                    "waits_for_name": "x",
                    "reason": "x",
                    "until": self.monday + timedelta(days=1),
                }
            )
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.operator).action_apply()

    # --------------------------------------------------------------- verifying

    def test_own_fix_is_verified_by_no_path(self):
        self.make_resolved()
        for case in (self.mine, self.mine.sudo()):
            with self.assertRaises(AccessError), self.signed_in(self.supervisor):
                case._verify("Fine")
            wizard = case.env["mfg.variance.verify"].create(
                {"exception_id": case.id, "note": "Fine"}
            )
            with self.assertRaises(AccessError), self.signed_in(self.supervisor):
                wizard.with_env(case.env).action_verify_and_close()
            with self.assertRaises(AccessError):
                case.write({"verified_by_id": self.second.id})
        for code in (
            "record._verify('Fine')",
            f"record.with_user({self.second.id})._verify('Fine')",
            f"env['mfg.variance.verify'].with_user({self.second.id}).create("
            "{'exception_id': record.id, 'note': 'x'}).action_verify()",
        ):
            # even while that person is signed in
            with (
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
                self.signed_in(self.second),
            ):
                self.run_stored(code, self.second)
        self.case.invalidate_recordset()
        self.assertFalse(self.case.verified_at)

    def test_a_fix_is_verified_by_supervisors_and_engineers_only(self):
        self.make_resolved()
        for role in ("viewer", "operator", "automation_owner", "administrator"):
            with self.assertRaises(AccessError):
                self.verify(self.case, self.people[role])
        self.verify(self.case, self.engineer)
        self.assertEqual(self.case.verified_by_id, self.engineer)

    def test_own_fix_is_not_verified_as_the_superuser(self):
        self.make_resolved()
        with self.assertRaises(AccessError):
            self.case._verify("Fine")

    def test_doer_is_not_washed_off_by_somebody_elses_move(self):
        """Who answered a step while it was being resolved has done it, too."""
        self.make_resolved()
        step = (
            self.env["mfg.variance.case.step"]
            ._as_system()
            .create(
                {
                    "exception_id": self.case.id,
                    "company_id": self.company.id,
                    "name": "Changed?",
                    "kind": "check",
                    "asked_at": self.monday,
                    "who": "station",
                    "state": "answered",
                }
            )
        )
        with self.at(self.monday + timedelta(minutes=1)):
            step._log("answered", user_id=self.second.id, key="done")
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.verify(self.case)

    def test_supervisor_of_another_plant_verifies_nothing(self):
        self.make_resolved()
        far = self.env["mfg.variance.plant"].create({"name": "F", "code": "FX"})
        self.second.variance_plant_ids = far
        for case in (
            self.case.with_user(self.second),
            self.case.with_user(self.second).sudo(),
        ):
            with self.assertRaises(AccessError), self.signed_in(self.second):
                case._verify("Fine")

    def test_supervisor_of_another_company_neither_pauses_nor_gives_tasks(self):
        strange = self.env["res.company"].create({"name": "Other Works"})
        user = new_test_user(
            self.env,
            "variance_strange",
            groups="mfg_variance_core.group_supervisor",
            company_id=strange.id,
            company_ids=[Command.set(strange.ids)],
        )
        with self.assertRaises(AccessError):
            self.case.with_user(user).action_add_task()
        with self.assertRaises(AccessError):
            self.env["mfg.variance.exception.task"].with_user(user).create(
                {
                    "name": "x",
                    "exception_id": self.case.id,
                    "due_date": "2026-01-06",
                }
            )

    def test_task_is_not_moved_to_a_case_that_needs_one(self):
        other = self.make_case("major")
        task = (
            self.env["mfg.variance.exception.task"]
            .with_user(self.supervisor)
            .create(
                {
                    "name": "x",
                    "exception_id": self.case.id,
                    "due_date": "2026-01-06",
                }
            )
        )
        with self.assertRaises(UserError):
            task.exception_id = other

    # ------------------------------------------------------------ wiping traces

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_escalations_and_pauses(self):
        self.watch(self.monday + timedelta(minutes=61))
        with self.at(self.monday):
            self.mine.action_take()
            self.mine._pause("other", "x", "x", self.monday + timedelta(days=1))
        self.env.flush_all()
        row, pause = self.case.escalation_ids[0], self.case.pause_ids
        for query, record in (
            ("DELETE FROM mfg_variance_exception_escalation WHERE id=%s", row),
            (
                "UPDATE mfg_variance_exception_escalation SET reason='x' WHERE id=%s",
                row,
            ),
            ("DELETE FROM mfg_variance_exception_pause WHERE id=%s", pause),
            ("UPDATE mfg_variance_exception_pause SET reason='y' WHERE id=%s", pause),
            (
                "UPDATE mfg_variance_exception_pause "
                "SET started_at='2025-01-01' WHERE id=%s",
                pause,
            ),
        ):
            with self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(query, [record.id])

    def test_step_of_the_chain_can_go_and_its_rows_stay(self):
        self.put(self.second, "supervisor")
        self.watch(self.monday + timedelta(minutes=31))
        row = self.case.escalation_ids
        row.step_id.unlink()
        self.assertFalse(row.step_id)
        self.assertEqual(row.user_id, self.second)

    def test_chain_of_another_plant_is_not_changed(self):
        administrator = self.people["administrator"]
        administrator.variance_plant_ids = self.plant
        with self.assertRaises(AccessError):
            self.sla["major"].with_user(administrator).acknowledge_count = 999
        with self.assertRaises(AccessError):
            self.sla["major"].escalation_ids[0].with_user(administrator).unlink()

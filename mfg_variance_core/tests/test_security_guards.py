from odoo.exceptions import UserError
from odoo.fields import Command, Datetime
from odoo.tests import TransactionCase, tagged

from ..guard import SYSTEM, TOKEN_KEY
from .security_case import ROLES, SecurityFixture

FLOOR = {"operator", "supervisor", "production_manager", "quality_manager"}
LEADERS = FLOOR - {"operator"}
ENGINEERS = {"process_engineer"}
ADMINISTRATORS = {"administrator"}
NOBODY = set()

# attempt (a method ``_try_<name>``): who succeeds as himself; everybody else is
# refused. The last column: does ``sudo()`` help those who are refused?
MATRIX = {
    # --- the light track
    "light_take": (FLOOR, False),
    "light_acknowledge": (FLOOR, False),
    "light_done": (FLOOR, False),
    "light_close": (FLOOR, False),
    "light_cause": (FLOOR, False),
    "light_reopen": (FLOOR, False),
    "light_accept_clear": (FLOOR, False),
    # --- the full track
    "full_take": (LEADERS, False),
    "full_contain": (LEADERS, False),
    "full_resolving": (LEADERS, False),
    "full_resolve": (LEADERS, False),
    "full_close": (LEADERS, False),
    "full_close_unverified": (NOBODY, False),
    "full_pause": (LEADERS, False),
    "full_resume": (LEADERS, False),
    # --- deadlines and tasks
    "case_deadline": (NOBODY, False),
    "case_result": (NOBODY, False),
    "case_verified": (NOBODY, False),
    "pause_row": (NOBODY, False),
    "pause_row_ended": (NOBODY, False),
    "escalation_row": (NOBODY, False),
    "escalation_row_deleted": (NOBODY, False),
    "task_given": (LEADERS, False),
    "task_born_verified": (NOBODY, False),
    "task_state": (NOBODY, False),
    "task_deleted": (NOBODY, False),
    "sla_changed": (ADMINISTRATORS, True),
    "chain_changed": (ADMINISTRATORS, True),
    "full_cause": (LEADERS, False),
    "full_reopen": (LEADERS, False),
    # --- policies
    "version_shadow": (ENGINEERS, False),
    "version_activate": (ENGINEERS, False),
    "version_retire": (ENGINEERS, False),
    "version_new": (ENGINEERS, False),
    "policy_archive": (ENGINEERS, False),
    "policy_sequence": (ENGINEERS, False),
    "policy_owner": (ENGINEERS, False),
    "policy_create": (ENGINEERS, True),
    "draft_write": (ENGINEERS, True),
    "draft_limit": (ENGINEERS, True),
    "draft_through_policy": (ENGINEERS, True),
    "live_write": (NOBODY, False),
    "live_reason": (NOBODY, False),
    "live_translate": (NOBODY, False),
    "live_limit_write": (NOBODY, False),
    "live_limit_create": (NOBODY, False),
    "live_limit_delete": (NOBODY, False),
    "live_limit_move_in": (NOBODY, False),
    "live_limit_move_out": (NOBODY, False),
    "live_limit_command": (NOBODY, False),
    "live_unlink": (NOBODY, False),
    "version_state": (NOBODY, False),
    "version_authors": (NOBODY, False),
    "version_moved": (NOBODY, False),
    "version_born_active": (NOBODY, False),
    "policy_born_active": (NOBODY, False),
    "policy_born_with_authors": (NOBODY, False),
    "policy_takes_version": (NOBODY, False),
    "policy_points_at_version": (NOBODY, False),
    "policy_unlink_used": (NOBODY, False),
    # --- cases, past the buttons
    "case_state": (NOBODY, False),
    "case_owner": (NOBODY, False),
    "case_measurements": (NOBODY, False),
    "case_copy": (NOBODY, False),
    "case_name_create": (NOBODY, False),
    # --- rows that belong to the case, from a neighbour
    "measurement_from_workorder": (NOBODY, False),
    "measurement_cut_from_workorder": (NOBODY, False),
    "time_log_estimate": (NOBODY, False),
    # --- what judging stands on
    "metric_turned_round": (NOBODY, False),
    "metric_archived": (NOBODY, False),
    "metric_renamed": (ADMINISTRATORS, True),
    # of all companies, and the engineers here are of one
    "playbook_renamed": (ADMINISTRATORS, True),
}


class _Undo(Exception):
    """Ends an attempt that succeeded, so that the next starts afresh."""


@tagged("post_install", "-at_install")
class TestGuardMatrix(SecurityFixture, TransactionCase):
    """Role by attempt, in both directions, as oneself and with ``sudo()``."""

    def _succeeds(self, name, env):
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_try_{name}")(env)
                self.env.flush_all()
                raise _Undo
        except _Undo:
            return True
        except UserError:  # AccessError and ValidationError are kinds of it
            return False
        finally:
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def _check(self, env_of, expected_of, besides=()):
        wrong = []
        for name, row in MATRIX.items():
            if name in besides:
                continue
            for role in ROLES:
                expected = expected_of(role, *row)
                if self._succeeds(name, env_of(role)) != expected:
                    verb = "may not" if expected else "may"
                    wrong.append(f"{role} {verb} {name}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_each_role_as_itself_gets_the_verdict_of_the_matrix(self):
        self._check(
            lambda role: self.env(user=self.users[role]),
            lambda role, allowed, _sudo: role in allowed,
        )

    def test_sudo_opens_nothing_that_is_guarded(self):
        # activating is nobody's in superuser mode, not even an engineer's (D15)
        self._check(
            lambda role: self.env(user=self.users[role], su=True),
            lambda role, allowed, sudo: sudo or role in allowed,
            besides={"version_activate"},
        )
        for role in ENGINEERS:
            env = self.env(user=self.users[role], su=True)
            self.assertFalse(self._succeeds("version_activate", env))

    def test_a_forged_token_opens_nothing(self):
        guarded = [name for name, row in MATRIX.items() if not row[0]]
        engineer = self.users["process_engineer"]
        for forged in (True, repr(SYSTEM), {TOKEN_KEY: True}, object()):
            env = self.env(user=engineer, su=True, context={TOKEN_KEY: forged})
            opened = [name for name in guarded if self._succeeds(name, env)]
            self.assertFalse(opened, f"with {forged!r}")

    def test_the_superuser_takes_no_decision_though_he_has_every_group(self):
        groups = ("production_manager", "process_engineer")
        for group in groups:
            self.env.user.group_ids += self.env.ref(f"mfg_variance_core.group_{group}")
        prefixes = ("light_", "full_", "version_")
        decisions = [name for name in MATRIX if name.startswith(prefixes)]
        opened = [name for name in decisions if self._succeeds(name, self.env)]
        self.assertFalse(opened)

    def test_every_attempt_has_a_row_and_every_row_an_attempt(self):
        attempts = {name[5:] for name in dir(self) if name.startswith("_try_")}
        self.assertEqual(attempts, set(MATRIX))

    # ---------------------------------------------------------- light and full

    def _moved(self, env, case, state, **values):
        case._as_system().write({"state": state, **values})
        return case.with_env(env)

    def _try_light_take(self, env):
        self.light.with_env(env).action_take()

    def _try_light_acknowledge(self, env):
        self.light.with_env(env).action_acknowledge()

    def _try_light_done(self, env):
        self.light.with_env(env).action_done()

    def _try_light_close(self, env):
        self.light.with_env(env).action_close()

    def _try_light_cause(self, env):
        env["mfg.variance.cause.wizard"].action_choose(self.light.ids, self.cause.id)

    def _try_light_reopen(self, env):
        self._moved(env, self.light, "closed").action_reopen()

    def _try_light_accept_clear(self, env):
        case = self._moved(env, self.light, "new", cleared_at=self.moment)
        case.action_accept_clear()

    def _try_full_take(self, env):
        self.full.with_env(env).action_take()

    def _try_full_contain(self, env):
        self._moved(env, self.full, "acknowledged").action_contain()

    def _try_full_resolving(self, env):
        self._moved(env, self.full, "contained").action_start_resolving()

    def _try_full_resolve(self, env):
        self._moved(env, self.full, "resolving").action_resolve()

    def _try_full_close(self, env):
        self.full._as_system().write({"verified_at": self.moment})
        self._moved(env, self.full, "resolved").action_close()

    def _try_full_close_unverified(self, env):
        self._moved(env, self.full, "resolved").action_close()

    def _try_full_pause(self, env):
        case = self._moved(env, self.full, "resolving")
        case._pause("other", "Somebody", "Why", Datetime.add(self.moment, days=2))

    def _try_full_resume(self, env):
        self._make_paused()
        self.full.with_env(env).action_resume()

    # -------------------------------------------------- deadlines and tasks

    def _make_paused(self):
        self.full._as_system().write(
            {"state": "resolving", "paused_at": self.moment, "paused_for": "x"}
        )
        vals = {
            "exception_id": self.full.id,
            "company_id": self.company.id,
            "waits_for": "other",
            "waits_for_name": "Somebody",
            "reason": "Why",
            "started_at": self.moment,
            "started_by_id": self.users["supervisor"].id,
            "until": Datetime.add(self.moment, days=2),
        }
        return self.env["mfg.variance.exception.pause"]._as_system().create(vals)

    def _make_escalation(self):
        vals = {
            "exception_id": self.full.id,
            "company_id": self.company.id,
            "kind": "time",
            "clock": "acknowledge",
            "clock_started_at": self.moment,
            "escalated_at": self.moment,
            "reason": "Late",
        }
        rows = self.env["mfg.variance.exception.escalation"]._as_system()
        return rows.create(vals)

    def _make_task(self, state="open"):
        vals = {
            "name": "Mend it",
            "exception_id": self.full.id,
            "user_id": self.users["operator"].id,
            "due_date": self.moment.date(),
            "state": state,
        }
        return self.env["mfg.variance.exception.task"]._as_system().create(vals)

    def _try_case_deadline(self, env):
        self.full.with_env(env).resolve_by = Datetime.add(self.moment, days=99)

    def _try_case_result(self, env):
        self.full.with_env(env).write({"acknowledge_result": "met"})

    def _try_case_verified(self, env):
        self.full.with_env(env).write({"verified_by_id": env.uid})

    def _try_pause_row(self, env):
        self._make_paused().with_env(env).copy()

    def _try_pause_row_ended(self, env):
        self._make_paused().with_env(env).ended_at = self.moment

    def _try_escalation_row(self, env):
        self._make_escalation().with_env(env).user_id = env.uid

    def _try_escalation_row_deleted(self, env):
        self._make_escalation().with_env(env).unlink()

    def _try_task_given(self, env):
        env["mfg.variance.exception.task"].create(
            {
                "name": "Mend it",
                "exception_id": self.full.id,
                "due_date": self.moment.date(),
            }
        )

    def _try_task_born_verified(self, env):
        env["mfg.variance.exception.task"].create(
            {
                "name": "Mend it",
                "exception_id": self.full.id,
                "due_date": self.moment.date(),
                "state": "verified",
            }
        )

    def _try_task_state(self, env):
        self._make_task().with_env(env).state = "verified"

    def _try_task_deleted(self, env):
        self._make_task().with_env(env).unlink()

    def _make_sla(self):
        shared = self.env.ref("mfg_variance_core.sla_major")
        return shared.copy({"company_id": self.company.id, "plant_id": self.plant.id})

    def _try_sla_changed(self, env):
        self._make_sla().with_env(env).acknowledge_count = 9999

    def _try_chain_changed(self, env):
        self._make_sla().escalation_ids[0].with_env(env).unlink()

    def _try_full_cause(self, env):
        env["mfg.variance.cause.wizard"].action_choose(self.full.ids, self.cause.id)

    def _try_full_reopen(self, env):
        self._moved(env, self.full, "closed").action_reopen()

    # ---------------------------------------------------------------- policies

    def _try_version_shadow(self, env):
        self.draft.with_env(env).action_shadow()

    def _try_version_activate(self, env):
        with self.signed_in(env.user):
            self.draft.with_env(env).action_activate()

    def _try_version_retire(self, env):
        self.live.with_env(env).action_retire()

    def _try_version_new(self, env):
        self.live.with_env(env).action_new_version()

    def _try_policy_archive(self, env):
        self.policy.with_env(env).action_archive()

    def _try_policy_sequence(self, env):
        self.policy.with_env(env).sequence = 1

    def _try_policy_owner(self, env):
        self.policy.with_env(env).write({"owner_role": "user", "owner_id": env.uid})

    def _try_policy_create(self, env):
        self._create_policy(env)

    def _create_policy(self, env, **values):
        return env["mfg.variance.policy"].create(
            {"name": "Mine", "metric_id": self.metric.id, **values}
        )

    def _try_draft_write(self, env):
        self.draft.with_env(env).confirm_minutes = 9

    def _try_draft_limit(self, env):
        self.draft.with_env(env).limit_ids.percent = 75

    def _try_draft_through_policy(self, env):
        self.policy.with_env(env).write({"cooldown_minutes": 9})

    def _try_live_write(self, env):
        self.live.with_env(env).write({"confirm_minutes": 9})

    def _try_live_reason(self, env):
        self.live.with_env(env).change_reason = "Because"

    def _try_live_translate(self, env):
        self.live.with_env(env).update_field_translations(
            "what_to_do", {"en_US": "Look away"}
        )

    def _try_live_limit_write(self, env):
        self.live.with_env(env).limit_ids.write({"percent": 500})

    def _try_live_limit_create(self, env):
        env["mfg.variance.policy.limit"].create(
            {"version_id": self.live.id, "severity": "critical", "percent": 1}
        )

    def _try_live_limit_delete(self, env):
        self.live.with_env(env).limit_ids.unlink()

    def _try_live_limit_move_in(self, env):
        self.draft.with_env(env).limit_ids.write(
            {"version_id": self.live.id, "severity": "critical"}
        )

    def _try_live_limit_move_out(self, env):
        self.draft.limit_ids.unlink()
        self.live.with_env(env).limit_ids.write({"version_id": self.draft.id})

    def _try_live_limit_command(self, env):
        self.live.with_env(env).write({"limit_ids": [Command.clear()]})

    def _try_live_unlink(self, env):
        self.live.with_env(env).unlink()

    def _try_version_state(self, env):
        self.draft.with_env(env).write({"state": "active"})

    def _try_version_authors(self, env):
        self.draft.with_env(env).write({"author_ids": [Command.clear()]})

    def _try_version_moved(self, env):
        other = self._create_policy(self.env)
        self.draft.with_env(env).write({"policy_id": other.id})

    def _try_version_born_active(self, env):
        env["mfg.variance.policy.version"].create(
            {"metric_id": self.metric.id, "state": "active"}
        )

    def _try_policy_born_active(self, env):
        self._create_policy(env, state="active")

    def _try_policy_born_with_authors(self, env):
        self._create_policy(env, author_ids=[Command.set(self.author.ids)])

    def _try_policy_takes_version(self, env):
        self._create_policy(env, version_id=self.live.id)

    def _try_policy_points_at_version(self, env):
        other = self._create_policy(self.env)
        other.with_env(env).version_id = self.live

    def _try_policy_unlink_used(self, env):
        self.policy.with_env(env).unlink()

    # ------------------------------------------------- cases, past the buttons

    def _try_case_state(self, env):
        self.light.with_env(env).write({"state": "closed"})

    def _try_case_owner(self, env):
        self.light.with_env(env).owner_id = env.uid

    def _try_case_measurements(self, env):
        self.light.with_env(env).write({"measurement_ids": [Command.clear()]})

    def _try_case_copy(self, env):
        self.light.with_env(env).copy()

    def _try_case_name_create(self, env):
        env["mfg.variance.exception"].name_create("Made up")

    def _try_measurement_from_workorder(self, env):
        values = self._prepare_measurement(self.light, 9)
        self.workorder.with_env(env).write(
            {"variance_measurement_ids": [Command.create(values)]}
        )

    def _try_measurement_cut_from_workorder(self, env):
        self.workorder.with_env(env).write(
            {"variance_measurement_ids": [Command.unlink(self.measurement.id)]}
        )

    def _try_time_log_estimate(self, env):
        log = self.env["mrp.workcenter.productivity"].create(
            {
                "workorder_id": self.workorder.id,
                "workcenter_id": self.workcenter.id,
                "loss_id": self.env.ref("mrp.block_reason7").id,
            }
        )
        log.with_env(env).variance_is_estimate = True

    # ------------------------------------------------- what judging stands on

    def _try_metric_turned_round(self, env):
        self.metric.with_env(env).direction = "lower"

    def _try_metric_archived(self, env):
        self.metric.with_env(env).action_archive()

    def _try_metric_renamed(self, env):
        self.metric.with_env(env).name = "Machine minutes"

    def _try_playbook_renamed(self, env):
        self.env.ref("mfg_variance_core.playbook_overrun").with_env(env).name = "Late"

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..guard import TOKEN_KEY
from .security_case import SecurityFixture


@tagged("post_install", "-at_install")
class TestGuardEvidence(SecurityFixture, TransactionCase):
    """Evidence is written by the system: every role, every verb, every back door."""

    def _refused(self, function, *args, **kwargs):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            function(*args, **kwargs)
            self.env.flush_all()
        self.env.invalidate_all()

    def _everybody(self):
        for role, user in self.users.items():
            for su in (False, True):
                yield f"{role}, su={su}", self.env(user=user, su=su)
        yield "superuser", self.env

    def test_nobody_creates_writes_copies_or_deletes_evidence(self):
        for name, record in self.evidence.items():
            for who, env in self._everybody():
                with self.subTest(model=name, who=who):
                    mine = record.with_env(env)
                    self._refused(mine.browse().create, {})
                    self._refused(mine.write, {"company_id": self.stranger.id})
                    self._refused(mine.copy)
                    self._refused(mine.unlink)

    def test_the_system_writes_the_same_evidence(self):
        for name, record in self.evidence.items():
            with self.subTest(model=name):
                # of the others the database keeps the company as inserted
                if name in ("exception", "watch"):
                    record._as_system().write({"company_id": self.stranger.id})
                    self.env.flush_all()
                    self.assertEqual(record.company_id, self.stranger)
                self.assertNotIn(TOKEN_KEY, record.env.context)

    def test_an_import_creates_and_changes_no_evidence(self):
        for record in self.evidence.values():
            for role in ("process_engineer", "administrator", "settings"):
                model = record.with_user(self.users[role]).sudo().browse()
                known = record.search_count([])
                for fields, row in (
                    (["company_id/.id"], [str(self.stranger.id)]),
                    (
                        [".id", "company_id/.id"],
                        [str(record.id), str(self.stranger.id)],
                    ),
                ):
                    with self.subTest(model=record._name, role=role, fields=fields):
                        try:
                            result = model.load(fields, [row])
                        except UserError:
                            result = {"ids": False}
                        self.assertFalse(result["ids"])
                        self.env.invalidate_all()
                        self.assertEqual(record.company_id, self.company)
                        self.assertEqual(record.search_count([]), known)

    def test_defaults_never_reach_a_row_the_system_signs(self):
        forged = {"default_error": "forged", "default_exception_id": self.full.id}
        run = self.env["mfg.variance.run"].with_context(**forged)._log("cron", "Plain")
        self.assertFalse(run.error)
        self.assertFalse(run.exception_id)

    def test_a_default_in_the_context_activates_no_version(self):
        engineer = self.users["process_engineer"]
        forged = {
            "default_state": "active",
            "default_author_ids": self.author.ids,
            "default_policy_id": self.policy.id,
            "default_activated_by_id": self.author.id,
        }
        values = {"name": "Forged", "metric_id": self.metric.id}
        version = self.Version.with_user(engineer).with_context(**forged)
        version = version.create({"metric_id": self.metric.id})
        self.assertEqual(version.state, "draft")
        self.assertEqual(version.author_ids, engineer)
        self.assertFalse(version.policy_id)
        policies = self.Policy.with_user(engineer).with_context(**forged)
        self._refused(policies.create, values)

    def test_a_saved_default_activates_no_version(self):
        engineer = self.users["process_engineer"]
        self.env["ir.default"].with_user(engineer).set(
            "mfg.variance.policy.version", "state", "active", user_id=True
        )
        version = self.Version.with_user(engineer).create({"metric_id": self.metric.id})
        self.assertEqual(version.state, "draft")

    def test_the_form_saves_a_case_no_more_than_a_write_does(self):
        supervisor = self.users["supervisor"]
        case = self.light.with_user(supervisor)
        self._refused(case.web_save, {"state": "closed"}, {"state": {}})
        self._refused(case.browse().web_save, {"title": "New"}, {"title": {}})

    def test_editing_in_the_form_stores_nothing(self):
        case = self.light.with_user(self.users["supervisor"])
        case.onchange({"state": "closed"}, ["state"], {"state": {}, "is_open": {}})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.light.state, "new")


@tagged("post_install", "-at_install")
class TestGuardSegregation(SecurityFixture, TransactionCase):
    """Nobody activates what he wrote, however he comes to have written it."""

    def _activate(self, version, user):
        with self.signed_in(user):
            version.with_user(user).action_activate()

    def _refuse_activation(self, version, user):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._activate(version, user)

    def test_the_author_may_not_activate_and_another_engineer_may(self):
        self._refuse_activation(self.draft, self.author)
        self._activate(self.draft, self.users["process_engineer"])
        self.assertEqual(self.draft.state, "active")
        self.assertEqual(self.live.state, "retired")

    def test_a_wider_access_right_makes_nobody_an_engineer(self):
        self.env["ir.model.access"].create(
            {
                "name": "Somebody was generous",
                "model_id": self.env["ir.model"]._get_id(self.draft._name),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
        for role in ("administrator", "production_manager"):
            self.assertTrue(self.draft.with_user(self.users[role]).has_access("write"))
            self._refuse_activation(self.draft, self.users[role])

    def test_each_way_of_editing_makes_an_author(self):
        editor = self.users["process_engineer"]
        draft = self.draft.with_user(editor)
        edits = {
            "field": lambda: draft.write({"confirm_minutes": 7}),
            "through the policy": lambda: self.policy.with_user(editor).write(
                {"cooldown_minutes": 7}
            ),
            "limit": lambda: draft.limit_ids.write({"percent": 80}),
            "limit command": lambda: draft.write(
                {"limit_ids": [Command.create({"severity": "info", "percent": 5})]}
            ),
            "limit created": lambda: (
                self.env["mfg.variance.policy.limit"]
                .with_user(editor)
                .create({"version_id": draft.id, "severity": "major", "percent": 90})
            ),
            "limit deleted": lambda: draft.limit_ids[:1].unlink(),
            "translation": lambda: draft.update_field_translations(
                "what_to_do", {"en_US": "Look twice"}
            ),
            "sudo": lambda: draft.sudo().write({"minimum_sample": 7}),
        }
        for name, edit in edits.items():
            with self.subTest(edit=name):
                self.draft._as_system().author_ids = self.author
                edit()
                self.assertIn(editor, self.draft.author_ids)
                self._refuse_activation(self.draft, editor)

    def test_copying_a_draft_keeps_its_authors(self):
        engineer = self.users["process_engineer"]
        copied = self.policy.with_user(engineer).copy()
        self.assertLessEqual(self.author | engineer, copied.author_ids)
        self._refuse_activation(copied.version_id, self.author)

    def test_editing_touches_the_row_so_that_racing_activations_collide(self):
        """Both transactions update the version row: one of them starts over (D9)."""
        self.env.cr.execute(
            "UPDATE mfg_variance_policy_version SET write_date = NULL WHERE id = %s",
            (self.draft.id,),
        )
        self.env.invalidate_all()
        self.draft.with_user(self.author).limit_ids.write({"percent": 81})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT write_date FROM mfg_variance_policy_version WHERE id = %s",
            (self.draft.id,),
        )
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_control_changes_are_told_in_the_chatter(self):
        engineer = self.users["process_engineer"]
        self.policy.with_user(engineer).action_archive()
        self.policy.with_user(engineer).sequence = 3
        bodies = " ".join(self.policy.message_ids.mapped("body"))
        self.assertIn("Active", bodies)
        self.assertIn("Sequence: 10 → Sequence: 3", bodies)
        self.assertEqual(self.policy.message_ids[0].author_id, engineer.partner_id)

    def test_a_step_of_a_live_policy_is_not_switched_off_in_silence(self):
        policy = self.env.ref("mfg_variance_core.policy_work_order_time")
        steps = self.env["mfg.variance.playbook.step"]
        administrator = self.users["administrator"]
        playbook = self.env.ref("mfg_variance_core.playbook_overrun")
        step = steps.with_user(administrator).create(
            {"playbook_id": playbook.id, "name": "Ring the bell"}
        )
        self.assertIn("added: Ring the bell", policy.message_ids[0].body)
        step.active = False
        self.assertIn("changed (Active): Ring the bell", policy.message_ids[0].body)
        self.assertEqual(policy.message_ids[0].author_id, administrator.partner_id)
        step.unlink()
        self.assertIn("deleted: Ring the bell", policy.message_ids[0].body)

    def test_the_log_of_a_case_or_policy_is_not_edited_or_deleted(self):
        operator = self.users["operator"]
        engineer = self.users["process_engineer"]
        self.light.with_user(operator).action_acknowledge()
        self.policy.with_user(engineer).sequence = 4
        for record, user in ((self.light, operator), (self.policy, engineer)):
            for env in (self.env(user=user), self.env(user=user, su=True)):
                log = record.message_ids[0].with_env(env)
                with self.subTest(model=record._name, su=env.su):
                    with self.assertRaises(AccessError):
                        log.write({"body": "Never happened"})
                    with self.assertRaises(AccessError):
                        log.unlink()
                    log.check_access("read")

    def test_a_comment_stays_its_author_s(self):
        operator = self.users["operator"]
        comment = self.light.with_user(operator).message_post(
            body="Tool broke", message_type="comment"
        )
        comment.write({"body": "The tool broke"})
        comment.unlink()

    def test_what_is_closed_keeps_its_cause_and_owner(self):
        supervisor = self.users["supervisor"]
        wizard = self.env["mfg.variance.cause.wizard"].with_user(supervisor)
        for case in (self.light, self.full):
            case._as_system().write({"state": "closed"})
            with self.assertRaises(UserError):
                wizard.action_choose(case.ids, self.cause.id, "false_positive")
            with self.assertRaises(UserError):
                case.with_user(supervisor).action_take()

    def test_a_full_case_is_not_emptied_of_its_cause(self):
        wizard = self.env["mfg.variance.cause.wizard"].with_user(
            self.users["supervisor"]
        )
        with self.assertRaises(UserError):
            wizard.action_choose(self.full.ids, False)
        self.assertEqual(self.full.cause_id, self.cause)

    @mute_logger("odoo.sql_db")
    def test_deleting_what_a_case_refers_to_is_refused(self):
        administrator = self.users["administrator"]
        for record in (
            self.metric.category_id,
            self.plant,
            self.cause,
            self.metric,
        ):
            with (
                self.subTest(model=record._name),
                self.assertRaises(Exception) as caught,
                self.env.cr.savepoint(),
            ):
                record.with_user(administrator).unlink()
                self.env.flush_all()
            self.assertRegex(
                type(caught.exception).__name__,
                "ForeignKeyViolation|RestrictViolation|UserError|ValidationError",
            )

    def test_the_code_of_a_metric_names_no_method_of_the_orm(self):
        with self.assertRaises(UserError):
            self.env["mfg.variance.metric"].with_user(
                self.users["administrator"]
            ).create(
                {
                    "name": "Group",
                    "code": "group",
                    "category_id": self.metric.category_id.id,
                }
            )

    def test_a_step_runs_only_actions_made_for_cases(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Somebody's clean-up",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": "pass",
            }
        )
        with self.assertRaises(UserError):
            self.env["mfg.variance.playbook.step"].with_user(
                self.users["administrator"]
            ).create(
                {
                    "playbook_id": self.env.ref(
                        "mfg_variance_core.playbook_overrun"
                    ).id,
                    "name": "Clean up",
                    "kind": "server_action",
                    "server_action_id": action.id,
                }
            )

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..guard import TOKEN_KEY
from .security_case import SecurityFixture
from .test_security_guards import ENGINEERS, FLOOR, LEADERS, NOBODY

REFUSED = (403, 422)
# method -> arguments; every one of these is refused on every guarded row
WRITES = {
    "create": {"vals_list": [{}]},
    "write": {"vals": {"company_id": False}},
    "web_save": {"vals": {"company_id": False}, "specification": {}},
    "unlink": {},
    "copy": {},
}
# button -> who may press it over the wire
CALLS = (
    ("light", "action_take", FLOOR),
    ("light", "action_acknowledge", FLOOR),
    ("light", "action_done", FLOOR),
    ("full", "action_take", LEADERS),
    ("full", "action_acknowledge", LEADERS),
    ("full", "action_close", NOBODY),
    ("live", "action_retire", ENGINEERS),
    ("draft", "action_shadow", ENGINEERS),
    # a second engineer, in person: a key is nobody (D15)
    ("draft", "action_activate", NOBODY),
    ("policy", "action_archive", ENGINEERS),
)
PRIVATE = {
    "mfg.variance.exception": (
        "_as_system",
        "_transition",
        "_clear",
        "_open_cases",
        "_reopen_as_regression",
        "_raise_severity",
        "_write",
    ),
    "mfg.variance.policy.version": (
        "_transition",
        "_note_author",
        "_activate_shipped",
        "_as_system",
    ),
    "mfg.variance.measurement": ("_as_system", "_write"),
    "mfg.variance.run": ("_log",),
    "mfg.variance.standard": ("_freeze_workorders", "_freeze_history", "_supersede"),
    "mfg.variance.engine": (
        "_capture",
        "_judge",
        "_judge_captured",
        "_cron_judge_running",
        "_cron_dead_man",
        "_raise",
    ),
}
FORGERIES = (True, 1, "SYSTEM", {}, [], {"__class__": "object"})


@tagged("post_install", "-at_install")
class TestSecurityRpc(SecurityFixture, HttpCase):
    """The same guards from outside: JSON-2 with a key, and the web client's call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        until = Datetime.now() + timedelta(days=1)
        people = {**cls.users, "author": cls.author}
        cls.keys = {
            role: cls.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate(None, "attack", until)
            for role, user in people.items()
        }

    def setUp(self):
        super().setUp()
        logger = mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
        logger.__enter__()
        self.addCleanup(logger.__exit__)

    def _post(self, role, model, method, **arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            json={"context": {}, **arguments},  # an empty body would be a GET
            headers={"Authorization": f"bearer {self.keys[role]}"},
        )

    def _assert_refused(self, role, model, method, **arguments):
        answer = self._post(role, model, method, **arguments)
        self.assertIn(answer.status_code, REFUSED, answer.text[:300])

    def _web(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def _reset(self):
        self.env.invalidate_all()
        self.light._as_system().write({"state": "new"})
        self.full._as_system().write({"state": "new"})
        (self.draft | self.live)._as_system().write({"state": "draft"})
        self.env.flush_all()
        self.live._as_system().write({"state": "active"})
        self.policy.active = True
        self.env.flush_all()

    def test_buttons_over_json2_ask_for_the_role(self):
        for name, method, allowed in CALLS:
            record = getattr(self, name)
            for role in self.users:
                with self.subTest(button=f"{name}.{method}", role=role):
                    self._reset()
                    answer = self._post(role, record._name, method, ids=record.ids)
                    if role in allowed:
                        self.assertEqual(answer.status_code, 200, answer.text[:300])
                    else:
                        self.assertIn(answer.status_code, REFUSED)

    def test_the_author_activates_nothing_over_json2(self):
        for record in (self.draft, self.policy):
            self._assert_refused(
                "author", record._name, "action_activate", ids=record.ids
            )

    def test_evidence_is_not_written_over_json2(self):
        for record in self.evidence.values():
            for role in ("supervisor", "process_engineer", "settings"):
                for method, arguments in WRITES.items():
                    for context in ({}, {TOKEN_KEY: True, "install_mode": True}):
                        ids = {} if method == "create" else {"ids": record.ids}
                        with self.subTest(model=record._name, role=role, call=method):
                            self._assert_refused(
                                role,
                                record._name,
                                method,
                                context=context,
                                **arguments,
                                **ids,
                            )

    def test_evidence_is_not_imported_over_json2(self):
        for record in self.evidence.values():
            answer = self._post(
                "settings",
                record._name,
                "load",
                fields=[".id", "company_id/.id"],
                data=[[str(record.id), str(self.stranger.id)]],
            )
            if answer.status_code == 200:
                self.assertFalse(answer.json()["ids"])
            self.env.invalidate_all()
            self.assertEqual(record.company_id, self.company)

    def test_a_token_in_the_context_is_only_a_word(self):
        for forged in FORGERIES:
            for model, ids, vals in (
                (self.Case._name, self.light.ids, {"state": "closed"}),
                (self.Version._name, self.draft.ids, {"state": "active"}),
            ):
                with self.subTest(model=model, forged=forged):
                    self._assert_refused(
                        "process_engineer",
                        model,
                        "write",
                        ids=ids,
                        vals=vals,
                        context={TOKEN_KEY: forged},
                    )

    def test_a_version_is_not_born_active_by_a_default_in_the_context(self):
        answer = self._post(
            "process_engineer",
            self.Version._name,
            "create",
            vals_list=[{"metric_id": self.metric.id}],
            context={"default_state": "active", "default_policy_id": self.policy.id},
        )
        self.assertEqual(answer.status_code, 200)
        version = self.Version.browse(answer.json())
        self.assertEqual(version.state, "draft")
        self.assertFalse(version.policy_id)

    def test_live_versions_are_frozen_over_json2(self):
        calls = (
            (self.live, "write", {"vals": {"minimum_sample": 1}}),
            (self.live.limit_ids, "write", {"vals": {"percent": 900}}),
            (self.live.limit_ids, "unlink", {}),
            (self.live, "unlink", {}),
            (self.live, "write", {"vals": {"author_ids": [[5, 0, 0]]}}),
            (
                self.live,
                "update_field_translations",
                {"field_name": "what_to_do", "translations": {"en_US": "Nothing"}},
            ),
        )
        for record, method, arguments in calls:
            with self.subTest(model=record._name, method=method, **arguments):
                self._assert_refused(
                    "process_engineer",
                    record._name,
                    method,
                    ids=record.ids,
                    **arguments,
                )

    def test_another_company_is_out_of_reach_whatever_the_context_names(self):
        context = {"allowed_company_ids": (self.company | self.stranger).ids}
        for forged in ({}, context):
            self._assert_refused(
                "supervisor",
                self.Case._name,
                "action_take",
                ids=self.strange_case.ids,
                context=forged,
            )
            answer = self._post(
                "supervisor",
                self.Case._name,
                "search_read",
                domain=[["company_id", "=", self.stranger.id]],
                fields=["title"],
                context=forged,
            )
            self.assertTrue(answer.status_code in REFUSED or answer.json() == [])

    def test_the_cause_wizard_does_not_reach_out_of_scope(self):
        self.users["supervisor"].variance_plant_ids = self.plant
        for case in (self.far_case, self.strange_case):
            self._assert_refused(
                "supervisor",
                "mfg.variance.cause.wizard",
                "action_choose",
                exception_ids=case.ids,
                cause_id=self.cause.id,
            )
            self.env.invalidate_all()
            self.assertEqual(case.state, "new")

    def test_messages_and_activities_stay_within_the_plant(self):
        self.users["supervisor"].variance_plant_ids = self.plant
        todo = self.env.ref("mail.mail_activity_data_todo")
        activity = {
            "res_model_id": self.env["ir.model"]._get_id(self.Case._name),
            "res_id": self.far_case.id,
            "activity_type_id": todo.id,
        }
        message = {"model": self.Case._name, "res_id": self.far_case.id, "body": "x"}
        self._assert_refused(
            "supervisor",
            self.Case._name,
            "message_post",
            ids=self.far_case.ids,
            body="Hello",
        )
        self._assert_refused(
            "supervisor", "mail.message", "create", vals_list=[message]
        )
        self._assert_refused(
            "supervisor", "mail.activity", "create", vals_list=[activity]
        )
        for role in ("viewer", "auditor"):
            self._assert_refused(
                role, self.Case._name, "message_post", ids=self.light.ids, body="x"
            )

    def test_private_methods_are_not_called_over_json2(self):
        for model, names in PRIVATE.items():
            for name in names:
                with self.subTest(method=f"{model}.{name}"):
                    answer = self._post("settings", model, name)
                    self.assertEqual(answer.status_code, 403)

    def test_without_a_key_nothing_is_read(self):
        answer = self.url_open(f"/json/2/{self.Case._name}/search", json={"domain": []})
        self.assertEqual(answer.status_code, 401)

    def test_an_order_of_the_client_is_no_sql(self):
        for order in ("amount; DROP TABLE x", "amount) --", "(SELECT 1)"):
            answer = self._post(
                "viewer", self.Case._name, "search", domain=[], order=order
            )
            self.assertGreaterEqual(answer.status_code, 400)
        answer = self._post(
            "viewer", self.Case._name, "search", domain=[], order="amount desc"
        )
        self.assertEqual(answer.status_code, 200)

    def test_the_web_client_is_held_to_the_same(self):
        self.authenticate("attack_supervisor", "attack_supervisor")
        attempts = (
            (self.Case._name, "write", self.light.ids, {"state": "closed"}),
            (self.Case._name, "web_save", self.light.ids, {"owner_id": 1}, {}),
            (self.Case._name, "create", [{}]),
            (self.Case._name, "unlink", self.light.ids),
            (self.Case._name, "_transition", self.light.ids, "closed"),
            (self.measurement._name, "write", self.measurement.ids, {"actual": 1}),
            (self.Version._name, "action_activate", self.draft.ids),
            ("mfg.variance.engine", "_judge_captured"),
        )
        for model, method, *args in attempts:
            with self.subTest(model=model, method=method):
                for context in ({}, {TOKEN_KEY: True}):
                    with self.assertRaises(JsonRpcException):
                        self._web(model, method, *args, context=context)
        self._web(self.Case._name, "action_take", self.light.ids)
        self.env.invalidate_all()
        self.assertEqual(self.light.owner_id, self.users["supervisor"])

import contextlib
from datetime import timedelta
from xmlrpc.client import Fault

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, JsonRpcException, TransactionCase, tagged
from odoo.tools import mute_logger

from ..guard import TOKEN_KEY
from .approval_case import ApprovalCase
from .security_case import SecurityFixture

EVIDENCE = ("approval", "approval.step", "approval.decision", "break_glass")
MUTED = (
    "odoo.http",
    "odoo.addons.rpc.controllers.json2",
    "odoo.addons.rpc.controllers.xmlrpc",
)


class ApprovalAttackCase(ApprovalCase, SecurityFixture):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.users["supervisor"]
        cls.approval = (
            cls.Approval.with_user(cls.supervisor)
            ._request(
                "hold_release", cls.plant.with_user(cls.supervisor), "Measured again"
            )
            .with_env(cls.env)
        )
        cls.env.flush_all()

    def _is_untouched(self):
        self.env.invalidate_all()
        return (
            self.approval.state == "waiting"
            and not self.approval.decision_ids
            and not self.approval._is_granted()
        )


@tagged("post_install", "-at_install")
class TestSecurityApprovalRpc(ApprovalAttackCase, HttpCase):
    """From outside: only the approver's own web session decides (D15)."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*MUTED))

    def _web(self, user, model, method, *args, **kwargs):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def _decide_by_web(self, user, method="action_approve", context=None, **values):
        (wizard,) = self._web(
            user,
            "mfg.variance.decide",
            "create",
            [{"approval_id": self.approval.id, "reason": "Looked at it", **values}],
        )
        return self._web(
            user, "mfg.variance.decide", method, [wizard], context=context or {}
        )

    def _json2(self, user, model, method, **arguments):
        until = Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        key = keys._generate(None, "attack", until)
        return self.url_open(
            f"/json/2/{model}/{method}",
            json={"context": {}, **arguments},
            headers={"Authorization": f"bearer {key}"},
        )

    def test_the_own_web_session_decides(self):
        self._decide_by_web(self.quality)
        self.env.invalidate_all()
        self.assertTrue(self.approval._is_granted())
        self.assertEqual(self.approval.decision_ids.user_id, self.quality)

    def test_a_decision_sent_again_decides_nothing_more(self):
        self._decide_by_web(self.quality)
        for user in (self.quality, self.quality_two):
            with self.assertRaises(JsonRpcException):
                self._decide_by_web(user)
        self.env.invalidate_all()
        self.assertEqual(len(self.approval.decision_ids), 1)

    def test_a_key_decides_nothing_also_beside_a_session(self):
        self.authenticate(None, None)
        for with_session in (False, True):
            if with_session:
                self.authenticate(self.quality.login, self.quality.login)
            answer = self._json2(
                self.quality,
                "mfg.variance.decide",
                "create",
                vals_list=[{"approval_id": self.approval.id, "reason": "By key"}],
            )
            answer = self._json2(
                self.quality,
                "mfg.variance.decide",
                "action_approve",
                ids=answer.json(),
            )
            self.assertEqual(answer.status_code, 403, answer.text[:300])
            self.assertIn("in person", answer.text)
        self.assertTrue(self._is_untouched())

    def test_xml_rpc_with_the_password_decides_nothing(self):
        login = self.quality.login
        call = (self.env.cr.dbname, self.quality.id, login, "mfg.variance.decide")
        wizard = self.xmlrpc_object.execute_kw(
            *call, "create", [{"approval_id": self.approval.id, "reason": "By RPC"}]
        )
        with self.assertRaisesRegex(Fault, "in person"):
            self.xmlrpc_object.execute_kw(*call, "action_approve", [wizard])
        self.assertTrue(self._is_untouched())

    def test_no_role_but_the_approvers_decides(self):
        for role, user in self.users.items():
            if role in ("quality_manager", "internal", "mrp_user", "settings"):
                continue
            with self.subTest(role=role), self.assertRaises(JsonRpcException):
                self._decide_by_web(user)
        self.assertTrue(self._is_untouched())

    def test_evidence_is_not_written_by_web_nor_key(self):
        for name in EVIDENCE:
            model = f"mfg.variance.{name}"
            for user in (self.quality, self.users["administrator"]):
                for method, args in (
                    ("create", [[{}]]),
                    ("write", [self.approval.ids, {"company_id": False}]),
                    ("unlink", [self.approval.ids]),
                    ("load", [["company_id/.id"], [["1"]]]),
                ):
                    with self.subTest(model=model, method=method):
                        # an import answers with what it could not load
                        with contextlib.suppress(JsonRpcException):
                            result = self._web(user, model, method, *args)
                            self.assertFalse(result.get("ids"), "nothing is loaded")
        self.assertTrue(self._is_untouched())

    def test_private_methods_stay_private(self):
        for model, method in (
            ("mfg.variance.approval", "_decide"),
            ("mfg.variance.approval", "_end"),
            ("mfg.variance.authority", "_check"),
            ("mfg.variance.break_glass", "_break"),
            ("res.users", "_sign_with_badge"),
        ):
            with self.subTest(method=method), self.assertRaises(JsonRpcException):
                self._web(self.quality, model, method, self.approval.ids)

    def test_a_forged_context_decides_nothing(self):
        for context in (
            {TOKEN_KEY: True},
            {"uid": self.quality.id, "su": True},
            {"default_way": "badge"},
        ):
            with self.subTest(context=context), self.assertRaises(JsonRpcException):
                self._decide_by_web(self.supervisor, context=context)
        self.assertTrue(self._is_untouched())


@tagged("post_install", "-at_install")
class TestSecurityApprovalCode(ApprovalAttackCase, TransactionCase):
    """Code kept in the database decides nothing, whoever runs it, in a session too."""

    def _run_code(self, code, user):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.approval"),
                "state": "code",
                "code": code,
                # without a group Odoo asks for the right to write the model, which
                # nobody has: no attack would be tried
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
            }
        )
        with self.signed_in(user):
            action.with_user(user).with_context(
                active_model="mfg.variance.approval", active_ids=self.approval.ids
            ).run()

    def test_a_server_action_may_look(self):
        """The ones below are refused for what they do, not for being there."""
        self._run_code("records.sudo().mapped('name')", self.quality)

    def test_no_server_action_decides(self):
        quality = self.quality.id
        one = f"env['mfg.variance.approval'].browse({self.approval.id})"
        for code in (
            f"{one}._decide('approved')",
            f"{one}.sudo()._decide('approved')",
            f"{one}.with_user({quality})._decide('approved')",
            f"{one}.with_user({quality}).sudo()._move_on()",
            f"{one}._as_system().write({{'state': 'granted'}})",
            f"{one}.sudo().write({{'state': 'granted'}})",
            f"{one}.sudo()._end('granted')",
            f"w = env['mfg.variance.decide'].with_user({quality}).create("
            f"{{'approval_id': {self.approval.id}}})\nw.action_approve()",
            f"env['mfg.variance.delegation'].with_user({quality}).create("
            f"{{'delegate_id': {self.supervisor.id}, 'date_to': '2099-01-01', "
            "'reason': 'x'})",
            f"env['res.users'].browse({quality}).sudo()"
            ".write({'variance_pin_hash': 'x'})",
            f"env['res.users'].browse({quality})._store_pin(variance_pin_hash='x')",
            # what the server signs with its key for itself
            f"env['res.users'].browse({quality})._get_pin_texts('111111')",
            "env['mfg.variance.approval.decision']._prepare_seal_vals({})",
        ):
            for user in (self.quality, self.supervisor):
                with (
                    self.subTest(code=code, user=user.login),
                    mute_logger("odoo.addons.base.models.ir_actions"),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    self._run_code(code, user)
                self.assertTrue(self._is_untouched())

    def test_sudo_and_the_token_of_somebody_else_write_nothing(self):
        for record in (self.approval, self.approval.step_ids):
            for forged in (True, "SYSTEM", object()):
                env = record.sudo().with_context(**{TOKEN_KEY: forged})
                with self.assertRaises(AccessError):
                    env.write({"company_id": self.stranger.id})
                with self.assertRaises(AccessError):
                    env.unlink()

    def test_approvals_of_other_places_are_not_seen(self):
        far = self.Approval._request("scrap", self.far_plant, "Far")
        strange = self.Approval._request("scrap", self.strange_plant, "Strange")
        self.quality.variance_plant_ids = self.plant
        seen = self.Approval.with_user(self.quality).search([])
        self.assertIn(self.approval, seen)
        self.assertFalse(seen & (far | strange))
        for other in (far, strange):
            with self.signed_in(self.quality), self.assertRaises(AccessError):
                other.with_user(self.quality)._decide("approved")

    def test_a_rule_may_ask_and_who_set_it_off_does_not_decide(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Ask",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "state": "variance_approval",
                "variance_approval_kind": "production_release",
                "variance_approval_reason": "%(name)s was outside of its limits",
            }
        )
        for _twice in range(2):
            action.with_user(self.quality).sudo().with_context(
                active_model="mfg.variance.exception", active_ids=self.full.ids
            ).run()
        approval = self.Approval.search([("exception_id", "=", self.full.id)])
        self.assertEqual(len(approval), 1)
        self.assertIn(self.full.name, approval.reason)
        with self.assertRaises(AccessError):
            self.decide(approval, self.quality)
        self.decide(approval, self.quality_two)
        self.assertTrue(approval._is_granted())

import json
from datetime import timedelta

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..guard import TOKEN_KEY
from .disposition_case import DispositionCase

REFUSED = (403, 422)
# what a Settings administrator may type into a server action, about a disposition that
# waits (one), one that was approved and failed, one that is done, and their holds
STORED = {
    "write": "one.sudo().write({'state': 'approved'})",
    "token": "one._as_system().write({'state': 'approved'})",
    "transition": "one._transition('approved')",
    "done by transition": "failed._transition('done')",
    "granted": "one._on_approval_granted(one.approval_id)",
    "granted by another": "one._on_approval_granted(done.approval_id)",
    "execute": "failed._execute()",
    "execute as approver": "failed.with_user(quality).sudo()._execute()",
    "retry as supervisor": "failed.with_user(supervisor).action_retry()",
    "run": "failed._run()",
    "run a kind": "failed._for_documents()._run_scrap()",
    "run what is done": "done._for_documents()._run_scrap()",
    "moving": "next(held._moving_for(failed).gen)",
    "settle": "held._settle(done, 0)",
    "narrow": "held._narrow(done, 1)",
    "lift": "held._lift(done)",
    "request": (
        "env['mfg.variance.disposition']._request("
        "held, kind='release', quantity=1, reason='x')"
    ),
    "request as supervisor": (
        "env['mfg.variance.disposition'].with_user(supervisor)._request("
        "held, kind='release', quantity=1, reason='x')"
    ),
    "create": (
        "env['mfg.variance.disposition'].sudo().create({'name': 'X', 'kind': 'release',"
        " 'reason': 'x', 'hold_id': held.id, 'company_id': held.company_id.id})"
    ),
    "decide": "one.approval_id.with_user(quality)._decide('approved', 'x')",
    "permit": "one._start_permit()",
    "book": "one._book_cost()",
    "delete": "one._as_system().unlink()",
    "withdraw": "one.with_user(supervisor).action_withdraw()",
    "finish a scrap": "env['stock.scrap'].create({'product_id': held.product_id.id,"
    " 'lot_id': held.lot_id.id, 'scrap_qty': 5})._variance_finish(failed)",
    "rework link": "order.sudo().write({'variance_disposition_id': False})",
}
PRIVATE = (
    "_request",
    "_transition",
    "_execute",
    "_run",
    "_run_scrap",
    "_on_approval_granted",
    "_as_system",
    "_start_permit",
    "_cron_execute",
    "_cron_permits",
)


class DispositionAttack(DispositionCase):
    """A disposition that waits, one approved that failed, and one done."""

    def setUp(self):
        super().setUp()
        self.held = self.hold_lot()
        self.done = self.dispose(self.held, "scrap", 1)
        self.failed = self.ask_for(self.held, "scrap", 4)
        self.fill(self.bolt, -7, lot=self.lot)
        self.grant(self.failed)
        self.fill(self.bolt, 7, lot=self.lot)
        self.one = self.ask_for(self.held, "scrap", 3)
        self.rework = self.dispose(self.held, "rework", 1)
        self.env.flush_all()
        self.before = self.figures()

    def figures(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            "stock": self.in_hand(),
            "held": (self.held.state, self.held.kind, self.held.quantity),
            "states": (self.one.state, self.failed.state, self.done.state),
            "permit": self.one.permit_state,
            "all": self.Disposition.search_count([("hold_id", "=", self.held.id)]),
            "order": self.rework.production_ids.sudo().variance_disposition_id,
        }

    def assert_untouched(self):
        self.assertEqual(self.figures(), self.before)


@tagged("post_install", "-at_install")
class TestSecurityDispositions(DispositionAttack):
    """Executing without approval, replaying a grant, changing what was granted."""

    def test_given_fixture_expected_what_the_attacks_need(self):
        self.assertEqual(self.before["stock"], 8)
        self.assertEqual(self.before["states"], ("waiting", "failed", "done"))

    def test_given_rework_order_made_by_hand_expected_refused(self):
        user = new_test_user(
            self.env,
            "planner_by_hand",
            groups="mrp.group_mrp_user,mfg_variance_core.group_operator",
        )
        Order = self.env["mrp.production"].with_user(user)
        link = {"variance_disposition_id": self.rework.id}
        vals = {"product_id": self.bolt.id, "product_qty": 9}
        with self.assertRaises(AccessError):
            Order.create({**vals, **link})
        by_default = {f"default_{name}": value for name, value in link.items()}
        with self.assertRaises(AccessError):
            Order.with_context(**by_default).create(vals)
        self.assert_untouched()

    def test_given_stored_code_expected_nothing_moves(self):
        setup = (
            "D = env['mfg.variance.disposition']\n"
            f"one, failed, done = D.browse({self.one.id}), "
            f"D.browse({self.failed.id}), D.browse({self.done.id})\n"
            f"held = env['mfg.variance.hold'].browse({self.held.id})\n"
            f"order = env['mrp.production'].browse({self.rework.production_ids.id})\n"
            f"supervisor = env['res.users'].browse({self.supervisor.id})\n"
            f"quality = env['res.users'].browse({self.quality.id})\n"
        )
        for name, code in STORED.items():
            with self.subTest(attack=name):
                action = self.env["ir.actions.server"].create(
                    {
                        "name": name,
                        "model_id": self.env["ir.model"]._get_id("res.partner"),
                        "state": "code",
                        "code": setup + code,
                    }
                )
                self.assertTrue(self.is_refused(action))
                self.assert_untouched()

    def is_refused(self, action):
        log = "odoo.addons.mfg_variance_core.models.disposition"
        loggers = (
            "odoo.addons.base.models.ir_actions",
            f"{log}.mfg_variance_disposition_execution",
        )
        with mute_logger(*loggers), self.signed_in(self.quality):
            try:
                with self.env.cr.savepoint():
                    action.run()
            except (UserError, ValueError):
                return True
        return False

    def test_given_forged_context_expected_no_field_written(self):
        for context in ({}, {TOKEN_KEY: True}, {"install_mode": True}):
            one = self.one.with_context(**context).sudo()
            for vals in ({"state": "done"}, {"quantity": 1}, {"approval_id": False}):
                with self.assertRaises(AccessError):
                    one.write(vals)
            with self.assertRaises(AccessError):
                one.unlink()
            with self.assertRaises(AccessError):
                one.copy()

    def test_given_import_expected_refused(self):
        for user in (self.supervisor, self.quality, self.env.user):
            result = (
                self.Disposition.with_user(user)
                .with_context(import_file=True)
                .load(["id", ".id", "state"], [["", str(self.one.id), "done"]])
            )
            self.assertFalse(result["ids"])
            self.assert_untouched()

    def test_given_no_grant_expected_nothing_executed(self):
        self.one._as_system().write({"state": "approved"})
        self.one._execute()
        self.assertEqual(self.one.state, "failed")
        self.assertIn("not approved", self.one.failure)
        self.assertEqual(self.in_hand(), 8)

    def test_given_sql_on_what_was_asked_expected_database_refuses(self):
        for column, value in (("quantity", 9), ("kind", "release"), ("hold_id", 0)):
            with (
                self.assertRaises(RaiseException),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE mfg_variance_disposition SET {column} = %s WHERE id = %s",
                    [value, self.failed.id],
                )

    def sql(self, query, *args):
        """As the owner of the table, who may switch the triggers off."""
        table = "mfg_variance_disposition"
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.env.cr.execute(query, args)
        self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_given_quantity_changed_after_approval_expected_grant_void(self):
        self.sql(
            "UPDATE mfg_variance_disposition SET quantity = 8 WHERE id = %s",
            self.failed.id,
        )
        self.assertFalse(self.failed._is_granted())
        self.retry(self.failed)
        self.assertEqual(self.failed.state, "failed")
        self.assertIn("void", self.failed.failure)
        self.assertEqual(self.in_hand(), 8)

    def test_given_digest_forged_too_expected_grant_of_the_other_void(self):
        """Another disposition's approval grants nothing here."""
        self.sql(
            "UPDATE mfg_variance_disposition SET approval_id = %s, state = 'failed' "
            "WHERE id = %s",
            self.failed.approval_id.id,
            self.one.id,
        )
        self.assertFalse(self.one._is_granted())
        self.retry(self.one)
        self.assertEqual(self.in_hand(), 8)

    def test_given_grant_of_a_done_one_expected_no_replay_on_another_hold(self):
        lot = self.make_lot("B-7")
        self.fill(self.bolt, 5, lot=lot)
        other = self.hold_lot(lot)
        with self.assertRaises(AccessError):
            other._lift(self.done)
        with self.assertRaises(AccessError):
            with self.Hold._moving_for(self.one):
                self.fail("Nobody granted this.")
        self.sql(
            "UPDATE mfg_variance_disposition SET hold_id = %s, lot_id = %s "
            "WHERE id = %s",
            other.id,
            lot.id,
            self.failed.id,
        )
        self.retry(self.failed)
        self.assertEqual(self.failed.state, "failed")
        self.assertEqual(self.in_hand(lot), 5)

    def test_given_withdrawn_approval_expected_grants_nothing(self):
        with self.signed_in(self.supervisor):
            self.one.with_user(self.supervisor).action_withdraw()
        with self.assertRaises(UserError):
            self.decide(self.one.approval_id, self.quality)
        self.assertEqual(self.in_hand(), 8)

    def test_given_own_request_expected_not_approved_by_anybody_lending_it(self):
        one = self.ask_for(self.held, "scrap", 1, user=self.quality)
        with self.assertRaises(AccessError):
            self.decide(one.approval_id, self.quality)
        self.assertEqual(one.state, "waiting")

    def test_given_other_company_expected_nothing_asked(self):
        company = self.env["res.company"].create({"name": "Other Works"})
        stranger = new_test_user(
            self.env,
            "dispose_stranger",
            groups="mfg_variance_core.group_quality_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        with self.assertRaises(AccessError):
            self.ask_for(self.held, "release", 1, user=stranger)
        with self.assertRaises(AccessError):
            self.decide(self.one.approval_id, stranger)
        with self.assertRaises(AccessError):
            self.retry(self.failed, stranger)
        self.assertFalse(
            self.Disposition.with_user(stranger).search([("id", "=", self.one.id)])
        )

    def test_given_other_plant_expected_nothing_asked(self):
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", far.id)])
        self.supervisor.variance_plant_ids = plant
        with self.assertRaises(AccessError):
            self.ask_for(self.held, "release", 1)
        with self.assertRaises(AccessError):
            self.retry(self.failed)

    def test_given_api_key_expected_no_retry(self):
        with self.signed_in(
            self.supervisor, session=type("S", (), {"uid": 0, "can_save": False})
        ):
            with self.assertRaises(AccessError):
                self.failed.with_user(self.supervisor).action_retry()
        self.assert_untouched()


@tagged("post_install", "-at_install")
class TestSecurityDispositionsRpc(DispositionAttack, HttpCase):
    """The same from outside: JSON-2 with a key, and the web client's own call."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2"))
        until = Datetime.now() + timedelta(days=1)
        self.keys = {
            user: self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate(None, "attack", until)
            for user in (self.operator, self.supervisor, self.quality)
        }

    def post(self, user, model, method, **arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            json={"context": {}, **arguments},
            headers={"Authorization": f"bearer {self.keys[user]}"},
        )

    def test_given_private_methods_expected_refused_over_json2(self):
        for user in self.keys:
            for method in PRIVATE:
                answer = self.post(user, self.one._name, method, ids=self.one.ids)
                self.assertIn(answer.status_code, (403, 404), method)
        self.assert_untouched()

    def test_given_writes_expected_refused_over_json2(self):
        calls = {
            "write": {"ids": self.one.ids, "vals": {"state": "approved"}},
            "web_save": {
                "ids": self.one.ids,
                "vals": {"quantity": 9},
                "specification": {},
            },
            "create": {"vals_list": [{"kind": "release", "hold_id": self.held.id}]},
            "unlink": {"ids": self.one.ids},
            "copy": {"ids": self.one.ids},
        }
        for user in self.keys:
            for method, arguments in calls.items():
                answer = self.post(user, self.one._name, method, **arguments)
                self.assertIn(answer.status_code, REFUSED, (method, answer.text))
        self.assert_untouched()

    def test_given_key_expected_no_retry_over_json2(self):
        for user in self.keys:
            answer = self.post(
                user, self.one._name, "action_retry", ids=self.failed.ids
            )
            self.assertIn(answer.status_code, REFUSED)
        self.assert_untouched()

    def test_given_approver_with_key_expected_no_decision_over_json2(self):
        wizard = self.env["mfg.variance.decide"].with_user(self.quality)
        wizard = wizard.create({"approval_id": self.one.approval_id.id})
        answer = self.post(self.quality, wizard._name, "action_approve", ids=wizard.ids)
        self.assertIn(answer.status_code, REFUSED, answer.text[:200])
        self.assert_untouched()

    def test_given_own_session_expected_retry_of_the_web_client_works(self):
        self.authenticate(self.supervisor.login, self.supervisor.login)
        result = self.make_jsonrpc_request(
            "/web/dataset/call_button",
            {
                "model": self.one._name,
                "method": "action_retry",
                "args": [self.failed.ids],
                "kwargs": {},
            },
        )
        self.assertFalse(result)
        self.env.invalidate_all()
        self.assertEqual(self.failed.state, "done", json.dumps(self.failed.failure))
        self.assertEqual(self.in_hand(), 4)

import os
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .disposition_case import DispositionCase

PIN, PASSWORD = "271828", "variance-signs"
KEY = "MFG_VARIANCE_LEDGER_KEY"


@tagged("post_install", "-at_install")
class TestAttackPeople(DispositionCase):
    """Ways to decide as somebody else, or not to count as who one is."""

    def _make_code(self, code, model="mfg.variance.hold"):
        return self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id(model),
                "state": "code",
                "code": code,
            }
        )

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.addons.base.models.res_users"))
        self.enterContext(patch.dict(os.environ, {KEY: "attack"}))

    # -------------------------------------------------------------------- PIN

    def _give_pin(self):
        self.quality.write({"variance_badge": "B-7", "password": PASSWORD})
        with self.signed_in(self.quality):
            self.quality.with_user(self.quality)._set_variance_pin(PIN, PASSWORD)

    def test_given_wrong_pin_expected_the_try_outlives_whatever_is_sent_with_it(self):
        self._give_pin()
        approval = self.ask()
        wizard = (
            self.env["mfg.variance.decide"]
            .with_user(self.operator)
            .create({"approval_id": approval.id, "is_shared": True})
        )
        for context in ({"lang": "xx_XX"}, {"tz": "No/Where"}, {"lang": 5}):
            with self.signed_in(self.operator), self.subTest(context=context):
                result = wizard.with_context(
                    badge="B-7", pin="000000", **context
                ).action_approve()
                self.assertEqual(result["tag"], "display_notification")
        self.quality.invalidate_recordset()
        self.assertEqual(self._tries(), 3)

    def _tries(self):
        self.env.cr.execute(
            "SELECT variance_pin_tries FROM res_users WHERE id = %s", [self.quality.id]
        )
        return self.env.cr.fetchone()[0]

    def test_given_the_hash_of_another_pin_expected_it_signs_nothing(self):
        """Whoever writes into the database, but has not the key of the server."""
        self._give_pin()
        forged = self.env["res.users"]._crypt_context().hash("111111")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_users SET variance_pin_hash = %s WHERE id = %s",
            [forged, self.quality.id],
        )
        self.env.invalidate_all()
        with self.signed_in(self.operator):
            self.assertFalse(
                self.env["res.users"]
                .with_user(self.operator)
                ._sign_with_badge("B-7", "111111")
            )

    # -------------------------------------------------------------- requester

    def test_given_asked_in_the_name_of_another_expected_who_is_here_is_barred(self):
        hold = self.hold_lot()
        asking = self.env["ir.actions.server"].create(
            {
                "name": "Ask",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.hold"),
                "state": "variance_approval",
                "variance_approval_kind": "hold_release",
                "variance_approval_reason": "Measured",
            }
        )
        code = self._make_code(
            f"env['ir.actions.server'].browse({asking.id})"
            f".with_user({self.supervisor.id}).with_context("
            f"active_model='mfg.variance.hold', active_id={hold.id}, "
            f"active_ids=[{hold.id}]).sudo().run()"
        )
        with self.signed_in(self.quality):
            code.with_user(self.quality).sudo().run()
        approval = self.Approval.search([("res_id", "=", hold.id)])
        self.assertEqual(len(approval), 1)
        with self.assertRaises(AccessError):
            self.decide(approval, self.quality)

    # --------------------------------------------------------------- producer

    def test_given_time_log_rewritten_expected_who_made_it_still_barred(self):
        self.quality.group_ids += self.env.ref("mrp.group_mrp_manager")
        casing = self.make_product("Casing", tracking="lot")
        bom = self._make_bom(casing, [("Cut", 5)])
        order = self.make_order(1, bom=bom)
        order.lot_producing_ids = self.make_lot("C-1", casing)
        log = self.log_time(order.workorder_ids, 5, user=self.quality)
        order.qty_producing = 1
        order._set_qty_producing()
        order.button_mark_done()
        hold = self.hold_lot(order.lot_producing_ids)
        self.assertIn(self.quality.id, hold._get_parties()["producer"])
        log.with_user(self.quality).user_id = self.operator
        approval = self.ask(record=hold)
        with self.assertRaises(AccessError):
            self.decide(approval, self.quality)
        self.env.cr.flush()
        log.with_user(self.quality).unlink()
        with self.assertRaises(AccessError):
            self.decide(approval, self.quality)

    # ------------------------------------------------------------------ replay

    def test_given_state_set_back_in_the_database_expected_executed_once(self):
        hold = self.hold_lot()
        one = self.dispose(hold, "scrap", 4)
        self.assert_done(one)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mfg_variance_disposition SET state = 'failed', executed_at = NULL "
            "WHERE id = %s",
            [one.id],
        )
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            self.retry(one)
        self.assertEqual(self.on_hand(self.bolt, lot=self.lot), 6)

    def test_given_granted_approval_expected_it_lifts_no_other_hold(self):
        first, second = self.hold_lot(), self.hold_lot(self.make_lot("B-9"))
        approval = self.ask(record=first)
        self.decide(approval, self.quality)
        with self.assertRaises(AccessError):
            second._lift(approval)
        one = self.ask_for(self.hold_lot(), "scrap", 4)
        other = self.dispose(self.hold_lot(), "scrap", 1)
        self.env.cr.execute(
            "UPDATE mfg_variance_disposition SET approval_id = %s WHERE id = %s",
            [other.approval_id.id, one.id],
        )
        self.env.invalidate_all()
        self.assertFalse(one._is_granted())

    # ----------------------------------------------------- past variance control

    def test_given_state_of_hold_written_in_the_database_expected_told(self):
        hold = self.hold_lot()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mfg_variance_hold SET state = 'lifted' WHERE id = %s", [hold.id]
        )
        self.env.invalidate_all()
        result = self.env["mfg.variance.ledger"]._verify()
        self.assertFalse(result["is_intact"])

    def test_given_hold_row_changed_in_the_database_expected_refused(self):
        hold = self.hold_lot()
        other = self.make_lot("B-8")
        self.env.flush_all()
        for column, value in (
            ("lot_id", other.id),
            ("reason", "None"),
            ("placed_at", "2099-01-01"),
        ):
            with self.subTest(column), mute_logger("odoo.sql_db"):
                with (
                    self.assertRaisesRegex(psycopg2.Error, "evidence"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(
                        SQL(
                            "UPDATE mfg_variance_hold SET %s = %s WHERE id = %s",
                            SQL.identifier(column),
                            value,
                            hold.id,
                        )
                    )

    def test_given_words_left_for_the_end_of_the_transaction_expected_held(self):
        workorder = self.make_workorder()
        self.hold("production", production_id=workorder.production_id.id)
        code = self._make_code(
            "data = env.cr.precommit.data\n"
            "for key in list(data):\n"
            "    if 'mfg_variance' in key:\n"
            f"        data[key] = {{({workorder.id}, {workorder.workcenter_id.id})}}\n"
            f"data['mfg_variance_core.free_work'] = {{({workorder.id}, "
            f"{workorder.workcenter_id.id})}}\n"
            f"env['mrp.workorder'].browse({workorder.id}).button_start()"
        )
        with self.assertRaises(UserError):
            code.run()

    def test_given_log_of_a_hold_expected_kept(self):
        hold = self.hold_lot()
        hold._log("Placed by hand")
        note = hold.message_ids[:1]
        admin = self.env.ref("base.user_admin")
        for attempt in (
            lambda: note.with_user(admin).write({"body": "Lifted"}),
            lambda: note.with_user(admin).unlink(),
            lambda: note.sudo().write({"author_id": self.quality.partner_id.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_given_message_in_the_name_of_another_expected_own_name(self):
        hold = self.hold_lot()
        operator = hold.with_user(self.operator)
        for values in (
            {"author_id": self.quality.partner_id.id},
            {"email_from": "quality@example.com", "author_id": False},
            {"date": "2020-01-01 00:00:00"},
        ):
            with self.subTest(values):
                message = operator.message_post(body="Released, go on", **values)
                self.assertEqual(message.author_id, self.operator.partner_id)
                self.assertEqual(message.email_from, self.operator.email_formatted)
                self.assertGreater(message.date.year, 2020)

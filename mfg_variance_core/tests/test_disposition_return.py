from dataclasses import replace

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..domain import dispositions
from .disposition_case import DispositionCase


@tagged("post_install", "-at_install")
class TestDispositionReturn(DispositionCase):
    """Back to the vendor: receipt and vendor are settled when it is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor, cls.other = cls.env["res.partner"].create(
            [{"name": "Bolts Ltd"}, {"name": "Screws Ltd"}]
        )

    def receive(self, lot, quantity=5, vendor=None, product=None):
        product = product or self.bolt
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": (vendor or self.vendor).id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.stock.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        line = {"product_id": product.id, "quantity": quantity}
        if lot:
            line["lot_id"] = lot.id
        picking.move_ids.move_line_ids = [(0, 0, line)]
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def dialog(self, hold, user=None):
        """The dialog of *Decide*, with *Return to vendor* chosen."""
        user = user or self.supervisor
        form = Form(
            self.env["mfg.variance.dispose"]
            .with_user(user)
            .with_context(default_hold_id=hold.id)
        )
        form.kind = "return"
        form.reason = "Cracked"
        return form

    def apply(self, form, user=None):
        with self.signed_in(user or self.supervisor):
            action = form.save().action_apply()
        return self.Disposition.browse(action["res_id"])

    # ---------------------------------------------------------------- the dialog

    def test_given_one_receipt_expected_returned_by_it_without_a_question(self):
        lot = self.make_lot("B-2")
        receipt = self.receive(lot)
        one = self.apply(self.dialog(self.hold_lot(lot)))
        self.assertEqual((one.receipt_id, one.partner_id), (receipt, self.vendor))
        self.assertIn("Bolts Ltd, as the return of " + receipt.name, one.plan_text)
        self.assertIn(receipt.name, one.approval_id.reason)
        self.assert_done(self.grant(one))
        back = one.picking_ids
        self.assertEqual((back.return_id, back.state), (receipt, "done"))
        self.assertEqual(back.partner_id, self.vendor)
        self.assertEqual(back.location_dest_id.usage, "supplier")
        self.assertEqual(back.move_ids.origin_returned_move_id, receipt.move_ids)
        self.assertEqual(self.on_hand(self.bolt, lot=lot), 0)

    def test_given_call_without_the_dialog_expected_the_only_receipt_too(self):
        lot = self.make_lot("B-2")
        receipt = self.receive(lot)
        wizard = self.env["mfg.variance.dispose"].with_user(self.supervisor)
        wizard = wizard.create({"hold_id": self.hold_lot(lot).id, "kind": "return"})
        self.assertEqual((wizard.receipt_id, wizard.partner_id), (receipt, self.vendor))

    def test_given_several_receipts_expected_one_is_chosen(self):
        lot = self.make_lot("B-2")
        first, second = self.receive(lot), self.receive(lot, vendor=self.other)
        form = self.dialog(self.hold_lot(lot))
        self.assertFalse(form.receipt_id)
        self.assertFalse(form.partner_id)
        self.assertEqual(form.receipt_ids.ids, (second | first).ids)
        form.quantity = 5
        with self.assertRaisesRegex(AssertionError, "receipt_id is a required field"):
            form.save()
        form.receipt_id = first
        self.assertEqual(form.partner_id, self.vendor)
        one = self.grant(self.apply(form))
        self.assert_done(one)
        self.assertEqual(one.picking_ids.return_id, first)

    def test_given_no_receipt_expected_the_vendor_is_asked_for(self):
        form = self.dialog(self.hold_lot())
        self.assertFalse(form.receipt_ids.ids)
        with self.assertRaisesRegex(AssertionError, "partner_id is a required field"):
            form.save()
        form.partner_id = self.vendor
        self.assertIn("Bolts Ltd", form.plan_text)
        one = self.grant(self.apply(form))
        self.assert_done(one)
        self.assertEqual(one.picking_ids.partner_id, self.vendor)
        self.assertEqual(one.picking_ids.state, "done")
        self.assertEqual(one.picking_ids.location_dest_id.usage, "supplier")
        self.assertEqual(self.on_hand(self.bolt), 0)

    def test_given_the_only_seller_expected_suggested(self):
        self.bolt.seller_ids = [(0, 0, {"partner_id": self.vendor.id})]
        self.assertEqual(self.dialog(self.hold_lot()).partner_id, self.vendor)

    def test_given_stock_without_a_lot_expected_receipt_is_optional(self):
        nut = self.make_product("Nut")
        first = self.receive(None, product=nut)
        self.receive(None, product=nut)
        hold = self.hold(
            "quantity", product_id=nut.id, location_id=self.stock.id, quantity=4
        )
        form = self.dialog(hold)
        self.assertEqual(form.partner_id, self.vendor)
        form.save()
        form.receipt_id = first
        one = self.grant(self.apply(form))
        self.assert_done(one)
        self.assertEqual(one.picking_ids.return_id, first)

    def test_given_no_rights_in_inventory_expected_the_only_receipt_all_the_same(self):
        lot = self.make_lot("B-2")
        receipt = self.receive(lot)
        user = new_test_user(
            self.env,
            "supervises_only",
            groups="mfg_variance_core.group_supervisor",
        )
        self.assertFalse(user.has_group("stock.group_stock_user"))
        one = self.apply(self.dialog(self.hold_lot(lot), user), user)
        self.assertEqual(one.receipt_id, receipt)

    # ------------------------------------------------------------- when asked for

    def test_given_no_vendor_expected_not_asked(self):
        with self.assertRaisesRegex(UserError, "the vendor it goes back to"):
            self.ask_for(self.hold_lot(), "return", 3)

    def test_given_receipt_of_something_else_expected_not_asked(self):
        receipt = self.receive(self.make_lot("B-2"))
        with self.assertRaisesRegex(UserError, "has not brought"):
            self.ask_for(
                self.hold_lot(),
                "return",
                3,
                receipt_id=receipt.id,
                partner_id=self.vendor.id,
            )

    def test_given_receipt_of_another_vendor_expected_not_asked(self):
        lot = self.make_lot("B-2")
        receipt = self.receive(lot)
        with self.assertRaisesRegex(UserError, "came from Bolts Ltd"):
            self.ask_for(
                self.hold_lot(lot),
                "return",
                3,
                receipt_id=receipt.id,
                partner_id=self.other.id,
            )

    def test_given_more_than_came_expected_refused_before_and_after(self):
        lot = self.make_lot("B-2")
        receipt = self.receive(lot)
        self.fill(self.bolt, 5, lot=lot)
        hold = self.hold_lot(lot)
        values = {"receipt_id": receipt.id, "partner_id": self.vendor.id}
        with self.assertRaisesRegex(UserError, "only 5 "):
            self.ask_for(hold, "return", 6, **values)
        first = self.ask_for(hold, "return", 3, **values)
        second = self.ask_for(hold, "return", 3, **values)
        self.assert_done(self.grant(first))
        self.grant(second)
        self.assertEqual(second.state, "failed")
        self.assertIn("only 2 ", second.failure)
        self.assertEqual(self.on_hand(self.bolt, lot=lot), 7)

    def test_given_vendor_alone_expected_not_sent_by_the_receipt_of_another(self):
        lot = self.make_lot("B-2")
        self.receive(lot)
        one = self.dispose(self.hold_lot(lot), "return", 5, partner_id=self.other.id)
        self.assert_done(one)
        self.assertEqual(one.picking_ids.partner_id, self.other)
        self.assertFalse(one.picking_ids.return_id)

    def test_given_request_expected_receipt_is_a_part_of_what_is_granted(self):
        lot = self.make_lot("B-2")
        receipt, late = self.receive(lot), self.receive(lot)
        one = self.ask_for(
            self.hold_lot(lot),
            "return",
            5,
            receipt_id=receipt.id,
            partner_id=self.vendor.id,
        )
        asked = one._get_demand()
        self.assertEqual(dispositions.digest(asked), one.digest)
        other = replace(asked, subject=f"stock.picking:{late.id}")
        self.assertNotEqual(dispositions.digest(other), one.digest)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(psycopg2.Error, "only ever added"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE mfg_variance_disposition SET receipt_id = %s WHERE id = %s",
                [late.id, one.id],
            )

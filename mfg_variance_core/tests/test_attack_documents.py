from odoo import Command
from odoo.tests import new_test_user, tagged

from .attack_stock_case import AttackStockCase


@tagged("post_install", "-at_install")
class TestAttackDocuments(AttackStockCase):
    """Held receipts, orders and places are not emptied past their hold."""

    def test_given_held_receipt_expected_rest_of_it_held(self):
        picking = self.receive(self.nut, 5)
        self.hold("picking", picking_id=picking.id)
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        self.as_attacker(picking, skip_backorder=True).button_validate()
        rest = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        self.assertTrue(rest)
        rest.move_ids.quantity = 3
        rest.move_ids.picked = True
        self.as_attacker(rest).button_validate()
        self.assertEqual(self.on_hand(self.nut, self.stock), 0)

    def test_given_held_receipt_expected_not_received_with_another(self):
        held, free = self.receive(self.nut, 5), self.receive(self.nut, 1)
        self.hold("picking", picking_id=held.id)
        self.try_each(
            {
                "move": lambda: self.as_attacker(held.move_ids).write(
                    {"picking_id": free.id}
                ),
                "no picking": lambda: self.as_attacker(held.move_ids).write(
                    {"picking_id": False}
                ),
                "line": lambda: self.as_attacker(held.move_line_ids).write(
                    {"picking_id": free.id}
                ),
                "line to other move": lambda: self.as_attacker(
                    held.move_line_ids
                ).write({"move_id": free.move_ids.id}),
                "steal": lambda: self.as_attacker(free).write(
                    {"move_ids": [Command.link(held.move_ids.id)]}
                ),
            }
        )

    def test_given_held_order_expected_its_output_not_booked_elsewhere(self):
        order = self.make_order(5)
        workorder = order.workorder_ids[0]
        workorder.button_start()
        free = self.make_order(5)
        self.hold("production", production_id=order.id)
        finished = order.move_finished_ids
        self.try_each(
            {
                "finished move": lambda: self.as_attacker(finished).write(
                    {"production_id": free.id}
                ),
                "work order": lambda: self.as_attacker(workorder).write(
                    {"production_id": free.id}
                ),
                "steal": lambda: self.as_attacker(free).write(
                    {"move_finished_ids": [Command.link(finished.id)]}
                ),
                "steal work": lambda: self.as_attacker(free).write(
                    {"workorder_ids": [Command.link(workorder.id)]}
                ),
            }
        )

    def test_given_held_order_done_expected_more_of_it_lands_in_quarantine(self):
        order = self.make_order(5)
        order.workorder_ids[0].button_start()
        self.hold("production", production_id=order.id)
        order.qty_producing = 5
        order._set_qty_producing()
        order.button_mark_done()
        self.assertEqual(order.state, "done")
        quarantine = self.plant.quarantine_location_id
        self.assertEqual(self.on_hand(self.gear, quarantine), 5)
        line = order.move_finished_ids.move_line_ids
        for name, attempt in {
            "raise": lambda: self.as_attacker(line).write({"quantity": 8}),
            "add": lambda: self.as_attacker(line.browse()).create(
                {
                    "move_id": line.move_id.id,
                    "product_id": self.gear.id,
                    "quantity": 3,
                    "location_id": line.location_id.id,
                    "location_dest_id": self.stock.id,
                }
            ),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                attempt()
                self.assertEqual(self.on_hand(self.gear, self.stock), 0)
                self.assertEqual(self.on_hand(self.gear, quarantine), 8)
                held = self.Hold.search(
                    [("product_id", "=", self.gear.id), ("kind", "=", "quantity")]
                )
                self.assertEqual(sum(held.mapped("quantity")), 8)
                savepoint.rollback()
            self.env.invalidate_all()
        self.try_each(
            {
                "redirect": lambda: self.as_attacker(line).write(
                    {"location_dest_id": self.stock.id}
                )
            }
        )

    def test_given_held_stock_expected_set_up_stays(self):
        self.hold_lot()
        self.fill(self.nut, 10)
        self.hold(
            "quantity",
            product_id=self.nut.id,
            location_id=self.stock.id,
            quantity=4,
        )
        admin = new_test_user(
            self.env,
            "attack_admin",
            groups="base.group_system,stock.group_stock_manager,"
            "mrp.group_mrp_manager,mfg_variance_core.group_administrator",
        )
        far = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        company = self.env["res.company"].create({"name": "Other Works"})
        dozen = self.env.ref("uom.product_uom_dozen")
        quarantine, bolt = self.plant.quarantine_location_id, self.bolt
        attempts = {
            "archive the warehouse": (self.warehouse, {"active": False}),
            "archive the plant": (self.plant, {"active": False}),
            "plant to another warehouse": (self.plant, {"warehouse_id": far.id}),
            "plant without a warehouse": (self.plant, {"warehouse_id": False}),
            "plant to another company": (self.plant, {"company_id": company.id}),
            "another unit": (bolt.product_tmpl_id, {"uom_id": dozen.id}),
            "not tracked": (bolt.product_tmpl_id, {"tracking": "none"}),
            "a service": (self.nut.product_tmpl_id, {"type": "service"}),
            "another template": (
                bolt,
                {"product_tmpl_id": self.nut.product_tmpl_id.id},
            ),
            "quarantine as a view": (quarantine, {"usage": "view"}),
            "quarantine as scrap": (quarantine, {"usage": "inventory"}),
            "quarantine in stock": (quarantine, {"location_id": self.stock.id}),
        }
        self.try_each(
            {
                name: lambda record=record, vals=vals: record.with_user(admin).write(
                    vals
                )
                for name, (record, vals) in attempts.items()
            }
            | {
                "delete the plant": lambda: self.plant.with_user(admin).unlink(),
                "delete the quarantine": lambda: quarantine.with_user(admin).unlink(),
            }
        )
        quarantine.with_user(admin).name = "Cage"
        self.assertTrue(quarantine.variance_is_quarantine)

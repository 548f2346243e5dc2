from odoo import Command
from odoo.tests import tagged

from .attack_stock_case import AttackStockCase


@tagged("post_install", "-at_install")
class TestAttackGenealogy(AttackStockCase):
    """What was made from held stock is not made to look as if it was not."""

    def _cuts(self, order):
        """Each way to make a casing look as if it came from something else."""
        used = order.move_raw_ids.move_line_ids
        made = order.move_finished_ids.move_line_ids
        clean = self.make_lot(f"{order.lot_producing_ids.name}-clean", self.casing)
        quiet = {"skip_uom_conversion": True}
        return {
            "unlink what was consumed": lambda: self.as_attacker(made).write(
                {"consume_line_ids": [Command.clear()]}
            ),
            "unlink what was produced": lambda: self.as_attacker(used).write(
                {"produce_line_ids": [Command.clear()]}
            ),
            "swap the lot consumed": lambda: self.as_attacker(used).write(
                {"lot_id": self.other.id}
            ),
            "swap it without stock": lambda: self.as_attacker(used, **quiet).write(
                {"lot_id": self.other.id}
            ),
            "swap the lot made": lambda: self.as_attacker(made).write(
                {"lot_id": clean.id}
            ),
            "swap it made without stock": lambda: self.as_attacker(made, **quiet).write(
                {"lot_id": clean.id}
            ),
            "swap on the order": lambda: self.as_attacker(order).write(
                {"lot_producing_ids": [Command.set(clean.ids)]}
            ),
            "write the move a draft": lambda: self.as_attacker(used.move_id).write(
                {"state": "draft"}
            ),
            "delete after a draft": lambda: (
                self.as_attacker(used.move_id).write({"state": "draft"}),
                self.as_attacker(used).unlink(),
            ),
            "to another move": lambda: self.as_attacker(used).write(
                {"move_id": self.receive(self.bolt, lot_name="X").move_ids.id}
            ),
            "write the line a draft": lambda: (
                self.as_attacker(used).write({"state": "draft"}),
                self.as_attacker(used).unlink(),
            ),
            "through the order": lambda: self.as_attacker(order).write(
                {
                    "finished_move_line_ids": [
                        Command.update(made.id, {"consume_line_ids": [Command.clear()]})
                    ]
                }
            ),
        }

    def test_given_made_from_held_lot_expected_its_origin_is_not_cut(self):
        for strength in ("no_ship", "no_use"):
            order = self.make_from(self.lot, f"C-{strength}")
            lot = order.lot_producing_ids
            hold = self.hold_lot(strength=strength)
            self.try_each(
                {
                    f"{strength} {key}": value
                    for key, value in self._cuts(order).items()
                },
                then=lambda lot=lot: self.ship(lot),
            )
            with self.granted():
                hold._lift(self.env.user)

    def test_given_made_from_held_lot_expected_not_shipped_by_other_means(self):
        order = self.make_from(self.lot)
        made = order.lot_producing_ids
        self.hold_lot(strength="no_ship")
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        quant = made.quant_ids.filtered(lambda q: q.location_id == self.stock)
        box = self.env["stock.package"].create({"name": "Box"})

        def shelve():
            self.env["stock.quant.relocate"].with_user(self.attacker).create(
                {"quant_ids": quant.ids, "dest_location_id": shelf.id}
            ).action_relocate_quants()

        def count_away():
            q = self.as_attacker(quant, inventory_mode=True)
            q.write({"inventory_quantity": 0})
            q.action_apply_inventory()

        self.try_each(
            {
                "deliver": lambda: self.ship(made),
                "shelf to customer": lambda: (
                    shelve(),
                    self.as_attacker(shelf).write({"usage": "customer"}),
                ),
                "shelf to another company": lambda: (
                    shelve(),
                    self.as_attacker(shelf).write({"company_id": False}),
                ),
                "shelf below customers": lambda: (
                    shelve(),
                    self.as_attacker(shelf).write(
                        {"location_id": self.customers.id, "usage": "customer"}
                    ),
                ),
                "count away": count_away,
                "quant elsewhere": lambda: self.as_attacker(quant).write(
                    {"location_id": self.customers.id}
                ),
                "not tracked": lambda: self.as_attacker(
                    self.casing.product_tmpl_id
                ).write({"tracking": "none"}),
                "not storable": lambda: self.as_attacker(
                    self.casing.product_tmpl_id
                ).write({"is_storable": False}),
                "delete lot": lambda: self.as_attacker(made).unlink(),
                "pack and ship the pack": lambda: (
                    self.as_attacker(quant).write({"package_id": box.id}),
                ),
            }
        )

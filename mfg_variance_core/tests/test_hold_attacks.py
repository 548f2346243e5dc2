import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..guard import TOKEN_KEY
from . import hold_attacks
from .hold_case import HoldCase

ROLES = {
    "stock user": "stock.group_stock_user",
    "stock manager": "stock.group_stock_manager",
    "manufacturing user": "mrp.group_mrp_user",
    "operator": "mfg_variance_core.group_operator,mrp.group_mrp_user",
    "quality manager": "mfg_variance_core.group_quality_manager,"
    "stock.group_stock_manager,mrp.group_mrp_manager",
    "administrator": "mfg_variance_core.group_administrator,stock.group_stock_manager",
    "Odoo administrator": "base.group_system,stock.group_stock_manager,"
    "mrp.group_mrp_manager,base.group_erp_manager",
}
FORGED = {
    TOKEN_KEY: True,
    "inventory_mode": True,
    "variance_is_shipping": False,
    "is_scrap": True,
    "skip_mo_check": True,
    "skip_backorder": True,
    "no_procurement": True,
    "do_not_check_quant": True,
    "import_file": True,
    "install_mode": True,
}


@tagged("post_install", "-at_install")
class TestHoldAttacks(HoldCase):
    """Every write by which stock and work really change, by everybody (D12)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env, f"hold_{role.replace(' ', '_')}", groups=groups
            )
            for role, groups in ROLES.items()
        }
        Location = cls.env["stock.location"]
        cls.nut = cls.make_product("Nut")
        cls.fill(cls.nut, 10)
        cls.package, cls.full_package = cls.env["stock.package"].create(
            [{"name": "Empty"}, {"name": "Full"}]
        )
        cls.fill(cls.bolt, 4, lot=cls.lot, package_id=cls.full_package)
        cls.other = cls.make_lot("B-2")
        cls.fill(cls.bolt, 5, lot=cls.other)
        cls.single = cls.make_lot("B-3")
        cls.fill(cls.bolt, 2, lot=cls.single)
        cls.far_stock = (
            cls.env["stock.warehouse"]
            .create({"name": "Far", "code": "FAR"})
            .lot_stock_id
        )
        cls.delivery = cls.make_delivery()
        cls.done_line = cls.make_delivery(done=cls.other).move_ids.move_line_ids
        cls.lot_line = cls.make_delivery(done=cls.lot).move_ids.move_line_ids
        cls.hold_on_lot, _other = cls.Hold._place(
            [
                {"kind": "lot", "lot_id": lot.id, "reason": "Crack"}
                for lot in (cls.lot, cls.single)
            ]
        )
        cls.loose_hold = cls.Hold._place(
            [
                {
                    "kind": "quantity",
                    "product_id": cls.nut.id,
                    "location_id": cls.stock.id,
                    "quantity": 4,
                    "reason": "Dented",
                }
            ]
        )
        cls.quarantine = cls.plant.quarantine_location_id
        order = cls.env["mrp.production"].create(
            {"product_id": cls.gear.id, "bom_id": cls.bom.id, "product_qty": 5}
        )
        order.action_confirm()
        cls.workorder = order.workorder_ids[0]
        cls.names = {
            "lot": cls.lot,
            "other": cls.other,
            "single": cls.single,
            "quant": cls.lot.quant_ids.filtered(
                lambda quant: quant.location_id == cls.stock and not quant.package_id
            ),
            "loose": cls.nut.stock_quant_ids.filtered(
                lambda quant: quant.location_id == cls.quarantine
            ),
            "hold": cls.hold_on_lot,
            "loose_hold": cls.loose_hold,
            "nut": cls.nut,
            "bom": cls.env["mrp.bom"].create(
                {
                    "product_tmpl_id": cls.bolt.product_tmpl_id.id,
                    "bom_line_ids": [Command.create({"product_id": cls.nut.id})],
                }
            ),
            "stock": cls.stock,
            "far_stock": cls.far_stock,
            "shelf": Location.create({"name": "S", "location_id": cls.stock.id}),
            "quarantine": cls.quarantine,
            "customers": cls.customers,
            "package": cls.package,
            "full_package": cls.full_package,
            "partner": cls.env["res.partner"].create({"name": "Owner"}),
            "plant": cls.plant,
            "delivery": cls.delivery,
            "done_move": cls.done_line.move_id,
            "done_line": cls.done_line,
            "lot_line": cls.lot_line,
            "workorder": cls.workorder,
            "loss": cls.productive,
        }

    @classmethod
    def make_delivery(cls, done=None):
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.out_type_id.id,
                "location_id": cls.stock.id,
                "location_dest_id": cls.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": cls.bolt.id,
                            "product_uom_qty": 1,
                            "location_id": cls.stock.id,
                            "location_dest_id": cls.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        if done:
            picking.move_ids.move_line_ids.lot_id = done
            picking.move_ids.picked = True
            picking.button_validate()
        return picking

    # ---------------------------------------------------------------- helpers

    def seen(self):
        """Whatever an attack on stock could change."""
        self.env.invalidate_all()
        own = self.lot.quant_ids.filtered(
            lambda quant: quant.location_id.usage == "internal"
        )
        return (
            self.lot.exists().name,
            self.lot.product_id,
            self.lot.variance_hold_strength,
            sorted((quant.location_id.id, quant.quantity) for quant in own),
            self.on_hand(self.nut, self.quarantine),
            self.quarantine.complete_name,
            self.stock.complete_name,
            self.quarantine.variance_is_quarantine,
            self.plant.quarantine_location_id,
            self.bolt.active,
            self.bolt.is_storable,
            self.bolt.tracking,
            (self.hold_on_lot | self.loose_hold).exists().mapped("state"),
            self.hold_on_lot.strength,
            self.hold_on_lot.lot_id,
            self.loose_hold.quantity,
            self.workorder.state,
            self.workorder.production_id.state,
            self.workorder.time_ids,
        )

    def attack(self, code, env):
        """Run the lines as ``env``; True if they were refused."""
        records = {name: record.with_env(env) for name, record in self.names.items()}
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.models.unlink"):
                exec(code, {"env": env, "UserError": UserError, **records})  # pylint: disable=exec-used
                env.flush_all()
        except (AccessError, UserError) as error:
            self.refusal = str(error)
            return True
        finally:
            self.env.invalidate_all()
        return False

    def test_given_log_of_a_hold_expected_kept_as_written(self):
        hold = self.hold_lot()
        hold._log("Found in the rack")
        log = hold.message_ids[0].sudo()
        with self.assertRaises(AccessError):
            log.write({"body": "Never found"})
        with self.assertRaises(AccessError):
            log.unlink()

    def attack_as_stored_code(self, code):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "code",
                "code": self.prepare_stored(code),
            }
        )
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.models.unlink"):
                action.run()
                self.env.flush_all()
        except (AccessError, UserError, ValueError):
            return True
        finally:
            self.env.invalidate_all()
        return False

    def prepare_stored(self, code):
        lines = [
            f"{name} = env[{record._name!r}].sudo().browse({record.ids!r})"
            for name, record in self.names.items()
        ]
        return "\n".join([*lines, "env = env(su=True)", code])

    def assert_all_refused(self, attacks, run):
        before = self.seen()
        for name, code in attacks.items():
            with self.subTest(name):
                self.assertTrue(run(code), f"{name}: not refused")
        self.assertEqual(self.seen(), before)

    def hold_the_work(self, kind):
        target = {
            "production": self.workorder.production_id,
            "workorder": self.workorder,
            "workcenter": self.workorder.workcenter_id,
        }[kind]
        return self.hold(kind, **{f"{kind}_id": target.id})

    # ------------------------------------------------------------------ tests

    def test_given_any_role_expected_held_stock_stays(self):
        for role, user in self.users.items():
            with self.subTest(role):
                env = self.env(user=user)
                self.assert_all_refused(
                    hold_attacks.STOCK, lambda code, env=env: self.attack(code, env)
                )

    def test_given_sudo_and_forged_context_expected_held_stock_stays(self):
        for context in ({}, FORGED):
            env = self.env(su=True, context=context)
            with self.subTest(context=bool(context)):
                self.assert_all_refused(
                    hold_attacks.STOCK,
                    lambda code, env=env: self.attack(code, env) and self.is_ours(),
                )

    def is_ours(self):
        """Whether it was variance control that refused, and not a mistyped attack."""
        return re.search(
            "on hold|quarantine|variance control|holds|evidence", self.refusal
        )

    def test_given_stored_code_expected_held_stock_stays(self):
        self.assert_all_refused(
            hold_attacks.STOCK | hold_attacks.STORED, self.attack_as_stored_code
        )

    def test_given_any_role_expected_held_work_does_not_start(self):
        for kind in ("production", "workorder", "workcenter"):
            hold = self.hold_the_work(kind)
            attacks = self.get_work_attacks(kind)
            for role, user in self.users.items():
                with self.subTest(kind=kind, role=role):
                    env = self.env(user=user)
                    self.assert_all_refused(
                        attacks, lambda code, env=env: self.attack(code, env)
                    )
            with self.granted():
                hold._lift(self.env.user)

    def test_given_sudo_and_stored_code_expected_held_work_does_not_start(self):
        for kind in ("production", "workorder", "workcenter"):
            hold = self.hold_the_work(kind)
            attacks = self.get_work_attacks(kind)
            env = self.env(su=True, context=FORGED)
            with self.subTest(kind):
                self.assert_all_refused(
                    attacks, lambda code, env=env: self.attack(code, env)
                )
                self.assert_all_refused(attacks, self.attack_as_stored_code)
            with self.granted():
                hold._lift(self.env.user)

    def get_work_attacks(self, kind):
        """A held work order or center stops itself; its order may go on by others."""
        if kind == "production":
            return hold_attacks.WORK
        about_order = [
            name
            for name in hold_attacks.WORK
            if "order done" in name or "the order" in name
        ]
        left = dict(hold_attacks.WORK)
        for name in about_order:
            left.pop(name)
        if kind == "workorder":
            left.pop("a work order that runs")
        return left

    def test_given_disposition_under_way_expected_its_hold_only_passes(self):
        other_hold = self.hold_lot(self.other)
        with self.granted():
            grant = self.env["mfg.variance.hold"].browse(self.hold_on_lot.id)
            with self.moving_for(grant):
                quant = self.names["quant"]
                quant.quantity = 9
                with self.assertRaises(UserError):
                    self.other.quant_ids[0].quantity = 1
        self.assertEqual(other_hold.state, "active")
        with self.assertRaises(UserError):
            quant.quantity = 8

    def test_given_disposition_under_way_expected_stored_code_passes_nothing(self):
        with self.granted(), self.moving_for(self.hold_on_lot):
            self.assertTrue(self.attack_as_stored_code("quant.write({'quantity': 1})"))

    def moving_for(self, hold):
        from ..models.hold import passage

        return passage.passing(self.env, passage.Passage(hold_ids=hold.ids))

    def test_given_no_grant_expected_no_moving(self):
        with self.assertRaises(AccessError), self.Hold._moving_for(self.Hold):
            self.fail("entered")

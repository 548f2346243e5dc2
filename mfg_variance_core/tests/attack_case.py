from contextlib import nullcontext
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from ..domain import segregation
from . import attack_list
from .approval_case import ApprovalCase
from .security_case import SecurityFixture

# beside those of the fixture, the people an attack could hope for
MORE_ROLES = {
    "break_glass": "mfg_variance_core.group_break_glass",
    "portal": "base.group_portal",
    "everything_of_odoo": "base.group_system,mrp.group_mrp_manager,"
    "stock.group_stock_manager",
}
# the tables in which a move that got through shows
SHOWN = (
    "mfg_variance_approval",
    "mfg_variance_approval_decision",
    "mfg_variance_break_glass",
    "mfg_variance_control_review",
    "mfg_variance_delegation",
    "mfg_variance_disposition",
    "mfg_variance_exception",
    "mfg_variance_hold",
    "mfg_variance_inhibition",
    "mfg_variance_ledger",
    "mfg_variance_ledger_export",
    "mfg_variance_policy_version",
    "mfg_variance_silence",
    "stock_move",
    "stock_quant",
)
MUTED = (
    "odoo.addons.base.models.ir_actions",
    "odoo.models.unlink",
    "odoo.sql_db",
    "odoo.http",
    "odoo.addons.rpc.controllers.json2",
)


class AttackCase(ApprovalCase, SecurityFixture):
    """A record for each move, and each way to try it; a mixin beside a test class.

    What somebody tries is undone whatever comes of it. It got through if it raised
    nothing and anything shows in the tables above.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.users["supervisor"]
        for role, groups in MORE_ROLES.items():
            cls.users[role] = new_test_user(cls.env, f"attack_{role}", groups=groups)
        # a machine with the groups of those who decide most
        cls.users["machine"] = new_test_user(
            cls.env,
            "attack_machine",
            groups="mfg_variance_core.group_quality_manager,"
            "mfg_variance_core.group_production_manager,"
            "mfg_variance_core.group_process_engineer,"
            "mfg_variance_core.group_break_glass",
        )
        cls.users["machine"].sudo().variance_is_automated = True
        # one person decides each, whatever the shipped rules ask for
        rules = cls.env["mfg.variance.approval.rule"]
        rules.search([]).active = False
        rules.create(
            [
                {
                    "name": kind,
                    "kind": kind,
                    "step_ids": [Command.create({"role": "anyone"})],
                }
                for kind in attack_list.APPROVALS
            ]
        )
        cls._make_stock()
        cls.records = {
            move.action: getattr(cls, "_make_" + move.action.partition(":")[0])(
                *move.action.split(":")[1:]
            )
            for move in attack_list.MOVES
        }
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        cls.env["mfg.variance.ledger.seal"]._seal(100000, is_thorough=True)

    # ---------------------------------------------------------------- records

    @classmethod
    def _make_stock(cls):
        cls.bolt = cls.env["product.product"].create(
            {"name": "Bolt", "is_storable": True, "tracking": "lot"}
        )
        cls.env["mfg.variance.plant"].search([]).scrap_limit = 0

    @classmethod
    def _make_lot(cls, name):
        lot = cls.env["stock.lot"].create({"name": name, "product_id": cls.bolt.id})
        cls.env["stock.quant"]._update_available_quantity(
            cls.bolt, cls.warehouse.lot_stock_id, 10, lot_id=lot
        )
        return lot

    @classmethod
    def _make_hold(cls, name):
        return cls.env["mfg.variance.hold"]._place(
            [{"kind": "lot", "lot_id": cls._make_lot(name).id, "reason": "Crack"}]
        )

    @classmethod
    def _make_handle_case(cls):
        return cls._make_case(written={"cause_id": cls.cause.id})

    @classmethod
    def _make_handle_full_case(cls):
        return cls._make_case("major")

    @classmethod
    def _make_shelve(cls):
        return cls._make_case(fingerprint="attack")

    @classmethod
    def _make_place_hold(cls):
        return cls._make_lot("P-1")

    @classmethod
    def _make_confirm_hold(cls):
        return cls._make_hold("C-1")

    @classmethod
    def _make_request_disposition(cls):
        return cls._make_hold("R-1")

    @classmethod
    def _make_request_approval(cls):
        return cls._make_hold("R-2")

    @classmethod
    def _make_break_glass(cls):
        return cls._make_hold("G-1")

    @classmethod
    def _make_execute_disposition(cls):
        """Approved by those who may, and failed."""
        Disposition = cls.env["mfg.variance.disposition"]
        hold = cls._make_hold("E-1")
        asker = new_test_user(
            cls.env, "attack_asker", groups="mfg_variance_core.group_supervisor"
        )
        with cls.signed_in(asker):
            one = Disposition.with_user(asker)._request(
                hold.with_user(asker), kind="release", quantity=1, reason="Fine"
            )
        failing = patch.object(
            type(Disposition), "_run", side_effect=UserError("Locked")
        )
        with failing, cls.signed_in(cls.quality_two):
            one.approval_id.with_user(cls.quality_two)._decide("approved")
        one = one.with_env(cls.env)
        one.invalidate_recordset()
        return one

    @classmethod
    def _make_approve(cls, kind):
        asked = cls.env["mfg.variance.approval"].with_user(cls.author)
        return asked._request(
            kind, cls.plant.with_user(cls.author), "Measured again"
        ).with_env(cls.env)

    @classmethod
    def _make_activate_policy(cls):
        return cls.draft

    @classmethod
    def _make_activate_suppression(cls):
        return (
            cls.env["mfg.variance.inhibition"]
            .with_user(cls.author)
            .create(
                {
                    "name": "Press stands",
                    "company_id": cls.company.id,
                    "muted_category_id": cls.metric.category_id.id,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _make_delegate(cls):
        return cls.quality_two

    @classmethod
    def _make_review_break_glass(cls):
        breaker = new_test_user(
            cls.env, "attack_breaker", groups="mfg_variance_core.group_break_glass"
        )
        hold = cls._make_hold("G-2")
        with cls.signed_in(breaker):
            glass = (
                cls.env["mfg.variance.break_glass"]
                .with_user(breaker)
                ._break(hold.with_user(breaker), "The line stands", 1)
            )
        return glass.with_env(cls.env)

    @classmethod
    def _make_verify_fix(cls):
        return cls._make_case(
            "major",
            written={
                "cause_id": cls.cause.id,
                "resolution": "fixed",
                "state": "resolved",
                "resolved_by_id": cls.author.id,
            },
        )

    @classmethod
    def _make_export_ledger(cls):
        return cls.env["mfg.variance.ledger"].search([], limit=1)

    @classmethod
    def _make_purge_ledger(cls):
        ledger = cls.env["mfg.variance.ledger"].search([], limit=1)
        return (
            cls.env["mfg.variance.ledger.export"]
            ._as_system()
            .create(
                {
                    "name": "Old rows",
                    "count": 1,
                    "first_at": ledger.recorded_at,
                    "last_at": ledger.recorded_at,
                    "through_seal": 1,
                    "through_hash": "0",
                    "sha256": "0",
                    "exported_by_id": cls.author.id,
                    "exported_at": cls.moment,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _make_review_controls(cls):
        return (
            cls.env["mfg.variance.control.review"]
            ._as_system()
            .create(
                {
                    "name": "A quiet month",
                    "company_id": cls.company.id,
                    "month": "1999-01-01",
                }
            )
            .with_env(cls.env)
        )

    # --------------------------------------------------------------- expected

    def roles_of(self, role):
        """The roles of the matrix that a user of the fixture has by his group."""
        held = segregation.GROUP_ROLES if role == "machine" else (role,)
        return frozenset(
            one
            for one in segregation.GROUP_ROLES
            if set(segregation.holders_of(one)) & set(held)
        )

    def is_allowed(self, move, role):
        """What the matrix says of a role, for somebody who has no part in it."""
        person = segregation.Person(
            self.users[role].id, self.roles_of(role), role == "machine"
        )
        return not segregation.verdict(move.action, person, {})

    def allowed_role(self, move):
        return next(role for role in self.users if self.is_allowed(move, role))

    # ------------------------------------------------------------------ trying

    def picture(self):
        """What shows of a move, in one query."""
        self.env.flush_all()
        rows = SQL(" UNION ALL ").join(
            SQL(
                "SELECT COALESCE(md5(string_agg(row::text, ',' ORDER BY row.id)), '') "
                "FROM %s AS row",
                SQL.identifier(table),
            )
            for table in SHOWN
        )
        return tuple(self.env.execute_query(rows))

    def gets_through(self, attempt, before=None):
        """Whether an attempt raises nothing and changes anything; it is undone."""
        before = before or self.before
        try:
            with mute_logger(*MUTED), self.env.cr.savepoint() as savepoint:
                attempt()
                has_changed = self.picture() != before
                savepoint.rollback()
            return has_changed
        except (UserError, ValueError, psycopg2.Error) as refusal:
            self.refusal = refusal
            return False
        finally:
            self.env.cr.precommit.clear()
            self.env.invalidate_all()

    def run_move(self, move, env):
        """The code of a move as a module or a client runs it."""
        record = self.records[move.action].with_env(env)
        exec(move.code, {"env": env, "record": record})  # pylint: disable=exec-used
        env.flush_all()

    def prepare(self, move, user):
        """What somebody needs beside his role, given to him before he tries."""
        if move.action in ("export_ledger", "purge_ledger"):
            user.sudo().company_ids = self.env["res.company"].search([])

    def try_move(self, move, user, session=True, su=False, context=None, parties=None):
        """Whether ``user`` gets a move through, in his own session or without one."""

        def attempt():
            self.prepare(move, user)
            env = self.env(user=user, su=su, context=context or {})
            with self.signed_in(user) if session else nullcontext():
                self.run_move(move, env)

        return self.gets_through(attempt)

    def try_stored(self, move, user, acting=None):
        """Whether a server action does it that ``user`` runs, acting as somebody."""

        def attempt():
            self.prepare(move, acting or user)
            record = self.records[move.action]
            code = (
                f"env = env(user={(acting or user).id}, su=False)\n"
                f"record = env[{record._name!r}].browse({record.ids!r})\n{move.code}"
            )
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Attack",
                    "model_id": self.env.ref("base.model_res_partner").id,
                    "state": "code",
                    "code": code,
                }
            )
            self.env.flush_all()
            before = self.picture()
            with self.signed_in(user):
                action.with_user(user).sudo().run()
            if self.picture() == before:
                raise ValueError("Nothing came of it.")

        return self.gets_through(attempt)

    def get_writes(self, move):
        """``{name: attempt(record)}`` of the ways to write past the button.

        Each tells whether anything of it was taken.
        """
        record = self.records[move.action]
        if record._name != move.model:
            return {}
        ways = {}
        for name, value in move.written:
            column = f"{name}/.id" if name.endswith("_id") else name
            ways[f"write {name}"] = lambda one, n=name, v=value: one.write({n: v})
            ways[f"save {name}"] = lambda one, n=name, v=value: one.web_save({n: v}, {})
            ways[f"load {name}"] = lambda one, c=column, v=value: one.load(
                [".id", c], [[str(one.id), str(v)]]
            )
        forged = {**record.copy_data()[0], **dict(move.written)}
        defaults = {f"default_{name}": value for name, value in forged.items()}
        kept = {name: forged[name] for name in record.copy_data()[0]}
        ways |= {
            "create": lambda one: self._take(move, one.create([forged])),
            "create by default": lambda one: self._take(
                move, one.with_context(**defaults).create([kept])
            ),
            "copy": lambda one: self._take(move, one.copy(dict(move.written))),
        }
        if getattr(record, "_guard_unlink", True):
            ways["delete"] = lambda one: one.unlink()
        return ways

    def _take(self, move, made):
        """Refuse unless what was made has anything of what nobody writes."""
        made = made.sudo()
        taken = {
            name: made[name].id if name.endswith("_id") else made[name]
            for name, value in move.written
            if not isinstance(value, tuple)
        }
        if all(taken.get(name) != value for name, value in move.written):
            raise ValueError("Made as anybody may, without what was forged.")

    def restrict(self, user, company=None, plants=None):
        """Put somebody into another place."""
        vals = {}
        if company:
            vals = {
                "company_ids": [Command.set(company.ids)],
                "company_id": company.id,
            }
        if plants:
            vals["variance_plant_ids"] = [Command.set(plants.ids)]
        user.sudo().write(vals)

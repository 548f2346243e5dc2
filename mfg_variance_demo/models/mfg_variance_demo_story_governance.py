from contextlib import contextmanager

from odoo import models
from odoo.fields import Command

from ..domain import story_pieces
from ..domain.story_plant import LOT_MATERIAL, RIVER, SCRAP_CENTER
from .own_session import signed_in

HELD_AT_RIVER = 30


class MfgVarianceDemoStory(models.AbstractModel):
    """What the story's people hold, decide, verify and close, each in person."""

    _name = "mfg.variance.demo.story"
    _inherit = "mfg.variance.demo.story"

    def _act(self, name):
        getattr(self, f"_act_{name}")()

    @contextmanager
    def _as(self, login):
        """The story as one of its people sees it, in a web session of his own."""
        user = self.env["res.users"].search([("login", "=", login)])
        with signed_in(user):
            yield self.with_user(user)

    # ----------------------------------------------------------------- set-up

    def _make_lot_policy(self, company):
        """A policy on the blocks that come in lots: its playbook holds the lot.

        One engineer writes it, another one activates it.
        """
        metric = self.env.ref("mfg_variance_core.policy_material_usage")
        material = self.env["product.product"].search(
            [("company_id", "=", company.id), ("name", "=", LOT_MATERIAL)]
        )
        parts = material.bom_line_ids.bom_id.product_tmpl_id.product_variant_ids
        with self._as("engineer") as mine:
            playbook = mine.env["mfg.variance.playbook"].create(
                {
                    "name": self.env._("Blocks of a bad lot"),
                    "company_id": company.id,
                    "step_ids": [Command.create(vals) for vals in self._get_steps()],
                }
            )
            policy = metric.with_env(mine.env).copy(
                {"name": self.env._("Too many blocks of a lot are used")}
            )
            policy.write(
                {
                    "company_id": company.id,
                    "product_id": parts[:1].id,
                    "playbook_id": playbook.id,
                    "verify_orders": 3,
                }
            )
        with self._as("engineer.second") as mine:
            policy.with_env(mine.env).action_activate()

    def _get_steps(self):
        return [
            {
                "sequence": 10,
                "kind": "flag",
                "minimum_severity": "warning",
                "name": self.env._("Flag the order"),
            },
            {
                "sequence": 20,
                "kind": "hold",
                "minimum_severity": "warning",
                "name": self.env._("Hold the lot"),
                "hold_target": "lot",
                "message": self.env._("Porous blocks: do not machine them"),
            },
            {
                "sequence": 30,
                "kind": "activity",
                "minimum_severity": "warning",
                "name": self.env._("Go to the lot, put the tag on it and count"),
            },
        ]

    # ------------------------------------------------------------- the bad lot

    def _get_lot_hold(self, name):
        return self.env["mfg.variance.hold"].search(
            [("company_id", "=", self.env.company.id), ("lot_id.name", "=", name)],
            limit=1,
        )

    def _get_bad_hold(self):
        return self._get_lot_hold(story_pieces.BAD_LOT_NAME)

    def _get_bad_case(self):
        return self._get_bad_hold().exception_id

    def _act_answer_hold(self):
        """The supervisor takes the case, goes there and counts."""
        with self._as("supervisor.harbour") as mine:
            hold = mine._get_bad_hold()
            case = hold.exception_id
            case.action_take()
            mine._confirm_hold(hold)
            case.action_contain()

    def _confirm_hold(self, hold):
        """Everything is where it is booked."""
        # sudo: where it is, as whoever stands in front of it sees
        quants = hold.sudo()._get_disposable_quants()
        hold._confirm(
            quants.location_id[:1].with_env(hold.env), sum(quants.mapped("quantity"))
        )

    def _act_ask_to_use(self):
        self._ask_to_use(
            story_pieces.BAD_LOT_NAME,
            self.env._("An order is begun with these blocks; each one is leak-tested"),
        )

    def _ask_to_use(self, lot, reason):
        with self._as("supervisor.harbour") as mine:
            mine._get_lot_hold(lot)._ask_no_ship(reason)

    def _act_grant_use(self):
        self._grant_use(
            story_pieces.BAD_LOT_NAME,
            self.env._("Finish what is begun. Nothing of it leaves the plant"),
        )

    def _grant_use(self, lot, reason):
        """Whoever is on call, at night."""
        with self._as("oncall") as mine:
            hold = mine._get_lot_hold(lot)
            approval = mine._get_approval(hold)
            approval._decide("approved", reason)

    def _get_approval(self, record):
        return self.env["mfg.variance.approval"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("state", "=", "waiting"),
            ]
        )

    def _act_add_task(self):
        case = self._get_bad_case()
        engineer = self.env["res.users"].search([("login", "=", "engineer")])
        with self._as("supervisor.harbour") as mine:
            mine.env["mfg.variance.exception.task"].create(
                {
                    "exception_id": case.id,
                    "name": self.env._("Have the foundry tap-test blocks by lot"),
                    "user_id": engineer.id,
                    "due_date": self.env["mfg.variance.engine"]._now().date(),
                }
            )

    def _act_do_task(self):
        with self._as("engineer") as mine:
            task = mine._get_bad_case().task_ids
            task.action_done(self.env._("Agreed with the foundry, and in the order."))

    def _act_verify_task(self):
        with self._as("quality") as mine:
            task = mine._get_bad_case().task_ids
            task.action_verify(self.env._("Saw the test sheet of the new lot."))

    def _ask_for(self, hold, **asked):
        return self.env["mfg.variance.disposition"]._request(hold, **asked)

    def _act_ask_to_sort(self):
        """A third of what is left leaks."""
        with self._as("supervisor.harbour") as mine:
            hold = mine._get_bad_hold()
            left = hold.undecided_quantity
            mine._ask_for(
                hold,
                kind="sort",
                quantity=left,
                good_quantity=left - left // 3,
                reason=self.env._("Every block was leak-tested"),
            )

    def _act_approve_sort(self):
        self._approve_disposition("quality", self.env._("Looked at the test sheets"))

    def _act_ask_to_scrap(self):
        with self._as("supervisor.harbour") as mine:
            hold = mine._get_bad_hold()
            mine._ask_for(
                hold,
                kind="scrap",
                quantity=hold.undecided_quantity,
                reason=self.env._("They leak and cannot be mended"),
            )

    def _act_approve_scrap(self):
        self._approve_disposition("manager", self.env._("Seen, and claimed"))

    def _approve_disposition(self, login, reason):
        with self._as(login) as mine:
            waiting = mine._get_bad_hold().disposition_ids.filtered(
                lambda one: one.state == "waiting"
            )
            waiting.approval_id._decide("approved", reason)

    def _act_resolve_case(self):
        """With the cause, what was done, and a file that shows it."""
        with self._as("supervisor.harbour") as mine:
            case = mine._get_bad_case()
            mine.env["ir.attachment"].create(
                {
                    "name": self.env._("Leak test.csv"),
                    "res_model": case._name,
                    "res_id": case.id,
                    "raw": b"block;leak rate\n1;0.2\n2;4.1\n3;0.1\n",
                    "mimetype": "text/csv",
                }
            )
            mine.env["mfg.variance.cause.wizard"].action_choose(
                case.ids, self.env.ref("mfg_variance_core.cause_material").id
            )
            case.action_start_resolving()
            case.action_resolve()

    def _act_verify_case(self):
        with self._as("quality") as mine:
            mine._get_bad_case()._verify(
                self.env._("The lots after it are tight, and so are the pieces.")
            )

    def _act_close_case(self):
        """As soon as the next orders prove it."""
        with self._as("supervisor.harbour") as mine:
            case = mine._get_bad_case()
            if case.state == "resolved" and not case._get_gate_needs("closed"):
                case.action_close()

    # -------------------------------------------------- the lot after, and River

    def _act_hold_next_lot(self):
        """Somebody wants to be sure, and holds the next lot by hand."""
        lot = self._get_lot(story_pieces.NEXT_LOT)
        with self._as("supervisor.harbour") as mine:
            hold = mine.env["mfg.variance.hold"]._place_by_hand(
                [
                    {
                        "kind": "lot",
                        "lot_id": lot.id,
                        "reason": self.env._(
                            "From the same melt as lot %(lot)s",
                            lot=story_pieces.BAD_LOT_NAME,
                        ),
                    }
                ]
            )
            mine._confirm_hold(hold)

    def _get_lot(self, name):
        return self.env["stock.lot"].search(
            [("name", "=", name), ("company_id", "=", self.env.company.id)]
        )

    def _act_ask_to_use_next(self):
        self._ask_to_use(
            story_pieces.NEXT_LOT,
            self.env._("The machine waits for blocks until the laboratory answers"),
        )

    def _act_grant_use_next(self):
        self._grant_use(
            story_pieces.NEXT_LOT,
            self.env._("Use them; the pieces stay here until the laboratory answers"),
        )

    def _act_ask_to_release_next(self):
        """Left waiting: the quality manager's, by day."""
        with self._as("supervisor.harbour") as mine:
            hold = mine._get_lot_hold(story_pieces.NEXT_LOT)
            mine._ask_for(
                hold,
                kind="release",
                quantity=hold.undecided_quantity,
                reason=self.env._("The laboratory found no pores"),
            )

    def _act_hold_pieces(self):
        """Pieces of the press, put aside; nobody has decided about them yet."""
        plant = self.env["mfg.variance.plant"].search(
            [("company_id", "=", self.env.company.id), ("code", "=", RIVER.code)]
        )
        part = next(
            part
            for part in RIVER.parts
            if any(step.center == SCRAP_CENTER for step in part.steps)
        )
        product = self.env["product.product"].search(
            [("company_id", "=", self.env.company.id), ("name", "=", part.name)]
        )
        place = plant.warehouse_id.lot_stock_id
        there = product.with_context(location=place.id).qty_available
        if there <= 0:
            return
        with self._as("supervisor.river") as mine:
            mine.env["mfg.variance.hold"]._place_by_hand(
                [
                    {
                        "kind": "quantity",
                        "product_id": product.id,
                        "location_id": place.id,
                        "quantity": min(HELD_AT_RIVER, there),
                        "reason": self.env._("Burr at the edge, seen at assembly"),
                    }
                ]
            )

    # ------------------------------------------------------------------ ending

    def _seal_ledger(self):
        """What the scheduled action does, as often as it takes."""
        engine = self.env["mfg.variance.engine"]._clean_engine()
        while engine.env["mfg.variance.ledger.seal"]._seal(5000):
            pass

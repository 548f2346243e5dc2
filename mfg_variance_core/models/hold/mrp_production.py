from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...domain import holds
from ...guard import own_entry
from . import passage


class MrpProduction(models.Model):
    """A held order is booked and paused as ever; it does not start, and stays held."""

    _name = "mrp.production"
    _inherit = ["mrp.production", "mfg.variance.holdable"]

    def _get_variance_hold_domain(self):
        """Its own holds, those of its operations, and those on what it made."""
        return Domain("production_id", "in", self.ids) | Domain(
            "workorder_id.production_id", "in", self.ids
        )

    def _get_hold_work_ids(self):
        """What may be held of these orders, as ids by kind."""
        workorders = self.workorder_ids
        return {
            "production": self.ids,
            "workorder": workorders.ids,
            "workcenter": workorders.workcenter_id.ids,
        }

    def write(self, vals):
        action = {"progress": holds.START, "done": holds.FINISH}.get(vals.get("state"))
        if action:
            moved = self.filtered(lambda order: order.state != vals["state"])
            self.env["mfg.variance.hold"]._examine_orders(moved, action)
        return super().write(vals)

    def button_mark_done(self):
        """Book what was made; of a held order nothing is made up.

        Odoo would book the whole quantity of an order nobody has touched.
        """
        untouched = self.filtered(lambda order: not holds.is_begun(order.state))
        if untouched:
            Hold = self.env["mfg.variance.hold"]
            work = untouched._get_hold_work_ids()
            Hold._refuse_work(Hold._find(**work), holds.FINISH)
        used = (self - untouched)._hold_what_holds_go_into()
        booking = passage.Passage(order_ids=self.ids, used=used)
        with passage.passing(self.env, booking):
            return super().button_mark_done()

    def _hold_what_holds_go_into(self):
        """Hold these orders where they were begun with a lot that was held since.

        What is in the pieces by now is booked, and what comes out is put aside.

        :return: what may be booked as used, as ``{(order id, hold id)}``
        """
        Hold = self.env["mfg.variance.hold"]
        # out of date it only refuses: what may be booked is asked of the holds below
        if not Hold._is_any_active():
            return set()
        lines = self.move_raw_ids.move_line_ids.filtered(
            lambda line: line.lot_id and line.state not in ("done", "cancel")
        )
        found = Hold._find(lots=lines.lot_id.ids)
        # sudo: how it is held, whoever books its use
        held = Hold.sudo().browse([one.hold_id for one in found])
        into = [
            (order, hold)
            for order in lines.move_id.raw_material_production_id
            for hold in held
            if hold.lot_id in order.move_raw_ids.move_line_ids.lot_id
            and holds.stops(hold.strength, holds.USE)
            and order._is_begun_before(hold.placed_at)
        ]
        if into:
            # sudo: it follows from the hold on the lot, whoever books
            Hold.sudo()._place(
                [
                    {
                        "kind": holds.PRODUCTION,
                        "production_id": order.id,
                        "parent_id": hold.id,
                        "exception_id": hold.exception_id.id,
                        "strength": hold.strength,
                        "reason": hold.reason,
                    }
                    for order, hold in into
                ]
            )
        return {(order.id, hold.id) for order, hold in into}

    def _is_begun_before(self, moment):
        """Whether work went on by then; a log is dated by whoever writes it, so its
        own creation counts. Without work orders nobody can tell."""
        self.ensure_one()
        return any(
            log.create_date < moment for log in self.workorder_ids.time_ids.sudo()
        )  # sudo: whether there is a log, whoever booked it

    @own_entry
    def _split_productions(
        self, amounts=False, cancel_remaining_qty=False, set_consumed_qty=False
    ):
        """What is split off a held order is held as well."""
        split = passage.Passage(split=((holds.PRODUCTION, one) for one in self.ids))
        with passage.passing(self.env, split):
            orders = super()._split_productions(
                amounts, cancel_remaining_qty, set_consumed_qty
            )
        self._keep_holds(orders - self)
        return orders

    def _keep_holds(self, parts):
        Hold = self.env["mfg.variance.hold"]
        found = Hold._find(production=self.ids)
        if not found or not parts:
            return
        # sudo: it follows from the hold on the whole, whoever splits
        Hold = Hold.sudo()
        vals_list = []
        for hold in Hold.browse([one.hold_id for one in found]):
            group = hold.production_id.production_group_id
            vals_list += [
                {
                    "kind": holds.PRODUCTION,
                    "production_id": part.id,
                    "parent_id": hold.id,
                    "exception_id": hold.exception_id.id,
                    "strength": hold.strength,
                    "reason": hold.reason,
                }
                for part in parts
                if part.production_group_id == group
            ]
        if vals_list:
            Hold._place(vals_list)

    def _pre_action_split_merge_hook(self, merge=False, split=False):
        if merge and self.env["mfg.variance.hold"]._find(production=self.ids):
            raise UserError(
                self.env._(
                    "An order on hold is not merged with others: nobody could tell "
                    "what is held any more. Take it out of the selection."
                )
            )
        return super()._pre_action_split_merge_hook(merge=merge, split=split)

from odoo import api, fields, models

from ...domain import holds
from ...guard import is_system
from ..hold import passage
from .running import is_running


class MrpProduction(models.Model):
    """Rework orders of a disposition: what they make is held until it was inspected."""

    _name = "mrp.production"
    _inherit = "mrp.production"

    variance_disposition_id = fields.Many2one(
        "mfg.variance.disposition",
        string="Disposition",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="mfg_variance_core.group_viewer",
        help="The decision by which these pieces are worked on again.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # sudo: which decision it says it carries out, whoever makes the order
        for order in orders.sudo():
            if order.variance_disposition_id and not order._is_by_decision():
                # cancelled, it would bring back pieces nobody handed over
                self.env["mfg.variance.disposition"]._refuse(("production_ids",))
        return orders

    def _is_by_decision(self):
        """Made by the execution of its disposition, or split off such an order."""
        self.ensure_one()
        disposition = self.variance_disposition_id
        if is_system(self.env) or is_running(self.env, disposition.id):
            return True
        split = [
            one for kind, one in passage.split_ids(self.env) if kind == holds.PRODUCTION
        ]
        return disposition in self.browse(split).variance_disposition_id

    def write(self, vals):
        if "variance_disposition_id" in vals and not is_system(self.env):
            # an order without it would not be inspected
            self.env["mfg.variance.disposition"]._refuse(("production_ids",))
        return super().write(vals)

    def _post_inventory(self, cancel_backorder=False):
        # sudo: which decision an order belongs to, for whoever closes it
        orders = self.sudo()
        before = {order: order._get_variance_made_moves() for order in orders}
        result = super()._post_inventory(cancel_backorder=cancel_backorder)
        for order in orders:
            made = order._get_variance_made_moves() - before[order]
            disposition = order.variance_disposition_id
            if not disposition or not made:
                continue
            # whoever books it has made it, where nobody took it before
            order.user_id = order.user_id or self.env.user
            lines = disposition.move_ids.move_line_ids
            for line in made.move_line_ids:
                line.consume_line_ids |= lines.filtered(
                    lambda one, line=line: one.lot_id == line.lot_id
                )
            disposition._hold_reworked(order, made)
            left = order.product_uom_qty - order._get_variance_made()
            if cancel_backorder and order.product_id.uom_id.compare(left, 0.0) > 0:
                disposition._bring_back(
                    order,
                    left,
                    self.env._(
                        "%(order)s was closed before these were reworked.",
                        order=order.name,
                    ),
                )
        return result

    def _get_variance_made_moves(self):
        """The moves that put the product of this order into stock, so far."""
        self.ensure_one()
        if not self.sudo().variance_disposition_id:  # sudo: as above
            return self.env["stock.move"]
        return self.move_finished_ids.filtered(
            lambda move: move.product_id == self.product_id and move.state == "done"
        )

    def _action_cancel(self):
        ended = self.filtered(lambda order: order.state not in ("done", "cancel"))
        result = super()._action_cancel()
        # sudo: as above
        for order in ended.sudo():
            if order.state == "cancel" and order.variance_disposition_id:
                order.variance_disposition_id._bring_back(
                    order,
                    order.product_uom_qty,
                    self.env._(
                        "%(order)s was cancelled before the pieces were reworked.",
                        order=order.name,
                    ),
                )
        return result

    def _get_backorder_mo_vals(self):
        vals = super()._get_backorder_mo_vals()
        order = self.sudo()  # sudo: the backorder works on pieces of the same decision
        if order.variance_disposition_id:
            vals |= {
                "variance_disposition_id": order.variance_disposition_id.id,
                "is_variance_rework": True,
                "variance_rework_case_id": order.variance_rework_case_id.id,
                "variance_rework_origin_id": order.variance_rework_origin_id.id,
            }
        return vals

    def _get_variance_extra_cost(self):
        """Extra cost of a piece, without what a piece to be reworked brought along."""
        self.ensure_one()
        order = self.sudo()  # sudo: as above
        return order.extra_cost - order.variance_disposition_id.piece_cost

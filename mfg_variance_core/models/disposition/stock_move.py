from odoo import models
from odoo.exceptions import UserError

from .running import is_running


class StockMove(models.Model):
    """Permits count what is used of a lot; no move scraps past the limit of a plant."""

    _name = "stock.move"
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        self._check_variance_scrap()
        permits = self.env["mfg.variance.disposition"]
        used = permits._check_permits(
            self.move_line_ids.filtered("picked")
            if permits._get_permitted_lot_ids()
            else self.move_line_ids.browse()
        )
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        if used:
            permits._count_permits(used)
        return moves

    def _check_variance_scrap(self):
        """Scrap that needs an approval comes by a disposition, whatever made the move.

        Scrap orders put it aside by themselves; what comes here past them is refused.
        Counting is a control of its own.
        """
        scrapped = self.filtered(
            lambda move: (
                move.location_dest_id.usage == "inventory" and not move.is_inventory
            )
        )
        if not scrapped or is_running(self.env):
            return
        Plant = self.env["mfg.variance.plant"]
        for move in scrapped:
            if move.location_id.usage not in ("internal", "transit"):
                continue
            for lot, lines in move.move_line_ids.grouped("lot_id").items():
                quantity = sum(lines.mapped("quantity_product_uom"))
                if Plant._is_beyond_scrap_limit(
                    move.company_id, move.location_id, move.product_id, lot, quantity
                ):
                    raise UserError(
                        self.env._(
                            "%(product)s: this is worth more than may be scrapped "
                            "without an approval. Record it as scrap: it is put into "
                            "quarantine at once and scrapped when it is approved.",
                            product=move.product_id.display_name,
                        )
                    )

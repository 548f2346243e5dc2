from odoo import models


class StockMove(models.Model):
    """What is held is not proposed: not from stock, nor from the move before."""

    _name = "stock.move"
    _inherit = "stock.move"

    def _is_hold_shipping(self):
        """Whether this move, or the last one of its chain, leaves the house."""
        self.ensure_one()
        return any(
            place.usage == "customer" or place._is_away()
            for place in self.location_final_id | self.location_dest_id
        )

    def _with_hold_purpose(self):
        if self._is_hold_shipping():
            return self.with_context(variance_is_shipping=True)
        return self

    def _update_reserved_quantity(self, need, location_id, *args, **kwargs):
        return super(StockMove, self._with_hold_purpose())._update_reserved_quantity(
            need, location_id, *args, **kwargs
        )

    def _get_available_quantity(self, location_id, *args, **kwargs):
        return super(StockMove, self._with_hold_purpose())._get_available_quantity(
            location_id, *args, **kwargs
        )

    def _get_available_move_lines(self, *args, **kwargs):
        found = super()._get_available_move_lines(*args, **kwargs)
        strengths = ("no_use", "no_ship") if self._is_hold_shipping() else ("no_use",)
        return {
            key: quantity
            for key, quantity in found.items()
            if not key[0].variance_is_quarantine
            and key[1].variance_hold_strength not in strengths
        }

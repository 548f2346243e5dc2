from odoo import api, models

QUANTITY_FIELDS = frozenset(("quantity", "picked", "move_id"))


class StockMoveLine(models.Model):
    """Lines of a component, also those corrected after the order was done (D12)."""

    _name = "stock.move.line"
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._capture_registered()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if QUANTITY_FIELDS & set(vals):
            self.move_id._capture_registered(is_picked=bool(vals.get("picked")))
            self.move_id._capture_made()
        return result

    def unlink(self):
        moves = self.move_id.filtered("raw_material_production_id")
        result = super().unlink()
        if moves:
            moves.exists()._capture_registered()
        return result

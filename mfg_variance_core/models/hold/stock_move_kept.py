from odoo import models

from ...domain import holds

# the documents that may be held, by the fields of a move that name them
DOCUMENTS = {
    "picking_id": holds.PICKING,
    "production_id": holds.PRODUCTION,
    "raw_material_production_id": holds.PRODUCTION,
}


class StockMove(models.Model):
    """What belongs to a held document stays with it, and what was done stays done."""

    _name = "stock.move"
    _inherit = "stock.move"

    def write(self, vals):
        if not DOCUMENTS.keys().isdisjoint(vals):
            self._check_stays_in_document(vals)
        if vals.get("state", "done") != "done":
            done = self.filtered(lambda move: move.state == "done")
            done.move_line_ids._check_history_kept()
        return super().write(vals)

    def _check_stays_in_document(self, vals):
        """Refuse to book what belongs to a held document with another one."""
        left = {}
        for name, kind in DOCUMENTS.items():
            if name in vals:
                moved = self.filtered(
                    lambda move, name=name: move[name].id != (vals[name] or False)
                )
                left.setdefault(kind, set()).update(moved[name].ids)
        self.env["mfg.variance.hold"]._refuse_taking_out(left)

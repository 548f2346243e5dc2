from odoo import fields, models

from ...guard import SYSTEM, TOKEN_KEY
from .mfg_variance_hold import STRENGTHS


class StockLot(models.Model):
    """A lot knows how it is held; placing and lifting a hold updates its row (D13)."""

    _name = "stock.lot"
    _inherit = "stock.lot"

    variance_hold_strength = fields.Selection(
        STRENGTHS,
        string="Hold",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="How the lot itself is held; kept by variance control.",
    )
    variance_hold_ids = fields.One2many(
        "mfg.variance.hold", "lot_id", string="Variance Holds"
    )
    variance_made_by_ids = fields.Many2many(
        "mrp.production", compute="_compute_variance_made_by_ids"
    )

    def _as_held_system(self):
        """The same lots, allowed to keep how they are held."""
        # sudo: a flag that follows from holds, whoever placed or lifted them
        return self.sudo().with_context(**{TOKEN_KEY: SYSTEM})

    def _compute_variance_made_by_ids(self):
        """The orders the lots came out of."""
        found = self.env["stock.move.line"]._read_group(
            [("lot_id", "in", self.ids), ("move_id.production_id", "!=", False)],
            ["lot_id"],
            ["move_id:recordset"],
        )
        orders = {lot.id: moves.production_id for lot, moves in found}
        for lot in self:
            lot.variance_made_by_ids = orders.get(lot._origin.id)

from odoo import models

from ...domain import holds
from ...guard import own_entry
from . import passage


class StockPicking(models.Model):
    """A transfer that does not leave, or comes in to quarantine, while it is held."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "mfg.variance.holdable"]

    @own_entry
    def _create_backorder(self, backorder_moves=None):
        """What is split off a held transfer is held as well."""
        split = passage.Passage(split=((holds.PICKING, one) for one in self.ids))
        with passage.passing(self.env, split):
            backorders = super()._create_backorder(backorder_moves)
        self._keep_holds(backorders)
        return backorders

    def _keep_holds(self, backorders):
        Hold = self.env["mfg.variance.hold"]
        found = Hold._find(picking=self.ids) if backorders else ()
        # sudo: reads the holds on the whole and holds its backorders as hard, whoever
        # splits; which transfers these are is decided by the link to their whole
        Hold = Hold.sudo()
        whole = Hold.browse([one.hold_id for one in found])
        vals_list = [
            {
                "kind": holds.PICKING,
                "picking_id": backorder.id,
                "parent_id": hold.id,
                "exception_id": hold.exception_id.id,
                "strength": hold.strength,
                "reason": hold.reason,
            }
            for hold in whole
            for backorder in backorders
            if backorder.backorder_id == hold.picking_id
        ]
        if vals_list:
            Hold._place(vals_list)

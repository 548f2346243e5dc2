from odoo import Command, models

from ...domain import holds
from ...guard import own_entry
from . import passage


class StockMoveLine(models.Model):
    """Every movement is examined before it touches a quant (D12)."""

    _name = "stock.move.line"
    _inherit = "stock.move.line"

    _variance_lot_idx = models.Index("(lot_id) WHERE lot_id IS NOT NULL")

    def _get_hold_action(self):
        """What this line does to what it moves, as a code of :mod:`..domain.holds`."""
        self.ensure_one()
        return holds.action_of(
            self.location_id._get_hold_place(),
            self.location_dest_id._get_hold_place(),
            is_count=self.is_inventory and not self.scrap_id,
        )

    def _put_aside(self, hold):
        """Let what comes out of held work, or in with a held receipt, go to quarantine.

        What may be used goes where it was to go, and is held by its lot.
        """
        self.ensure_one()
        is_tracked = self.product_id.tracking != "none"
        if not holds.lands_in_quarantine(hold.kind, hold.strength, is_tracked):
            return
        target = hold._get_quarantine_of(hold.plant_id.id, self.location_dest_id)
        # sudo: where it is put aside, whoever books it
        line = self.sudo()
        line.location_dest_id = target
        # the next step of its route would wait for what does not come
        line.move_id.move_dest_ids = [Command.clear()]

    @own_entry
    def _action_done(self):
        Hold = self.env["mfg.variance.hold"]
        allowed, aside = Hold._examine_lines(self)
        for line, hold in aside.items():
            line._put_aside(hold)
        with passage.passing(self.env, allowed):
            result = super()._action_done()
        if aside:
            Hold._hold_put_aside(aside)
        return result

    def _allow_repeating(self, vals):
        """The passage of done lines whose quantity is raised.

        A correction upwards of what came in undoes and repeats the whole line.
        """
        allowed = passage.Passage()
        if vals.keys() == {"quantity"}:
            for line in self.filtered(lambda line: line.quantity < vals["quantity"]):
                key = (line.location_dest_id.id, line.product_id.id, line.lot_id.id)
                allowed.budget[key] += line.quantity_product_uom
        return allowed

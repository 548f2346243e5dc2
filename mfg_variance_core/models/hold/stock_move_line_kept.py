from odoo import api, models

from ...domain import holds
from . import passage

# the lots and links by which a hold follows what was made from what is held
HISTORY = frozenset(("lot_id", "quant_id", "move_id", "state"))
LINKS = ("consume_line_ids", "produce_line_ids")


class StockMoveLine(models.Model):
    """What was made from what stays as it was booked, so that holds can follow it.

    Odoo lets a done line be given another lot, another move or other origins; with a
    word in the context even without its stock moving. Of what is held nobody does.
    Capturing figures and following decisions have overrides of their own: each works
    with the others taken away.
    """

    _name = "stock.move.line"
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        late = lines.filtered(lambda line: line.state == "done")
        if late:
            late._hold_what_came_late({line: 0.0 for line in late})
        return lines

    def write(self, vals):
        if "picking_id" in vals or "move_id" in vals:
            self._check_stays_in_document(vals)
        if not HISTORY.isdisjoint(vals):
            self._check_history_kept(vals)
        done = self.browse()
        if "quantity" in vals or not vals.keys().isdisjoint(LINKS):
            done = self.filtered(lambda line: line.state == "done")
        if not done:
            return super().write(vals)
        before = {line: line.quantity_product_uom for line in done}
        links = {line: [line[name] for name in LINKS] for line in done}
        with passage.passing(self.env, done._allow_repeating(vals)):
            result = super().write(vals)
        if not vals.keys().isdisjoint(LINKS):
            done._check_links_kept(links)
        if "quantity" in vals:
            done._hold_what_came_late(before)
        return result

    def _check_stays_in_document(self, vals):
        left = {}
        if "picking_id" in vals:
            moved = self.filtered(
                lambda line: line.picking_id.id != (vals["picking_id"] or False)
            )
            left[holds.PICKING] = set(moved.picking_id.ids)
        if "move_id" in vals:
            target = self.env["stock.move"].browse(vals["move_id"] or [])
            moves = self.move_id - target
            left.setdefault(holds.PICKING, set()).update(
                (moves.picking_id - target.picking_id).ids
            )
            left[holds.PRODUCTION] = set(
                (moves.production_id - target.production_id).ids
            )
        self.env["mfg.variance.hold"]._refuse_taking_out(left)

    def _check_history_kept(self, vals=None):
        """Refuse to tell otherwise what a held lot is, or what was made from it."""
        done = self.filtered(
            lambda line: (
                line.state == "done" and (vals is None or line._is_retold(vals))
            )
        )
        lots = done.lot_id.ids
        if lots:
            self.env["mfg.variance.hold"]._refuse_retelling(lots)

    def _is_retold(self, vals):
        self.ensure_one()
        if "state" in vals and vals["state"] != "done":
            return True
        return any(
            name in vals and self[name].id != (vals[name] or False)
            for name in ("lot_id", "quant_id", "move_id")
        )

    def _check_links_kept(self, links):
        """Refuse to forget what was made from what, whatever is held by now.

        More may be added; a hold that is placed later has to find it all.
        """
        for line, before in links.items():
            gone = sum(
                (was - line[name] for name, was in zip(LINKS, before, strict=True)),
                self.browse(),
            )
            if gone.lot_id and line.lot_id:
                self.env["mfg.variance.hold"]._refuse_forgetting(line)

    def _hold_what_came_late(self, before):
        """Hold what is booked into a held order or receipt that is done already."""
        came = self.filtered(
            lambda line: (
                not line.location_id._get_hold_place().is_in_house
                and line.location_dest_id._get_hold_place().is_in_house
                and line.quantity_product_uom > before[line]
            )
        )
        if came:
            self.env["mfg.variance.hold"]._hold_late(
                {line: line.quantity_product_uom - before[line] for line in came}
            )

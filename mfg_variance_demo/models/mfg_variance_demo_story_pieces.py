from odoo import models
from odoo.fields import Command

from ..domain import story_pieces


class MfgVarianceDemoStory(models.AbstractModel):
    """What the story's orders consume and lose, the way people book it in Odoo."""

    _name = "mfg.variance.demo.story"
    _inherit = "mfg.variance.demo.story"

    def _get_story_lot(self, name, product):
        """The lot of this name, made when it is first asked for."""
        lot = self.env["stock.lot"].search(
            [("name", "=", name), ("product_id", "=", product.id)]
        )
        return lot or lot.create(
            {
                "name": name,
                "product_id": product.id,
                "company_id": self.env.company.id,
            }
        )

    def _register_used(self, orders):
        productions = self._get_productions(orders)
        for order in orders:
            self._register_consumption(order, productions[str(order.number)])

    def _register_consumption(self, order, production):
        """A person enters what was used, or the lot it was taken from."""
        pieces = order.pieces
        move = production.move_raw_ids
        if pieces.lot:
            move.move_line_ids.unlink()
            line = {
                "product_id": move.product_id.id,
                "lot_id": self._get_story_lot(pieces.lot, move.product_id).id,
                "quantity": pieces.used or order.quantity,
                "picked": True,
                "location_id": move.location_id.id,
                "location_dest_id": move.location_dest_id.id,
            }
            move.write(
                {"manual_consumption": True, "move_line_ids": [Command.create(line)]}
            )
        elif pieces.used is not None:
            move.write(
                {"quantity": pieces.used, "picked": True, "manual_consumption": True}
            )

    def _book_losses(self, order, production):
        """Scrap what the order lost, through Odoo's own dialogue."""
        for loss in order.pieces.losses:
            job = order.jobs[loss.sequence - 1]
            vals = {
                "company_id": production.company_id.id,
                "production_id": production.id,
                "product_id": production.product_id.id,
                "product_uom_id": production.product_uom_id.id,
                "scrap_qty": loss.quantity,
                "variance_occurred_at": job.recorded_end,
            }
            if loss.is_material:
                material = production.move_raw_ids.product_id
                vals |= {
                    "product_id": material.id,
                    "product_uom_id": material.uom_id.id,
                    "lot_id": self._get_story_lot(order.pieces.lot, material).id,
                }
            else:
                vals["workorder_id"] = self._get_workorder(production, job).id
            scrap = self.env["stock.scrap"].create(vals)
            scrap.action_validate()
            # Odoo stamps the present moment (D3)
            scrap.date_done = job.recorded_end
            # Odoo computes the quantity from the move, and wrongly for several at once
            scrap.flush_recordset()

    def _book_receipts(self, orders):
        """The delivery is booked at last: what was used before is there again."""
        for order in orders:
            production = self._get_productions([order])[str(order.number)]
            material = production.move_raw_ids.product_id
            move = self.env["stock.move"].create(
                {
                    "product_id": material.id,
                    "product_uom": material.uom_id.id,
                    "product_uom_qty": order.pieces.receipt,
                    "company_id": self.env.company.id,
                    "location_id": self.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": production.location_src_id.id,
                }
            )
            move._action_confirm()
            move.write({"quantity": order.pieces.receipt, "picked": True})
            move._action_done()

    def _get_opening_lots(self, material):
        """The lots of a material in stock when the story begins, or no lot."""
        if material.tracking == "none":
            return [self.env["stock.lot"]]
        return [self._get_story_lot(name, material) for name in story_pieces.LOTS]

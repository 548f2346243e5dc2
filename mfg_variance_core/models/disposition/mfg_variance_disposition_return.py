from odoo import models
from odoo.exceptions import UserError

# of stock without a lot the person may choose among so many of the last receipts
RECENT = 20


class MfgVarianceDisposition(models.Model):
    """Back to the vendor: by the return of the receipt it came with, or a delivery.

    Receipt and vendor are settled when it is asked for, so that what was approved is
    what is sent, and to whom.
    """

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    # ------------------------------------------------------------ before asking

    def _get_receipts(self):
        """The receipts it can have come with, the last one first.

        The one that is held, else those of its lot; which of them stock without a lot
        came with only people know.
        """
        self.ensure_one()
        # sudo: receipts of what is held, for whoever decides about it
        lines = self.env["stock.move.line"].sudo()
        domain = [
            ("product_id", "=", self.product_id.id),
            ("state", "=", "done"),
            ("company_id", "=", self.company_id.id),
            ("location_id.usage", "=", "supplier"),
            ("move_id.picking_id", "!=", False),
        ]
        if self.lot_id:
            domain.append(("lot_id", "=", self.lot_id.id))
        found = lines.search(
            domain, order="date desc, id desc", limit=None if self.lot_id else RECENT
        )
        receipts = found.move_id.picking_id
        return (self.hold_id.picking_id.sudo() & receipts) or receipts  # sudo: as above

    def _get_receipt_lines(self):
        """The lines by which the receipt brought it."""
        self.ensure_one()
        # sudo: as above
        lines = self.receipt_id.sudo().move_ids.move_line_ids
        return lines.filtered(self._is_same_stock)

    def _is_same_stock(self, line):
        return (
            line.state == "done"
            and line.product_id == self.product_id
            and (not self.lot_id or line.lot_id == self.lot_id)
        )

    def _check_receipt(self):
        """It came with that receipt from that vendor, and is not back already."""
        self.ensure_one()
        receipt = self.receipt_id.sudo()  # sudo: as above
        if not receipt:
            return
        lines = self._get_receipt_lines()
        vendor = receipt.partner_id
        if receipt.company_id != self.company_id or not any(
            line.location_id.usage == "supplier" for line in lines
        ):
            raise UserError(
                self.env._(
                    "%(receipt)s has not brought %(product)s. Choose another receipt.",
                    receipt=receipt.name,
                    product=self.product_id.display_name,
                )
            )
        if vendor and vendor != self.partner_id:
            raise UserError(
                self.env._(
                    "%(receipt)s came from %(vendor)s: it goes back there, or without "
                    "the receipt to somebody else.",
                    receipt=receipt.name,
                    vendor=vendor.display_name,
                )
            )
        back = lines.move_id.returned_move_ids.move_line_ids
        left = sum(lines.mapped("quantity_product_uom")) - sum(
            back.filtered(self._is_same_stock).mapped("quantity_product_uom")
        )
        if self.uom_id.compare(self.quantity, left) > 0:
            raise UserError(
                self.env._(
                    "Of what %(receipt)s brought only %(left)s %(unit)s are not back "
                    "yet. Return so many by it, and the rest by another receipt.",
                    receipt=receipt.name,
                    left=f"{max(left, 0.0):g}",
                    unit=self.uom_id.name,
                )
            )

    # ------------------------------------------------------------- executing it

    def _run_return(self):
        """Send it back by the return of its receipt, else by a delivery."""
        self._check_receipt()
        origin = self._get_receipt_lines().move_id[:1]
        picking = self._make_return_picking() if origin else self._make_delivery()
        moves = self.env["stock.move"].create(
            [
                {
                    **self._prepare_move_vals(
                        place.key.product_id,
                        place.quantity,
                        place.key.location_id,
                        picking.location_dest_id,
                        lot_id=place.key.lot_id.id,
                        package_id=place.key.package_id.id,
                        owner_id=place.key.owner_id.id,
                        picking_id=picking.id,
                    ),
                    "picking_id": picking.id,
                    "picking_type_id": picking.picking_type_id.id,
                    "origin_returned_move_id": origin.id,
                    "to_refund": bool(origin),
                }
                for place in self._take(self.quantity)
            ]
        )
        self._finish(moves)
        self._link(picking_ids=picking)

    def _make_return_picking(self):
        """An empty return of the receipt, made the way Odoo's own wizard makes it."""
        receipt = self.receipt_id
        wizard = self.env["stock.return.picking"].create({"picking_id": receipt.id})
        picking = receipt.copy(wizard._prepare_picking_default_values())
        picking.user_id = False
        picking.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": picking, "origin": receipt},
            subtype_xmlid="mail.mt_note",
        )
        return picking

    def _make_delivery(self):
        """A delivery to the vendor, of what came with no receipt that is known."""
        if not self.partner_id:
            # asked for before the vendor had to be told
            raise UserError(
                self.env._(
                    "Nobody knows which vendor %(product)s came from. Withdraw this "
                    "and ask again with the vendor.",
                    product=self.product_id.display_name,
                )
            )
        warehouse = self._get_warehouse()
        partner = self.partner_id.with_company(self.company_id)
        return self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": partner.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": partner.property_stock_supplier.id,
                "origin": self.name,
                "company_id": self.company_id.id,
            }
        )

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...domain import holds


class ProductProduct(models.Model):
    """Held stock is neither free nor forecast."""

    _name = "product.product"
    _inherit = ["product.product", "mfg.variance.holdable"]

    def _get_variance_hold_link(self):
        return "product_id"

    def write(self, vals):
        if not vals.get("active", True):
            self.filtered("active")._check_holds()
        return super().write(vals)

    def _check_holds(self):
        """Refuse to make another thing of a product while its stock is held."""
        # sudo: holds count whoever changes the product
        Hold = self.env["mfg.variance.hold"].sudo()
        found = Hold.search(
            [("state", "=", "active"), ("product_id", "in", self.ids)], limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "%(product)s is on hold (%(hold)s): it is neither archived nor "
                    "tracked in another way until that is decided.",
                    product=found.product_id.display_name,
                    hold=found.name,
                )
            )

    # -------------------------------------------------------------- quantities

    def _compute_quantities_dict(
        self, lot_id, owner_id, package_id, from_date=False, to_date=False
    ):
        """What is held is on hand, but neither free nor forecast."""
        result = super()._compute_quantities_dict(
            lot_id, owner_id, package_id, from_date, to_date
        )
        if not self.env["mfg.variance.hold"]._is_any_active():
            return result
        until = fields.Datetime.to_datetime(to_date)
        if until and until < fields.Datetime.now():
            return result
        held = self._get_held_quantities(lot_id, owner_id, package_id)
        for product in self.filtered(lambda one: one.id in held and one.id in result):
            figures = result[product.id]
            for name in ("free_qty", "virtual_available"):
                left = figures[name] - held[product.id]
                figures[name] = product.uom_id.round(left)
        return result

    def _get_held_quantities(self, lot_id, owner_id, package_id):
        """``{product id: what is held and reserved by nobody}`` in the places asked."""
        domain = Domain("product_id", "in", self.ids) & Domain(
            self._get_domain_locations()[0]
        )
        for name, value in (
            ("lot_id", lot_id),
            ("owner_id", owner_id),
            ("package_id", package_id),
        ):
            if value is not None:
                domain &= Domain(name, "=", value)
        domain &= Domain("lot_id.variance_hold_strength", "!=", False) | Domain(
            "location_id.variance_is_quarantine", "=", True
        )
        domain &= Domain("location_id.usage", "in", holds.OWN_USAGES)
        # sudo: sums of stock, as Odoo's own figures beside them
        found = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                domain, ["product_id"], ["quantity:sum", "reserved_quantity:sum"]
            )
        )
        return {
            product.id: max(0.0, quantity - reserved)
            for product, quantity, reserved in found
        }

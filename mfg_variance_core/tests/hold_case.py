from unittest.mock import patch

from .common import VarianceCommon


class HoldCase(VarianceCommon):
    """A bought, lot-tracked bolt with ten pieces in stock, and a hold on its lot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Hold = cls.env["mfg.variance.hold"]
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.plant = cls.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", cls.warehouse.id)]
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        (cls.gear | cls.blank).is_storable = True
        cls.bolt = cls.make_product("Bolt", tracking="lot", standard_price=3.0)
        cls.lot = cls.make_lot("B-1")
        cls.fill(cls.bolt, 10, lot=cls.lot)

    # ---------------------------------------------------------------- records

    @classmethod
    def make_product(cls, name, **values):
        return cls.env["product.product"].create(
            {"name": name, "is_storable": True, **values}
        )

    @classmethod
    def make_lot(cls, name, product=None):
        return cls.env["stock.lot"].create(
            {"name": name, "product_id": (product or cls.bolt).id}
        )

    @classmethod
    def fill(cls, product, quantity, location=None, lot=None, **values):
        if quantity < 0:
            cls.lose(product, -quantity, location or cls.stock, lot)
            return
        cls.env["stock.quant"]._update_available_quantity(
            product, location or cls.stock, quantity, lot_id=lot, **values
        )

    @classmethod
    def lose(cls, product, quantity, location, lot=None):
        """Less is there than is booked: as if somebody took it in the database."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE stock_quant SET quantity = quantity - %s WHERE id = ("
            "SELECT id FROM stock_quant WHERE product_id = %s AND location_id = %s "
            "AND lot_id IS NOT DISTINCT FROM %s ORDER BY quantity DESC LIMIT 1)",
            [quantity, product.id, location.id, lot.id if lot else None],
        )
        cls.env.invalidate_all()

    def on_hand(self, product, location=None, lot=None):
        domain = [
            ("product_id", "=", product.id),
            ("location_id", "child_of", (location or self.stock).id),
        ]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        return sum(self.env["stock.quant"].search(domain).mapped("quantity"))

    # ------------------------------------------------------------------ holds

    def hold(self, kind, **values):
        values = {"kind": kind, "reason": "Crack found", **values}
        return self.Hold._place([values])

    def hold_lot(self, lot=None, **values):
        return self.hold("lot", lot_id=(lot or self.lot).id, **values)

    def granted(self):
        """As if any decision were granted about any hold."""
        return patch.object(
            type(self.Hold), "_is_granted_by", lambda hold, grant, kinds: True
        )

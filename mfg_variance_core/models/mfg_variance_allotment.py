from odoo import api, fields, models
from odoo.tools import SQL

from ..domain import inventory

# so many orders get a share of their own; the others are one row
MOST_ORDERS = 200
# a product never counted before: older consumption explains nothing any more
LOOK_BACK_DAYS = 365


class MfgVarianceAllotment(models.Model):
    """What an order probably has to do with a count difference.

    The difference is split over the orders of the plant that consumed the product
    since the count before, in proportion to what they consumed. It explains a loss
    that is counted once, on the measurement of the count: no row of an order.
    """

    _name = "mfg.variance.allotment"
    _description = "Allotted Count Difference"
    _inherit = ["mfg.variance.guarded"]
    _append_only_columns = (
        "measurement_id",
        "company_id",
        "plant_id",
        "production_id",
        "component_id",
        "consumed",
        "percent",
        "quantity",
        "amount",
        "currency_id",
        "counted_since",
    )
    _order = "measurement_id desc, consumed desc, id"
    _rec_name = "production_id"

    measurement_id = fields.Many2one(
        "mfg.variance.measurement", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    production_id = fields.Many2one(
        "mrp.production",
        string="Manufacturing Order",
        index="btree_not_null",
        ondelete="set null",
        help="Empty: all orders that are not listed, together.",
    )
    component_id = fields.Many2one("product.product", ondelete="set null")
    consumed = fields.Float(digits=(16, 4))
    percent = fields.Float(string="Share (%)", digits=(16, 2))
    quantity = fields.Float(
        string="Allotted", digits=(16, 4), help="Negative is missing."
    )
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary(
        string="Allotted Amount",
        aggregator=None,
        help="Explains the loss of the count; it is not added to what orders cost.",
    )
    counted_since = fields.Datetime(
        help="The count before; empty where the product was never counted."
    )

    @api.model
    def _allot(self, measurements):
        """Allot the differences of these counts, in one query and one insert."""
        consumption = self._read_consumption(measurements)
        vals_list = []
        for row in measurements:
            since, consumed = consumption.get(row.source_id, (False, {}))
            for share in inventory.allot(row.deviation, consumed, MOST_ORDERS):
                vals_list.append(
                    {
                        "measurement_id": row.id,
                        "company_id": row.company_id.id,
                        "plant_id": row.plant_id.id,
                        "component_id": row.component_id.id,
                        "production_id": share.order,
                        "consumed": share.consumed,
                        "percent": share.percent,
                        "quantity": share.quantity,
                        "amount": row.amount * share.percent / 100.0,
                        "currency_id": row.currency_id.id,
                        "counted_since": since,
                    }
                )
        if not vals_list:
            return self.browse()
        return self._as_system().create(vals_list).with_env(self.env)

    def _read_consumption(self, measurements):
        """``{move id: (count before, {order id: quantity})}`` of counted products.

        By the date of the stock moves: a count is held against the books, so what
        was booked since the count before is what can be wrong.
        """
        counted = [
            (row.source_id, row.component_id.id, row.plant_id.warehouse_id.id)
            for row in measurements
            if row.component_id and row.plant_id.warehouse_id
        ]
        if not counted:
            return {}
        self.env["stock.move"].flush_model()
        self.env["stock.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH counted(move_id, product_id, warehouse_id) AS (VALUES %(counted)s),
                last_count AS (
                    SELECT counted.*, (
                        SELECT MAX(m.date)
                          FROM stock_move m
                          JOIN stock_location l
                            ON l.id IN (m.location_id, m.location_dest_id)
                         WHERE m.product_id = counted.product_id
                           AND m.is_inventory
                           AND m.state = 'done'
                           AND m.id NOT IN %(moves)s
                           AND l.warehouse_id = counted.warehouse_id
                    ) AS since
                    FROM counted
                )
                SELECT c.move_id, c.since, m.raw_material_production_id,
                       SUM(ml.quantity_product_uom)
                  FROM last_count c
                  JOIN stock_move m
                    ON m.product_id = c.product_id
                   AND m.raw_material_production_id IS NOT NULL
                   AND m.state = 'done'
                   AND m.date > COALESCE(c.since, %(oldest)s)
                  JOIN stock_location l
                    ON l.id = m.location_id AND l.warehouse_id = c.warehouse_id
                  JOIN stock_move_line ml ON ml.move_id = m.id
                 GROUP BY 1, 2, 3
                """,
                counted=SQL(", ").join(SQL("(%s, %s, %s)", *row) for row in counted),
                moves=tuple(row.source_id for row in measurements),
                oldest=fields.Datetime.subtract(
                    self.env["mfg.variance.engine"]._now(), days=LOOK_BACK_DAYS
                ),
            )
        )
        found = {}
        for move_id, since, order_id, quantity in rows:
            found.setdefault(move_id, (since, {}))[1][order_id] = quantity
        return found

from collections import namedtuple

from odoo import api, models, tools
from odoo.tools import SQL

Found = namedtuple("Found", "kind hold_id key is_inherited")
COLUMNS = {
    "picking": "picking_id",
    "production": "production_id",
    "workcenter": "workcenter_id",
}


class MfgVarianceHold(models.Model):
    """The one query that finds what is held, and locks what is about to move (D13)."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    @tools.ormcache()
    def _is_any_active(self):
        """Whether anything at all is held; for what is shown, never for what may move.

        Another worker's hold is known here with the next request.
        """
        # sudo: holds count whoever looks at stock
        return bool(self.sudo().search_count([("state", "=", "active")], limit=1))

    @api.model
    def _find(
        self,
        lots=(),
        shipped=(),
        places=(),
        locations=(),
        products=(),
        nameless=(),
        **work,
    ):
        """Every active hold on these ids, as ``Found``; one query, whatever is asked.

        :param lots: lots that are about to move; their rows are locked for share, so
            that a hold placed meanwhile repeats whichever of the two came second
        :param shipped: those of them whose origins count too: what was made from a
            held lot is not shipped (the rows of the origins are locked as well)
        :param places: locations that stock without a lot leaves; locked for share
        :param locations: locations of which held quantities are looked up
        :param products: of which held quantities are looked up wherever they are
        :param nameless: products of which something moves without its lot: the held
            lots among what lies in ``places`` count
        :param work: ids by kind: ``picking``, ``production``, ``workcenter``, and
            ``workorder``, of which those count too that have to be done before
        """
        self.flush_model()
        parts = [
            *self._sql_held_lots(lots, shipped),
            *self._sql_locked_places(places),
            *self._sql_held_among(places, nameless),
            *self._sql_held_quantities(locations, products),
            *self._sql_held_workorders(work.pop("workorder", None)),
            *(self._sql_held_work(kind, ids) for kind, ids in work.items() if ids),
        ]
        if not parts:
            return []
        locks = [lock for lock, _branch in parts if lock]
        query = SQL(" UNION ALL ").join(branch for _lock, branch in parts)
        if locks:
            query = SQL("WITH RECURSIVE %s %s", SQL(", ").join(locks), query)
        rows = self.env.execute_query(query)
        return [Found(*row) for row in rows if row[0] != "locked"]

    # ------------------------------------- parts of it: ``(rows to lock, branch)``

    def _sql_held_lots(self, lots, shipped):
        if not lots:
            return
        if shipped:
            self.env["stock.move.line"].flush_model(["lot_id"])
        yield (
            self._sql_origins(lots, shipped),
            SQL(
                "SELECT 'lot', hold.id, origin.root, origin.root <> origin.lot_id "
                "FROM origin JOIN mfg_variance_hold hold "
                "ON hold.lot_id = origin.lot_id "
                "WHERE hold.kind = 'lot' AND hold.state = 'active'"
            ),
        )
        yield None, SQL("SELECT 'locked', COUNT(*)::int, 0, FALSE FROM lots")

    def _sql_locked_places(self, places):
        if places:
            yield (
                SQL(
                    "places AS MATERIALIZED (SELECT id FROM stock_location "
                    "WHERE id IN %s ORDER BY id FOR SHARE)",
                    tuple(places),
                ),
                SQL("SELECT 'locked', COUNT(*)::int, 0, FALSE FROM places"),
            )

    def _sql_held_among(self, places, products):
        if products:
            self.env["stock.quant"].flush_model(["quantity", "lot_id", "location_id"])
            yield (
                None,
                SQL(
                    "SELECT DISTINCT 'nameless', hold.id, quant.location_id, FALSE "
                    "FROM mfg_variance_hold hold "
                    "JOIN stock_quant quant ON quant.lot_id = hold.lot_id "
                    "WHERE hold.kind = 'lot' AND hold.state = 'active' "
                    "AND hold.product_id IN %s AND quant.location_id IN %s "
                    "AND quant.quantity > 0",
                    tuple(products),
                    tuple(places),
                ),
            )

    def _sql_held_quantities(self, locations, products):
        if locations:
            yield (
                None,
                SQL(
                    "SELECT 'quantity', id, location_id, FALSE FROM mfg_variance_hold "
                    "WHERE kind = 'quantity' AND state = 'active' "
                    "AND (location_id IN %s OR product_id IN %s)",
                    tuple(locations),
                    tuple(products) or (0,),
                ),
            )

    def _sql_held_workorders(self, workorders):
        if workorders:
            yield (
                self._sql_earlier(workorders),
                SQL(
                    "SELECT 'workorder', hold.id, hold.workorder_id, FALSE "
                    "FROM earlier JOIN mfg_variance_hold hold "
                    "ON hold.workorder_id = earlier.id "
                    "WHERE hold.kind = 'workorder' AND hold.state = 'active'"
                ),
            )

    def _sql_held_work(self, kind, ids):
        return (
            None,
            SQL(
                "SELECT kind, id, %(column)s, FALSE FROM mfg_variance_hold "
                "WHERE kind = %(kind)s AND state = 'active' AND %(column)s IN %(ids)s",
                column=SQL.identifier(COLUMNS[kind]),
                kind=kind,
                ids=tuple(ids),
            ),
        )

    def _sql_earlier(self, workorders):
        """The work orders and all that have to be done before them."""
        return SQL(
            """
            earlier(id) AS (
                SELECT id FROM unnest(%s) AS id
                 UNION
                SELECT link.blocked_by_id
                  FROM earlier
                  JOIN mrp_workorder_dependencies_rel link
                    ON link.workorder_id = earlier.id
            )
            """,
            list(workorders),
        )

    def _sql_origins(self, lots, shipped):
        """The lots and, of what is shipped, all they were made from; rows locked.

        Odoo keeps the finished line in the column named after consuming.
        """
        return SQL(
            """
            origin(root, lot_id) AS (
                SELECT id, id FROM unnest(%(lots)s) AS id
                 UNION
                SELECT origin.root, used.lot_id
                  FROM origin
                  JOIN stock_move_line made ON made.lot_id = origin.lot_id
                  JOIN stock_move_line_consume_rel link
                    ON link.consume_line_id = made.id
                  JOIN stock_move_line used ON used.id = link.produce_line_id
                 WHERE used.lot_id IS NOT NULL AND origin.root = ANY(%(shipped)s)
            ),
            lots AS MATERIALIZED (
                SELECT id FROM stock_lot
                 WHERE id IN (SELECT lot_id FROM origin) ORDER BY id FOR SHARE
            )
            """,
            lots=list(lots),
            shipped=list(shipped),
        )

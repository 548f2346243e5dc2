from odoo import api, models
from odoo.tools import SQL

from ...domain import suspects
from ...guard import own_entry

# so many lots and orders are found in one go
AT_ONCE = 2_000
# and no more than this at all
MOST = 50_000
FORWARD, BACKWARD = "forward", "backward"


class MfgVarianceSuspect(models.Model):
    """Finding the suspect population: two walks, level by level, set by set."""

    _name = "mfg.variance.suspect"
    _inherit = "mfg.variance.suspect"

    # ---------------------------------------------------------------- walking

    def _search_on(self, most):
        """Go on until so many more were found, or nobody is left to ask."""
        self.ensure_one()
        walks, found = self._get_walks(), 0
        while found < most and not all(walk.is_over for walk in walks.values()):
            for way, walk in walks.items():
                if walk.is_over:
                    continue
                asked = getattr(self, f"_ask_{way}")(walk)
                walk = walks[way] = suspects.advance(walk, asked, MOST)
                direction = suspects.MADE_FROM if way == FORWARD else suspects.ORIGIN
                self._add_lines(direction, walk.frontier, walk.depth)
                found += len(walk.frontier)
        self._keep_walks(walks)
        if all(walk.is_over for walk in walks.values()):
            self._complete()

    def _get_walks(self):
        """The walks as they were kept; whoever was seen is in the lines."""
        seen = {FORWARD: set(), BACKWARD: set()}
        rows = self.env.execute_query(
            SQL(
                "SELECT direction, kind, COALESCE(lot_id, production_id) "
                "FROM mfg_variance_suspect_line WHERE suspect_id = %s",
                self.id,
            )
        )
        for direction, kind, number in rows:
            if direction != suspects.ORIGIN:
                seen[FORWARD].add((kind, number))
            if direction in (suspects.ORIGIN, suspects.ITSELF):
                seen[BACKWARD].add((kind, number))
        return {
            way: suspects.Walk(
                frontier=tuple(map(tuple, kept["frontier"])),
                depth=kept["depth"],
                is_cut=kept["is_cut"],
                seen=frozenset(seen[way]),
            )
            for way, kept in self.walk.items()
        }

    def _keep_walks(self, walks):
        self._as_system().write(
            {
                "walk": {
                    way: {
                        "frontier": walk.frontier,
                        "depth": walk.depth,
                        "is_cut": walk.is_cut,
                    }
                    for way, walk in walks.items()
                },
                "depth": max(walk.depth for walk in walks.values()),
                "is_cut": any(walk.is_cut for walk in walks.values()),
            }
        )
        self.env.flush_all()

    def _ask_forward(self, walk):
        window = ()
        if walk.depth == 0 and self.lot_id and self.date_from:
            window = (self.date_from, self.date_to)
        return [
            *self._ask_orders_that_used(walk.ids(suspects.LOT), window),
            *self._ask_lots_made_by(walk.ids(suspects.ORDER)),
        ]

    def _ask_backward(self, walk):
        return [
            *self._ask_orders_that_made(walk.ids(suspects.LOT)),
            *self._ask_lots_used_by(walk.ids(suspects.ORDER)),
        ]

    def _ask_orders_that_used(self, lot_ids, window=()):
        return self._ask("raw_material_production_id", lot_ids=lot_ids, window=window)

    def _ask_orders_that_made(self, lot_ids):
        return self._ask("production_id", lot_ids=lot_ids)

    def _ask_lots_made_by(self, order_ids):
        return self._ask("production_id", order_ids=order_ids)

    def _ask_lots_used_by(self, order_ids):
        return self._ask("raw_material_production_id", order_ids=order_ids)

    @api.model
    def _ask(self, link, lot_ids=(), order_ids=(), window=()):
        """The orders of these lots, or the lots of these orders, by done movements."""
        if not lot_ids and not order_ids:
            return []
        wanted, given, kind, ids = (
            ("move", "line", suspects.ORDER, lot_ids)
            if lot_ids
            else ("line", "move", suspects.LOT, order_ids)
        )
        columns = {
            "move": SQL("move.%s", SQL.identifier(link)),
            "line": SQL("line.lot_id"),
        }
        during = SQL("AND line.date BETWEEN %s AND %s", *window) if window else SQL("")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT %(wanted)s
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                 WHERE %(given)s = ANY(%(ids)s)
                   AND %(wanted)s IS NOT NULL
                   AND line.state = 'done' AND line.quantity > 0
                   %(during)s
                 ORDER BY 1
                """,
                wanted=columns[wanted],
                given=columns[given],
                ids=list(ids),
                during=during,
            )
        )
        return [(kind, row[0]) for row in rows]

    # ------------------------------------------------------------------ lines

    def _add_lines(self, direction, nodes, depth):
        """One row per node, with where what there is of it is now."""
        if not nodes:
            return
        common = {
            "suspect_id": self.id,
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
            "direction": direction,
            "depth": depth,
        }
        lot_ids = [number for kind, number in nodes if kind == suspects.LOT]
        order_ids = [number for kind, number in nodes if kind == suspects.ORDER]
        rows = [
            {**common, "kind": suspects.LOT, **vals}
            for vals in self._prepare_lots(lot_ids)
        ] + [
            {**common, "kind": suspects.ORDER, **vals}
            for vals in self._prepare_orders(order_ids)
        ]
        self.env["mfg.variance.suspect.line"]._as_system().create(rows)

    def _prepare_lots(self, lot_ids):
        """Where each lot is: here, on its way, and at customers."""
        if not lot_ids:
            return []
        here = self.env.execute_query(
            SQL(
                """
                SELECT quant.lot_id, place.usage, SUM(quant.quantity)
                  FROM stock_quant quant
                  JOIN stock_location place ON place.id = quant.location_id
                 WHERE quant.lot_id = ANY(%s)
                   AND place.usage IN ('internal', 'transit', 'customer')
                 GROUP BY 1, 2
                """,
                lot_ids,
            )
        )
        found = {(lot, usage): quantity for lot, usage, quantity in here}
        lots = self.env["stock.lot"].browse(lot_ids)
        return [
            {
                "lot_id": lot.id,
                "product_id": lot.product_id.id,
                "quantity_here": max(0, found.get((lot.id, "internal"), 0)),
                "quantity_transfer": max(0, found.get((lot.id, "transit"), 0)),
                "quantity_delivered": max(0, found.get((lot.id, "customer"), 0)),
            }
            for lot in lots
        ]

    def _prepare_orders(self, order_ids):
        orders = self.env["mrp.production"].browse(order_ids)
        return [
            {
                "production_id": order.id,
                "product_id": order.product_id.id,
                "is_open": order.state in ("confirmed", "progress", "to_close"),
                "is_untraced": order.product_id.tracking == "none",
            }
            for order in orders
        ]

    # ------------------------------------------------------------- completing

    def _complete(self):
        """All is found: the case is critical and somebody tells the customers."""
        self._as_system().write(
            {
                "state": "ready",
                "completed_at": self.env["mfg.variance.engine"]._now(),
            }
        )
        self.env["mfg.variance.ledger"]._append(
            "suspect.found",
            self,
            {"lots": self.lot_count, "orders": self.order_count},
        )
        delivered = self.line_ids.filtered(
            lambda line: (
                line.direction in suspects.SUSPECT and line.quantity_delivered > 0
            )
        )
        if suspects.needs_notice(delivered.mapped("quantity_delivered")):
            self._ask_for_notice(delivered)

    def _ask_for_notice(self, lines):
        if self.exception_id:
            self.exception_id._raise_severity("critical")
        owner = self.exception_id.owner_id or self.asked_by_id
        partners = self._get_customers(lines.lot_id)
        if not owner:
            return
        self.env["mfg.variance.engine"]._remind(
            self,
            owner,
            self.env._("Tell the customers"),
            self.env._(
                "%(count)s suspect lots were delivered, to: %(partners)s.",
                count=len(lines),
                partners=", ".join(partners.mapped("name")[:20]) or "?",
            ),
        )

    def _get_customers(self, lots):
        """Whom these lots were delivered to."""
        lines = self.env["stock.move.line"].search(
            [
                ("lot_id", "in", lots.ids),
                ("state", "=", "done"),
                ("location_dest_id.usage", "=", "customer"),
            ]
        )
        transfers = lines.picking_id | lines.move_id.picking_id
        return transfers.partner_id | lines.move_id.partner_id

    @api.model
    @own_entry
    def _cron_search(self):
        """Go on with searches that were too large to wait for; it decides nothing."""
        waiting = self.search([("state", "=", "searching")], order="id")
        cron, engine = self.env["ir.cron"], self.env["mfg.variance.engine"]
        cron._commit_progress(remaining=len(waiting))
        for population in waiting:
            while population.state == "searching":
                if not population.try_lock_for_update():
                    break
                if not engine._attempt(
                    population,
                    lambda one: one._search_on(AT_ONCE),
                    lambda one: self.env._(
                        "Not searched: %(population)s", population=one.name
                    ),
                ):
                    break
                if not cron._commit_progress(0):
                    return
            if not cron._commit_progress(1):
                return

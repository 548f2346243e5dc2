from odoo import models

from ..domain import clocks, cost_split, outcomes, ratios
from .fact import Fact


class MfgVarianceMetric(models.Model):
    """Readers of pieces: good, scrapped and reworked, per order and work order.

    Scrap and rework are booked, so that an order without any had none. Whether pieces
    are good is a statement: it needs somebody who reported a quantity, or rejected,
    scrapped or reworked a piece; Odoo filling in the planned quantity is no such
    report. Orders that rework pieces make no new ones and are in no ratio.
    """

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_quality_ratio(self, records, phase, shared):
        """Good pieces in percent of the processed ones (GQ / PQ)."""
        return [
            self._fact_quality_ratio(data)
            for data in self._get_piece_data(records, phase, shared)
            if not data["is_rework"]
        ]

    def _fact_quality_ratio(self, data):
        pieces = data["tally"]
        expected = data["order"].bom_id.variance_scrap_percent
        fact = self._prepare_share_fact(
            data, pieces.good, pieces.processed, 100.0 - expected
        )
        fact.defects = pieces.processed - pieces.good
        if not pieces.is_reported:
            self._set_not_recorded(fact)
            fact.gap_reason = self.env._(
                "Nobody reported a quantity, a rejected piece, scrap or rework."
            )
        return fact

    def _read_first_pass_yield(self, records, phase, shared):
        """Pieces good without rework in percent of those somebody looked at."""
        return [
            self._fact_first_pass_yield(data)
            for data in self._get_piece_data(records, phase, shared)
            if not data["is_rework"]
        ]

    def _fact_first_pass_yield(self, data):
        pieces = data["tally"]
        expected = data["order"].bom_id.variance_scrap_percent
        fact = self._prepare_share_fact(
            data, pieces.first_pass, pieces.inspected, 100.0 - expected
        )
        if pieces.inspected is None:
            self._set_not_recorded(fact)
            fact.gap_reason = self.env._(
                "Nobody reported how many pieces were looked at."
            )
        else:
            fact.defects = pieces.inspected - pieces.first_pass
        return fact

    def _read_rework_ratio(self, records, phase, shared):
        """Pieces that have to be worked on again, in percent of the processed ones."""
        found = []
        for data in self._get_piece_data(records, phase, shared):
            if not data["is_rework"]:
                pieces = data["tally"]
                fact = self._prepare_share_fact(data, pieces.reworked, pieces.processed)
                fact.defects = pieces.reworked
                found.append(fact)
        return found

    def _read_scrap_ratio(self, records, phase, shared):
        """Scrapped pieces in percent of the processed ones, per work order.

        Per work order, so that a rate over many orders is one of a work center; scrap
        that names no work order belongs to the last one. Orders without work orders
        have one figure. What the pieces cost is a leaf of its own: no amount here.
        """
        return [
            fact
            for data in self._get_piece_data(records, phase, shared)
            if not data["is_rework"]
            for fact in self._facts_scrap_ratio(data)
        ]

    def _facts_scrap_ratio(self, data):
        expected = data["order"].bom_id.variance_scrap_percent
        if not data["operations"]:
            pieces = data["tally"]
            fact = self._prepare_share_fact(
                data, pieces.scrapped, pieces.processed, expected
            )
            fact.defects = pieces.scrapped
            return [fact]
        facts = []
        last = data["operations"][-1][0]
        for workorder, operation in data["operations"]:
            bad, processed = operation.bad, operation.processed
            if workorder == last:
                bad += data["scrapped_elsewhere"]
                # scrapped when it was finished: it went through all operations
                processed = max(processed, bad)
            fact = self._prepare_share_fact(data, bad, processed, expected)
            fact.source_model, fact.source_id = workorder._name, workorder.id
            fact.dims = workorder._get_variance_dims()
            fact.defects = bad
            facts.append(fact)
        return facts

    def _read_completion(self, records, phase, shared):
        """What was ordered against what was made: a matter of schedule, not of yield.

        Always known, but for rework. The part of an order that moved on to a backorder
        is ordered there.
        """
        found = []
        for data in self._get_piece_data(records, phase, shared):
            if data["is_rework"]:
                continue  # its pieces were ordered, and counted, with their order
            order = data["order"]
            fact = self._prepare_order_fact(data)
            fact.planned = order.product_uom_qty
            fact.actual = fact.quantity = data["made"] - data["taken_back"]
            fact.unit = order.product_id.uom_id.name
            fact.step = order.product_id.uom_id.rounding
            fact.amount_missing_reason = self.env._(
                "What comes later has no amount of its own."
            )
            found.append(fact)
        return found

    def _read_scrap(self, records, phase, shared):
        """Scrap of the product of an order, in pieces, with what the pieces had cost.

        A component scrapped from an order is consumption of the order, and scrap
        without an order says nothing about making: neither is read here.
        """
        scraps = records.filtered(
            lambda scrap: (
                scrap.state == "done"
                and scrap.product_id in scrap._get_variance_orders().product_id
            )
        )
        works = scraps._get_variance_orders().workorder_ids
        standards = self.env["mfg.variance.standard"]
        rows = standards._find_for_workorders(works) if works else {}
        components = standards._find_for_productions(scraps._get_variance_orders())
        return [self._fact_scrap(scrap, rows, components) for scrap in scraps]

    def _fact_scrap(self, scrap, rows, components):
        order = scrap._get_variance_orders()[:1]
        place = scrap.workorder_id or order
        quantity = scrap._get_variance_quantity()
        cost = self._get_piece_cost(order, scrap.workorder_id, rows, components)
        fact = Fact(
            source_model=scrap._name,
            source_id=scrap.id,
            event_at=scrap.variance_occurred_at
            or self.env["mfg.variance.engine"]._now(),
            dims={**place._get_variance_dims(), "lot_id": scrap.lot_id.id},
            planned=0.0,
            actual=quantity,
            quantity=quantity,
            defects=quantity,
            unit=scrap.product_id.uom_id.name,
            cause_id=scrap._get_variance_cause().id or None,
        )
        if cost:
            fact.amount = quantity * cost
            fact.amount_formula = f"{quantity:g} x {cost:.2f} = {fact.amount:.2f}"
            fact.money_floor = self.env["mfg.variance.plant"]._get_order_floor(
                order, order.product_uom_qty * cost
            )
        else:
            fact.amount_missing_reason = self.env._(
                "Neither the components nor the work centers have a cost."
            )
        return fact

    def _get_piece_cost(self, order, workorder, rows, components):
        """What a piece had cost by plan when it left the operation: None if unknown."""
        works = order.workorder_ids
        if workorder in works:
            works = works[: works.ids.index(workorder.id) + 1]
        later = (order.workorder_ids - works).operation_id
        used = components.get(order.id, {})
        not_yet = order.bom_id.bom_line_ids.filtered(
            lambda line: line.operation_id in later
        )
        materials = [
            (row.quantity_per_unit, row.unit_cost)
            for component, row in used.items()
            if component not in not_yet.product_id.ids
        ]
        plans = [rows[work.id]._to_domain() for work in works if work.id in rows]
        factor = order.product_uom_id._compute_quantity(
            1.0, order.product_id.uom_id, round=False
        )
        # minutes are for a unit of the order, components for a unit of the product
        cost = cost_split.unit_cost(plans, []) / (factor or 1.0)
        return cost + cost_split.unit_cost([], materials) or None

    # ----------------------------------------------------------------- building

    def _prepare_order_fact(self, data):
        return Fact(
            source_model="mrp.production",
            source_id=data["order"].id,
            event_at=data["event_at"],
            dims=data["dims"],
        )

    def _prepare_share_fact(self, data, part, whole, planned=0.0):
        """A share in percent of pieces; a deviation of one piece is none by itself."""
        fact = self._prepare_order_fact(data)
        fact.planned = planned
        fact.actual = ratios.share(part, whole)
        fact.quantity = whole
        fact.amount_missing_reason = self.env._(
            "The pieces are priced as scrap and as yield of the order."
        )
        if fact.actual is None:
            fact.gap = outcomes.NOT_ENOUGH_DATA
            fact.gap_reason = self.env._("No piece was made.")
        else:
            fact.step = 100.0 / whole
        return fact

    def _set_not_recorded(self, fact):
        """Never a share from thin air."""
        fact.gap = outcomes.NOT_RECORDED
        fact.actual = fact.defects = None

    # -------------------------------------------------------------- shared rows

    def _get_piece_data(self, orders, phase, shared):
        """Pieces, scrap and time of finished orders, read once a pass."""
        if phase != "final":
            return []
        key = ("pieces", orders._ids)
        if key not in shared:
            shared[key] = self._collect_piece_data(orders, shared)
        return shared[key]

    def _collect_piece_data(self, orders, shared):
        # sudo: what was made is read for anybody's order
        orders = orders.sudo()
        done = orders.filtered(lambda order: order.state == "done")
        scraps = done.env["stock.scrap"].search(
            [
                ("state", "=", "done"),
                "|",
                ("production_id", "in", done.ids),
                ("workorder_id.production_id", "in", done.ids),
            ]
        )
        reworks = done.search(
            [
                ("variance_rework_origin_id", "in", done.ids),
                ("is_variance_rework", "=", True),
                ("state", "!=", "cancel"),
            ]
        )
        unbuilds = done.env["mrp.unbuild"].search(
            [("mo_id", "in", done.ids), ("state", "=", "done")]
        )
        logs = self._get_time_logs(done.workorder_ids, shared)
        by_origin = reworks.grouped("variance_rework_origin_id")
        by_order = unbuilds.grouped("mo_id")
        now = self.env["mfg.variance.engine"]._now()
        return [
            self._prepare_piece_data(
                order,
                scraps.filtered(
                    lambda scrap, order=order: (
                        order in scrap._get_variance_orders()
                        and scrap.product_id == order.product_id
                    )
                ),
                by_origin.get(order, reworks.browse()),
                by_order.get(order, unbuilds.browse()),
                [
                    (log["start"], log["end"])
                    for workorder in order.workorder_ids
                    for log in logs.get(workorder.id, [])
                ],
                now,
            )
            for order in done
        ]

    def _prepare_piece_data(self, order, scraps, reworks, unbuilds, times, now):
        operations = [
            (work, self._prepare_operation(work, scraps))
            for work in order.workorder_ids
            if work.state == "done"
        ]
        named = [work for work, _operation in operations]
        elsewhere = sum(
            scrap._get_variance_quantity()
            for scrap in scraps
            if scrap.workorder_id not in named
        )
        taken_back = self._add_up(unbuilds)
        made = order._get_variance_made()
        return {
            "order": order,
            "dims": order._get_variance_dims(),
            "event_at": order.variance_occurred_at or clocks.latest_end(times) or now,
            "is_rework": order.is_variance_rework,
            "made": made,
            "taken_back": taken_back,
            "scraps": scraps,
            "scrapped_elsewhere": elsewhere,
            "operations": operations,
            "tally": ratios.tally(
                made,
                [operation for _work, operation in operations],
                elsewhere,
                self._add_up(reworks),
                taken_back,
            ),
        }

    def _prepare_operation(self, workorder, scraps):
        """The pieces of a work order in the unit of the product."""
        in_unit = workorder.product_uom_id._compute_quantity
        unit = workorder.product_id.uom_id
        return ratios.Operation(
            quantity=in_unit(workorder._get_variance_quantity(), unit, round=False),
            rejected=in_unit(workorder.variance_rejected_qty, unit, round=False),
            scrapped=sum(
                scrap._get_variance_quantity()
                for scrap in scraps
                if scrap.workorder_id == workorder
            ),
            is_reported=workorder.variance_is_reported,
        )

    def _add_up(self, records):
        """The quantities of orders in the unit of their product."""
        return sum(
            one.product_uom_id._compute_quantity(
                one.product_qty, one.product_id.uom_id, round=False
            )
            for one in records
        )

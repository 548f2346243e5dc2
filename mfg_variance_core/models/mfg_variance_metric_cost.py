from odoo import models

from ..domain import consumption, cost_split, outcomes
from ..domain.standards import planned_minutes


class MfgVarianceMetric(models.Model):
    """Readers of money: what a finished order cost, and the leaves that explain it.

    The total is explained by its leaves and never added to them (DESIGN rule 11).
    Leaves of a work order, a component, a scrapped piece and a by-product have readers
    of their own; those of the order as a whole are here. Together they are the
    difference between what accounting charges and the standard cost of the good
    output. Of a rework order nothing is good output: all it costs is a loss.
    """

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_order_cost(self, records, phase, shared):
        """Standard cost of the good output against the cost accounting computes."""
        return [
            self._fact_order_cost(data)
            for data in self._get_cost_data(records, phase, shared)
        ]

    def _fact_order_cost(self, data):
        split = data["split"]
        fact = self._prepare_order_fact(data)
        fact.unit = data["order"].company_id.currency_id.name
        fact.planned, fact.actual = split.planned, split.actual
        fact.quantity = data["good"]
        if not split.planned and not split.actual:
            fact.gap = outcomes.NO_STANDARD
            fact.gap_reason = self.env._(
                "Neither the components nor the work centers have a cost."
            )
            fact.amount_missing_reason = fact.gap_reason
            return fact
        fact.amount, fact.amount_kind = split.difference, "explained_by"
        fact.amount_formula = self.env._(
            "time %(time).2f, material %(usage).2f, price %(price).2f, rate "
            "%(rate).2f, scrap and yield %(yield_loss).2f, by-products %(credit).2f, "
            "other %(other).2f, rest %(rest).2f",
            time=split.time,
            usage=split.usage,
            price=split.price,
            rate=split.rate,
            yield_loss=split.yield_loss,
            credit=split.credit,
            other=split.other,
            rest=split.remainder,
        )
        if data["unpriced"]:
            fact.amount_formula += self.env._(
                "; without %(what)s, whose cost nobody knows",
                what=", ".join(data["unpriced"]),
            )
        return fact

    def _read_machine_rate(self, records, phase, shared):
        """Minutes charged at another hourly cost than frozen: (AR - SR) x AH."""
        return self._read_order_leaf("rate", records, phase, shared)

    def _read_cost_other(self, records, phase, shared):
        """What accounting charges and nobody measured or planned, and extra cost."""
        return self._read_order_leaf("other", records, phase, shared)

    def _read_yield_loss(self, records, phase, shared):
        """Standard cost of what was processed and is not good output.

        Scrap that was booked is a leaf of its own and taken out here: what is left are
        rejected pieces, rework, and batches that were not full.
        """
        return self._read_order_leaf("yield_loss", records, phase, shared)

    def _read_order_leaf(self, name, records, phase, shared):
        return [
            self._fact_order_leaf(data, name)
            for data in self._get_cost_data(records, phase, shared)
        ]

    def _fact_order_leaf(self, data, name):
        fact = self._prepare_order_fact(data)
        fact.unit = data["order"].company_id.currency_id.name
        amount = getattr(data["split"], name)
        if name == "yield_loss":
            amount -= data["scrap_amount"]
        fact.planned, fact.actual, fact.amount = 0.0, amount, amount
        return fact

    def _read_byproduct_ratio(self, records, phase, shared):
        """What was made of each by-product against its frozen share; the credit is a
        leaf of the order."""
        return [
            fact
            for data in self._get_cost_data(records, phase, shared)
            for fact in self._facts_byproduct(data)
        ]

    def _facts_byproduct(self, data):
        facts = []
        for (product, moves, row), credit in zip(
            data["byproducts"], data["split"].credits, strict=True
        ):
            fact = self._prepare_order_fact(data)
            fact.source_model, fact.source_id = "stock.move", moves[0].id
            fact.dims = {**data["dims"], "component_id": product.id}
            fact.planned = (row.quantity_per_unit if row else 0.0) * data["made"]
            fact.actual = self._get_done_quantity(moves)
            fact.quantity = data["made"]
            fact.unit, fact.step = product.uom_id.name, product.uom_id.rounding
            fact.standard_id = row.id if row else None
            fact.standard_source = row.source if row else None
            fact.amount = credit
            fact.amount_formula = self.env._(
                "credit planned less credit taken = %(credit).2f", credit=credit
            )
            facts.append(fact)
        return facts

    # -------------------------------------------------------------- shared rows

    def _get_cost_data(self, orders, phase, shared):
        """The cost split of finished orders, computed once a pass."""
        if phase != "final":
            return []
        key = ("costs", orders._ids)
        if key not in shared:
            shared[key] = self._collect_cost_data(orders, phase, shared)
        return shared[key]

    def _collect_cost_data(self, orders, phase, shared):
        pieces = self._get_piece_data(orders, phase, shared)
        done = orders.browse([data["order"].id for data in pieces])
        if not done:
            return []
        consumed = {
            data["order"].id: data
            for data in self._get_consumption(orders, phase, shared)
        }
        workorders = done.workorder_ids
        minutes = {
            data["workorder"].id: data
            for data in self._get_time_data(workorders, phase, shared)
        }
        measured = {
            fact.source_id: fact
            for fact in self._read_work_order_time(workorders, phase, shared)
            if fact.amount is not None
        }
        byproducts = self.env["mfg.variance.standard"]._find_byproducts(done)
        scraps = {
            fact.source_id: fact.amount or 0.0
            for fact in self._read_scrap(
                self.env["stock.scrap"].union(*(data["scraps"] for data in pieces)),
                phase,
                shared,
            )
        }
        return [
            self._prepare_cost_data(
                data,
                consumed.get(data["order"].id),
                minutes,
                measured,
                byproducts.get(data["order"].id, {}),
                sum(scraps.get(scrap.id, 0.0) for scrap in data["scraps"]),
            )
            for data in pieces
        ]

    def _prepare_cost_data(
        self, data, consumed, minutes, measured, byproducts, scrap_amount
    ):
        order = data["order"]
        good = 0.0 if data["is_rework"] else data["tally"].good
        materials, unpriced = self._prepare_materials(consumed, good)
        made = self._get_byproducts_made(order, byproducts)
        return {
            **data,
            "good": good,
            "byproducts": made,
            "unpriced": unpriced,
            "scrap_amount": scrap_amount,
            "split": cost_split.split(
                [
                    self._prepare_work(
                        minutes[workorder.id], measured.get(workorder.id), good
                    )
                    for workorder in order.workorder_ids
                ],
                materials,
                [
                    cost_split.ByProduct(
                        row.cost_share if row else 0.0,
                        sum(
                            move.cost_share
                            for move in moves
                            if move.state == "done" and move.quantity
                        ),
                    )
                    for _product, moves, row in made
                ],
                order._get_variance_extra_cost() * data["made"],
            ),
        }

    def _prepare_work(self, data, fact, good):
        """The minutes of a work order; ``fact`` is its time leaf, if it has one."""
        workorder, standard = data["workorder"], data["standard"]
        rate = workorder.costs_hour or workorder.workcenter_id.costs_hour
        charged = workorder._cal_cost()
        planned = allowed = None
        if workorder.state == "cancel":
            planned = allowed = 0.0
        elif standard:
            in_order_unit = workorder.product_id.uom_id._compute_quantity(
                good, workorder.product_uom_id, round=False
            )
            allowed = cost_split.minutes_for(standard, in_order_unit)
            planned = (
                fact.planned
                if fact and fact.planned is not None
                else planned_minutes(standard, data["quantity"])
            )
        return cost_split.Work(
            accounted=charged / rate * 60.0 if rate else 0.0,
            actual_rate=rate,
            planned=planned,
            allowed=allowed,
            measured=fact.actual if fact else None,
            rate=data["rate"] or None,
        )

    def _prepare_materials(self, consumed, good):
        """Components as the split takes them, and the names of those without cost."""
        if not consumed:
            return [], []
        recorded = {
            component
            for usage in consumed["usages"]
            if self._has_usage_leaf(usage)
            for component in (usage.line.component, *usage.substitutes)
        }
        materials, unpriced = [], []
        for line in consumed["lines"]:
            row = consumed["rows"].get(line.component)
            if line.cost is None:
                product = consumed["moves"][line.component][0].product_id
                unpriced.append(product.display_name)
            materials.append(
                cost_split.Material(
                    planned=line.planned,
                    allowed=consumption.allowed(
                        row.quantity_per_unit, row.loss_percent, good
                    )
                    if row
                    else 0.0,
                    actual=line.actual,
                    cost=line.cost,
                    value=consumed["values"][line.component],
                    is_recorded=line.component in recorded,
                )
            )
        return materials, unpriced

    def _get_byproducts_made(self, order, rows):
        """``(product, moves, frozen row or None)`` of each by-product of an order."""
        return [
            (product, moves, rows.get(product.id))
            for product, moves in order.move_byproduct_ids.grouped("product_id").items()
        ]

    def _get_done_quantity(self, moves):
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            for move in moves
            if move.state == "done"
        )

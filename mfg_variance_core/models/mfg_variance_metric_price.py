from odoo import models

from ..domain import consumption
from .fact import Fact


class MfgVarianceMetric(models.Model):
    """Reader of the price of what was consumed, beside its quantity."""

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_material_price(self, records, phase, shared):
        """What a unit of each component cost when consumed, against its frozen cost.

        The leaf is (AP - SP) x AQ; with the leaf of the usage, (AQ - SQ) x SP, it is
        the whole difference of the component. Products valued at standard cost have
        none: their price difference arises at receipt.
        """
        if phase == "running":
            return []
        return [
            fact
            for data in self._get_consumption(records, phase, shared)
            for component, moves in data["moves"].items()
            if (fact := self._fact_material_price(data, component, moves))
        ]

    def _fact_material_price(self, data, component, moves):
        row = data["rows"].get(component)
        product = moves[0].product_id.with_company(data["order"].company_id)
        if not row or not row.unit_cost or product.cost_method == "standard":
            return None
        done = moves.filtered(lambda move: move.state == "done" and move.quantity)
        quantity = sum(
            move.product_uom._compute_quantity(
                move.quantity, product.uom_id, round=False
            )
            for move in done
        )
        if not quantity:
            return None
        price = sum(done.mapped("value")) / quantity
        leaf = consumption.price_leaf(row.unit_cost, price, quantity)
        currency = data["order"].company_id.currency_id
        return Fact(
            source_model="stock.move",
            source_id=moves[0].id,
            event_at=data["event_at"],
            dims={
                **data["dims"],
                "component_id": component,
                "lot_id": self._get_only_lot(moves),
            },
            planned=row.unit_cost,
            actual=price,
            quantity=quantity,
            standard_id=row.id,
            standard_source=row.source,
            unit=f"{currency.name} / {product.uom_id.name}",
            step=currency.rounding,
            money_floor=data["money_floor"],
            amount=leaf.amount,
            amount_formula=leaf.formula,
        )

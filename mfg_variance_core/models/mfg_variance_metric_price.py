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
        the whole difference of the component. The price difference of products valued
        at standard cost arises at receipt: they have a figure only where their standard
        cost was changed after the order was confirmed.
        """
        if phase == "running":
            return []
        facts = [
            fact
            for data in self._get_consumption(records, phase, shared)
            for line in data["lines"]
            if (fact := self._fact_material_price(data, line))
        ]
        return facts + self._get_gone_facts("material_price", phase, facts, shared)

    def _fact_material_price(self, data, line):
        component, value = line.component, data["values"][line.component]
        moves = data["moves"][component]
        if not line.cost or not line.actual or value is None:
            return None
        price = value / line.actual
        leaf = consumption.price_leaf(line.cost, price, line.actual)
        currency = data["order"].company_id.currency_id
        product = moves[0].product_id.with_company(data["order"].company_id)
        if product.cost_method == "standard" and currency.is_zero(leaf.amount):
            return None
        row = data["rows"].get(component)
        return Fact(
            source_model="stock.move",
            source_id=moves[0].id,
            event_at=data["event_at"],
            dims={
                **data["dims"],
                "component_id": component,
                "lot_id": self._get_only_lot(moves),
            },
            planned=line.cost,
            actual=price,
            quantity=line.actual,
            standard_id=row.id if row else None,
            standard_source=row.source if row else None,
            unit=f"{currency.name} / {product.uom_id.name}",
            step=currency.rounding,
            money_floor=data["money_floor"],
            amount=leaf.amount,
            amount_formula=leaf.formula,
        )

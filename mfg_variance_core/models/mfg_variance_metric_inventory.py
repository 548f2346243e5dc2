from odoo import models

from ..domain import outcomes
from .fact import Fact


class MfgVarianceMetric(models.Model):
    """Readers of the stock itself: count differences, and quantities below zero."""

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_inventory_adjustment(self, records, phase, shared):
        """What a count found more (positive) or less (negative) than the books.

        The difference is a loss of the stock, a leaf of its own: no order's cost
        contains it. What is allotted to orders is shown, and never added up with
        their leaves.
        """
        facts = []
        for move in records:
            gained = move.location_dest_id.usage == "internal"
            location = move.location_dest_id if gained else move.location_id
            others = move.location_id if gained else move.location_dest_id
            # stock moved from shelf to shelf is counted nowhere
            if others.usage == "inventory" and location.usage == "internal":
                facts.append(self._fact_inventory_adjustment(move, location, gained))
        return [fact for fact in facts if fact.actual]

    def _fact_inventory_adjustment(self, move, location, gained):
        product = move.product_id
        quantity = move.product_uom._compute_quantity(
            move.quantity, product.uom_id, round=False
        )
        difference = quantity if gained else -quantity
        fact = self._prepare_stock_fact(move, product, location, difference)
        lots = move.move_line_ids.lot_id if product.tracking != "none" else move.lot_ids
        fact.dims["lot_id"] = lots.id if len(lots) == 1 else False
        names = {
            "quantity": f"{quantity:g}",
            "unit": product.uom_id.name,
            "product": product.display_name,
            "location": location.display_name,
        }
        fact.note = (
            self.env._(
                "%(quantity)s %(unit)s of %(product)s more than booked were counted "
                "in %(location)s.",
                **names,
            )
            if gained
            else self.env._(
                "%(quantity)s %(unit)s of %(product)s were missing at the count in "
                "%(location)s.",
                **names,
            )
        )
        if fact.amount is None:
            fact.gap = outcomes.NOT_ENOUGH_DATA
            fact.gap_reason = self.env._(
                "%(what)s The product has no cost, so nobody can say how bad that is.",
                what=fact.note,
            )
        return fact

    def _read_negative_stock(self, records, phase, shared):
        """How far a quantity at one place is below zero; 0 where it is not.

        Stock below zero was used before it was booked: nothing is lost yet, so the
        amount is at risk as long as it lasts.
        """
        return [
            self._fact_negative_stock(quant)
            for quant in records
            if quant.location_id.usage == "internal"
        ]

    def _fact_negative_stock(self, quant):
        product, location = quant.product_id, quant.location_id
        below = min(quant.quantity, 0.0)
        fact = self._prepare_stock_fact(quant, product, location, below)
        fact.dims["lot_id"] = quant.lot_id.id
        fact.note = self.env._(
            "%(location)s holds %(quantity)s %(unit)s of %(product)s.",
            location=location.display_name,
            quantity=f"{quant.quantity:g}",
            unit=product.uom_id.name,
            product=product.display_name,
        )
        return fact

    def _prepare_stock_fact(self, record, product, location, difference):
        company = record.company_id or location.company_id or self.env.company
        plant_id = self.env["mfg.variance.plant"]._get_id_of(location.warehouse_id.id)
        cost = product.with_company(company).standard_price
        fact = Fact(
            source_model=record._name,
            source_id=record.id,
            event_at=self.env["mfg.variance.engine"]._now(),
            dims={
                "company_id": company.id,
                "plant_id": plant_id,
                # scopes go by the product, which here is the component itself
                "product_id": product.id,
                "component_id": product.id,
            },
            planned=0.0,
            actual=difference,
            unit=product.uom_id.name,
            step=product.uom_id.rounding,
            is_plan_zero=True,
        )
        plant = self.env["mfg.variance.plant"].browse(plant_id or [])
        fact.money_floor = plant._get_money_floor(company)
        if not cost:
            fact.amount_missing_reason = self.env._("The product has no cost.")
            return fact
        fact.amount = -difference * cost
        fact.amount_formula = f"{-difference:g} x {cost:.2f} = {fact.amount:.2f}"
        return fact

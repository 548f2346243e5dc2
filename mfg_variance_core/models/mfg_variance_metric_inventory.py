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
        their leaves. The first stock ever booked of a product at a place is its
        opening stock: the books had nothing to say, so nothing differs.
        """
        facts = []
        opened = self._get_opened_places(records)
        for move in records:
            gained = move.location_dest_id.usage == "internal"
            location = move.location_dest_id if gained else move.location_id
            others = move.location_id if gained else move.location_dest_id
            # stock moved from shelf to shelf is counted nowhere
            if others.usage == "inventory" and location.usage == "internal":
                fact = self._fact_inventory_adjustment(move, location, gained)
                if gained and (move.product_id, location) in opened:
                    fact.gap = outcomes.NOT_ENOUGH_DATA
                    fact.gap_reason = self.env._(
                        "Opening stock: nothing of %(product)s was ever booked in "
                        "%(location)s before, so there is nothing to compare with.",
                        product=move.product_id.display_name,
                        location=location.display_name,
                    )
                    # no deviation, and nothing gained, lost or allotted to orders
                    fact.planned = fact.actual
                    fact.amount = fact.amount_formula = None
                    fact.amount_missing_reason = fact.gap_reason
                facts.append(fact)
        return [fact for fact in facts if fact.actual]

    def _get_opened_places(self, moves):
        """Pairs of product and location whose only stock ever is what was counted."""
        products, places = moves.product_id, moves.location_dest_id
        found = {
            (move.product_id, move.location_dest_id): 0.0
            for move in moves
            if move.location_id.usage == "inventory"
        }
        for move in moves:
            key = (move.product_id, move.location_dest_id)
            if key in found:
                found[key] += move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, round=False
                )
        held = self.env["stock.quant"]._read_group(
            [("product_id", "in", products.ids), ("location_id", "in", places.ids)],
            ["product_id", "location_id"],
            ["quantity:sum"],
        )
        opened = {
            (product, place)
            for product, place, quantity in held
            if not product.uom_id.compare(quantity, found.get((product, place), 0.0))
        }
        lines = self.env["stock.move.line"]
        for field in ("location_id", "location_dest_id"):
            if opened:
                opened.difference_update(
                    lines._read_group(
                        [
                            ("state", "=", "done"),
                            ("product_id", "in", products.ids),
                            (field, "in", places.ids),
                            ("move_id", "not in", moves.ids),
                        ],
                        ["product_id", field],
                    )
                )
        return opened

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

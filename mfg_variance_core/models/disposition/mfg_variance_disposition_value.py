from odoo import api, models

from ...domain import dispositions


class MfgVarianceDisposition(models.Model):
    """What the quantity is worth: a product without a cost has no value of 0."""

    _name = "mfg.variance.disposition"
    _inherit = "mfg.variance.disposition"

    @api.model
    def _get_value(self, company, product, lot, quantity):
        """The :class:`Value` of a quantity of a product, at what it costs now."""
        # sudo: reads the cost only; it is hidden from most people, and what the
        # quantity is worth decides who has to agree
        priced = product.sudo()
        if lot and priced.lot_valuated:
            priced = lot.sudo()  # sudo: as above
        cost = priced.with_company(company).standard_price
        return dispositions.value(quantity, cost)

    @api.model
    def _get_missing_label(self, value):
        return value.missing_reason and self.env._(
            "The product has no cost, so nobody knows what the quantity is worth."
        )

    @api.model
    def _prepare_value_vals(self, company, product, lot, quantity):
        if not product:
            return {"amount": 0.0, "amount_missing_reason": False}
        value = self._get_value(company, product, lot, quantity)
        return {
            "amount": value.amount or 0.0,
            "amount_missing_reason": self._get_missing_label(value) or False,
        }

    def _get_approval_amount(self):
        """The amount the approval rules ask about; None when nobody knows it."""
        self.ensure_one()
        return None if self.amount_missing_reason else self.amount

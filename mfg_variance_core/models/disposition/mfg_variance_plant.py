from odoo import fields, models

from ...domain import dispositions


class MfgVariancePlant(models.Model):
    """What a plant asks of dispositions."""

    _name = "mfg.variance.plant"
    _inherit = "mfg.variance.plant"

    scrap_limit = fields.Monetary(
        string="Scrap Without Approval",
        help="Scrap worth more is recorded and put into quarantine at once, but leaves "
        "stock only when somebody approved it; what the same lot or order lost within "
        "24 hours counts together. 0 means no limit.",
    )
    needs_concession = fields.Boolean(
        string="Use as Is Needs a Customer's Permit",
        help="Nothing may be used as it is without the customer's concession or "
        "deviation permit. A product may ask for it by itself, too.",
    )

    def _is_beyond_scrap_limit(
        self, company, location, product, lot, quantity, source=None
    ):
        """Whether scrapping this waits for an approval, by the plant of its place.

        ``source`` is the domain of moves that are the same loss; without it only this
        one counts.
        """
        # sudo: the limit holds for whoever scraps, and what was scrapped before counts
        plant = self.sudo().browse(self._get_id_of(location.warehouse_id.id) or [])
        if not plant.scrap_limit:
            return False
        value = self.env["mfg.variance.disposition"]._get_value(
            company, product, lot, quantity
        )
        if dispositions.waits_for_approval(value.amount, plant.scrap_limit):
            return True
        if source is None or value.amount is None:
            return False
        earlier = plant._get_scrapped_quantity(product, source)
        before = self.env["mfg.variance.disposition"]._get_value(
            company, product, lot, earlier
        )
        return dispositions.waits_for_approval(
            value.amount, plant.scrap_limit, before.amount or 0.0
        )

    def _get_scrapped_quantity(self, product, source):
        """What went without an approval within a day, in the unit of the product."""
        since = fields.Datetime.subtract(self.env["mfg.variance.engine"]._now(), days=1)
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", product.id),
                ("location_dest_usage", "=", "inventory"),
                ("is_inventory", "=", False),
                ("state", "=", "done"),
                ("date", ">=", since),
                ("scrap_id", "!=", False),
                ("scrap_id.variance_disposition_id", "=", False),
                *source,
            ]
        )
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, product.uom_id, round=False
            )
            for move in moves
        )

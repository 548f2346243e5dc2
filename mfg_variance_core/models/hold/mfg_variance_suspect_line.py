from odoo import api, fields, models
from odoo.fields import Domain

from ...domain import holds, suspects

DIRECTIONS = [
    ("itself", "It itself"),
    ("sibling", "Made together with it"),
    ("made_from", "Made from it"),
    ("origin", "It was made from"),
]


class MfgVarianceSuspectLine(models.Model):
    """One lot or order of a suspect population, and where what there is of it is."""

    _name = "mfg.variance.suspect.line"
    _description = "Suspect Lot or Order"
    _inherit = ["mfg.variance.guarded"]
    _order = "suspect_id desc, depth, id"
    _log_access = False

    suspect_id = fields.Many2one(
        "mfg.variance.suspect", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", ondelete="restrict")
    direction = fields.Selection(DIRECTIONS, string="How", required=True)
    kind = fields.Selection(
        [("lot", "Lot"), ("order", "Order")], string="What", required=True
    )
    depth = fields.Integer(string="Levels Away", aggregator=None)
    lot_id = fields.Many2one(
        "stock.lot", string="Lot/Serial Number", ondelete="restrict"
    )
    production_id = fields.Many2one(
        "mrp.production", string="Manufacturing Order", ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", ondelete="restrict")
    quantity_here = fields.Float(string="Still Here", digits="Product Unit")
    quantity_transfer = fields.Float(string="In Transfer", digits="Product Unit")
    quantity_delivered = fields.Float(string="Delivered", digits="Product Unit")
    is_open = fields.Boolean(
        string="Still Being Made", help="The order is not finished yet."
    )
    is_untraced = fields.Boolean(
        string="Without Lots",
        help="What the order made has no lots: nobody can tell where it is.",
    )
    hold_strength = fields.Selection(related="lot_id.variance_hold_strength")

    @api.model
    def _get_unheld_domain(self):
        """What is in our hands, or being made, and held by nobody."""
        # "any!": whether it is held, also for whoever has no role in Inventory
        lots = Domain("lot_id", "any!", [("variance_hold_strength", "=", False)]) & (
            Domain("quantity_here", ">", 0) | Domain("quantity_transfer", ">", 0)
        )
        orders = Domain("is_open", "=", True) & Domain(
            "id", "not in", self._get_held_orders()
        )
        return (Domain("kind", "=", suspects.LOT) & lots) | orders

    @api.model
    def _get_held_orders(self):
        """The lines of orders that are on hold, as a query."""
        # sudo: ids of held orders, and of lines of them, narrowed by what is searched
        held = self.env["mfg.variance.hold"].sudo()
        held = held.search([("state", "=", "active"), ("kind", "=", "production")])
        return self.sudo()._search([("production_id", "in", held.production_id.ids)])

    def _prepare_hold(self):
        self.ensure_one()
        population = self.suspect_id
        vals = {
            "reason": self.env._(
                "Suspect: %(name)s, %(title)s",
                name=population.name,
                title=population.title,
            ),
            "exception_id": population.exception_id.id,
        }
        if self.kind == suspects.LOT:
            return {**vals, "kind": holds.LOT, "lot_id": self.lot_id.id}
        return {
            **vals,
            "kind": holds.PRODUCTION,
            "production_id": self.production_id.id,
        }

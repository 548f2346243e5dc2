from collections import defaultdict

from odoo import api, fields, models

from ...domain import holds


class MfgVarianceHold(models.Model):
    """What a hold shows: what it is on, how much, and what that is worth."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    target_name = fields.Char(string="On Hold", compute="_compute_target_name")
    held_quantity = fields.Float(
        compute="_compute_held", digits="Product Unit", string="Held Quantity"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    value = fields.Monetary(
        string="Value Held", compute="_compute_held", help="At today's cost."
    )
    value_note = fields.Char(compute="_compute_held")
    age_days = fields.Float(string="Age (Days)", compute="_compute_age_days")

    @api.depends("kind")
    def _compute_target_name(self):
        for hold in self:
            # sudo: what is held is named to whoever sees the hold
            hold.target_name = hold.sudo()._get_target().display_name

    @api.depends("name", "kind")
    def _compute_display_name(self):
        for hold in self:
            target = hold.target_name or ""
            hold.display_name = f"{hold.name} {target}" if hold.name else target

    @api.depends("placed_at", "lifted_at")
    def _compute_age_days(self):
        now = self.env["mfg.variance.engine"]._now()
        for hold in self:
            until = hold.lifted_at or now
            since = hold.placed_at or until
            hold.age_days = (until - since).total_seconds() / 86400

    @api.depends("kind", "quantity", "lot_id", "production_id", "product_id")
    def _compute_held(self):
        in_stock = self._get_lot_quantities()
        for hold in self:
            # sudo: figures of what is held, for whoever sees the hold
            own = hold.sudo()
            order = own.production_id | own.workorder_id.production_id
            if hold.kind == holds.LOT:
                quantity = in_stock[hold.lot_id.id]
            elif hold.kind == holds.QUANTITY:
                quantity = hold.quantity
            else:
                quantity = order[:1].product_uom_qty
            value = self.env["mfg.variance.disposition"]._get_value(
                own.company_id, own.product_id, own.lot_id, quantity
            )
            hold.held_quantity = quantity
            hold.value = value.amount or 0.0
            hold.value_note = (
                self.env._("%(product)s has no cost.", product=own.product_id.name)
                if own.product_id and value.missing_reason
                else False
            )

    def _get_lot_quantities(self):
        """``{lot id: quantity in our hands}`` of the held lots."""
        result = defaultdict(float)
        # sudo: how much there is of what is held
        found = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("lot_id", "in", self.lot_id.ids),
                    ("location_id.usage", "in", holds.OWN_USAGES),
                ],
                ["lot_id"],
                ["quantity:sum"],
            )
        )
        result.update({lot.id: quantity for lot, quantity in found})
        return result

    def _prepare_floor_card(self):
        self.ensure_one()
        quantity = self.held_quantity
        own = self.sudo()  # sudo: names of a unit and a place, for who sees the hold
        return {
            "id": self.id,
            "name": self.name,
            "title": self.target_name,
            "reason": self.reason,
            "strength": self.strength,
            "strength_label": dict(
                self._fields["strength"]._description_selection(self.env)
            )[self.strength],
            "quantity": f"{quantity:g} {own.uom_id.name}" if quantity else "",
            "place": own.location_id.display_name or "",
            "placed_at": fields.Datetime.to_string(self.placed_at),
            "is_confirmed": bool(self.confirmed_at),
        }

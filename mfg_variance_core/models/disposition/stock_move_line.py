from odoo import api, models

MOVED_FIELDS = frozenset(
    ("quantity", "location_id", "location_dest_id", "lot_id", "product_uom_id")
)


class StockMoveLine(models.Model):
    """Lines of moves that are done already move stock by themselves (D12)."""

    _name = "stock.move.line"
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        done = lines.filtered(lambda line: line.state == "done")
        if done:
            done._follow_variance_decisions({})
        return lines

    def write(self, vals):
        if not MOVED_FIELDS & set(vals):
            return super().write(vals)
        permits = self.env["mfg.variance.disposition"]
        done = self.filtered(lambda line: line.state == "done")
        before = permits._get_permitted_use(done)
        result = super().write(vals)
        if done:
            done._follow_variance_decisions(before)
        return result

    def _follow_variance_decisions(self, before):
        """The limits hold for what these lines add up to now, as if moved at once."""
        self.move_id._check_variance_scrap()
        permits = self.env["mfg.variance.disposition"]
        more = {
            lot: quantity - before.get(lot, 0.0)
            for lot, quantity in permits._get_permitted_use(self).items()
        }
        more = {lot: quantity for lot, quantity in more.items() if quantity > 0}
        if more:
            permits._check_permitted(more)
            permits._count_permits(more)

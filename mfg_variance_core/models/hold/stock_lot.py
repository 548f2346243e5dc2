from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...domain import holds
from ...guard import SYSTEM, TOKEN_KEY, is_system
from .mfg_variance_hold import STRENGTHS

# what a lot is known by
IDENTITY = ("name", "product_id", "company_id")


class StockLot(models.Model):
    """A lot knows how it is held; placing and lifting a hold updates its row (D13)."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "mfg.variance.holdable"]

    variance_hold_strength = fields.Selection(
        STRENGTHS,
        string="Hold",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="How the lot itself is held; kept by variance control.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            vals_list = [
                {**vals, "variance_hold_strength": False} for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if "variance_hold_strength" in vals and not is_system(self.env):
            raise AccessError(
                self.env._("How a lot is held follows from its holds; nobody sets it.")
            )
        changed = self.filtered(
            lambda lot: any(
                name in vals
                and self._fields[name].convert_to_cache(vals[name], lot)
                != self._fields[name].convert_to_cache(lot[name], lot)
                for name in IDENTITY
            )
        )
        if changed:
            changed._check_holds()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        self._check_holds()

    def _check_holds(self):
        """Refuse to make a held lot look like another one."""
        # sudo: holds count whoever changes the lot
        found = (
            self.env["mfg.variance.hold"]
            .sudo()
            .search([("state", "=", "active"), ("lot_id", "in", self.ids)], limit=1)
        )
        if found:
            self.env["mfg.variance.hold"]._refuse_held(
                {found.id: (holds.RELABEL, False)}
            )

    def _as_held_system(self):
        """The same lots, allowed to keep how they are held."""
        # sudo: a flag that follows from holds, whoever placed or lifted them
        return self.sudo().with_context(**{TOKEN_KEY: SYSTEM})

    def _get_variance_makers(self):
        """The orders the lots came out of, as their moves stand now."""
        lines = self.env["stock.move.line"].search(
            [("lot_id", "in", self.ids), ("move_id.production_id", "!=", False)]
        )
        return lines.move_id.production_id

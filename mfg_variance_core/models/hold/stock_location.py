from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...domain import holds
from ...guard import is_system

# what tells where a location is, and whose what is in it
PLACING = ("location_id", "usage", "company_id", "active")
RELATIONS = ("location_id", "company_id")


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = "stock.location"

    variance_is_quarantine = fields.Boolean(
        string="Quarantine",
        readonly=True,
        copy=False,
        help="The quarantine of a plant: nothing in it is reserved or counted as free.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            vals_list = [
                {**vals, "variance_is_quarantine": False} for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if "variance_is_quarantine" in vals and not is_system(self.env):
            raise AccessError(
                self.env._("The quarantine of a plant is chosen on the plant.")
            )
        changed = self.filtered(
            lambda location: any(
                name in vals
                and (location[name].id if name in RELATIONS else location[name])
                != (vals[name] or False)
                for name in PLACING
            )
        )
        changed._check_holds_nothing()
        return super().write(vals)

    def _get_hold_place(self):
        """What a movement cares about, as a :class:`..domain.holds.Place`."""
        self.ensure_one()
        return holds.Place(
            self.usage,
            self.company_id.id,
            self.variance_is_quarantine,
            self._is_away(),
        )

    def _is_away(self):
        """Whether it is with a subcontractor, which Odoo keeps as *internal*."""
        self.ensure_one()
        outside = self._get_outside()
        return bool(outside) and self._child_of(outside)

    def _get_outside(self):
        """Where the subcontractors of its company are, if an addon knows them."""
        # sudo: a place, whoever moves stock
        company, name = self.company_id.sudo(), "subcontracting_location_id"
        return company[name] if name in company else self.browse()

    def _check_holds_nothing(self):
        """Refuse when held stock lies here: moving a shelf moves what is on it."""
        if not self:
            return
        # sudo: holds count whoever asks
        Hold = self.env["mfg.variance.hold"].sudo()
        held_quants = (
            self.env["stock.quant"]
            .sudo()
            ._search(
                [
                    ("location_id", "child_of", self.ids),
                    ("lot_id.variance_hold_strength", "!=", False),
                    ("quantity", ">", 0),
                ]
            )
        )
        found = Hold.search(
            [
                ("state", "=", "active"),
                "|",
                "&",
                ("kind", "=", "quantity"),
                ("location_id", "child_of", self.ids),
                "&",
                ("kind", "=", "lot"),
                ("lot_id.quant_ids", "in", held_quants),
            ],
            limit=1,
        )
        if found:
            raise UserError(
                self.env._(
                    "%(location)s has stock on hold (%(hold)s). Decide on it first.",
                    location=self[:1].display_name,
                    hold=found.display_name,
                )
            )

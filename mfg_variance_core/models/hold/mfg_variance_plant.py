from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...guard import SYSTEM, TOKEN_KEY

# what tells which stock and work is of a plant
PLACING = frozenset(("active", "company_id", "warehouse_id"))


class MfgVariancePlant(models.Model):
    """Where a plant puts aside what may not be used."""

    _name = "mfg.variance.plant"
    _inherit = "mfg.variance.plant"

    quarantine_location_id = fields.Many2one(
        "stock.location",
        string="Quarantine",
        check_company=True,
        copy=False,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        help="Where held stock is put aside; made when first needed. Nothing in it is "
        "reserved.",
    )

    @api.constrains("quarantine_location_id")
    def _check_quarantine_location_id(self):
        for plant in self:
            location = plant.quarantine_location_id
            if location and location.usage != "internal":
                raise ValidationError(
                    self.env._(
                        "%(location)s cannot be the quarantine of %(plant)s: choose an "
                        "internal location.",
                        location=location.display_name,
                        plant=plant.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        plants = super().create(vals_list)
        plants._mark_quarantine()
        return plants

    def write(self, vals):
        if not PLACING.isdisjoint(vals):
            self._check_holds(vals)
        if "quarantine_location_id" not in vals:
            return super().write(vals)
        left = self.filtered(
            lambda plant: (
                plant.quarantine_location_id.id != vals["quarantine_location_id"]
            )
        ).quarantine_location_id
        left._check_holds_nothing()
        result = super().write(vals)
        self._mark_quarantine()
        return result

    def _check_holds(self, vals):
        """Refuse to take a plant out of use while something in it is held."""
        changed = self.filtered(
            lambda plant: any(
                plant._fields[name].convert_to_cache(vals[name], plant)
                != plant._fields[name].convert_to_cache(plant[name], plant)
                for name in PLACING & vals.keys()
            )
        )
        # sudo: holds count whoever asks
        found = changed and self.env["mfg.variance.hold"].sudo().search(
            [("state", "=", "active"), ("plant_id", "in", changed.ids)], limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "Something in %(plant)s is on hold (%(hold)s). Decide on it before "
                    "the plant is archived or gets another warehouse.",
                    plant=found.plant_id.name,
                    hold=found.display_name,
                )
            )

    def _mark_quarantine(self):
        """Tell the locations what they are, so that stock rules need no plant."""
        fresh = self.quarantine_location_id.filtered(
            lambda location: not location.variance_is_quarantine
        )
        if fresh:
            # sudo: whoever may choose the quarantine of a plant marks its location
            fresh.sudo().with_context(**{TOKEN_KEY: SYSTEM}).write(
                {"variance_is_quarantine": True}
            )

    def _get_quarantine(self):
        """The quarantine of this plant, made under its warehouse if it has none."""
        self.ensure_one()
        plant = self.sudo()  # sudo: stock is put aside for whoever may not set it up
        if plant.quarantine_location_id:
            return plant.quarantine_location_id.sudo(False)
        if not plant.warehouse_id:
            raise UserError(
                self.env._(
                    "%(plant)s has no quarantine and no warehouse to make one in. Ask "
                    "the administrator of variance control to choose its quarantine.",
                    plant=plant.name,
                )
            )
        # what somebody just recorded in the plant refers to it, and is in nobody's way
        plant.lock_for_update(allow_referencing=True)
        plant.invalidate_recordset(["quarantine_location_id"])
        if not plant.quarantine_location_id:
            plant.quarantine_location_id = plant.env["stock.location"].create(
                {
                    "name": self.env._("Quarantine"),
                    "usage": "internal",
                    "location_id": plant.warehouse_id.view_location_id.id,
                    "company_id": plant.company_id.id,
                }
            )
        return plant.quarantine_location_id.sudo(False)

from odoo import fields, models
from odoo.exceptions import UserError


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = "stock.location"

    variance_is_quarantine = fields.Boolean(
        string="Quarantine",
        readonly=True,
        copy=False,
        help="The quarantine of a plant: nothing in it is reserved or counted as free.",
    )

    def _check_holds_nothing(self):
        """Refuse when a held quantity lies here."""
        if not self:
            return
        # sudo: holds count whoever asks
        holds = self.env["mfg.variance.hold"].sudo()
        found = holds.search(
            [
                ("state", "=", "active"),
                ("kind", "=", "quantity"),
                ("location_id", "in", self.ids),
            ],
            limit=1,
        )
        if found:
            raise UserError(
                self.env._(
                    "%(location)s has stock on hold (%(hold)s). Decide on it first.",
                    location=found.location_id.display_name,
                    hold=found.name,
                )
            )

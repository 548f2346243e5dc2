from odoo import api, models
from odoo.fields import Domain

from ...domain import holds

IDENTITY = ("product_id", "location_id", "lot_id", "package_id", "owner_id")


class StockQuant(models.Model):
    """Held stock becomes neither less nor another thing, whoever writes (D12)."""

    _name = "stock.quant"
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        # taking what is not there leaves a quant below zero: that is a fall, too
        below = quants.filtered(lambda quant: quant.quantity < 0)
        if below:
            below._check_holds(lambda quant: -quant.quantity)
        return quants

    def write(self, vals):
        if "quantity" in vals:
            lower = vals["quantity"] or 0.0
            self._check_holds(lambda quant: quant.quantity - lower)
        if not vals.keys().isdisjoint(IDENTITY):
            changed = self.filtered(
                lambda quant: any(
                    quant[name].id != (vals[name] or False)
                    for name in IDENTITY
                    if name in vals
                )
            )
            changed._check_holds(lambda quant: quant.quantity, holds.RELABEL)
        return super().write(vals)

    def unlink(self):
        self._check_holds(lambda quant: quant.quantity)
        return super().unlink()

    def _check_holds(self, fall, action=holds.MOVE):
        """Refuse a fall of held stock.

        :param fall: by how much a quant becomes less, as a function of it
        """
        falls = []
        for quant in self.filtered(lambda quant: fall(quant) > 0):
            # sudo: what and where it is, whoever writes
            known = quant.sudo()
            if known.location_id.usage in holds.OWN_USAGES:
                falls.append(
                    (known.location_id, known.product_id, known.lot_id, fall(quant))
                )
        if falls:
            self.env["mfg.variance.hold"]._examine_falls(falls, action)

    # ------------------------------------------------------------ reservation

    def _get_gather_domain(
        self,
        product_id,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
    ):
        """Leave held stock out where something is looked for, never where it is found.

        A strict look-up updates what is there, held or not (D13). The context decides
        nothing but what is proposed: whatever is shipped is examined again.
        """
        domain = super()._get_gather_domain(
            product_id,
            location_id,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            strict=strict,
        )
        if strict:
            return domain
        strengths = ["no_use"]
        if self.env.context.get("variance_is_shipping"):
            strengths.append("no_ship")
        return domain & self._get_free_domain(strengths)

    @api.model
    def _get_free_domain(self, strengths):
        """What is neither of a lot held so nor in a quarantine."""
        return Domain("location_id.variance_is_quarantine", "=", False) & (
            Domain("lot_id", "=", False)
            | Domain("lot_id.variance_hold_strength", "not in", strengths)
        )

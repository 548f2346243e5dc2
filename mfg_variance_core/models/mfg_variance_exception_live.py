from odoo import api, models

from ..guard import CLOCK_KEY

FLOOR_CHANNEL = "mfg_variance_floor"
TOLD_KEY = "mfg_variance_core.told"
# what a card or its place on the screen follows
SHOWN_FIELDS = frozenset(
    ("state", "severity", "track", "owner_id", "cleared_at", "respond_by", "plant_id")
)


class MfgVarianceException(models.Model):
    """Telling the open screens of a plant that there is something new to read.

    One small message per plant and transaction, sent when it is committed. It carries
    no record: every screen reads again what its own user may see.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._tell_floor()
        return cases

    def write(self, vals):
        before = self.plant_id if "plant_id" in vals else None
        result = super().write(vals)
        if SHOWN_FIELDS & set(vals):
            self._tell_floor(before)
        return result

    def _tell_floor(self, more_plants=None):
        """Wake the screens of the plants of these cases, once per transaction."""
        if self.env.context.get(CLOCK_KEY):
            return  # replayed history happens on no floor
        told = self.env.cr.precommit.data.setdefault(TOLD_KEY, set())
        # sudo: where to send a message without content
        cases = self.sudo()
        targets = cases.plant_id | (more_plants or cases.plant_id.browse())
        without = cases.filtered(lambda case: not case.plant_id).company_id
        for target in (*targets, *without):
            key = (target._name, target.id)
            if key not in told:
                told.add(key)
                # a record and a word: no client can ask for this channel by itself
                self.env["bus.bus"]._sendone((target, FLOOR_CHANNEL), FLOOR_CHANNEL, {})


class MfgVarianceMeasurement(models.Model):
    """A further event on a case changes its count and its cost."""

    _name = "mfg.variance.measurement"
    _inherit = "mfg.variance.measurement"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.exception_id._tell_floor()
        return rows

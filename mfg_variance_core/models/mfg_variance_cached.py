from odoo import api, models

from .cache import forget


class MfgVarianceCached(models.AbstractModel):
    """Set-up that is read as cached plain values: any change empties the cache.

    ``_place_fields`` say where a row belongs. Record rules look at where it was; who
    moves it needs the right where it goes to as well.
    """

    _name = "mfg.variance.cached"
    _description = "Read from a Cache"

    _place_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        forget(self.env)
        return super().create(vals_list)

    def write(self, vals):
        forget(self.env)
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._place_fields):
            self.check_access("write")
        return result

    def unlink(self):
        forget(self.env)
        return super().unlink()

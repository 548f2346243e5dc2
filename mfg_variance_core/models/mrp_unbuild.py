from odoo import models


class MrpUnbuild(models.Model):
    """What is taken apart was not made, and what comes back was not consumed."""

    _name = "mrp.unbuild"
    _inherit = "mrp.unbuild"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "done":
            engine = self.env["mfg.variance.engine"]
            engine._shielded("_capture_correction", self.mo_id)
        return result

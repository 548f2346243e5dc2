from odoo import models

from ..mfg_variance_control import OURS
from .appending import CONTROL


class IrModuleModule(models.Model):
    """An addon of ours that is installed or upgraded is one change of controls."""

    _name = "ir.module.module"
    _inherit = "ir.module.module"

    def write(self, vals):
        # an addon that is taken away has none, and takes the ledger with it
        if not vals.get("latest_version"):
            return super().write(vals)
        ours = self.filtered(lambda module: module.name.startswith(OURS))
        before = {module: module.latest_version for module in ours}
        result = super().write(vals)
        ledger = self.env["mfg.variance.ledger"]
        rows = [
            (CONTROL, module, {"event": "changed", "changes": {"latest_version": pair}})
            for module in ours
            if len(set(pair := [before[module], module.latest_version])) > 1
        ]
        ledger._observe(ledger._prepare_rows(rows))
        return result

from odoo import models

from ..appending import CONTROL, insert
from ..mfg_variance_control import OURS


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
        insert(self.env.cr, ledger._prepare_rows(rows))
        return result

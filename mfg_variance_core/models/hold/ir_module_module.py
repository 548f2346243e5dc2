from odoo import models
from odoo.exceptions import UserError

OURS = "mfg_variance_core"


class IrModuleModule(models.Model):
    """What is held is decided before what holds it is taken away (D18)."""

    _name = "ir.module.module"
    _inherit = "ir.module.module"

    def button_uninstall(self):
        going = self | self.downstream_dependencies()
        if OURS in going.mapped("name"):
            # sudo: holds of every company count
            active = self.env["mfg.variance.hold"].sudo()
            active = active.search([("state", "=", "active")], limit=6)
            if active:
                raise UserError(
                    self.env._(
                        "Something is still on hold: %(holds)s. Decide on every hold "
                        "before variance control is uninstalled; nothing would hold it "
                        "any more.",
                        holds=", ".join(active.mapped("display_name")),
                    )
                )
        return super().button_uninstall()

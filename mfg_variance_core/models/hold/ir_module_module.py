from odoo import models
from odoo.exceptions import UserError

OURS = "mfg_variance_core"
GONE = ("to remove", "uninstalled")


class IrModuleModule(models.Model):
    """What is held is decided before what holds it is taken away (D18)."""

    _name = "ir.module.module"
    _inherit = "ir.module.module"

    def button_uninstall(self):
        (self | self.downstream_dependencies())._check_nothing_held()
        return super().button_uninstall()

    def write(self, vals):
        # while modules are loaded and unloaded it was decided before
        if vals.get("state") in GONE and self.env.registry.ready:
            self._check_nothing_held()
        return super().write(vals)

    def module_uninstall(self):
        # public, and past the states; within an uninstallation as above
        if self.env.registry.ready:
            (self | self.downstream_dependencies())._check_nothing_held()
        return super().module_uninstall()

    def _check_nothing_held(self):
        if OURS not in self.mapped("name"):
            return
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

from odoo import api, models
from odoo.exceptions import AccessError

OURS = "mfg_variance"
MEANING = frozenset(("model", "module", "name", "res_id"))


class IrModelData(models.Model):
    """The names by which variance control knows its roles and rules stay theirs."""

    _name = "ir.model.data"
    _inherit = "ir.model.data"

    def write(self, vals):
        if not MEANING.isdisjoint(vals):
            self._check_variance_names()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_variance_names(self):
        # the name of a record that was deleted goes with it
        self.filtered(
            lambda name: (
                name.model in self.env
                and self.env[name.model].sudo().browse(name.res_id).exists()
            )
        )._check_variance_names()

    def _check_variance_names(self):
        # while modules are loaded and unloaded the names are theirs to give
        if not self.env.registry.ready:
            return
        ours = self.filtered(lambda name: (name.module or "").startswith(OURS))
        if ours:
            raise AccessError(
                self.env._(
                    "%(name)s tells variance control what is what: another record "
                    "under this name would get its meaning. It cannot be moved.",
                    name=ours[0].complete_name,
                )
            )

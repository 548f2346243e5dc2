from odoo import api, models
from odoo.exceptions import AccessError

from ..mfg_variance_control import OURS

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
        self.filtered(lambda name: name._is_in_use())._check_variance_names()

    def _is_in_use(self):
        """The name of a record that was deleted goes with it."""
        self.ensure_one()
        if self.model not in self.env:
            return False
        # sudo: whether it is there, and nothing of it
        return bool(self.env[self.model].sudo().browse(self.res_id).exists())

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

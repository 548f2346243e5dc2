from odoo import api, models
from odoo.exceptions import AccessError

from ..guard import SYSTEM, TOKEN_KEY, is_system


class MfgVarianceGuarded(models.AbstractModel):
    """Records, or single fields, that only the system itself may write.

    ``_guarded_fields = None`` guards the whole record: nobody creates, writes or
    deletes it, whatever the access rights, ``sudo()`` or the context say. A set of
    names guards those fields on create and write; ``_guard_create`` and
    ``_guard_unlink`` guard creation and deletion as a whole. The system writes
    through :meth:`_as_system`.
    """

    _name = "mfg.variance.guarded"
    _description = "Written by the system only"

    _guarded_fields = None
    _guard_create = True
    _guard_unlink = True

    def _as_system(self):
        """The same records, allowed to write what is guarded."""
        # sudo: guarded rows have no write access for anybody; callers have decided
        # by their own checks that this very change is due
        return self.sudo().with_context(**{TOKEN_KEY: SYSTEM})

    def _refuse(self, names):
        raise AccessError(
            self.env._(
                "%(model)s: %(fields)s can only be changed by variance control itself. "
                "Use the buttons of the record instead.",
                model=self._description,
                fields=", ".join(sorted(names)) or self.env._("this record"),
            )
        )

    def _get_guarded(self, names):
        guarded = self._guarded_fields
        return set(names) if guarded is None else set(names) & guarded

    @api.model_create_multi
    def create(self, vals_list):
        if not is_system(self.env):
            for vals in vals_list:
                # a default is what everybody gets; a delegating model passes it on
                names = {
                    name
                    for name in self._get_guarded(vals)
                    if vals[name] != self._get_plain_default(name)
                }
                if self._guard_create or names:
                    self._refuse(names)
        return super().create(vals_list)

    def _get_plain_default(self, name):
        default = self._fields[name].default
        return default(self) if default else False

    def write(self, vals):
        if not is_system(self.env):
            names = self._get_guarded(vals)
            if names:
                self._refuse(names)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if self._guard_unlink and not is_system(self.env):
            raise AccessError(
                self.env._(
                    "%(model)s records are kept as evidence and cannot be deleted.",
                    model=self._description,
                )
            )

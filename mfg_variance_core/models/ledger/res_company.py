from odoo import api, models


class ResCompany(models.Model):
    """The settings of variance control of a company are controls."""

    _name = "res.company"
    _inherit = ["res.company", "mfg.variance.control"]

    @api.model
    def _get_control_names(self):
        return frozenset(
            name
            for name, field in self._fields.items()
            if name.startswith("variance_") and field.store
        )

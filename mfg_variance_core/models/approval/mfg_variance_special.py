from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...guard import is_stored_code

NAME = "variance_is_special_characteristic"
GROUPS = ("process_engineer", "quality_manager")
HELP = "A special characteristic depends on it: the glass is never broken for it."


class MfgVarianceSpecial(models.AbstractModel):
    """A mark that engineers and quality set, and that everybody's change is told of."""

    _name = "mfg.variance.special"
    _description = "Special Characteristic"
    _inherit = ["mfg.variance.control"]
    _control_fields = (NAME,)

    variance_is_special_characteristic = fields.Boolean(
        string="Special Characteristic", help=HELP
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(NAME) for vals in vals_list):
            self._check_may_mark()
        return super().create(vals_list)

    def write(self, vals):
        if NAME in vals:
            self._check_may_mark()
        return super().write(vals)

    def _is_control(self):
        """Only what is marked is told of; the mark is what counts."""
        self.ensure_one()
        return self[NAME]

    def _check_may_mark(self):
        """Process engineers and quality managers, whatever sudo() says."""
        user = self.env.user
        may = user._is_superuser() or any(
            user.has_group(f"mfg_variance_core.group_{name}") for name in GROUPS
        )
        if not may or is_stored_code():
            raise AccessError(
                self.env._(
                    "Only process engineers and quality managers say where a special "
                    "characteristic is."
                )
            )

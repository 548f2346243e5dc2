from odoo import fields, models

from ..approval.mfg_variance_special import NAME as SPECIAL

NAME = "variance_needs_concession"


class ProductTemplate(models.Model):
    """Whether a customer has to agree before a deviating piece may be used."""

    _name = "product.template"
    _inherit = "product.template"

    _control_fields = (SPECIAL, NAME)

    variance_needs_concession = fields.Boolean(
        string="Use as Is Needs a Customer's Permit",
        help="Held pieces may be used as they are only with the customer's concession "
        "or deviation permit.",
    )

    def _is_control(self):
        return self[NAME] or super()._is_control()

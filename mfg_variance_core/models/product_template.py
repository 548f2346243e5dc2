from odoo import api, fields, models


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = "product.template"

    variance_exception_count = fields.Integer(
        string="Open Variances", compute="_compute_variance_exception_count"
    )

    @api.depends("product_variant_ids")
    def _compute_variance_exception_count(self):
        for template in self:
            template.variance_exception_count = sum(
                template.product_variant_ids.mapped("variance_exception_count")
            )

    def action_open_variance_exceptions(self):
        """The cases of all variants of this product."""
        return self.product_variant_ids.action_open_variance_exceptions()

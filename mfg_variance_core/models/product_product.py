from odoo import models


class ProductProduct(models.Model):
    """Cases of a product: those about making it, and those where it is consumed."""

    _name = "product.product"
    _inherit = ["product.product", "mfg.variance.linked"]

    def _get_variance_links(self):
        return ("product_id", "component_id")

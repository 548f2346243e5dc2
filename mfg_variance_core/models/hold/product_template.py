from odoo import models

# what makes stock of a product be looked for elsewhere, or not at all
GUARDED = ("active", "type", "is_storable", "tracking", "uom_id")


class ProductTemplate(models.Model):
    """A product whose stock is held stays what it is."""

    _name = "product.template"
    _inherit = "product.template"

    def write(self, vals):
        names = [name for name in GUARDED if name in vals]
        changed = self.filtered(
            lambda template: any(
                (template.uom_id.id if name == "uom_id" else template[name])
                != vals[name]
                for name in names
            )
        )
        if changed:
            changed.with_context(active_test=False).product_variant_ids._check_holds()
        return super().write(vals)

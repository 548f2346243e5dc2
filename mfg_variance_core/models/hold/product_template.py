from odoo import fields, models

# what makes stock of a product be looked for elsewhere, or not at all
GUARDED = ("active", "type", "is_storable", "tracking", "uom_id")


class ProductTemplate(models.Model):
    """A product whose stock is held stays what it is."""

    _name = "product.template"
    _inherit = "product.template"

    variance_hold_count = fields.Integer(
        string="Holds", compute="_compute_variance_hold_count"
    )

    def _compute_variance_hold_count(self):
        for template in self:
            variants = template.product_variant_ids
            template.variance_hold_count = sum(variants.mapped("variance_hold_count"))

    def action_open_variance_holds(self):
        """The holds of all variants of this product."""
        return self.product_variant_ids.action_open_variance_holds()

    def action_variance_hold(self):
        """Ask what of it is to be held; of several variants the person chooses one."""
        self.ensure_one()
        variants = self.product_variant_ids
        context = {"default_product_id": variants.id} if len(variants) == 1 else {}
        return self.env["mfg.variance.hold"]._open_wizard(context)

    def write(self, vals):
        names = [name for name in GUARDED if name in vals]
        if vals.get("active"):
            names.remove("active")  # coming back is in nobody's way
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

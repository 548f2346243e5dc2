from odoo import api, fields, models


class MfgVarianceStandard(models.Model):
    """The plan of one by-product, frozen per finished unit, with its share of cost."""

    _name = "mfg.variance.standard"
    _inherit = "mfg.variance.standard"

    kind = fields.Selection(
        selection_add=[("byproduct", "By-Product")],
        ondelete={"byproduct": "cascade"},
    )
    cost_share = fields.Float(
        string="Cost Share (%)", help="What the by-product takes over of the cost."
    )

    _group_byproduct_unique = models.UniqueIndex(
        "(production_group_id, component_id) WHERE is_current AND "
        "kind = 'byproduct' AND production_group_id IS NOT NULL",
        "This by-product of the order has a current standard already.",
    )
    _production_byproduct_unique = models.UniqueIndex(
        "(production_id, component_id) WHERE is_current AND "
        "kind = 'byproduct' AND production_group_id IS NULL",
        "This by-product of the order has a current standard already.",
    )

    @api.model
    def _find_byproducts(self, productions):
        """Current rows as ``{production id: {product id: row}}``.

        Only orders with by-products are looked up: most have none.
        """
        return self._find_products(
            "byproduct", productions.filtered("move_byproduct_ids")
        )

    @api.model
    def _freeze_components(self, productions, source=None):
        """By-products are frozen with the components."""
        rows = super()._freeze_components(productions, source)
        self._freeze_byproducts(productions, source)
        return rows

    @api.model
    def _freeze_byproducts(self, productions, source=None):
        """Freeze the by-products of orders that have none frozen yet."""
        known = self._find_byproducts(productions)
        vals_list, seen = [], set()
        for production in productions:
            place = production.production_group_id or production
            if production.id in known and not known[production.id]:
                if place not in seen:
                    vals_list += self._prepare_byproduct_vals_list(production, source)
                seen.add(place)
        return self._as_system().create(vals_list).with_env(self.env)

    @api.model
    def _prepare_byproduct_vals_list(self, production, source):
        ordered = production.product_uom_qty
        moves = production.move_byproduct_ids.filtered(
            lambda move: move.state != "cancel" and move.product_qty
        )
        if not ordered:
            return []
        return [
            {
                "kind": "byproduct",
                "company_id": production.company_id.id,
                "production_group_id": production.production_group_id.id,
                "production_id": production.id,
                "product_id": production.product_id.id,
                "component_id": product.id,
                "uom_id": product.uom_id.id,
                "quantity_per_unit": sum(group.mapped("product_qty")) / ordered,
                "cost_share": sum(group.mapped("cost_share")),
                "run_minutes": 0.0,
                "source": source or ("engineered" if production.bom_id else "manual"),
                "frozen_at": self.env["mfg.variance.engine"]._now(),
            }
            for product, group in moves.grouped("product_id").items()
        ]

    @api.model
    def _supersede_components(self, productions, reason):
        """A changed bill of materials plans its by-products anew as well."""
        result = super()._supersede_components(productions, reason)
        known = self._find_byproducts(productions)
        for production in productions.filtered(lambda order: known.get(order.id)):
            old = self.concat(*known[production.id].values())
            vals_list = self._prepare_byproduct_vals_list(production, None)
            if old._get_byproduct_plan() == {
                vals["component_id"]: (
                    round(vals["quantity_per_unit"], 5),
                    round(vals["cost_share"], 3),
                )
                for vals in vals_list
            }:
                continue
            old._as_system().write({"is_current": False})
            # one current row at a time: the index looks at each statement
            old.flush_recordset(["is_current"])
            version = max(old.mapped("version")) + 1
            self._as_system().create(
                [{**vals, "version": version, "reason": reason} for vals in vals_list]
            )
        return result

    def _get_byproduct_plan(self):
        return {
            row.component_id.id: (
                round(row.quantity_per_unit, 5),
                round(row.cost_share, 3),
            )
            for row in self
        }

from odoo import api, fields, models


class MfgVarianceStandard(models.Model):
    """The plan of one component, frozen per finished unit (DESIGN section 6).

    One row per component of a production group, so that backorders, splits and
    changed quantities scale it. Lines of one component are added up: what is consumed
    is not told apart by line either.
    """

    _name = "mfg.variance.standard"
    _inherit = "mfg.variance.standard"

    kind = fields.Selection(
        [("operation", "Operation"), ("component", "Component")],
        default="operation",
        required=True,
    )
    component_id = fields.Many2one(
        "product.product", index="btree_not_null", ondelete="set null"
    )
    uom_id = fields.Many2one("uom.uom", string="Unit", ondelete="restrict")
    quantity_per_unit = fields.Float(
        digits=(16, 6), help="Of the component, for one finished unit, without loss."
    )
    loss_percent = fields.Float(
        string="Expected Loss (%)", help="What the bill of materials allows on top."
    )
    unit_cost = fields.Float(
        digits=(16, 6), help="Cost of one unit of the component when it was frozen."
    )

    _group_component_unique = models.UniqueIndex(
        "(production_group_id, component_id) WHERE is_current AND "
        "kind = 'component' AND production_group_id IS NOT NULL",
        "This component of the order has a current standard already.",
    )
    _production_component_unique = models.UniqueIndex(
        "(production_id, component_id) WHERE is_current AND "
        "kind = 'component' AND production_group_id IS NULL",
        "This component of the order has a current standard already.",
    )

    @api.model
    def _find_for_productions(self, productions):
        """Current component rows as ``{production id: {component id: row}}``."""
        return self._find_products("component", productions)

    @api.model
    def _find_products(self, kind, productions):
        """Current rows of this kind as ``{production id: {product id: row}}``."""
        if not productions:
            return {}
        groups = productions.production_group_id
        rows = self.sudo().search(  # sudo: judging reads the plan for anybody
            [
                ("is_current", "=", True),
                ("kind", "=", kind),
                "|",
                ("production_group_id", "in", groups.ids),
                "&",
                ("production_group_id", "=", False),
                ("production_id", "in", productions.ids),
            ]
        )
        by_place = {}
        for row in rows:
            place = row.production_group_id or row.production_id
            by_place.setdefault(place, {})[row.component_id.id] = row
        # an order whose bill was updated alone has rows of its own
        return {
            order.id: by_place.get(order)
            or by_place.get(order.production_group_id or order, {})
            for order in productions
        }

    @api.model
    def _freeze_components(self, productions, source=None):
        """Freeze the components of orders that have no frozen component yet.

        A component added later is not planned: it has no row, and is judged by what
        it costs. ``source`` overrides where the plan comes from.
        """
        known = self._find_for_productions(productions)
        vals_list, seen = [], set()
        for production in productions:
            place = production.production_group_id or production
            if known[production.id] or place in seen:
                continue
            seen.add(place)
            vals_list += self._prepare_component_vals_list(production, source)
        return self._as_system().create(vals_list).with_env(self.env)

    @api.model
    def _prepare_component_vals_list(self, production, source):
        totals = {}
        for move in production.move_raw_ids:
            quantity = move.product_qty  # in the unit of the component
            if move.state == "cancel" or not quantity:
                continue
            loss = move.bom_line_id.variance_loss_percent
            seen, weighted = totals.get(move.product_id, (0.0, 0.0))
            totals[move.product_id] = (seen + quantity, weighted + quantity * loss)
        ordered = production.product_uom_qty
        if not ordered:
            return []
        return [
            {
                "kind": "component",
                "company_id": production.company_id.id,
                "production_group_id": production.production_group_id.id,
                "production_id": production.id,
                "product_id": production.product_id.id,
                "component_id": component.id,
                "uom_id": component.uom_id.id,
                "quantity_per_unit": quantity / ordered,
                "loss_percent": weighted / quantity,
                "unit_cost": component.with_company(
                    production.company_id
                ).standard_price,
                "run_minutes": 0.0,
                "source": source or ("engineered" if production.bom_id else "manual"),
                "frozen_at": self.env["mfg.variance.engine"]._now(),
            }
            for component, (quantity, weighted) in totals.items()
        ]

    @api.model
    def _supersede_components(self, productions, reason):
        """Freeze a new version where the bill of materials was changed on purpose.

        Where backorders or splits use the rows too they stay current for them, and
        the order gets rows of its own.
        """
        known = self._find_for_productions(productions)
        for production in productions:
            group = production.production_group_id
            old = self.concat(*known[production.id].values())
            vals_list = self._prepare_component_vals_list(production, None)
            if not old or old._are_same_components(vals_list):
                continue
            is_shared = old.production_group_id and len(group.production_ids) > 1
            if is_shared:
                own = {"production_group_id": False}
            else:
                own = {"production_group_id": old.production_group_id.id}
                old._as_system().write({"is_current": False})
                # one current row at a time: the index looks at each statement
                old.flush_recordset(["is_current"])
            version = max(old.mapped("version")) + 1
            self._as_system().create(
                [
                    {**vals, **own, "version": version, "reason": reason}
                    for vals in vals_list
                ]
            )

    def _are_same_components(self, vals_list):
        plan = {
            row.component_id.id: (
                round(row.quantity_per_unit, 5),
                round(row.loss_percent, 3),
            )
            for row in self
        }
        return plan == {
            vals["component_id"]: (
                round(vals["quantity_per_unit"], 5),
                round(vals["loss_percent"], 3),
            )
            for vals in vals_list
        }

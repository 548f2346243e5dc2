from odoo import api, fields, models

from .fact import Fact

# models whose metrics have readers of their own; all others need a mapping of fields
MEASURED_MODELS = (
    "mrp.workorder",
    "mrp.production",
    "mrp.workcenter.productivity",
    "stock.scrap",
)

# dimension of a measurement: (its model, the field of the action that overrides)
DIMENSIONS = {
    "company_id": ("res.company", "variance_company_field_id"),
    "plant_id": ("mfg.variance.plant", "variance_plant_field_id"),
    "product_id": ("product.product", "variance_product_field_id"),
    "lot_id": ("stock.lot", None),
    "workcenter_id": ("mrp.workcenter", "variance_workcenter_field_id"),
    "production_id": ("mrp.production", "variance_production_field_id"),
    "workorder_id": ("mrp.workorder", "variance_workorder_field_id"),
    "operation_id": ("mrp.routing.workcenter", None),
}
# who knows about the dimensions the record itself does not name, asked in this order
WITNESSES = ("workorder_id", "production_id", "workcenter_id")
FIELD_NAMES_OF_PLANT = ("plant_id", "variance_plant_id")
NUMERIC_TYPES = ("integer", "float", "monetary")
MOMENT_TYPES = ("datetime", "date")


class IrActionsServer(models.Model):
    """Where the facts are on a model that no metric of ours knows how to read."""

    _name = "ir.actions.server"
    _inherit = "ir.actions.server"

    variance_is_mapped = fields.Boolean(compute="_compute_variance_is_mapped")
    variance_planned_field_id = fields.Many2one(
        "ir.model.fields", string="Planned", ondelete="set null"
    )
    variance_actual_field_id = fields.Many2one(
        "ir.model.fields", string="Actual", ondelete="set null"
    )
    variance_event_field_id = fields.Many2one(
        "ir.model.fields",
        string="Happened At",
        ondelete="set null",
        help="The moment it happened on the floor, not the moment of recording.",
    )
    # --- where the facts are; empty = the field with the usual name
    variance_company_field_id = fields.Many2one(
        "ir.model.fields", string="Company Field", ondelete="set null"
    )
    variance_plant_field_id = fields.Many2one(
        "ir.model.fields", string="Plant Field", ondelete="set null"
    )
    variance_product_field_id = fields.Many2one(
        "ir.model.fields", string="Product Field", ondelete="set null"
    )
    variance_workcenter_field_id = fields.Many2one(
        "ir.model.fields", string="Work Center Field", ondelete="set null"
    )
    variance_production_field_id = fields.Many2one(
        "ir.model.fields", string="Manufacturing Order Field", ondelete="set null"
    )
    variance_workorder_field_id = fields.Many2one(
        "ir.model.fields", string="Work Order Field", ondelete="set null"
    )

    @api.depends("state", "model_id")
    def _compute_variance_is_mapped(self):
        for action in self:
            action.variance_is_mapped = (
                action.state == "variance_evaluate"
                and action.model_name not in MEASURED_MODELS
            )

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "variance_planned_field_id",
            "variance_actual_field_id",
            "variance_event_field_id",
            *(name for _model, name in DIMENSIONS.values() if name),
        ]

    def _get_mapping_warnings(self):
        """Say which field of a foreign model is missing or of the wrong kind."""
        warnings = []
        for name, types in (
            ("variance_planned_field_id", NUMERIC_TYPES),
            ("variance_actual_field_id", NUMERIC_TYPES),
            ("variance_event_field_id", MOMENT_TYPES),
        ):
            field = self[name].sudo()  # sudo: names and types of fields are no secret
            if field.model_id != self.model_id or field.ttype not in types:
                warnings.append(
                    self.env._(
                        "%(label)s: choose a field of %(model)s that holds %(kind)s.",
                        label=self._fields[name]._description_string(self.env),
                        model=self.model_id.name,
                        kind=self.env._("a number")
                        if types is NUMERIC_TYPES
                        else self.env._("a date"),
                    )
                )
        for comodel, name in DIMENSIONS.values():
            field = self[name].sudo() if name else None  # sudo: as above
            if field and (field.model_id != self.model_id or field.relation != comodel):
                warnings.append(
                    self.env._(
                        "%(label)s: %(field)s is not a link from %(model)s to "
                        "%(target)s.",
                        label=self._fields[name]._description_string(self.env),
                        field=field.field_description,
                        model=self.model_id.name,
                        target=self.env[comodel]._description,
                    )
                )
        return warnings

    def _variance_values(self, record):
        """Return the ids of the dimensions found on ``record``, for a measurement.

        Keys are those of ``DIMENSIONS``; a dimension nobody knows is False. The
        record itself is asked first, by the field the action names or else by the
        usual name, then the work order, order and work center found that way.
        """
        self.ensure_one()
        # sudo: links to the place of the event, which the person who triggered the
        # rule need not be allowed to read
        record = record.sudo()
        values = {
            name: self._get_dimension(record, name, comodel, override)
            for name, (comodel, override) in DIMENSIONS.items()
        }
        for witness_name in WITNESSES:
            witness = values[witness_name]
            for name, (comodel, _override) in DIMENSIONS.items():
                if witness and not values[name]:
                    values[name] = self._get_dimension(witness, name, comodel)
        values["plant_id"] = values["plant_id"] or self._get_plant_of_warehouse(
            record, values["production_id"]
        )
        values["company_id"] = values["company_id"] or self.env.company
        return {name: value and value.id for name, value in values.items()}

    def _get_plant_of_warehouse(self, *records):
        """Return the plant made for the warehouse of the first record that has one."""
        for record in filter(None, records):
            operation_type = "picking_type_id" in record and record.picking_type_id
            place = record if "warehouse_id" in record else operation_type
            if place and place.warehouse_id:
                plants = self.env["mfg.variance.plant"]
                return plants.browse(plants._get_id_of(place.warehouse_id.id) or [])
        return False

    def _get_dimension(self, record, name, comodel, override=None):
        """Return the linked record of that model, or False."""
        if record._name == comodel:
            return record
        named = override and self.sudo()[override].name  # sudo: a field's name
        candidates = [named] if named else [name]
        if name == "plant_id" and not named:
            candidates = FIELD_NAMES_OF_PLANT
        for candidate in candidates:
            field = record._fields.get(candidate)
            if field and field.type == "many2one" and field.comodel_name == comodel:
                return record[candidate]
        return False

    def _prepare_variance_fact(self, record):
        """Return the figures of a record of any model, as this action maps them."""
        event_at = record[self.variance_event_field_id.name]
        return Fact(
            source_model=record._name,
            source_id=record.id,
            event_at=fields.Datetime.to_datetime(event_at)
            or self.env["mfg.variance.engine"]._now(),
            dims=self._variance_values(record),
            planned=record[self.variance_planned_field_id.name],
            actual=record[self.variance_actual_field_id.name],
        )

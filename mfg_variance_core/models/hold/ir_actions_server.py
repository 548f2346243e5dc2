from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import holds
from .mfg_variance_hold import STRENGTHS, TARGETS

# in which order a record is asked what it stands for, the narrowest first
KINDS = (
    holds.LOT,
    holds.WORKORDER,
    holds.PRODUCTION,
    holds.WORKCENTER,
    holds.PICKING,
)


class IrActionsServer(models.Model):
    """The action type *Place Hold*: on any model, by what its records name."""

    _name = "ir.actions.server"
    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("variance_hold", "Place Hold")],
        ondelete={"variance_hold": "cascade"},
    )
    variance_hold_kind = fields.Selection(
        [
            ("auto", "The narrowest the record names"),
            ("lot", "Its lot"),
            ("workorder", "Its work order"),
            ("production", "Its manufacturing order"),
            ("workcenter", "Its work center"),
            ("picking", "Its transfer"),
        ],
        string="What to Hold",
        default="auto",
    )
    variance_hold_strength = fields.Selection(STRENGTHS, string="How", default="no_use")
    variance_hold_reason = fields.Char(string="Reason of the Hold", translate=True)
    variance_hold_field_id = fields.Many2one(
        "ir.model.fields",
        string="Field of What to Hold",
        ondelete="set null",
        help="Empty: the field with the usual name, such as lot_id.",
    )

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "variance_hold_kind",
            "variance_hold_field_id",
        ]

    def _get_variance_hold_warnings(self):
        warnings = []
        field = self.variance_hold_field_id.sudo()  # sudo: a field's model and target
        models_held = {self._get_held_model(kind) for kind in KINDS}
        if field and (
            field.model_id != self.model_id or field.relation not in models_held
        ):
            warnings.append(
                self.env._(
                    "%(field)s is no link from %(model)s to what can be held.",
                    field=field.field_description,
                    model=self.model_id.name,
                )
            )
        elif not field and self.model_name in self.env and not self._get_named_kinds():
            warnings.append(
                self.env._(
                    "%(model)s names nothing that can be held. Choose the field.",
                    model=self.model_id.name,
                )
            )
        return warnings

    @api.model
    def _get_held_model(self, kind):
        return self.env["mfg.variance.hold"]._fields[TARGETS[kind]].comodel_name

    def _get_named_kinds(self):
        """The kinds records of this model can name by their usual fields."""
        Model = self.env[self.model_name]
        if Model._name == "mfg.variance.exception":
            return list(KINDS)
        kinds = []
        for kind in KINDS:
            field = Model._fields.get(TARGETS[kind])
            model = self._get_held_model(kind)
            if Model._name == model or (field and field.comodel_name == model):
                kinds.append(kind)
        return kinds

    def _run_action_variance_hold_multi(self, eval_context=None):
        """Remember what is to be held; it is placed when the transaction ends."""
        vals_list = [
            vals
            for record in self._get_eval_records(eval_context)
            for vals in self._prepare_variance_holds(record)
        ]
        self.env["mfg.variance.engine"]._capture_holds(vals_list)
        return False

    def _prepare_variance_holds(self, record):
        reason = self.variance_hold_reason or self.name
        strength = self.variance_hold_strength or holds.NO_USE
        kind = self.variance_hold_kind or "auto"
        if record._name == "mfg.variance.exception":
            return record._prepare_holds(kind, strength, reason)
        # sudo: links to what is held, which whoever set off the rule need not see
        kind, targets = self._get_held_targets(record.sudo(), kind)
        if not targets:
            raise UserError(
                self.env._(
                    "%(record)s names nothing that could be held.",
                    record=record.display_name,
                )
            )
        return [
            {
                "kind": kind,
                TARGETS[kind]: target.id,
                "strength": strength,
                "reason": reason,
            }
            for target in targets
        ]

    def _get_held_targets(self, record, wanted):
        """``(kind, records)`` of what a record stands for."""
        field = self.sudo().variance_hold_field_id  # sudo: a field's name
        for kind in KINDS if wanted == "auto" else (wanted,):
            model = self._get_held_model(kind)
            if field and field.relation == model:
                return kind, record[field.name]
            if record._name == model:
                return kind, record
            own = record._fields.get(TARGETS[kind])
            if not field and own and own.comodel_name == model and record[own.name]:
                return kind, record[own.name]
        return wanted, None

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import holds
from .mfg_variance_hold import STRENGTHS

# what a case may name, the narrowest first
TARGETS = ("lot", "component_lot", "workorder", "production", "workcenter", "picking")


class MfgVarianceException(models.Model):
    """What a case holds, and that it is contained and released before it is closed."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    hold_ids = fields.One2many("mfg.variance.hold", "exception_id", string="Holds")
    hold_count = fields.Integer(compute="_compute_hold_count")
    hold_strength = fields.Selection(
        STRENGTHS, string="On Hold", compute="_compute_hold_count"
    )

    @api.depends("hold_ids.state", "hold_ids.strength")
    def _compute_hold_count(self):
        found = self.env["mfg.variance.hold"]._read_group(
            [("exception_id", "in", self.ids), ("state", "=", "active")],
            ["exception_id"],
            ["__count", "strength:array_agg"],
        )
        by_case = {case.id: rest for case, *rest in found}
        for case in self:
            count, strengths = by_case.get(case._origin.id, (0, ()))
            case.hold_count = count
            case.hold_strength = holds.stronger(strengths)

    def _get_gate_needs(self, to):
        """Contained: every hold seen by a person. Resolved: nothing held any more."""
        needs = super()._get_gate_needs(to)
        if to not in ("contained", "resolved", "closed"):
            return needs
        # sudo: what is held counts, whoever moves the case
        active = self.sudo().hold_ids.filtered(lambda hold: hold.state == "active")
        if to == "contained":
            needs += [
                self.env._(
                    "%(hold)s: confirm where it is and how much there is.",
                    hold=hold.display_name,
                )
                for hold in active
                if not hold.confirmed_at
            ]
        else:
            needs += [
                self.env._(
                    "%(hold)s is still on hold: decide what becomes of it.",
                    hold=hold.display_name,
                )
                for hold in active
            ]
        return needs

    # ---------------------------------------------------------------- placing

    def action_hold(self):
        """Hold what this case is about, in a few large buttons."""
        self.ensure_one()
        return self.env["mfg.variance.hold"]._open_wizard(
            {"default_exception_id": self.id}
        )

    def action_find_suspects(self):
        """Find all that may have what this case is about."""
        self.ensure_one()
        self.check_access("read")
        Suspect = self.env["mfg.variance.suspect"]
        Suspect._check_may_search()
        return Suspect._begin(Suspect._prepare_from_case(self))._open()

    def action_open_holds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_hold_action"
        )
        return {**action, "domain": [("exception_id", "=", self.id)], "context": {}}

    def _get_hold_targets(self):
        """``{target: records}`` of what this case names, the narrowest first."""
        self.ensure_one()
        case = self.sudo()  # sudo: what the case is about, for whoever holds it
        used = case.production_id.move_raw_ids.filtered(
            lambda move: move.product_id == case.component_id
        )
        found = {
            "lot": case.lot_id,
            "component_lot": used.move_line_ids.lot_id,
            "workorder": case.workorder_id,
            "production": case.production_id,
            "workcenter": case.workcenter_id,
            "picking": case._get_hold_picking(),
        }
        return {name: records for name, records in found.items() if records}

    def _get_hold_picking(self):
        """The transfer a case was raised on, by itself or by one of its moves."""
        Picking = self.env["stock.picking"]
        if self.source_model not in ("stock.picking", "stock.move", "stock.move.line"):
            return Picking
        source = self.env[self.source_model].browse(self.source_id).exists()
        return source if source._name == Picking._name else source.picking_id

    def _prepare_holds(self, target, strength, reason):
        """The holds on what a case names; refuses if it names nothing of that kind."""
        self.ensure_one()
        targets = self._get_hold_targets()
        if target == "auto":
            target = next(iter(targets), None)
        if target not in targets:
            raise UserError(
                self.env._(
                    "%(case)s names nothing of the kind that is to be held.",
                    case=self.name,
                )
            )
        kind = holds.LOT if target == "component_lot" else target
        return [
            {
                "kind": kind,
                f"{kind}_id": record.id,
                "strength": strength,
                "reason": reason,
                "exception_id": self.id,
            }
            for record in targets[target]
        ]

from odoo import api, models
from odoo.exceptions import UserError

from ...domain import holds
from . import passage


class MfgVarianceHold(models.Model):
    """What stays as it is around a hold: its documents, where its stock came from."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    @api.model
    def _refuse_taking_out(self, ids_by_kind):
        """Refuse to take moves out of held documents, other than by splitting them."""
        split = passage.split_ids(self.env)
        work = {
            kind: [one for one in ids if (kind, one) not in split]
            for kind, ids in ids_by_kind.items()
        }
        if not any(work.values()):
            return
        found = self._find(**work)
        if found:
            self._refuse_held({one.hold_id: (holds.RELABEL, False) for one in found})

    @api.model
    def _refuse_retelling(self, lot_ids):
        """Refuse when one of these lots is held, or was made from a held one."""
        found = self._find(lots=lot_ids, shipped=lot_ids)
        names = {lot.id: lot.display_name for lot in self._get_lots(found)}
        passed = passage.passed_hold_ids(self.env)
        blocked = {
            one.hold_id: (holds.RELABEL, one.is_inherited and names[one.key])
            for one in found
            if one.hold_id not in passed
        }
        if blocked:
            self._refuse_held(blocked)

    @api.model
    def _get_lots(self, found):
        # sudo: the names of lots, to be told to whoever is stopped
        return self.env["stock.lot"].sudo().browse({one.key for one in found})

    @api.model
    def _refuse_forgetting(self, line):
        raise UserError(
            self.env._(
                "%(lot)s: what it was made from, and what was made from it, stays as "
                "it was booked. Holds and recalls follow it.",
                lot=line.lot_id.display_name,
            )
        )

    @api.model
    def _hold_late(self, quantities):
        """Hold ``{line: quantity}`` that came out of held work after it was done."""
        lines = self.env["stock.move.line"].union(*quantities)
        found = self._find(
            picking=lines.picking_id.ids,
            **lines.move_id.production_id._get_hold_work_ids(),
        )
        if not found:
            return
        for line, hold in self._get_put_aside(found, lines).items():
            is_held = line.lot_id.sudo().variance_hold_strength  # sudo: how it is held
            if line.lot_id and is_held:
                continue
            # sudo: it follows from the hold on the work, whoever books
            self.sudo()._place([hold._prepare_late_vals(line, quantities[line])])

    def _prepare_late_vals(self, line, quantity):
        self.ensure_one()
        vals = {
            "parent_id": self.id,
            "exception_id": self.exception_id.id,
            "company_id": self.company_id.id,
            "plant_id": self.plant_id.id,
            "strength": self.strength,
            "reason": self.reason,
            "production_id": line.move_id.production_id.id,
            "picking_id": line.picking_id.id,
            "product_id": line.product_id.id,
            "lot_id": line.lot_id.id,
        }
        if line.lot_id:
            return {**vals, "kind": holds.LOT}
        return {
            **vals,
            "kind": holds.QUANTITY,
            "location_id": line.location_dest_id.id,
            "quantity": quantity,
        }

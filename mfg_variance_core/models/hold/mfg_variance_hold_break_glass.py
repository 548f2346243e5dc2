from odoo import models

from ...domain import holds
from ..cache import forget


class MfgVarianceHold(models.Model):
    """What a broken glass does to a hold, and what it never does."""

    _name = "mfg.variance.hold"
    _inherit = "mfg.variance.hold"

    def _is_granted_by(self, grant, kinds):
        """Also a broken glass, while it is in force; it weakens and lifts nothing."""
        if isinstance(grant, models.BaseModel) and (
            grant._name == "mfg.variance.break_glass" and len(grant) == 1
        ):
            grant = grant.sudo()  # sudo: what is in force, whoever carries it out
            return "no_ship" in kinds and grant.hold_id == self and grant._is_granted()
        return super()._is_granted_by(grant, kinds)

    def _is_special(self):
        """True when a special characteristic depends on what is held."""
        self.ensure_one()
        products = self.product_id | self.lot_id.product_id
        orders = (
            self.production_id
            | self.workorder_id.production_id
            | self.lot_id._get_variance_makers()
        )
        if self.workcenter_id:
            waiting = self.env["mrp.workorder"].search(
                [
                    ("workcenter_id", "=", self.workcenter_id.id),
                    ("state", "in", ("blocked", "ready", "progress")),
                ]
            )
            orders |= waiting.production_id
        products |= orders.product_id
        operations = orders.workorder_ids.operation_id | self.workorder_id.operation_id
        return any(products.mapped("variance_is_special_characteristic")) or any(
            operations.mapped("variance_is_special_characteristic")
        )

    def _restore_after(self, glass):
        """Do not use again, unless somebody granted *use, do not ship* meanwhile."""
        self.ensure_one()
        granted = self.env["mfg.variance.approval"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("kind", "in", ("no_ship", "hold_release")),
                ("state", "=", "granted"),
            ]
        )
        if (
            self.state != "active"
            or self.strength == holds.NO_USE
            or any(approval._is_granted() for approval in granted)
        ):
            return
        self._touch_own()
        self._as_system().write({"strength": holds.NO_USE, "weakened_at": False})
        self._refresh_lots()
        self._tell_ledger("hold.strengthened", decision=glass.display_name)
        self._log(
            self.env._("Not to be used again: %(what)s is over.", what=glass.name)
        )
        forget(self.env)

    def action_break_glass(self):
        """Ask for reason and hours; who may is checked when the glass is broken."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Break Glass"),
            "res_model": "mfg.variance.break_glass.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_id": self.id},
        }

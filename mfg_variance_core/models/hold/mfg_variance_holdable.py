from odoo import fields, models
from odoo.fields import Domain

from ...domain import holds
from .mfg_variance_hold import STRENGTHS


class MfgVarianceHoldable(models.AbstractModel):
    """What can be held: the ribbon, the smart button, and the button to hold it."""

    _name = "mfg.variance.holdable"
    _description = "Can Be Held"

    variance_hold_count = fields.Integer(
        string="Holds", compute="_compute_variance_hold"
    )
    variance_hold_badge = fields.Selection(
        STRENGTHS, string="On Hold", compute="_compute_variance_hold"
    )
    variance_hold_text = fields.Char(compute="_compute_variance_hold")

    def _compute_variance_hold(self):
        """What holds these records now, read once for all of them."""
        # sudo: whoever works with it is told that it is held and why, whatever role
        # he has in variance control
        Hold = self.env["mfg.variance.hold"].sudo()
        domain = Domain("state", "=", "active") & self._get_variance_hold_domain()
        found = Hold.search(domain) if self.ids else Hold
        for record in self:
            mine = found.filtered_domain(record._origin._get_variance_hold_domain())
            record.variance_hold_count = len(mine)
            record.variance_hold_badge = holds.stronger(mine.mapped("strength"))
            first = mine[:1]
            record.variance_hold_text = first and self.env._(
                "%(hold)s: %(reason)s", hold=first.name, reason=first.reason
            )

    def _get_variance_hold_domain(self):
        """The holds, active or not, that these records are under."""
        link = self._get_variance_hold_link()
        return Domain(link, "in", self.ids)

    def _get_variance_hold_link(self):
        return f"{self._name.split('.')[-1]}_id"

    def action_open_variance_holds(self):
        """The holds of these records, the active ones first."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_hold_action"
        )
        domain = list(self._get_variance_hold_domain())
        return {**action, "domain": domain, "context": {}}

    def action_variance_hold(self):
        """Ask for the reason and hold this record."""
        self.ensure_one()
        link = self._get_variance_hold_link()
        return self.env["mfg.variance.hold"]._open_wizard({f"default_{link}": self.id})

from odoo import api, models
from odoo.fields import Domain

from ..mfg_variance_floor import MOST_COUNTED, PAGE


class MfgVarianceFloor(models.AbstractModel):
    """What is on hold here, on the first screen of the floor."""

    _name = "mfg.variance.floor"
    _inherit = "mfg.variance.floor"

    @api.model
    @api.readonly
    def action_get_my_shift(
        self, plant_id=False, workcenter_id=False, focus=None, limits=None
    ):
        found = super().action_get_my_shift(plant_id, workcenter_id, focus, limits)
        place = self._get_hold_place(plant_id, workcenter_id, focus)
        # what waits for the person stays last
        found["sections"].insert(-1, self._get_held(place))
        return found

    def _get_hold_place(self, plant_id, workcenter_id, focus):
        domain = Domain("state", "=", "active")
        if plant_id:
            domain &= Domain("plant_id", "in", [plant_id, False])
        record = self._get_focus(focus)
        if record and "variance_hold_count" in record:
            # as superuser, as it was found: an operator may have no role in MRP; only
            # ids go into the domain, and the holds found are those of the person
            return domain & record._get_variance_hold_domain()
        if record and record._name == "mfg.variance.exception":
            return domain & Domain("exception_id", "=", record.id)
        if record and record._name == "mfg.variance.hold":
            return domain & Domain("id", "=", record.id)
        if workcenter_id:
            center = Domain("workcenter_id", "=", workcenter_id)
            order = Domain(
                "production_id.workorder_ids.workcenter_id", "=", workcenter_id
            )
            work = Domain("workorder_id.workcenter_id", "=", workcenter_id)
            case = Domain("exception_id.workcenter_id", "=", workcenter_id)
            domain &= center | order | work | case
        return domain

    def _get_held(self, domain):
        """The section of what is held, the oldest unconfirmed first."""
        Hold = self.env["mfg.variance.hold"]
        found = Hold.search(
            domain, order="confirmed_at DESC, placed_at, id", limit=PAGE
        )
        count = len(found)
        if count == PAGE:
            count = Hold.search_count(domain, limit=MOST_COUNTED + 1)
        return {
            "key": "held",
            "title": self.env._("On hold"),
            "empty": self.env._("Nothing is on hold here."),
            "count": count,
            "most": MOST_COUNTED,
            "cards": [],
            "holds": [hold._prepare_floor_card() for hold in found],
        }

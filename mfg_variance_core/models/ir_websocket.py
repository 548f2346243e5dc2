from odoo import models

from .mfg_variance_exception_live import FLOOR_CHANNEL


class IrWebsocket(models.AbstractModel):
    _name = "ir.websocket"
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Give who asks for the floor the plants he may see, and no others."""
        if FLOOR_CHANNEL in channels:
            channels = [name for name in channels if name != FLOOR_CHANNEL]
            if self.env.user.has_group("mfg_variance_core.group_operator"):
                plants = self.env["mfg.variance.plant"].search([("active", "=", True)])
                companies = plants.company_id | self.env.user.company_ids
                channels += [(place, FLOOR_CHANNEL) for place in (*plants, *companies)]
        return super()._build_bus_channel_list(channels)

from odoo import fields, models

# chatter and activities, which have guards of theirs
NOT_OURS = ("message_", "website_", "activity_")


class MfgVarianceAbout(models.AbstractModel):
    """What a hold or a search of suspects is about; kept by the system only."""

    _name = "mfg.variance.about"
    _description = "About Stock or Work"
    _inherit = ["mfg.variance.guarded"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    plant_id = fields.Many2one(
        "mfg.variance.plant", index=True, readonly=True, ondelete="restrict"
    )
    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Case",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    lot_id = fields.Many2one(
        "stock.lot", string="Lot/Serial Number", readonly=True, ondelete="restrict"
    )
    production_id = fields.Many2one(
        "mrp.production",
        string="Manufacturing Order",
        readonly=True,
        ondelete="restrict",
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", string="Work Order", readonly=True, ondelete="restrict"
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", readonly=True, ondelete="restrict"
    )

    @property
    def _guarded_fields(self):
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            and not name.startswith(NOT_OURS)
            and name != "my_activity_date_deadline"
        )

    def _is_log_kept(self):
        """Who held, released or was told what is evidence as long as there is it."""
        return True

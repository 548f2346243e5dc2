from odoo import api, fields, models

WAITS_FOR = [
    ("customer", "Customer"),
    ("supplier", "Supplier"),
    ("laboratory", "Laboratory"),
    ("maintenance", "Maintenance"),
    ("engineering", "Engineering"),
    ("other", "Somebody else"),
]


class MfgVarianceExceptionPause(models.Model):
    """Why the clocks to decide and to resolve stood still, and whom it waited for.

    Begun and ended by the buttons of the case. One that nobody ends is over by itself
    at the moment it was expected to be.
    """

    _name = "mfg.variance.exception.pause"
    _description = "Pause of a Case"
    _inherit = ["mfg.variance.guarded"]
    _order = "id desc"
    _append_only_columns = (
        "exception_id",
        "company_id",
        "waits_for",
        "waits_for_name",
        "reason",
        "started_at",
        "started_by_id",
        "until",
    )

    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Exception",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True)
    plant_id = fields.Many2one("mfg.variance.plant", index=True, ondelete="restrict")
    waits_for = fields.Selection(WAITS_FOR, string="Waits For", required=True)
    waits_for_name = fields.Char(string="Whom", required=True)
    reason = fields.Char(required=True)
    started_at = fields.Datetime(string="From", required=True)
    started_by_id = fields.Many2one("res.users", string="Paused By", required=True)
    until = fields.Datetime(string="At the Latest", required=True)
    # what was left of the clocks when they stopped
    decide_by = fields.Datetime()
    resolve_by = fields.Datetime()
    ended_at = fields.Datetime(string="Ended")
    ended_by_id = fields.Many2one(
        "res.users", string="Ended By", help="Empty: its time was over."
    )

    _one_open = models.UniqueIndex(
        "(exception_id) WHERE ended_at IS NULL", "The case is paused already."
    )

    @api.depends("waits_for", "waits_for_name")
    def _compute_display_name(self):
        labels = dict(self._fields["waits_for"]._description_selection(self.env))
        for pause in self:
            pause.display_name = self.env._(
                "Waits for %(name)s (%(kind)s)",
                name=pause.waits_for_name,
                kind=labels.get(pause.waits_for),
            )

    def _end(self, moment, by=False):
        """End these pauses; the clocks go on from there."""
        running = self.filtered(lambda pause: not pause.ended_at)
        if running:
            running._as_system().write({"ended_at": moment, "ended_by_id": by})
        return running

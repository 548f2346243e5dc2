from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain.shifts import Shift

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class MfgVariancePlantShift(models.Model):
    """A working shift of a plant; one past midnight belongs to the day it began."""

    _name = "mfg.variance.plant.shift"
    _description = "Plant Shift"
    _inherit = ["mfg.variance.control"]
    _order = "plant_id, sequence, hour_from"

    plant_id = fields.Many2one(
        "mfg.variance.plant", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plant_id.company_id", store=True)
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    hour_from = fields.Float(string="From", required=True)
    hour_to = fields.Float(
        string="To",
        required=True,
        help="An end at or before the start is on the next day.",
    )
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for shift in self:
            if not (0 <= shift.hour_from < 24 and 0 <= shift.hour_to <= 24):
                raise ValidationError(
                    self.env._(
                        "Shift %(shift)s: enter hours between 0:00 and 24:00.",
                        shift=shift.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_roster(self):
        """A shift somebody is on duty for is not taken away from under the roster."""
        # sudo: whether there is an entry, also one of a plant the user does not see
        duty = self.env["mfg.variance.duty"].sudo().with_context(active_test=False)
        found = duty.search([("shift_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "The duty roster names %(shift)s. Change the roster first.",
                    shift=found.shift_id.name,
                )
            )

    def _to_domain(self):
        """These shifts as plain values for :mod:`..domain.shifts`."""
        return tuple(
            Shift(
                id=shift.id,
                name=shift.name,
                start=shift.hour_from,
                end=shift.hour_to,
                weekdays=tuple(n for n, day in enumerate(WEEKDAYS) if shift[day]),
            )
            for shift in self
        )

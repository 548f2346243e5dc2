from datetime import timedelta

from odoo import api, fields, models

from ..domain import duty
from ..models.mfg_variance_duty import DUTY_ROLES

DAYS_AHEAD = timedelta(days=14)


class MfgVarianceDutyBoardLine(models.TransientModel):
    """The next 14 days of the roster: per plant, role and shift who stands for it."""

    _name = "mfg.variance.duty.board.line"
    _description = "Duty Board"
    _inherit = ["mfg.variance.board"]
    _order = "starts_at, plant_id, role"
    _board_action = "mfg_variance_core.mfg_variance_duty_board_line_action"

    role = fields.Selection(DUTY_ROLES, readonly=True)
    day = fields.Date(readonly=True)
    user_id = fields.Many2one("res.users", string="On Duty", readonly=True)
    duty_id = fields.Many2one("mfg.variance.duty", string="By", readonly=True)

    @api.model
    def _prepare_lines(self, plant, now):
        roles = plant._get_needed_roles()
        entries = plant._get_entries()
        lines = []
        for turn in plant._get_turns(now, now + DAYS_AHEAD):
            for role in roles:
                entry = duty.on_duty(entries, role, plant._to_turn(turn))
                lines.append(
                    {
                        **self._prepare_turn_vals(plant, turn),
                        "role": role,
                        "day": turn.day,
                        "user_id": entry.user_id if entry else False,
                        # a standing supervisor has no entry of his own
                        "duty_id": (entry.id or False) if entry else False,
                        "is_gap": not entry,
                    }
                )
        return lines

from datetime import timedelta

from odoo import api, fields, models

from ..domain import duty, shifts
from ..models.mfg_variance_duty import DUTY_ROLES

DAYS_AHEAD = timedelta(days=14)


class MfgVarianceDutyBoardLine(models.TransientModel):
    """The next 14 days of the roster: per plant, role and shift who stands for it.

    Worked out when it is opened and never afterwards: it is a view of the roster.
    """

    _name = "mfg.variance.duty.board.line"
    _description = "Duty Board"
    _order = "starts_at, plant_id, role"

    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True)
    shift_id = fields.Many2one("mfg.variance.plant.shift", readonly=True)
    role = fields.Selection(DUTY_ROLES, readonly=True)
    day = fields.Date(readonly=True)
    starts_at = fields.Datetime(string="Begins", readonly=True)
    ends_at = fields.Datetime(string="Ends", readonly=True)
    user_id = fields.Many2one("res.users", string="On Duty", readonly=True)
    duty_id = fields.Many2one("mfg.variance.duty", string="By", readonly=True)
    is_gap = fields.Boolean(string="Nobody", readonly=True)

    @api.model
    def action_open_board(self):
        """Work the board out for the plants of the user and show it, gaps first."""
        plants = self.env["mfg.variance.plant"].search([("active", "=", True)])
        now = self.env["mfg.variance.engine"]._now()
        lines = self.create(
            [vals for plant in plants for vals in self._prepare_lines(plant, now)]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_duty_board_line_action"
        )
        return {**action, "domain": [("id", "in", lines.ids)]}

    @api.model
    def _prepare_lines(self, plant, now):
        roles = plant._get_needed_roles()
        entries = plant._get_entries()
        turns = shifts.turns_between(
            now,
            now + DAYS_AHEAD,
            plant.tz,
            plant.shift_ids._to_domain() or [shifts.WHOLE_DAY],
        )
        lines = []
        for turn in turns:
            for role in roles:
                entry = duty.on_duty(entries, role, plant._to_turn(turn))
                lines.append(
                    {
                        "company_id": plant.company_id.id,
                        "plant_id": plant.id,
                        "shift_id": turn.shift_id or False,
                        "role": role,
                        "day": turn.day,
                        "starts_at": turn.starts_at,
                        "ends_at": turn.ends_at,
                        "user_id": entry.user_id if entry else False,
                        # a standing supervisor has no entry of his own
                        "duty_id": (entry.id or False) if entry else False,
                        "is_gap": not entry,
                    }
                )
        return lines

from datetime import timedelta

from odoo import models

from ..domain import duty, shifts
from .silence import Silence

LOOK_AHEAD = timedelta(hours=24)


class MfgVarianceEngine(models.AbstractModel):
    """Shifts ahead that nobody covers: told before they begin."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _get_uncovered_shifts(self):
        """``{key: silence}`` of the roles nobody is on duty for within a day.

        One per plant and role, however many shifts: who mends the roster sees them
        all there. A plant without shifts has no shift to cover.
        """
        Plant = self.env["mfg.variance.plant"]
        roles = sorted(Plant._get_policy_roles())
        if not roles:
            return {}
        now = self._now()
        plants = Plant.search([("active", "=", True), ("shift_ids", "!=", False)])
        silent = {}
        for plant in plants:
            entries = plant._get_entries()
            turns = shifts.turns_between(
                now, now + LOOK_AHEAD, plant.tz, plant.shift_ids._to_domain()
            )
            for role in roles:
                open_turns = [
                    turn
                    for turn in turns
                    if not duty.on_duty(entries, role, plant._to_turn(turn))
                ]
                if open_turns:
                    silent[f"duty:{plant.id}:{role}"] = self._prepare_gap(
                        plant, role, open_turns[0]
                    )
        return silent

    def _prepare_gap(self, plant, role, turn):
        shift = self.env["mfg.variance.plant.shift"].browse(turn.shift_id)
        label = plant._get_role_label(role)
        return Silence(
            plant.company_id,
            self.env._(
                "%(plant)s, %(shift)s of %(day)s: nobody is on duty as %(role)s.",
                plant=plant.name,
                shift=shift.name,
                day=turn.day,
                role=label,
            ),
            heading=self.env._("A shift without %(role)s", role=label),
            vals={
                "plant_id": plant.id,
                "consequence": self.env._(
                    "Cases of this shift go to the next in line, who may not be there."
                ),
                "what_to_do": self.env._(
                    "Open Duty Roster and name who stands in; the case clears by "
                    "itself within the hour."
                ),
            },
        )

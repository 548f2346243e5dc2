from datetime import date, timedelta

from odoo import models

from ...domain import duty, segregation
from ..silence import Silence
from .kinds import EACH_SHIFT

LOOK_AHEAD = timedelta(hours=24)
# what was not asked for this long is not waited for in a plant
ASKED_WITHIN = timedelta(days=90)


class MfgVarianceEngine(models.AbstractModel):
    """Approvals that nobody can decide, now or in a shift ahead: told beforehand."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _get_undecidable(self):
        """``{key: silence}`` of approvals and shifts in which nobody may decide."""
        return {**self._get_stuck_approvals(), **self._get_approval_gaps()}

    def _get_stuck_approvals(self):
        stuck = self.env["mfg.variance.approval"].search(
            [("state", "=", "waiting"), ("has_nobody", "=", True)]
        )
        return {
            f"approval:{approval.id}": Silence(
                approval.company_id,
                self.env._(
                    "%(approval)s: nobody who may decide it is free to.",
                    approval=approval.display_name,
                ),
                heading=self.env._("Nobody can decide an approval"),
                vals=self._prepare_undecidable_vals(
                    approval.company_id, approval.plant_id
                ),
            )
            for approval in stuck
        }

    def _prepare_undecidable_vals(self, company, plant):
        owner = plant._prepare_owner_vals(duty.PRODUCTION_MANAGER, company, self._now())
        return {
            **owner,
            "plant_id": plant.id,
            "consequence": self.env._("What waits for it stands still."),
            "what_to_do": self.env._(
                "Open Who Can Approve Now, then put somebody on the roster, or ask "
                "somebody who has the right to delegate it; this case clears by itself "
                "within the hour."
            ),
        }

    # ------------------------------------------------------------------- gaps

    def _get_approval_gaps(self):
        """``{key: silence}`` per plant, kind and shift of the next 24 hours.

        Only for kinds that are asked for in a plant, and for what has to be decided in
        each shift where a roster is kept for it: nobody is told of what is not used.
        """
        now, gaps = self._now(), {}
        asked = self._get_asked_kinds(now)
        plants = self.env["mfg.variance.plant"].search([("active", "=", True)])
        for plant in plants:
            turns = plant._get_turns(now, now + LOOK_AHEAD)
            for kind in self._get_kinds_to_cover(plant, asked):
                for turn in self._get_gap_turns(plant, kind, turns):
                    key = f"approver:{plant.id}:{kind}:{turn.shift_id}"
                    gaps.setdefault(key, self._prepare_approval_gap(plant, kind, turn))
        return gaps

    def _get_asked_kinds(self, now):
        """``{plant id: kinds}`` that were asked for lately."""
        rows = self.env["mfg.variance.approval"]._read_group(
            [("requested_at", ">=", now - ASKED_WITHIN)], ["plant_id", "kind"]
        )
        asked = {}
        for plant, kind in rows:
            asked.setdefault(plant.id, set()).add(kind)
        return asked

    def _get_kinds_to_cover(self, plant, asked):
        kinds = asked.get(plant.id, set())
        turn = duty.Turn(plant.company_id.id, plant.id, None, date.max)
        if duty.is_kept(plant._get_entries(), segregation.ON_CALL, turn):
            kinds = kinds | set(EACH_SHIFT)
        return sorted(kinds)

    def _get_gap_turns(self, plant, kind, turns):
        """The turns in which nobody can decide a kind; of a day's work, all or none."""
        board = self.env["mfg.variance.approval.board"]
        empty = [turn for turn in turns if not board._is_covered(plant, kind, turn)]
        if kind in EACH_SHIFT:
            return empty
        return empty[:1] if len(empty) == len(turns) else []

    def _prepare_approval_gap(self, plant, kind, turn):
        label = self.env["mfg.variance.approval"]._get_kind_label(kind)
        shift = self.env["mfg.variance.plant.shift"].browse(turn.shift_id or [])
        return Silence(
            plant.company_id,
            self.env._(
                "%(plant)s, %(shift)s of %(day)s: nobody can approve “%(kind)s”.",
                plant=plant.name,
                shift=shift.name or self.env._("every shift"),
                day=turn.day,
                kind=label,
            ),
            heading=self.env._("A shift without approver"),
            vals=self._prepare_undecidable_vals(plant.company_id, plant),
        )

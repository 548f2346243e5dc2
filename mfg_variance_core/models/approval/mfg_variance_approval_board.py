from datetime import timedelta

from odoo import api, fields, models

from ...domain import approvals, duty, segregation
from .kinds import APPROVAL_KINDS, EACH_SHIFT

HOURS_AHEAD = timedelta(hours=24)


class MfgVarianceApprovalBoard(models.TransientModel):
    """Who can approve now, and in the shifts of the next day: plant, shift and kind.

    By roles, roster and delegations; who has a part in the very matter is barred in
    addition when it comes to it.
    """

    _name = "mfg.variance.approval.board"
    _description = "Who Can Approve"
    _inherit = ["mfg.variance.board"]
    _order = "is_gap desc, starts_at, plant_id, kind"
    _board_action = "mfg_variance_core.mfg_variance_approval_board_action"

    kind = fields.Selection(APPROVAL_KINDS, readonly=True)
    is_now = fields.Boolean(string="Now", readonly=True)
    user_ids = fields.Many2many("res.users", string="Can Approve", readonly=True)
    names = fields.Char(string="People", readonly=True)

    @api.model
    def _prepare_lines(self, plant, now):
        kinds = [kind for kind, _label in self._fields["kind"].selection]
        lines = []
        for turn in plant._get_turns(now, now + HOURS_AHEAD):
            for kind in kinds:
                steps = self._get_approvers(plant, kind, turn)
                users = self.env["res.users"].union(*steps)
                lines.append(
                    {
                        **self._prepare_turn_vals(plant, turn),
                        "kind": kind,
                        "is_now": turn.starts_at <= now < turn.ends_at,
                        "is_gap": not all(steps),
                        "user_ids": [fields.Command.set(users.ids)],
                        # sudo: names of colleagues
                        "names": ", ".join(users.sudo().mapped("name")),
                    }
                )
        return lines

    @api.model
    def _is_covered(self, plant, kind, turn):
        """True when each step that could be asked for has somebody in that turn."""
        return all(self._get_approvers(plant, kind, turn))

    @api.model
    def _get_approvers(self, plant, kind, turn):
        """For each different step of the rules of a kind, who can decide it then."""
        now = self.env["mfg.variance.engine"]._now()
        moment = max(now, turn.starts_at + timedelta(minutes=1))
        found = []
        for only in self._get_onlies(plant, kind):
            able = self.env["mfg.variance.authority"]._who_can(
                segregation.APPROVE + kind, plant, None, moment, only
            )
            found.append(self._get_present(plant, kind, moment, able))
        return found

    @api.model
    def _get_onlies(self, plant, kind):
        """Whom the steps of the rules of a kind ask there, each once."""
        rules = self.env["mfg.variance.approval.rule"]._get_rules()
        roles = segregation.MATRIX[segregation.APPROVE + kind].roles
        return approvals.whom_it_may_ask(
            rules, kind, plant.company_id.id, plant.id
        ) or (segregation.Only(frozenset(roles[:1])),)

    @api.model
    def _get_present(self, plant, kind, moment, able):
        """Of those who can, who is there: of a roster that is kept, who is on it."""
        if kind not in EACH_SHIFT:
            return able
        entries = plant.sudo()._get_entries()  # sudo: the roster, whoever looks
        turn = plant.sudo()._get_turn(plant.company_id, moment)
        if not duty.is_kept(entries, segregation.ON_CALL, turn):
            return able
        present = {
            user_id
            for role in duty.ROLES
            for user_id in duty.holders(entries, role, turn)
        }
        return able.filtered(lambda user: user.id in present)

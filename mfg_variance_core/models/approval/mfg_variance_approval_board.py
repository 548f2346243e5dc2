from datetime import timedelta

from odoo import api, fields, models

from ...domain import duty, segregation
from .kinds import APPROVAL_KINDS, EACH_SHIFT

HOURS_AHEAD = timedelta(hours=24)


class MfgVarianceApprovalBoard(models.TransientModel):
    """Who can approve now, and in the shifts of the next day: plant, shift and kind.

    Worked out when it is opened, from roles, roster and delegations; who has a part in
    the very matter is barred in addition when it comes to it.
    """

    _name = "mfg.variance.approval.board"
    _description = "Who Can Approve"
    _order = "is_gap desc, starts_at, plant_id, kind"

    company_id = fields.Many2one("res.company", readonly=True)
    plant_id = fields.Many2one("mfg.variance.plant", readonly=True)
    shift_id = fields.Many2one("mfg.variance.plant.shift", readonly=True)
    kind = fields.Selection(APPROVAL_KINDS, readonly=True)
    starts_at = fields.Datetime(string="Begins", readonly=True)
    ends_at = fields.Datetime(string="Ends", readonly=True)
    is_now = fields.Boolean(string="Now", readonly=True)
    is_gap = fields.Boolean(string="Nobody", readonly=True)
    user_ids = fields.Many2many("res.users", string="Can Approve", readonly=True)
    names = fields.Char(string="People", readonly=True)

    @api.model
    def action_open_board(self):
        """Work the board out for the plants of the user and show it, gaps first."""
        plants = self.env["mfg.variance.plant"].search([("active", "=", True)])
        now = self.env["mfg.variance.engine"]._now()
        lines = self.create(
            [vals for plant in plants for vals in self._prepare_lines(plant, now)]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_approval_board_action"
        )
        return {**action, "domain": [("id", "in", lines.ids)]}

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
                        "company_id": plant.company_id.id,
                        "plant_id": plant.id,
                        "shift_id": turn.shift_id or False,
                        "kind": kind,
                        "starts_at": turn.starts_at,
                        "ends_at": turn.ends_at,
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
        # sudo: the rules hold for whoever looks
        rules = (
            self.env["mfg.variance.approval.rule"]
            .sudo()
            .search(
                [
                    ("kind", "=", kind),
                    ("company_id", "in", [False, plant.company_id.id]),
                    ("plant_id", "in", [False, plant.id]),
                ]
            )
        )
        roles = segregation.MATRIX[segregation.APPROVE + kind].roles
        return list(dict.fromkeys(step._get_only() for step in rules.step_ids)) or [
            segregation.Only(frozenset(roles[:1]))
        ]

    @api.model
    def _get_present(self, plant, kind, moment, able):
        """Of those who can, who is there: of a roster that is kept, who is on it."""
        company = plant.company_id
        entries = plant.sudo()._get_entries()  # sudo: the roster, whoever looks
        turn = plant.sudo()._get_turn(company, moment)
        if kind not in EACH_SHIFT or not duty.is_kept(
            entries, segregation.ON_CALL, turn
        ):
            return able
        present = {
            user_id
            for role in duty.ROLES
            for user_id in duty.holders(entries, role, turn)
        }
        return able.filtered(lambda user: user.id in present)

from datetime import date

from odoo import api, fields, models

from ..domain import duty, shifts
from .mfg_variance_duty import DUTY_ROLES


class MfgVariancePlant(models.Model):
    """Who is on duty in a plant, and where nobody is."""

    _name = "mfg.variance.plant"
    _inherit = "mfg.variance.plant"

    duty_ids = fields.One2many("mfg.variance.duty", "plant_id", string="Duties")
    duty_gap_text = fields.Char(
        string="Nobody on Duty Now", compute="_compute_duty_gap_text"
    )

    @api.depends("duty_ids", "supervisor_id")
    def _compute_duty_gap_text(self):
        now = self.env["mfg.variance.engine"]._now()
        for plant in self:
            roles = plant._get_needed_roles() if plant._origin else ()
            entries = plant._get_entries() if roles else ()
            turn = plant._get_turn(plant.company_id, now) if roles else None
            labels = [
                plant._get_role_label(role)
                for role in roles
                if not duty.on_duty(entries, role, turn)
            ]
            plant.duty_gap_text = ", ".join(labels)

    def _get_turn(self, company, moment):
        """The turn of this plant at a moment; of no plant, the company's by date."""
        tz = self.tz or "UTC"
        match = self.shift_ids and shifts.shift_at(
            moment, tz, self.shift_ids._to_domain()
        )
        return duty.Turn(
            company_id=company.id,
            plant_id=self.id or None,
            shift_id=match.shift_id if match else None,
            day=match.day if match else shifts.local_day(moment, tz),
        )

    def _get_today(self):
        """The day it is here; for what is in no plant, where the user is."""
        now = self.env["mfg.variance.engine"]._now()
        return shifts.local_day(now, self.tz or self.env.user.tz or "UTC")

    def _get_turns(self, start, end):
        """The turns of this plant between two moments; without shifts whole days."""
        self.ensure_one()
        return shifts.turns_between(
            start, end, self.tz, self.shift_ids._to_domain() or [shifts.WHOLE_DAY]
        )

    def _to_turn(self, match):
        """A turn of a shift of this plant as :class:`..domain.duty.Turn`."""
        self.ensure_one()
        return duty.Turn(self.company_id.id, self.id, match.shift_id or None, match.day)

    def _get_entries(self):
        """The roster that holds here.

        Where nobody keeps one for supervisors, the plant's supervisor always is on
        duty: a plant need not keep a roster to be without gaps.
        """
        roster = self.env["mfg.variance.duty"]._get_roster()
        turn = duty.Turn(self.company_id.id, self.id or None, None, date.max)
        if self and not duty.is_kept(roster, duty.SUPERVISOR, turn):
            supervisor = self.supervisor_id.sudo()  # sudo: is the person still here
            if supervisor:
                roster = (
                    *roster,
                    duty.Entry(
                        id=0,
                        role=duty.SUPERVISOR,
                        user_id=supervisor.id,
                        company_id=self.company_id.id,
                        plant_id=self.id,
                        shift_id=None,
                        since=date.min,
                        is_available=supervisor.active,
                    ),
                )
        return roster

    def _get_line(self, role, company, moment):
        """Everybody in line for a role here at a moment, see :func:`duty.line`.

        ``owner`` and ``station`` are no roles of the roster: what they leave
        unanswered goes the way of the supervisor's.
        """
        if role not in duty.ROLES:
            role = duty.SUPERVISOR
        # sudo: names to ask, whoever met what is off
        plant = self.sudo()
        standing = [
            duty.Post("plant_supervisor", user.id)
            for user in plant.supervisor_id
            if user.active
        ] + [
            duty.Post("automation_owner", user.id)
            for user in company._get_automation_owners()[:1]
            if user.active
        ]
        turn = plant._get_turn(company, moment)
        return duty.line(plant._get_entries(), role, turn, standing)

    def _prepare_owner_vals(self, role, company, moment):
        """Owner of a case that belongs to a role, and why if it fell to another."""
        posts = self._get_line(role, company, moment)
        if not posts:
            return {
                "owner_id": False,
                "owner_reason": self.env._(
                    "Nobody is on duty as %(role)s, and nobody is next in line. Keep "
                    "the duty roster, or name the supervisor of the plant.",
                    role=self._get_role_label(role),
                ),
            }
        first = posts[0]
        reason = False
        if first.role != role:
            reason = self.env._(
                "Nobody is on duty as %(role)s; the next in line is %(next)s.",
                role=self._get_role_label(role),
                next=self._get_role_label(first.role),
            )
        return {"owner_id": first.user_id, "owner_reason": reason}

    @api.model
    def _get_role_label(self, role):
        labels = dict(
            self.env["mfg.variance.duty"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        labels |= {
            "plant_supervisor": self.env._("Supervisor of the plant"),
            "automation_owner": self.env._("Automation owner"),
            "owner": self.env._("Owner of the case"),
            "station": self.env._("Whoever is at the station"),
        }
        return labels.get(role, role)

    @api.model
    def _get_policy_roles(self):
        """The roles active policies give cases to: those have to be on duty."""
        found = (
            self.env["mfg.variance.policy"]
            .sudo()
            ._read_group(  # sudo: codes only
                [("version_ids.state", "=", "active"), ("active", "=", True)],
                ["owner_role"],
            )
        )
        return {role for (role,) in found if role in duty.ROLES}

    def _get_needed_roles(self):
        """The roles somebody has to be on duty for here, in the order of the list."""
        self.ensure_one()
        roster = self.env["mfg.variance.duty"]._get_roster()
        turn = duty.Turn(self.company_id.id, self.id, None, date.max)
        needed = self._get_policy_roles()
        return [
            role
            for role, _label in DUTY_ROLES
            if role in needed or duty.is_kept(roster, role, turn)
        ]

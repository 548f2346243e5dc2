from datetime import timedelta

from odoo import models

from ...domain import deadlines, duty, escalations


class MfgVarianceException(models.Model):
    """The chain of a case nobody answers: which step is due, and who is next for it."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _escalate(self, now, clock):
        """Take the steps that are due; returns when the next one is, if any."""
        chain = self.env["mfg.variance.escalation"]._get_chains()
        steps = chain.get(self.sla_id.id, ())
        if not steps:
            return []
        until = self.chattering_until
        if until and until > now and self.severity != "critical":
            return [until]
        moments = self._get_step_moments(steps, clock)
        done = self._get_done_clocks()
        taken = set(self._get_round().step_id.ids)
        due = escalations.due_steps(steps, moments, done, taken, now, self.amount)
        for step in due:
            kind = "amount" if step.basis == escalations.AMOUNT else "time"
            self._tell_next(kind, step.clock, step.who, now, step)
            taken.add(step.id)
        return [escalations.next_moment(steps, moments, done, taken)]

    def _get_round(self):
        """What was escalated since the clocks of this case began."""
        return self.escalation_ids.filtered(
            lambda row: row.clock_started_at == self.clock_started_at
        )

    def _get_step_moments(self, steps, clock):
        """``{step id: when it is due}`` in the working time of its clock."""
        subject = self._get_clock_subject()
        target = self.sla_id.sudo()._to_target()  # sudo: times to answer, for all
        hours = self._get_hours(subject, target, clock)
        pauses = [
            (row.started_at, row.ended_at) for row in self.pause_ids if row.ended_at
        ]
        moments = {}
        for step in steps:
            by = self[f"{step.clock}_by"]
            if not by:
                continue
            reach = clock.get_reach(subject.start, by + timedelta(days=31))
            windows = hours[step.clock](reach).windows
            if step.clock in deadlines.PAUSED_CLOCKS:
                windows = deadlines.without(windows, pauses)
            moments[step.id] = escalations.moment_of(step, subject.start, by, windows)
        return moments

    def _get_next_post(self, who, clock, now):
        """Who is next for a clock, and whether that is somebody told before.

        Of the role by the roster; nobody twice while somebody else is left in line,
        and the owner, who knows of it, only when nobody else is there at all.
        """
        line = self._get_line_of(who, now)
        told = self._get_round().filtered(lambda row: row.clock == clock).user_id
        owner = self.env["res.users"] if who == "owner" else self.owner_id
        post = duty.next_in_line(line, (told | owner).ids)
        again = duty.next_in_line(line, owner.ids) or duty.next_in_line(line, ())
        return post or again, not post

    def _get_line_of(self, who, now):
        """Everybody in line for a step: who it names, by the roster or else by right.

        Whoever keeps the automation healthy is asked when there is nobody else.
        """
        own = [duty.Post("owner", self.owner_id.id)] if self.owner_id.active else []
        line = self.plant_id._get_line(who, self.company_id, now)
        if who != "owner":
            own = [post for post in line if post.role == who] or self._get_members(who)
        last = [post for post in line if post.role == "automation_owner"]
        rest = [post for post in line if post not in own and post not in last]
        return (*own, *rest, *last)

    def _get_members(self, role):
        """Who has a role here without being on the roster: those of this plant first.

        A plant that keeps no roster for its managers has managers all the same.
        """
        group = self.env.ref(f"mfg_variance_core.group_{role}", False)
        if not group:
            return []
        # sudo: names to tell, whoever met what is late
        users = group.sudo().all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and self.company_id in user.company_ids
                and (
                    not user.variance_plant_ids
                    or self.plant_id in user.variance_plant_ids
                )
                and not user._is_variance_automated()
            )
        )
        ordered = users.sorted(lambda user: (not user.variance_plant_ids, user.id))
        return [duty.Post(role, user.id) for user in ordered]

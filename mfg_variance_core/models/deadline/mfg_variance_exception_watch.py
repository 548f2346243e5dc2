import time
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from ...domain import deadlines, duty, escalations, pushes
from ...guard import own_entry
from .working_time import WorkingTime

BATCH = 100
SECOND = timedelta(seconds=1)


class MfgVarianceException(models.Model):
    """What happens when nobody answers: deadlines missed, and whom it goes to next.

    ``watch_at`` says when a case has to be looked at; a look takes what fell due since
    and says when the next one is. Nothing is polled but what is due.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    # -------------------------------------------------------------------- cron

    @api.model
    @own_entry
    def _cron_watch_deadlines(self, batch=BATCH):
        """Look at every case whose moment has come, then ask to be woken for the next.

        Safe on several nodes and run twice: rows are locked, a step of the chain is
        one row in the database, and a case looked at is looked at later. One that
        cannot be is logged and set aside for an hour.
        """
        started = time.monotonic()
        engine = self.env["mfg.variance.engine"]
        now = engine._now()
        Case = self.with_env(engine._clean_engine().env)
        Case._watch_costly()
        total = Case._watch_due(self.env["ir.cron"]._commit_progress, batch)
        following = Case.search([("watch_at", ">", now)], order="watch_at", limit=1)
        following._wake_for_deadlines()
        engine._log_done(self.env._("Deadlines and escalation"), total, started)

    @api.model
    def _watch_due(self, commit, batch=BATCH):
        """Look at the cases whose moment has come; returns how many."""
        engine, clock = self.env["mfg.variance.engine"], WorkingTime(self.env)
        return engine._work_off(
            self,
            [("watch_at", "<=", engine._now())],
            lambda case: case._look(clock),
            lambda case: self.env._("Deadlines not watched: %(case)s", case=case.name),
            batch,
            order="watch_at, id",
            commit=commit,
            put_off="watch_at",
            kind="step",
        )

    @api.model
    def _watch_costly(self):
        """Look at what has grown worth a step of its chain since it was looked at.

        Events merged into a case do not write it, so its chain does not know.
        """
        soon = self.env["mfg.variance.engine"]._now()
        chains = self.env["mfg.variance.escalation"]._get_chains()
        for sla, steps in chains.items():
            for step in steps:
                if step.basis != escalations.AMOUNT:
                    continue
                costly = self.search(
                    [
                        ("sla_id", "=", sla),
                        ("is_open", "=", True),
                        ("cleared_at", "=", False),
                        ("is_historic", "=", False),
                        ("listed_amount", ">=", step.count),
                        ("watch_at", ">", soon),
                        ("escalation_ids", "not any", [("step_id", "=", step.id)]),
                    ],
                    limit=BATCH,
                )
                costly._as_system().write({"watch_at": soon})

    # ----------------------------------------------------------------- a look

    def _look(self, clock):
        """Take what is due on this case and say when to look again."""
        self.ensure_one()
        now = self.env["mfg.variance.engine"]._now()
        pause = self.pause_ids.filtered(lambda row: not row.ended_at)
        if pause and pause.until <= now:
            self._resume()
            pause = pause.browse()
        if not self.is_open or self.cleared_at or self.is_historic:
            return self._as_system().write({"watch_at": False})
        if self.is_shelved:
            # shelving moves no deadline: when it ends, they stand as they are
            return self._as_system().write({"watch_at": self.shelved_until})
        self._stamp_missed(now)
        moments = [pause.until] if pause else []
        moments += self._escalate(now, clock)
        moments += self._look_ahead(now)
        moments += [
            by + SECOND for by in self._get_running().values() if by + SECOND > now
        ]
        later = [moment for moment in moments if moment and moment > now]
        return self._as_system().write({"watch_at": min(later, default=False)})

    def _look_ahead(self, now):
        """Further moments at which to look at this case; others add theirs."""
        return []

    def _get_running(self):
        """Clock -> deadline of what is not done yet."""
        done = self._get_done_clocks()
        return {
            clock: self[f"{clock}_by"]
            for clock in deadlines.CLOCKS
            if clock not in done and self[f"{clock}_by"]
        }

    def _stamp_missed(self, now):
        """What passed unanswered is breached from now on, whatever comes later."""
        missed = [
            clock
            for clock, by in self._get_running().items()
            if by < now and not self[f"{clock}_result"]
        ]
        if not missed:
            return
        self._as_system().write(
            {f"{clock}_result": deadlines.BREACHED for clock in missed}
        )
        self.env["mfg.variance.ledger"]._append_many(
            [
                (
                    "exception.deadline_missed",
                    self,
                    {"clock": clock, "deadline": str(self[f"{clock}_by"])},
                )
                for clock in missed
            ]
        )

    # -------------------------------------------------------------- escalating

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

    def _tell_next(self, kind, clock, who, now, step=None, reason=None):
        """Tell the next in line who was not told yet: a row, an activity, a call."""
        self.ensure_one()
        post = self._get_next_post(who, now)
        user = self.env["res.users"].browse(post.user_id if post else [])
        why = reason or self._get_escalation_reason(kind, clock, now)
        refusal = self._get_call_refusal(user) if user else False
        if not user:
            why = self.env._("%(why)s Nobody further is in line.", why=why)
        row = self.env["mfg.variance.exception.escalation"]._as_system()
        row = row.create(
            {
                "exception_id": self.id,
                "company_id": self.company_id.id,
                "plant_id": self.plant_id.id,
                "step_id": step.id if step else False,
                "kind": kind,
                "clock": clock,
                "clock_started_at": self.clock_started_at,
                "deadline": self[f"{clock}_by"],
                "escalated_at": now,
                "who": post.role if post else False,
                "user_id": user.id,
                "reason": why,
                "refusal": refusal and self._get_refusal_label(refusal),
            }
        )
        # the database speaks now, within the shield
        row.flush_recordset()
        if user and not refusal:
            self._call(user, why)
        self._log_call(user, refusal, why)
        self.env["mfg.variance.ledger"]._append(
            "exception.escalated",
            self,
            {"to": user, "kind": kind, "clock": clock, "reason": why},
        )

    def _get_next_post(self, who, now):
        """Who is next: of the role by the roster, and nobody twice."""
        told = set(self._get_round().user_id.ids)
        if who == "owner":
            owner = self.owner_id
            if owner.active and owner.id not in told:
                return duty.Post("owner", owner.id)
        line = self.plant_id._get_line(who, self.company_id, now)
        own = [post for post in line if post.role == who]
        last = [post for post in line if post.role == "automation_owner"]
        rest = [post for post in line if post not in own and post not in last]
        # whoever keeps the automation healthy is asked when there is nobody else
        line = (*(own or self._get_members(who)), *rest, *last)
        return duty.next_in_line(line, told | set(self.owner_id.ids))

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

    def _get_escalation_reason(self, kind, clock, now):
        labels = dict(self._fields["respond_clock"]._description_selection(self.env))
        if kind == "amount":
            return self.env._(
                "%(amount)s %(currency)s are at stake.",
                amount=f"{self.amount:.2f}",
                currency=self.currency_id.name,
            )
        by = self[f"{clock}_by"]
        minutes = round(abs((by - now).total_seconds()) / 60)
        text = (
            self.env._("%(clock)s: not done, %(time)s late.")
            if by < now
            else self.env._("%(clock)s: not done, %(time)s left.")
        )
        return text % {
            "clock": labels[clock],
            "time": self._get_span_label(minutes),
        }

    # ------------------------------------------------------------------ calling

    def _get_call_refusal(self, user):
        """Why this person is not called, as a code; False when he is."""
        limit = self.company_id.variance_push_limit
        count, _held_back = self._count_calls(user) if limit else (0, 0)
        decision = pushes.decide(
            pushes.Call(severity=self.severity, count=count, limit=limit)
        )
        return False if decision == pushes.PUSH else decision

    def _call(self, user, why):
        """An activity and one notification on screen; no mail (D18)."""
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            activity_type_id=self.env.ref("mail.mail_activity_data_todo").id,
            summary=self.env._("Escalated: %(case)s", case=self.name),
            note=Markup("<p>%s</p>") % why,
            date_deadline=fields.Date.context_today(self),
            user_id=user.id,
        )
        user._bus_send(
            "simple_notification",
            {
                "type": "danger" if self.severity == "critical" else "warning",
                "title": f"{self.name} {self.title}",
                "message": why,
                "sticky": self.severity == "critical",
            },
        )

    def _log_call(self, user, refusal, why):
        """A call counts among those of a person's shift, one held back too."""
        self.env["mfg.variance.run"]._log(
            "step",
            self.env._("Escalated: %(case)s", case=self.name),
            "skipped" if refusal or not user else "ok",
            error=self._get_refusal_label(refusal) if refusal else False,
            push_user_id=user.id,
            push_refusal=refusal,
            exception_id=self.id,
            res_model=self._name,
            res_id=self.id,
            record_count=1,
            company_id=self.company_id.id,
        )

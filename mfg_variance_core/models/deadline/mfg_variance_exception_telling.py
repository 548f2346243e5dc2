from markupsafe import Markup

from odoo import models

from ...domain import pushes


class MfgVarianceException(models.Model):
    """Telling the next in line: a row, an activity and a call, and why."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _tell_next(self, kind, clock, who, now, step=None, reason=None):
        """Tell the next in line, once for a step: a row, an activity and a call."""
        self.ensure_one()
        post, is_again = self._get_next_post(who, clock, now)
        user = self.env["res.users"].browse(post.user_id if post else [])
        why = reason or self._get_escalation_reason(kind, clock, now)
        refusal = self._get_call_refusal(user) if user else False
        if not user:
            why = self.env._(
                "%(why)s Nobody is in line: keep the duty roster, or name the "
                "supervisor of the plant.",
                why=why,
            )
        elif is_again:
            why = self.env._(
                "%(why)s Everybody in line was told before: a reminder.", why=why
            )
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

    def _get_call_refusal(self, user):
        """Why this person is not called, as a code; False when he is."""
        limit = self.company_id.variance_push_limit
        count, _held_back = self._count_calls(user) if limit else (0, 0)
        decision = pushes.decide(
            pushes.Call(severity=self.severity, count=count, limit=limit)
        )
        return False if decision == pushes.PUSH else decision

    def _call(self, user, why):
        """An activity, unless his last one is open, and a notification on screen."""
        engine = self.env["mfg.variance.engine"]
        summary = self.env._("Escalated: %(case)s", case=self.name)
        asked = self.activity_ids.filtered(lambda one: one.summary == summary)
        engine._remind(self, user - asked.user_id, summary, Markup("<p>%s</p>") % why)
        is_critical = self.severity == "critical"
        engine._notify(
            user,
            f"{self.name} {self.title}",
            why,
            "danger" if is_critical else "warning",
            is_critical,
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

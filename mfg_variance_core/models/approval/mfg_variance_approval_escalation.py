import time
from datetime import timedelta

from odoo import api, fields, models

from ...domain import duty, segregation
from ...guard import own_entry

# who can decide changes with the roster, roles and delegations
FRESH_FOR = timedelta(minutes=30)
MOST_TOLD = 3


class MfgVarianceApproval(models.Model):
    """What becomes of an approval while nobody decides: who is asked, who is next."""

    _name = "mfg.variance.approval"
    _inherit = "mfg.variance.approval"

    checked_at = fields.Datetime(string="Looked At")

    def _refresh(self):
        """Open the steps whose turn it is, and find who can decide them now.

        A step that nobody can decide does not wait for its time: it escalates at once.
        """
        now = self.env["mfg.variance.engine"]._now()
        for approval in self.filtered(lambda one: one.state == "waiting"):
            before = approval.approver_ids
            steps = approval._get_open_steps().sudo()  # sudo: whom they ask
            steps._open(now)
            # who was left to agree is gone: nobody is there to complete it
            users, has_nobody = self.env["res.users"], not steps
            for step in steps:
                able = approval._get_able(step, now)
                if not able and step.escalate_role and not step.escalated_at:
                    step._escalate(now)
                    able = approval._get_able(step, now)
                has_nobody |= not able
                users |= able
            is_worse = has_nobody and not approval.has_nobody
            approval._as_system().write(
                {
                    "approver_ids": [fields.Command.set(users.ids)],
                    "has_nobody": has_nobody,
                    "checked_at": now,
                }
            )
            approval._tell(users - before, now)
            if is_worse:
                approval._tell_nobody(now)
        self._wake_for_escalation()

    def _get_able(self, step, now):
        """Who can decide this step now; nobody decides two steps."""
        self.ensure_one()
        able = self.env["mfg.variance.authority"]._who_can(
            segregation.APPROVE + self.kind,
            self,
            self._get_parties(),
            now,
            step._get_only(),
        )
        # sudo: who decided before, seen or not
        return able - self.sudo().decision_ids.user_id

    def _wake_for_escalation(self):
        steps = self.sudo().step_ids  # sudo: when they escalate, whoever asked
        due = list(filter(None, steps.mapped("due_at")))
        if due:
            self.env["mfg.variance.engine"].sudo()._wake_at(  # sudo: asks for a cron
                min(due), "cron_approvals"
            )

    # ---------------------------------------------------------------- telling

    def _tell(self, users, now):
        """An activity and one notification for those who should decide it, no mail.

        Of many who could, those who are on duty; without a roster the first few.
        """
        self.ensure_one()
        plant = self.plant_id.sudo()  # sudo: its roster, whoever asked
        company = self.company_id
        turn = plant._get_turn(company, now)
        on_duty = {
            user_id
            for role in duty.ROLES
            for user_id in duty.holders(plant._get_entries(), role, turn)
        }
        called = users.filtered(lambda user: user.id in on_duty) or users[:MOST_TOLD]
        engine = self.env["mfg.variance.engine"]
        summary = self.env._("Decide: %(what)s", what=self.display_name)
        engine._remind(self, called, summary, self.reason)
        title = self.env._("Waiting for your decision")
        engine._notify(called, title, self.display_name, "info")

    def _tell_nobody(self, now):
        """Nobody can decide: it becomes a case of the dead-man check at once."""
        self._record("approval.nobody", self, {"kind": self.kind})
        # sudo: asks for a scheduled action
        self.env["mfg.variance.engine"].sudo()._wake_at(
            now + timedelta(seconds=1), "cron_dead_man"
        )

    def _end(self, state):
        result = super()._end(state)
        # sudo: reminders about what is decided help nobody
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return result

    # ------------------------------------------------------------- escalation

    @api.model
    @own_entry
    def _cron_approvals(self, batch=100):
        """Let every step whose time is over escalate, and look who can decide now.

        Safe on several nodes and run twice: rows are locked, a step escalates once.
        """
        started = time.monotonic()
        engine = self.env["mfg.variance.engine"]
        now = engine._now()
        total = engine._work_off(
            self.with_env(engine._clean_engine().env),
            self._get_stale_domain(now),
            lambda row: row._look_again(now),
            lambda row: self.env._("Not looked at: %(approval)s", approval=row.name),
            batch,
            put_off="checked_at",
        )
        engine._log_done(self.env._("Approvals looked at again"), total, started)

    @api.model
    def _get_stale_domain(self, now):
        return [
            ("state", "=", "waiting"),
            "|",
            ("checked_at", "=", False),
            "|",
            ("checked_at", "<=", now - FRESH_FOR),
            "&",
            # a row that failed was looked at, and waits for its turn
            ("checked_at", "<=", now),
            ("step_ids", "any", [("due_at", "<=", now), ("escalated_at", "=", False)]),
        ]

    def _look_again(self, now):
        due = self._get_open_steps().filtered(
            lambda step: step.due_at and step.due_at <= now and not step.escalated_at
        )
        due._escalate(now)
        self._refresh()
        # what is due and not open any more asks nobody
        stale = self.step_ids - self._get_open_steps()
        stale._as_system().write({"due_at": False})

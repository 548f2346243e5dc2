import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..domain import duty, playbook, shifts
from ..guard import check_person, own_entry


class MfgVarianceCaseStep(models.Model):
    """How person steps are asked, answered, passed on and skipped."""

    _name = "mfg.variance.case.step"
    _inherit = "mfg.variance.case.step"

    # ------------------------------------------------------------------ asking

    @api.model
    def _ask(self, case, step, who=None):
        """Put a step of the playbook to whoever it is for, unless one waits already.

        :param who: a role in place of the step's own, when it was passed on
        """
        if case.case_step_ids.filtered(lambda row: row.state == "waiting"):
            return self.browse()
        now = self.env["mfg.variance.engine"]._now()
        who = who or step.who
        row = self._as_system().create(
            {
                **self._prepare_asked_vals(case, step, who),
                **self._prepare_due_vals(case.plant_id, step, now),
                "asked_at": now,
                "user_id": self._get_first(case, who, now),
            }
        )
        row = row.with_env(self.env)
        row._log("asked", to_user_id=row.user_id.id, to_who=who)
        row._wake()
        return row

    def _prepare_asked_vals(self, case, step, who):
        return {
            "exception_id": case.id,
            "company_id": case.company_id.id,
            "plant_id": case.plant_id.id,
            "step_id": step.id,
            "name": step.name,
            "message": step.message,
            "kind": step.kind,
            "unit": step.unit,
            "has_minimum": step.has_minimum,
            "minimum": step.minimum,
            "has_maximum": step.has_maximum,
            "maximum": step.maximum,
            "options": step._prepare_options(who != duty.PRODUCTION_MANAGER),
            "who": who,
        }

    @api.model
    def _get_first(self, case, who, now):
        """The id of who is asked first; nobody in person at the station."""
        if who == "station":
            return False
        if who == "owner" and case.owner_id:
            return case.owner_id.id
        posts = case.plant_id._get_line(who, case.company_id, now)
        return posts[0].user_id if posts else False

    @api.model
    def _prepare_due_vals(self, plant, step, now):
        """When it goes on to the next in line; never, if the step says so."""
        if not step.due_minutes:
            return {"due_at": False, "passes_on": False}
        due_at = fields.Datetime.add(now, minutes=step.due_minutes)
        if step.due_clock == "shift" and plant.shift_ids:
            due_at = shifts.after_minutes(
                now, step.due_minutes, plant.tz, plant.shift_ids._to_domain()
            )
        return {"due_at": due_at.replace(microsecond=0), "passes_on": True}

    def _wake(self):
        due = [row.due_at for row in self if row.passes_on and row.due_at]
        if due:
            self.env["mfg.variance.engine"]._wake_at(min(due), "cron_pass_on_steps")

    def _log(self, kind, **values):
        """Append a row to the log of these steps; returns the rows."""
        now = self.env["mfg.variance.engine"]._now()
        rows = (
            self.env["mfg.variance.case.step.log"]
            ._as_system()
            .create(
                [
                    {
                        "case_step_id": row.id,
                        "company_id": row.company_id.id,
                        "plant_id": row.plant_id.id,
                        "kind": kind,
                        "logged_at": now,
                        **values,
                    }
                    for row in self
                ]
            )
        )
        return rows.with_env(self.env)

    # --------------------------------------------------------------- answering

    def action_answer(self, key=None, value=None, note=None):
        """Answer this step; what comes next follows from the answer.

        :param key: of the option chosen; a measurement has none
        :param value: the measured number
        """
        self.ensure_one()
        self._check_may_answer()
        self.lock_for_update(allow_referencing=True)
        if self.state != "waiting" or not self.exception_id.is_open:
            raise UserError(
                self.env._(
                    "%(step)s waits for no answer any more. Reload the page to see "
                    "what comes next.",
                    step=self.name,
                )
            )
        answer = self._judge(key, value)
        # sudo: the answer is checked; what follows is the engine's to write
        engine = self.env["mfg.variance.engine"]._clean_engine()
        row = self.with_env(engine.env)
        row._store_answer(answer, note, self.env.uid)
        self.env["mfg.variance.ledger"]._append(
            "step.answered",
            self,
            {
                "key": answer.option.key,
                "value": answer.value,
                "is_out_of_limits": answer.is_out,
                "note": note,
            },
        )
        row._follow(answer.option)
        return True

    def _judge(self, key, value):
        try:
            return playbook.judge(self._to_question(), key, value)
        except playbook.Refused as refused:
            text = self.env._(
                "Choose one of the answers of “%(step)s”.", step=self.name
            )
            if str(refused) == "number":
                text = self.env._(
                    "Enter the measured number for “%(step)s”.", step=self.name
                )
            raise UserError(text) from refused

    def _check_may_answer(self):
        """The one asked, whoever is on duty for the role, or a supervisor.

        The check asks the user, not the environment: ``sudo()`` does not help.
        """
        check_person(self.env)
        # as the user himself, so that record rules of company and plant count
        own = self.with_env(self.env(su=False))
        own.check_access("read")
        own.exception_id.check_access("read")
        if not own._may_answer():
            raise AccessError(
                self.env._(
                    "“%(step)s” is asked of %(who)s. Only they, or a supervisor of the "
                    "plant, may answer.",
                    step=self.name,
                    who=self.user_id.name
                    or self.env["mfg.variance.plant"]._get_role_label(self.who),
                )
            )

    def _may_answer(self):
        self.ensure_one()
        user = self.env.user
        if not user.has_group("mfg_variance_core.group_operator"):
            return False
        if self.who == "station" or self.user_id == user:
            return True
        if user.has_group("mfg_variance_core.group_supervisor"):
            return True
        now = self.env["mfg.variance.engine"]._now()
        # sudo: the roster and names in it, to compare with the user
        plant = self.plant_id.sudo()
        entry = duty.on_duty(
            plant._get_entries(), self.who, plant._get_turn(self.company_id.sudo(), now)
        )
        return bool(entry) and entry.user_id == user.id

    def _store_answer(self, answer, note, uid):
        labels = {
            "inside": self.env._("Within the limits"),
            "outside": self.env._("Out of the limits"),
        }
        option = answer.option
        log = self._log(
            "answered",
            user_id=uid,
            key=option.key,
            label=option.label or labels.get(option.key, option.key),
            value=answer.value or 0.0,
            note=note,
            is_out_of_limits=answer.is_out,
        )
        state = "passed_on" if option.then == playbook.ASK else "answered"
        self._as_system().write({"state": state, "answer_id": log.id})
        # the next one is asked only when this one waits no more
        self.flush_recordset()

    def _follow(self, option):
        """Raise the severity if the answer says so, and ask what comes next."""
        case, before = self.exception_id, self.exception_id.severity
        rose = bool(option.severity) and case._raise_severity(option.severity)
        book = case.playbook_id
        due = book.step_ids._get_asked_of(case)
        asked = [row.step_id.id for row in case.case_step_ids]
        following = playbook.next_step(due.ids, self.step_id.id, option, asked)
        if following:
            who = None
            if option.then == playbook.ASK:
                who = (
                    duty.PRODUCTION_MANAGER
                    if self.who == duty.SUPERVISOR
                    else duty.SUPERVISOR
                )
            self._ask(case, due.browse(following), who)
        if rose:
            book._run(case, before)

    # ------------------------------------------------------- passing on, skipping

    def _skip(self):
        """Ask no more: the case is closed."""
        waiting = self.filtered(lambda row: row.state == "waiting")
        if waiting:
            waiting._log("skipped")
            waiting._as_system().write({"state": "skipped"})

    @api.model
    def _get_due_domain(self, now):
        return [
            ("state", "=", "waiting"),
            ("passes_on", "=", True),
            ("due_at", "<=", now),
            # what cleared by itself presses nobody any more
            ("exception_id.cleared_at", "=", False),
        ]

    @api.model
    @own_entry
    def _cron_pass_on_steps(self, batch=100):
        """Pass every step that is due on to the next in line, and tell that person.

        Safe on several nodes and run twice: rows are locked, and a step passed on is
        due later. One that cannot be passed on is logged and looked at an hour later.
        """
        started = time.monotonic()
        engine = self.env["mfg.variance.engine"]
        Step, now = self.with_env(engine._clean_engine().env), engine._now()
        total = engine._work_off(
            Step,
            self._get_due_domain(now),
            lambda step: step._pass_on(now),
            lambda step: self.env._("Not passed on: %(step)s", step=step.name),
            batch,
            order="due_at, id",
            put_off="due_at",
            kind="step",
        )
        upcoming = Step.search(
            [("state", "=", "waiting"), ("passes_on", "=", True), ("due_at", ">", now)],
            order="due_at",
            limit=1,
        )
        upcoming._wake()
        engine._log_done(self.env._("Steps passed on"), total, started)

    def _pass_on(self, now):
        """Ask the next in line; with nobody left it stays where it is, overdue."""
        self.ensure_one()
        before = self.user_id
        asked = set(self.log_ids.to_user_id.ids) | set(before.ids)
        who = self.step_id.who or self.who
        posts = self.plant_id._get_line(who, self.company_id, now)
        post = duty.next_in_line(posts, asked)
        if not post:
            self._log("end_of_line", user_id=before.id)
            self._as_system().write({"passes_on": False})
            return
        due = self._prepare_due_vals(self.plant_id, self.step_id, now)
        self._log(
            "handed_over", user_id=before.id, to_user_id=post.user_id, to_who=post.role
        )
        self._as_system().write({**due, "user_id": post.user_id, "who": post.role})
        self.env["mfg.variance.engine"]._notify(
            self.user_id,
            self.exception_id.display_name,
            self.env._(
                "“%(step)s” was not answered in time and is yours now.", step=self.name
            ),
        )

    # ----------------------------------------------------------------- showing

    @api.model
    def _get_floor_steps(self, domain):
        """The open steps of these cases' steps, as the widget shows them.

        With the rights and rules of the user; :meth:`action_answer` answers one.

        :param domain: on this model, such as ``[("exception_id", "in", ids)]``
        """
        if not self.has_access("read"):
            return []
        rows = self.search(
            [
                *domain,
                ("state", "=", "waiting"),
                ("exception_id.is_open", "=", True),
                ("exception_id.cleared_at", "=", False),
            ],
            order="due_at, id",
        )
        return [row._prepare_floor_vals() for row in rows]

    def _prepare_floor_vals(self):
        self.ensure_one()
        case = self.exception_id
        return {
            "id": self.id,
            "case_id": case.id,
            "case_name": case.name,
            "case_title": case.title,
            "severity": case.severity,
            "name": self.name,
            "message": self.message or "",
            "kind": self.kind,
            "options": [
                {"key": option["key"], "label": option["label"]}
                for option in self.options or ()
            ]
            if self.kind != "measure"
            else [],
            "unit": self.unit or "",
            "minimum": self.minimum if self.has_minimum else None,
            "maximum": self.maximum if self.has_maximum else None,
            "due_at": fields.Datetime.to_string(self.due_at) or False,
            "is_overdue": self.is_overdue,
            "who": self.user_id.sudo().name  # sudo: a colleague's name
            or self.env["mfg.variance.plant"]._get_role_label(self.who),
            "may_answer": self._may_answer(),
        }

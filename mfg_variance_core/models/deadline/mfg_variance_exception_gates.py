from odoo import api, fields, models
from odoo.exceptions import UserError

# what was verified is another answer when one of these is
VERIFIED = frozenset(("cause_id", "resolution"))
# the step whose gate the form tells of
NEXT_STEP = {
    "acknowledged": "contained",
    "contained": "resolved",
    "resolving": "resolved",
    "resolved": "closed",
}


class MfgVarianceException(models.Model):
    """What a full case needs before it may be closed: tasks, a second person, proof.

    Whoever did the work does not say that it worked. The doer is who moved the case to
    resolved, who answered a step while it was being resolved, and who did a task.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    task_ids = fields.One2many(
        "mfg.variance.exception.task", "exception_id", string="Tasks"
    )
    open_task_count = fields.Integer(
        string="Open Tasks", compute="_compute_open_task_count"
    )

    missing_text = fields.Char(
        compute="_compute_missing_text", help="What the next step still needs."
    )

    is_doer = fields.Boolean(
        compute="_compute_is_doer", help="Took part, and so does not verify it."
    )

    @api.depends("state", "cause_id", "resolution", "verified_at", "cleared_at")
    def _compute_missing_text(self):
        """A line for each thing the next step of a full case needs."""
        for case in self:
            to = NEXT_STEP.get(case.state)
            if case.cleared_at and case.is_open:
                to = "closed"
            is_asked = to and case.track == "full"
            case.missing_text = is_asked and " ".join(case._get_gate_needs(to))

    @api.depends_context("uid")
    def _compute_is_doer(self):
        for case in self:
            case.is_doer = self.env.user in case._get_doers()

    def _compute_open_task_count(self):
        counts = dict(
            self.env["mfg.variance.exception.task"]._read_group(
                [("exception_id", "in", self.ids), ("state", "=", "open")],
                ["exception_id"],
                ["__count"],
            )
        )
        for case in self:
            case.open_task_count = counts.get(case._origin, 0)

    # ------------------------------------------------------------------- gates

    def _get_gate_needs(self, to):
        needs = super()._get_gate_needs(to)
        # sudo: every task counts, whoever asks
        tasks = self.sudo().task_ids
        if to in ("resolved", "closed"):
            needs += [
                self.env._(
                    "Finish or cancel the task “%(task)s” of %(who)s first.",
                    task=task.name,
                    who=task.user_id.name,
                )
                for task in tasks
                if task.state == "open"
            ]
        if to == "closed":
            needs += [
                self.env._(
                    "Have the task “%(task)s” verified by somebody other than %(who)s.",
                    task=task.name,
                    who=task.done_by_id.name,
                )
                for task in tasks
                if task.state == "done"
            ]
            needs += self._get_verification_needs()
        return needs

    def _filter_clearing(self):
        """The cases that are over when their condition is.

        Not what people were given: a hold, a task or an approval is not dealt with
        because the next reading is good, nor is it when the last hold is lifted.
        """
        full = self.filtered(lambda case: case.track == "full")
        # sudo: what people were given counts, whoever asks
        kept = full.sudo().filtered(
            lambda case: case.hold_ids or case.task_ids or case.approval_ids
        )
        return self - kept

    def _get_verification_needs(self):
        """A condition that is over by itself asks for its cause only."""
        if self.track != "full" or self.cleared_at or self.verified_at:
            return []
        return [
            self.env._(
                "Have it verified by somebody other than %(who)s, who resolved it.",
                who=", ".join(self._get_doers().mapped("name")) or self.env._("nobody"),
            )
        ]

    def _get_doers(self):
        """Who did what is to be verified."""
        self.ensure_one()
        # sudo: who took part, whatever the person at work may see of it
        case = self.sudo()
        answers = case.case_step_ids.log_ids.filtered(
            lambda row: (
                row.kind == "answered"
                and case.decided_at
                and row.logged_at >= case.decided_at
            )
        )
        return case.resolved_by_id | answers.user_id | case.task_ids.done_by_id

    def write(self, vals):
        """Another answer has to be verified anew."""
        if VERIFIED & set(vals) and "verified_at" not in vals:
            verified = self.filtered("verified_at")
            if verified:
                super(MfgVarianceException, verified).write(
                    self._prepare_unverified_vals()
                )
        return super().write(vals)

    def _prepare_unverified_vals(self):
        return {
            "verified_at": False,
            "verified_by_id": False,
            "verification_note": False,
        }

    def _prepare_stamp_vals(self, state, now):
        vals = super()._prepare_stamp_vals(state, now)
        if state == "resolving":
            vals |= {
                "resolved_at": False,
                "resolved_by_id": False,
                **self._prepare_unverified_vals(),
            }
        return vals

    # ----------------------------------------------------------------- buttons

    def action_verify(self):
        """Ask what this person saw; whoever did the work may not."""
        self.ensure_one()
        self._check_may_verify()
        return self._open_dialog(self.env._("What did you see?"), "mfg.variance.verify")

    def action_add_task(self):
        """Open an empty task of this case."""
        self.ensure_one()
        self._check_may_handle()
        self._check_is_open()
        return self._open_dialog(
            self.env._("What has to be done?"), "mfg.variance.exception.task"
        )

    def _get_parties(self):
        """Who has a part in the case, for the matrix of who may decide."""
        return {"doer": set(self._get_doers().ids)}

    def _check_may_verify(self):
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(
            "verify_fix", self, self._get_parties()
        )
        if self.track != "full" or self.state != "resolved":
            raise UserError(
                self.env._(
                    "%(case)s is not resolved yet: there is nothing to verify.",
                    case=self.name,
                )
            )

    def _verify(self, note):
        """Stamp who verified the case and what was seen."""
        self._check_may_verify()
        # sudo: locking needs no right to write
        self.sudo().lock_for_update(allow_referencing=True)
        if not (note or "").strip():
            raise UserError(self.env._("Say in a few words what you saw."))
        self._as_system().write(
            {
                "verified_at": self.env["mfg.variance.engine"]._now(),
                "verified_by_id": self.env.uid,
                "verification_note": note,
            }
        )
        self.sudo().message_post(  # sudo: the log of what was checked above
            author_id=self.env.user.partner_id.id,
            body=self.env._("Verified: %(note)s", note=note),
        )
        self.env["mfg.variance.ledger"]._append(
            "exception.verified", self, {"note": note}
        )

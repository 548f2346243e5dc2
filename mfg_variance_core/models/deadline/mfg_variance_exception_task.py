from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...guard import check_person, is_system

SUPERVISOR = "mfg_variance_core.group_supervisor"
# a task is where its case is
PLACE = frozenset(("exception_id", "company_id", "plant_id"))


class MfgVarianceExceptionTask(models.Model):
    """Something to be done about a case, and whether it was.

    Done by one person and verified by another; what is no longer needed is cancelled,
    with the reason. A case with tasks is on the full track.
    """

    _name = "mfg.variance.exception.task"
    _description = "Task of a Case"
    _inherit = ["mfg.variance.guarded"]
    _order = "exception_id desc, state_rank, due_date, id"

    _guarded_fields = frozenset(
        (
            "state",
            "done_by_id",
            "done_at",
            "done_note",
            "verified_by_id",
            "verified_at",
            "verification_note",
            "cancelled_by_id",
            "cancelled_at",
            "cancel_reason",
        )
    )
    _guard_create = False

    name = fields.Char(string="What", required=True)
    exception_id = fields.Many2one(
        "mfg.variance.exception",
        string="Exception",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="exception_id.company_id", store=True)
    plant_id = fields.Many2one(
        related="exception_id.plant_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    due_date = fields.Date(string="By When", required=True)
    state = fields.Selection(
        [
            ("open", "To do"),
            ("done", "Done"),
            ("verified", "Verified"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="open",
        readonly=True,
    )
    state_rank = fields.Integer(compute="_compute_state_rank", store=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    done_by_id = fields.Many2one("res.users", string="Done By", readonly=True)
    done_at = fields.Datetime(readonly=True)
    done_note = fields.Text(string="What Was Done", readonly=True)
    verified_by_id = fields.Many2one("res.users", string="Verified By", readonly=True)
    verified_at = fields.Datetime(readonly=True)
    verification_note = fields.Text(string="What Was Seen", readonly=True)
    cancelled_by_id = fields.Many2one("res.users", readonly=True)
    cancelled_at = fields.Datetime(readonly=True)
    cancel_reason = fields.Char(readonly=True)

    # --------------------------------------------------------------- computes

    @api.depends("state")
    def _compute_state_rank(self):
        ranks = [state for state, _label in self._fields["state"].selection]
        for task in self:
            task.state_rank = ranks.index(task.state or "open")

    @api.depends("state", "due_date", "plant_id.tz")
    @api.depends_context("uid")
    def _compute_is_late(self):
        for task in self:
            task.is_late = bool(
                task.state == "open"
                and task.due_date
                # sudo: the zone of the plant
                and task.due_date < task.plant_id.sudo()._get_today()
            )

    def _search_is_late(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        # sudo: in which plants something is to do, and which day it is there
        places = self.sudo()._read_group([("state", "=", "open")], ["plant_id"])
        over = Domain.OR(
            Domain("plant_id", "=", plant.id)
            & Domain("due_date", "<", plant._get_today())
            for (plant,) in places
        )
        return Domain("state", "=", "open") & over

    # ------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """A task is given by whoever may handle the case, which is full from then."""
        tasks = super().create(vals_list)
        tasks._check_may_plan()
        tasks.exception_id._make_full()
        tasks._append("task.added")
        return tasks

    def write(self, vals):
        if not is_system(self.env):
            self._check_may_plan()
            if not PLACE.isdisjoint(vals):
                raise UserError(
                    self.env._("A task stays with its case. Add one to the other case.")
                )
            self._check_state(("open",))
        result = super().write(vals)
        if not is_system(self.env):
            self._append("task.changed")
        return result

    def _append(self, kind, **data):
        """Tell the ledger what the tasks are now."""
        self.env["mfg.variance.ledger"]._append_many(
            [
                (
                    kind,
                    task,
                    {
                        "what": task.name,
                        "who": task.user_id,
                        "by_when": str(task.due_date),
                        **data,
                    },
                )
                for task in self
            ]
        )

    # ------------------------------------------------------------------ checks

    def _check_may_plan(self):
        if is_system(self.env):
            return
        self.exception_id._check_may_handle()
        self.exception_id._check_is_open()
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(
                self.env._("Only a supervisor may give and change tasks of a case.")
            )

    def _check_may_do(self):
        """The one it was given to, or a supervisor; the user himself, never sudo."""
        check_person(self.env)
        own = self.with_env(self.env(su=False))
        own.check_access("read")
        own.exception_id.check_access("read")
        self.exception_id._check_is_open()
        is_supervisor = self.env.user.has_group(SUPERVISOR)
        if not is_supervisor and any(task.user_id != self.env.user for task in self):
            raise AccessError(
                self.env._("A task is done by whom it was given to, or a supervisor.")
            )

    def _check_state(self, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for task in self:
            if task.state not in states:
                raise UserError(
                    self.env._(
                        "“%(task)s” is already: %(state)s.",
                        task=task.name,
                        state=labels[task.state],
                    )
                )

    def _get_parties(self):
        """Who did the task, or was given it: neither verifies it."""
        return {"doer": set((self.done_by_id | self.user_id).ids)}

    # ----------------------------------------------------------------- buttons

    def action_done(self, note=None):
        """Mark the tasks as done by this very person."""
        self._check_may_do()
        return self._transition(
            ("open",),
            "done",
            "task.done",
            {"note": note or ""},
            done_note=note or False,
        )

    def action_verify(self, note=None):
        """Confirm what somebody else did, with what was seen."""
        authority = self.env["mfg.variance.authority"]
        for task in self:
            authority._check("verify_fix", task, task._get_parties())
        self.exception_id._check_is_open()
        return self._transition(
            ("done",),
            "verified",
            "task.verified",
            {"note": note or ""},
            verification_note=note or False,
        )

    def action_undo(self):
        """What was called done is not: it is to do again."""
        self._check_may_plan()
        return self._transition(
            ("done", "verified"),
            "open",
            "task.undone",
            {},
            done_by_id=False,
            done_at=False,
            done_note=False,
            verified_by_id=False,
            verified_at=False,
            verification_note=False,
        )

    def action_cancel(self, reason=None):
        """No longer needed; the reason is part of it."""
        self._check_may_plan()
        if not reason:
            raise UserError(
                self.env._("Say in a few words why the task is not needed.")
            )
        return self._transition(
            ("open",),
            "cancelled",
            "task.cancelled",
            {"reason": reason},
            cancel_reason=reason,
        )

    def _transition(self, before, state, kind, data, **values):
        """Move the tasks, with who and when, after the caller checked who may."""
        # sudo: locking needs no right to write
        self.sudo().lock_for_update(allow_referencing=True)
        self._check_state(before)
        if state != "open":
            values |= {
                f"{state}_by_id": self.env.uid,
                f"{state}_at": self.env["mfg.variance.engine"]._now(),
            }
        self._as_system().write({"state": state, **values})
        self._append(kind, **data)
        return True

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..domain import lifecycle, outcomes
from ..guard import check_person

# of a case neither a policy nor the response times ask a time of
DEFAULT_RESPOND_MINUTES = 480


class MfgVarianceException(models.Model):
    """The moves of a case: each checks who, from where, and what is still missing."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _check_may_handle(self):
        """Handling needs the operator group (supervisor for the full track).

        The check asks the user, not the environment: ``sudo()`` does not help, nor
        does code that acts in somebody's name.
        """
        check_person(self.env)
        user = self.env.user
        # as the user himself, so that record rules of company and plant count
        own = self.with_env(self.env(su=False))
        own.check_access("read")
        group = "mfg_variance_core.group_operator"
        if any(case.track == "full" for case in own):
            group = "mfg_variance_core.group_supervisor"
        if not user.has_group(group) or user._is_variance_automated():
            raise AccessError(
                self.env._(
                    "Handling this case is reserved to supervisors of the plant; light "
                    "cases may be handled by operators of variance control."
                )
            )

    def _check_is_open(self):
        """What is closed stays as it was closed, until it is reopened."""
        closed = self.filtered(lambda case: not case.is_open)
        if closed:
            raise UserError(
                self.env._("%(case)s is closed. Reopen it first.", case=closed[0].name)
            )

    def _transition(self, state, **values):
        """Move the cases to ``state``; the only way a state changes by hand."""
        self._check_may_handle()
        # events that are recorded meanwhile refer to the case and are in nobody's way
        self.lock_for_update(allow_referencing=True)
        now = self.env["mfg.variance.engine"]._now()
        moves = []
        for case in self:
            is_cleared = bool(case.cleared_at)
            if not lifecycle.allowed(case.track, case.state, state, is_cleared):
                raise UserError(
                    self.env._(
                        "%(case)s cannot go from %(before)s to %(after)s.",
                        case=case.name,
                        before=case._get_state_label(case.state),
                        after=case._get_state_label(state),
                    )
                )
            if values:
                # the answer given with the move counts for what is still missing
                case._as_system().write(values)
            needs = case._get_gate_needs(state)
            if needs:
                raise UserError("\n".join(needs))
            before = case.state
            case._as_system().write(
                {**case._prepare_stamp_vals(state, now), "state": state}
            )
            case._log_move(before)
            moves.append(("exception.moved", case, case._prepare_move_data(before)))
        self.env["mfg.variance.ledger"]._append_many(moves)
        if state == "closed":
            self.case_step_ids._skip()
        return True

    def _get_gate_needs(self, to):
        """What this case still needs before it may go to a state, as sentences.

        The one gate of every move: an addon adds what it knows to be missing. Only
        what exists is asked for, so that a light case keeps its two taps.
        """
        self.ensure_one()
        codes = lifecycle.missing(
            self.track,
            to,
            bool(self.cause_id),
            bool(self.cleared_at),
            bool(self.resolution),
        )
        labels = {
            "cause": self.env._("Choose the cause first."),
            "resolution": self.env._("Choose the resolution first."),
        }
        return [labels[code] for code in codes]

    def _make_full(self):
        """Put cases on the full track: a hold, a task or an approval was added."""
        light = self.filtered(lambda case: case.track == "light")
        if light:
            light._as_system().write({"track": "full"})
            light._tell_ledger("exception.moved", changes={"track": ["light", "full"]})

    def _prepare_stamp_vals(self, state, now):
        """Who did it and when, for the states whose delay is a figure."""
        self.ensure_one()
        vals = {}
        if state != "new" and not self.acknowledged_at:
            vals |= {"acknowledged_at": now, "acknowledged_by_id": self.env.uid}
        for name in ("contained", "resolved", "closed"):
            if state == name:
                vals |= {f"{name}_at": now, f"{name}_by_id": self.env.uid}
        return vals

    def _prepare_move_data(self, before):
        """What the ledger keeps of a move."""
        self.ensure_one()
        return {
            "changes": {"state": [before, self.state]},
            "track": self.track,
            "cause_id": self.cause_id,
            "resolution": self.resolution,
        }

    def _log_move(self, before):
        self.ensure_one()
        self.sudo().message_post(  # sudo: the log of a move already checked above
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                "%(before)s → %(after)s",
                before=self._get_state_label(before),
                after=self._get_state_label(self.state),
            ),
        )
        if self.state in ("resolved", "closed"):
            # sudo: reminders about a case that is done help nobody
            self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _is_log_kept(self):
        """Who moved a case and when is evidence as long as there is the case."""
        return True

    def _get_state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state]

    # ---------------------------------------------------------------- buttons

    def action_take(self):
        """Acknowledge the cases and become their owner."""
        self._check_may_handle()
        self._check_is_open()
        fresh = self.filtered(lambda case: case.state == "new")
        if fresh:
            fresh._transition("acknowledged")
        self._as_system().write({"owner_id": self.env.uid, "owner_reason": False})
        return True

    def action_acknowledge(self):
        return self._transition("acknowledged")

    def action_contain(self):
        return self._transition("contained")

    def action_start_resolving(self):
        return self._transition("resolving")

    def action_resolve(self):
        return self._transition("resolved")

    def action_close(self):
        return self._transition("closed")

    def action_done(self):
        """Close light cases; asks for the cause first when one is missing."""
        if self.filtered(lambda case: not case.cause_id):
            return self.action_set_cause()
        return self._transition("closed")

    def action_accept_clear(self):
        """Close cases whose corrected figure is within, as a recording error."""
        open_condition = self.filtered(lambda case: not case.cleared_at)
        if open_condition:
            raise UserError(
                self.env._(
                    "%(case)s has not cleared. Give its cause and close it instead.",
                    case=open_condition[0].name,
                )
            )
        cause = self.env.ref("mfg_variance_core.cause_recording")
        return self._transition(
            "closed", cause_id=cause.id, resolution="recording_error"
        )

    def action_reopen(self):
        """Open closed cases again, with as long to answer as a new case has."""
        for case in self:
            case._transition("new", **case._prepare_reopen_vals())
        return True

    def action_set_cause(self):
        """Ask for the cause of these cases with one button per cause."""
        self._check_may_handle()
        self._check_is_open()
        return self._open_dialog(
            self.env._("What was the cause?"),
            "mfg.variance.cause.wizard",
            default_exception_ids=self.ids,
        )

    def _open_dialog(self, name, model, **context):
        """The form of a wizard or a new record about this case, over the page."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context or {"default_exception_id": self.id},
        }

    def action_open_measurements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mfg_variance_core.mfg_variance_measurement_action"
        )
        return {**action, "domain": [("exception_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------- the engine

    def _prepare_reopen_vals(self):
        return {
            "cleared_at": False,
            "closed_at": False,
            "closed_by_id": False,
            "acknowledged_at": False,
            "acknowledged_by_id": False,
            "contained_at": False,
            "contained_by_id": False,
            "resolved_at": False,
            "resolved_by_id": False,
            "verified_at": False,
            "verified_by_id": False,
            "verification_note": False,
            # the answer given before did not hold: it stays in the chatter
            "cause_id": False,
            "resolution": False,
        }

    def _is_refuted_by(self, moment):
        """Whether an event says that a resolved case is not: it came after that."""
        self.ensure_one()
        return self.state == "resolved" and moment > self.resolved_at

    def _reopen_as_regression(self):
        """The same thing happened again within the window of the policy."""
        for case in self:
            case._as_system().write(
                {
                    **case._prepare_reopen_vals(),
                    "state": "new",
                    "reopened_count": case.reopened_count + 1,
                }
            )
        self._tell_ledger("exception.reopened")

    def _clear(self, moment):
        """The condition is over: stamp it, so that the case leaves *now*."""
        fresh = self.filtered(lambda case: not case.cleared_at)
        if fresh:
            fresh._as_system().write({"cleared_at": moment})
            fresh._tell_ledger("exception.cleared", cleared_at=moment)

    def _clear_settled(self, moment):
        """Clear the open cases of which no current reading is beyond a limit."""
        waiting = self.filtered(lambda case: case.is_open and not case.cleared_at)
        left = self.env["mfg.variance.measurement"].search(
            [
                ("exception_id", "in", waiting.ids),
                ("is_current", "=", True),
                ("outcome", "in", outcomes.BEYOND),
            ]
        )
        (waiting - left.exception_id)._clear(moment)

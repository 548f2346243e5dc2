from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ...domain import break_glass
from ...guard import own_entry


class MfgVarianceBreakGlass(models.Model):
    """Breaking the glass, its end by time, and the review by somebody else."""

    _name = "mfg.variance.break_glass"
    _inherit = "mfg.variance.break_glass"

    @api.model
    def _break(self, hold, reason, hours):
        """Weaken a hold to *use, do not ship* for some hours; return the row."""
        hold.ensure_one()
        self.env["mfg.variance.authority"]._check(
            "break_glass", hold, hold._get_parties()
        )
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it cannot wait for a decision."))
        hold.sudo().lock_for_update()  # sudo: locking needs no right to write
        hold.invalidate_recordset()
        self._check_limits(hold, hours)
        glass = self.browse(
            self._as_system().create(self._prepare_vals(hold, reason, hours)).ids
        )
        # sudo: what follows from a right that was just checked
        hold.sudo()._weaken(glass)
        self.env["mfg.variance.approval"]._record(
            "break_glass.broken",
            glass,
            {"hold": hold.name, "reason": reason, "hours": hours},
        )
        glass._tell_reviewers()
        self.env["mfg.variance.engine"].sudo()._wake_at(  # sudo: asks for a cron
            glass.expires_at, "cron_break_glass"
        )
        return glass

    def _check_limits(self, hold, hours):
        company = hold.company_id
        code = "lifted"
        if hold.state == "active":
            # sudo: what the hold is on, whoever asks
            own = hold.sudo()
            code = break_glass.problem(
                own.kind,
                own.strength,
                own.held_quantity,
                hours,
                own._is_special(),
                break_glass.Limits(
                    company.variance_glass_hours, company.variance_glass_quantity
                ),
            )
        if code:
            raise UserError(self._get_problem_label(code, company))

    def _get_problem_label(self, code, company):
        return {
            "lifted": self.env._("This hold is lifted already."),
            "kind": self.env._(
                "The glass is never broken to ship. Ask for the release of the hold."
            ),
            "weak": self.env._("It may be used already. Shipping needs a release."),
            "special": self.env._(
                "A special characteristic depends on it: only a release will do."
            ),
            "too_long": self.env._(
                "Choose more than 0 and at most %(hours)g hours.",
                hours=company.variance_glass_hours,
            ),
            "too_much": self.env._(
                "More than %(quantity)g is held. Ask for a decision, or have a part of "
                "it held by itself.",
                quantity=company.variance_glass_quantity,
            ),
        }[code]

    def _prepare_vals(self, hold, reason, hours):
        now = self.env["mfg.variance.engine"]._now()
        plant = hold.plant_id.sudo()  # sudo: the shift it happened in
        sequence = self.env["ir.sequence"].sudo()  # sudo: numbering only
        return {
            "name": sequence.next_by_code("mfg.variance.break_glass"),
            "hold_id": hold.id,
            "kind": hold.kind,
            "reason": reason,
            "quantity": hold.sudo().held_quantity,  # sudo: as above
            "hours": hours,
            "broken_by_id": self.env.uid,
            "broken_at": now,
            "expires_at": now + timedelta(hours=hours),
            "company_id": hold.company_id.id,
            "plant_id": plant.id,
            "shift_id": plant._get_shift_at(now).id if plant else False,
        }

    def _tell_reviewers(self):
        """An activity for who reviews it, no mail (D18)."""
        self.ensure_one()
        able = self.env["mfg.variance.authority"]._who_can(
            "review_break_glass", self, self._get_parties()
        )
        engine = self.env["mfg.variance.engine"]
        summary = self.env._("Review: %(what)s", what=self.display_name)
        engine._remind(self, able[:3], summary, self.reason)
        title = self.env._("The glass was broken")
        engine._notify(able, title, self.display_name, "danger")

    def _review(self, verdict, note):
        """Close the review: somebody else than who broke it, in his own session."""
        self.ensure_one()
        self.env["mfg.variance.authority"]._check(
            "review_break_glass", self, self._get_parties()
        )
        note = (note or "").strip()
        if not note:
            raise UserError(self.env._("Say what you found."))
        self.sudo().lock_for_update()  # sudo: locking needs no right to write
        self.invalidate_recordset()
        if self.state == "reviewed":
            raise UserError(
                self.env._("%(glass)s is reviewed already.", glass=self.name)
            )
        self._end()
        self._as_system().write(
            {
                "state": "reviewed",
                "verdict": verdict,
                "review_note": note,
                "reviewed_by_id": self.env.uid,
                "reviewed_at": self.env["mfg.variance.engine"]._now(),
            }
        )
        # sudo: reminders about what is done help nobody
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self.env["mfg.variance.approval"]._record(
            "break_glass.reviewed", self, {"verdict": verdict, "note": note}
        )
        return True

    def _end(self):
        """What was let go is held again as before, unless somebody granted it."""
        for glass in self.filtered(lambda one: one.state == "in_force"):
            glass._as_system().write(
                {
                    "state": "to_review",
                    "ended_at": self.env["mfg.variance.engine"]._now(),
                }
            )
            # sudo: the hold follows, whoever ends it
            glass.hold_id.sudo()._restore_after(glass)
            self.env["mfg.variance.approval"]._record("break_glass.ended", glass, {})

    @api.model
    @own_entry
    def _cron_break_glass(self, batch=100):
        """End what is over; safe on several nodes, run twice, and with a poison row."""
        engine = self.env["mfg.variance.engine"]
        engine._work_off(
            self.with_env(engine._clean_engine().env),
            [("state", "=", "in_force"), ("expires_at", "<=", engine._now())],
            lambda glass: glass._end(),
            lambda glass: self.env._("Not ended: %(glass)s", glass=glass.name),
            batch,
        )

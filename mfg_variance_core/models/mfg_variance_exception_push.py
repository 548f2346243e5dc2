import logging

from odoo import fields, models

from ..domain import pushes, shifts

_logger = logging.getLogger(__name__)


class MfgVarianceException(models.Model):
    """Whether a case calls its owner: the one place that decides it."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    def _ask_once(self, calls, is_timely):
        """Why this case calls nobody, as a code; False if it does.

        Asked once for all steps that call, and remembered in ``calls``.
        """
        self.ensure_one()
        if self.id not in calls:
            calls[self.id] = False
            try:
                with self.env.cr.savepoint():
                    decision = self._decide_call(is_timely)
            except Exception as exc:
                # a fault in here calls once too often rather than never
                self.env["mfg.variance.engine"]._reraise_concurrency(exc)
                _logger.exception("Whether %s calls was not decided", self)
            else:
                calls[self.id] = False if decision == pushes.PUSH else decision
        return calls[self.id]

    def _decide_call(self, is_timely):
        incident = self.incident_id
        held_back = 0
        limit = self.company_id.variance_push_limit
        count = 0
        if limit and self.owner_id:
            count, held_back = self._count_calls(self.owner_id)
        decision = pushes.decide(
            pushes.Call(
                severity=self.severity,
                is_timely=is_timely,
                is_shelved=self.is_shelved,
                is_chattering=self.is_chattering,
                told=incident.told_severity or None,
                count=count,
                limit=limit,
            )
        )
        if decision == pushes.TOLD:
            self._tell_incident()
        elif decision == pushes.BUNDLED:
            if pushes.is_bundle_told(held_back + 1, limit):
                self._tell_bundle(held_back + 1)
        if decision in (pushes.PUSH, pushes.BUNDLED) and incident:
            incident._as_system().write({"told_severity": self.severity})
        return decision

    def _count_calls(self, user):
        """Cases that called a person since his shift began, and those held back."""
        rows = self.env["mfg.variance.run"]._read_group(
            [
                ("push_user_id", "=", user.id),
                ("started_at", ">=", self._get_shift_start()),
                ("exception_id", "!=", self.id),
                "|",
                ("outcome", "=", "ok"),
                ("push_refusal", "=", pushes.BUNDLED),
            ],
            ["push_refusal"],
            ["exception_id:count_distinct"],
        )
        counts = {refusal or pushes.PUSH: count for refusal, count in rows}
        return counts.get(pushes.PUSH, 0), counts.get(pushes.BUNDLED, 0)

    def _get_shift_start(self):
        """When the shift of the plant began; eight hours ago where there is none."""
        now = self.env["mfg.variance.engine"]._now()
        plant = self.plant_id
        turn = plant.shift_ids and shifts.shift_at(
            now, plant.tz, plant.shift_ids._to_domain()
        )
        return turn.starts_at if turn else fields.Datetime.subtract(now, hours=8)

    def _tell_incident(self):
        """The owner was called for this incident: it is noted there."""
        self.incident_id.sudo().message_post(  # sudo: a note of the engine's
            body=self.env._(
                "%(case)s joined, without another call.", case=self.display_name
            )
        )

    def _tell_bundle(self, count):
        """One line in place of many: these wait in the list, and call no more."""
        self.env["mfg.variance.engine"]._notify(
            self.owner_id,
            self.env._("%(count)s more", count=count),
            self.env._(
                "You were called for %(limit)s cases in this shift. Further ones wait "
                "under My Exceptions and do not call.",
                limit=self.company_id.variance_push_limit,
            ),
        )

    def _get_refusal_label(self, code):
        """The sentence for a code of :func:`pushes.decide`."""
        self.ensure_one()
        values = {
            "silence": self.silence_id.display_name,
            "moment": self.chattering_until,
            "incident": self.incident_id.name,
            "limit": self.company_id.variance_push_limit,
        }
        return {
            pushes.LATE: self.env._("Recorded late: nobody is called."),
            pushes.SHELVED: self.env._("Shelved by %(silence)s.", **values),
            pushes.CHATTERING: self.env._(
                "It comes and goes: held until it is stable, at the earliest at "
                "%(moment)s UTC.",
                **values,
            ),
            pushes.TOLD: self.env._(
                "The owner was called for incident %(incident)s already.", **values
            ),
            pushes.BUNDLED: self.env._(
                "%(limit)s cases called this person in this shift: bundled.", **values
            ),
        }[code]

import logging
from collections import namedtuple
from datetime import timedelta

from odoo import api, models

from ...domain import deadlines
from ..mfg_variance_exception_lifecycle import DEFAULT_RESPOND_MINUTES
from .working_time import WorkingTime

_logger = logging.getLogger(__name__)
# the first look may wait so long: looks are bundled, and the shortest clock is longer
LOOK_MINUTES = 1
Subject = namedtuple("Subject", "severity company plant category minutes start")
# what moves the clocks of a case
FOLLOWED = frozenset(("state", "cleared_at", "severity", "is_historic"))


class MfgVarianceException(models.Model):
    """How the clocks of a case are set, tightened, paused and stopped.

    They are set when the case opens and move only with it: nothing but the system
    writes them. A fault in here costs a deadline and never the case.
    """

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    # ---------------------------------------------------------------- setting

    @api.model
    def _open_cases(self, vals_list):
        """New cases start their clocks at detection."""
        self._as_system()  # refuses stored code before anything is looked up
        time = WorkingTime(self.env)
        for vals in vals_list:
            vals |= self._prepare_clock_vals_shielded(vals, time)
        cases = super()._open_cases(vals_list)
        cases._wake_for_deadlines()
        return cases

    @api.model
    def _prepare_clock_vals_shielded(self, vals, time):
        version = self.env["mfg.variance.policy.version"].browse(
            vals.get("policy_version_id") or []
        )
        minutes = vals.get("respond_minutes") or version.respond_minutes
        start = vals.get("detected_at") or self.env["mfg.variance.engine"]._now()
        known = {"respond_minutes": minutes, "clock_started_at": start}
        if vals.get("is_historic"):
            return known
        subject = Subject(
            vals["severity"],
            self.env["res.company"].browse(vals["company_id"]),
            self.env["mfg.variance.plant"].browse(vals.get("plant_id") or []),
            self.env["mfg.variance.category"].browse(vals.get("category_id") or []),
            minutes,
            start,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                known |= self._prepare_deadline_vals(subject, time)
        except Exception as exc:
            self._report_fault(exc, subject)
            by = start + timedelta(minutes=minutes or DEFAULT_RESPOND_MINUTES)
            known["acknowledge_by"] = by
        return known | self._prepare_next_vals(known, ())

    @api.model
    def _report_fault(self, exc, subject):
        """A deadline that could not be told is a row, never a case that is missing."""
        self.env["mfg.variance.engine"]._reraise_concurrency(exc)
        _logger.exception("The deadlines of a case were not set")
        self.env["mfg.variance.run"]._log(
            "step",
            self.env._("Deadlines not set"),
            "failed",
            error=f"{type(exc).__name__}: {exc}",
            record_count=1,
            company_id=subject.company.id,
        )

    @api.model
    def _prepare_deadline_vals(self, subject, time, pauses=()):
        """The four deadlines of a case and the times they come from."""
        engine = self.env["mfg.variance.engine"]
        target = deadlines.pick(
            self.env["mfg.variance.sla"]._get_targets(),
            subject.severity,
            subject.company.id,
            subject.plant.id or None,
            # nearest first
            engine._get_category_path(subject.category)[::-1],
        )
        limits = dict(target.limits) if target else {}
        vals = {"sla_id": target.id if target else False}
        hours = self._get_hours(subject, target, time)
        for clock in deadlines.CLOCKS:
            vals[f"{clock}_by"] = time.due(
                limits.get(clock),
                subject.start,
                hours[clock],
                pauses if clock in deadlines.PAUSED_CLOCKS else (),
            )
        minutes = subject.minutes or (0 if target else DEFAULT_RESPOND_MINUTES)
        asked = time.due(
            deadlines.Limit(minutes), subject.start, hours[deadlines.ACKNOWLEDGE]
        )
        # what the policy asks may be sooner, never later
        vals["acknowledge_by"] = (
            deadlines.tighten(vals["acknowledge_by"], asked) or False
        )
        return vals

    @api.model
    def _get_hours(self, subject, target, time):
        """Clock -> the working time it runs in, as a function of the days ahead."""
        floor = time.of_plant(
            subject.plant,
            subject.company,
            subject.start,
            bool(target and target.is_round_the_clock),
        )
        hours = dict.fromkeys(deadlines.CLOCKS, floor)
        needs_role = target and any(
            target.limits.get(clock) for clock in deadlines.PAUSED_CLOCKS
        )
        if needs_role:
            office = time.of_role(
                target.role, subject.plant, subject.company, subject.start
            )
            hours |= dict.fromkeys(deadlines.PAUSED_CLOCKS, office)
        return hours

    def _get_clock_subject(self):
        self.ensure_one()
        return Subject(
            self.severity,
            self.company_id,
            self.plant_id,
            self.category_id,
            self.respond_minutes,
            self.clock_started_at or self.detected_at,
        )

    # -------------------------------------------------------------- following

    def write(self, vals):
        """Whatever moves a case moves its clocks."""
        result = super().write(vals)
        if FOLLOWED & set(vals):
            self._follow(vals)
        return result

    def _follow(self, vals):
        """Start anew, tighten or stop the clocks after a change of the case."""
        time = WorkingTime(self.env)
        comes_back = "cleared_at" in vals and not vals["cleared_at"]
        is_live_again = "is_historic" in vals and not vals["is_historic"]
        for case in self:
            starts = is_live_again or (
                case.state == "new" and (comes_back or vals.get("state") == "new")
            )
            if starts:
                case._restart_clocks(time)
            elif "severity" in vals and case.is_open and not case.is_historic:
                case._set_deadlines(time)
            else:
                case._set_next()
        self._wake_for_deadlines()

    def _restart_clocks(self, time):
        """The case begins again now, with as long to answer as a new one has."""
        self.ensure_one()
        now = self.env["mfg.variance.engine"]._now()
        self.pause_ids._end(now)
        vals = {
            "clock_started_at": now,
            "paused_at": False,
            "paused_for": False,
            "decided_at": False,
            "decided_by_id": False,
            **{f"{clock}_by": False for clock in deadlines.CLOCKS},
            **{f"{clock}_result": False for clock in deadlines.CLOCKS},
        }
        self._as_system().write(vals)
        self._set_deadlines(time)

    def _set_deadlines(self, time=None):
        """Reckon the deadlines again from the start; no clock ever gains by it."""
        self.ensure_one()
        subject = self._get_clock_subject()
        # one that still runs is given back when it ends
        pauses = [
            (pause.started_at, pause.ended_at)
            for pause in self.pause_ids
            if pause.ended_at and pause.started_at >= subject.start
        ]
        try:
            with self.env.cr.savepoint():
                fresh = self._prepare_deadline_vals(
                    subject, time or WorkingTime(self.env), pauses
                )
        except Exception as exc:
            self._report_fault(exc, subject)
            return self._set_next()
        done = self._get_done_clocks()
        for clock in deadlines.CLOCKS:
            name = f"{clock}_by"
            sooner = deadlines.tighten(self[name] or None, fresh[name] or None) or False
            # what was answered was answered against the deadline of then
            fresh[name] = self[name] if clock in done else sooner
        if self.paused_at:
            fresh = self._tighten_pause(fresh)
        self._as_system().write(fresh)
        return self._set_next()

    def _get_done_clocks(self):
        self.ensure_one()
        done = deadlines.done_by(self.state)
        # decided before anybody moved the case on
        return (*done, deadlines.DECIDE) if self.decided_at else done

    def _set_next(self):
        """Name the deadline that is next, and when to look at the case again."""
        for case in self:
            vals = {f"{clock}_by": case[f"{clock}_by"] for clock in deadlines.CLOCKS}
            is_live = case.is_open and not case.cleared_at and not case.is_historic
            done = case._get_done_clocks() if is_live else deadlines.CLOCKS
            after = case._prepare_next_vals(vals, done)
            if after["respond_clock"] != case.respond_clock:
                after |= {
                    "likely_at": False,
                    "forecast_text": False,
                    "is_likely_late": False,
                }
            if case._needs_look():
                after["watch_at"] = case._get_soon()
            if any(case[name] != value for name, value in after.items()):
                case._as_system().write(after)

    @api.model
    def _prepare_next_vals(self, vals, done):
        """Which deadline is next; what has one is looked at soon.

        The look itself finds out what is due when, outside of anybody's work.
        """
        known = {clock: vals.get(f"{clock}_by") for clock in deadlines.CLOCKS}
        found = deadlines.next_due(known, done)
        return {
            "respond_clock": found[0] if found else False,
            "respond_by": found[1] if found else False,
            "watch_at": self._get_soon() if found else False,
        }

    @api.model
    def _get_soon(self):
        now = self.env["mfg.variance.engine"]._now()
        return now + timedelta(minutes=LOOK_MINUTES)

    def _needs_look(self):
        """Whether something but a deadline is due by the clock: the end of a pause."""
        self.ensure_one()
        return bool(self.is_open and self.paused_at)

    def _wake_for_deadlines(self):
        """Ask the scheduled action to come by for what was opened or moved."""
        moments = [case.watch_at for case in self if case.watch_at]
        if moments:
            # sudo: asks the scheduler to come by; what it does is its own decision
            engine = self.env["mfg.variance.engine"].sudo()
            engine._wake_at(min(moments), "cron_deadlines")

    # --------------------------------------------------------------- stopping

    def _prepare_stamp_vals(self, state, now):
        """Which clocks a move stops, and whether in time."""
        vals = super()._prepare_stamp_vals(state, now)
        was, done = deadlines.done_by(self.state), deadlines.done_by(state)
        if "decide" in done and "decide" not in was and not self.decided_at:
            vals |= {"decided_at": now, "decided_by_id": self.env.uid}
        for clock in deadlines.CLOCKS:
            name = f"{clock}_result"
            if clock in was and clock not in done:
                # it runs again; what was missed stays missed
                vals[name] = self[name] if self[name] == deadlines.BREACHED else False
            elif clock in done and clock not in was and not self[name]:
                is_over = self.cleared_at or self.is_historic
                result = deadlines.result(self[f"{clock}_by"] or None, now)
                vals[name] = False if is_over else result or False
        return vals

    def _note_decided(self):
        """What to do was decided before anybody moved the case on."""
        now = self.env["mfg.variance.engine"]._now()
        for case in self:
            if case.decided_at or not case.is_open:
                continue
            result = case.decide_result or deadlines.result(case.decide_by or None, now)
            case._as_system().write(
                {
                    "decided_at": now,
                    "decided_by_id": self.env.uid,
                    "decide_result": result or False,
                }
            )
            case._set_next()

"""The working time clocks run in, as plain intervals, read once per pass."""

from dataclasses import dataclass
from datetime import timedelta

import pytz

from ...domain import clocks, deadlines, shifts

# how far ahead is looked at first, and at most
REACHES = (35, 400)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working time from a moment on; without turns there are no shifts."""

    windows: tuple
    turns: tuple = ()
    tz: str = "UTC"


class WorkingTime:
    """Reads operating hours of plants and working hours of roles, each once.

    The environment is the superuser's: when somebody works decides on a clock, whoever
    looks at it.
    """

    def __init__(self, env):
        self._env = env(su=True)
        self._known = {}

    def due(self, limit, start, hours, pauses=()):
        """When a limit runs out; by the wall clock where there is no working time.

        :param hours: a function of the days ahead that returns :class:`Hours`
        """
        if not limit:
            return False
        for days in REACHES:
            known = hours(days)
            found = deadlines.due(
                limit, start, known.windows, known.turns, known.tz, pauses
            )
            if found:
                return _to_second(found)
        minutes = {
            deadlines.MINUTES: 1,
            deadlines.SHIFTS: deadlines.MINUTES_OF_SHIFT,
            deadlines.DAYS: 1440,
        }[limit.unit]
        return _to_second(start + timedelta(minutes=limit.count * minutes))

    def get_reach(self, start, end):
        """How many days ahead have to be read to have the time up to a moment."""
        return max((end - start).days + 2, REACHES[0])

    def of_plant(self, plant, company, start, round_the_clock=False):
        """The operating hours of a plant, or of the company where there is none."""

        def hours(days):
            key = (plant, company, start, days, round_the_clock)
            if key not in self._known:
                end = start + timedelta(days=days)
                if round_the_clock:
                    self._known[key] = Hours((clocks.Interval(start, end),))
                else:
                    self._known[key] = self._read_plant(plant, company, start, end)
            return self._known[key]

        return hours

    def of_role(self, role, plant, company, start):
        """The working hours of whoever is on duty for a role, else the company's."""
        key = (role, plant, company, start)
        if key not in self._known:
            posts = plant.with_env(self._env)._get_line(role, company, start)
            user = self._env["res.users"].browse(
                posts[0].user_id if posts and posts[0].role == role else []
            )
            calendar = user.resource_ids.filtered(
                lambda one: one.company_id == company
            )[:1].calendar_id
            self._known[key] = calendar or company.resource_calendar_id
        calendar = self._known[key]

        def hours(days):
            return self._get_calendar_hours(calendar, start, days)

        return hours

    def _get_calendar_hours(self, calendar, start, days):
        key = (calendar, start, days)
        if key not in self._known:
            # the whole first day: which day is the next one is told by it
            end = start + timedelta(days=days)
            self._known[key] = Hours(
                self._read_calendar(calendar, start, end), (), calendar.tz or "UTC"
            )
        return self._known[key]

    def _read_plant(self, plant, company, start, end):
        plant = plant.with_env(self._env)
        calendar = plant.resource_calendar_id if plant else company.resource_calendar_id
        calendar = calendar.with_env(self._env)
        if not plant.shift_ids:
            return Hours(
                self._read_calendar(calendar, start, end), (), calendar.tz or "UTC"
            )
        turns = shifts.turns_between(start, end, plant.tz, plant.shift_ids._to_domain())
        closed = self._read_closures(calendar, start, end)
        windows = deadlines.without(
            ((max(one.starts_at, start), one.ends_at) for one in turns), closed
        )
        open_turns = tuple(
            one
            for one in turns
            if deadlines.spent_minutes(one.starts_at, one.ends_at, windows)
        )
        return Hours(windows, open_turns, plant.tz)

    def _read_calendar(self, calendar, start, end):
        """Working time of a calendar; the whole time without one."""
        if not calendar:
            return (clocks.Interval(start, end),)
        calendar = calendar.with_env(self._env)
        found = calendar._work_intervals_batch(_aware(start), _aware(end))[False]
        return clocks.merge((_naive(one[0]), _naive(one[1])) for one in found)

    def _read_closures(self, calendar, start, end):
        """Holidays of the plant: what is closed for everybody."""
        if not calendar:
            return ()
        found = calendar._leave_intervals_batch(_aware(start), _aware(end))[False]
        return clocks.merge((_naive(one[0]), _naive(one[1])) for one in found)


def _aware(moment):
    return pytz.utc.localize(moment)


def _naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def _to_second(moment):
    if not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)

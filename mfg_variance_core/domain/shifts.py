"""Which shift a moment belongs to, by the plant's own clock.

A shift is given by hours of the wall clock; a night shift belongs to the day it began.
When the clock is set forward, an hour that does not exist stands for the moment of the
change; when it is set back, an hour that exists twice stands for its first time. So a
night shift has an hour less or more on those days, as it has on the floor, and shifts
that follow one another leave neither a gap nor an overlap.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of a plant.

    ``start`` and ``end`` are hours of the local day (6.5 is 06:30); an end at or before
    the start lies on the next day. ``weekdays`` holds the days on which the shift
    begins, 0 for Monday to 6 for Sunday.
    """

    id: int
    name: str
    start: float
    end: float
    weekdays: Collection[int]

    def __post_init__(self):
        if any(isinstance(d, bool) or d not in range(7) for d in self.weekdays):
            raise ValueError("The weekdays of a shift are numbers from 0 to 6.")


# stands for the shifts of a plant that has none: one turn each local day
WHOLE_DAY = Shift(0, "", 0, 24, range(7))


@dataclass(frozen=True, slots=True)
class ShiftMatch:
    """One turn of a shift: the local day it began and its bounds in UTC."""

    shift_id: int
    day: date
    starts_at: datetime
    ends_at: datetime


def shift_at(
    moment: datetime, tz_name: str, shifts: Iterable[Shift]
) -> ShiftMatch | None:
    """Return the turn of a shift that was on at a moment (naive UTC), if any.

    Where shifts overlap, the one that began first has the moment; of two that began
    together, the one given first. The start belongs to a shift, the end does not.
    Raises ``ValueError`` for an unknown time zone.

    >>> night = Shift(7, "Night", 22, 6, range(5))
    >>> match = shift_at(datetime(2026, 1, 6, 3), "Europe/Berlin", [night])
    >>> match.day, match.starts_at.hour, match.ends_at.hour
    (datetime.date(2026, 1, 5), 21, 5)
    >>> shift_at(datetime(2026, 1, 6, 12), "Europe/Berlin", [night]) is None
    True
    """
    zone = _zone(tz_name)
    today = _to_local(moment, zone).date()
    found = [
        turn
        for shift in shifts
        # A clock set back over midnight puts a moment on the day before the shift's.
        for days in (-1, 0, 1)
        if (turn := _turn(shift, today + timedelta(days=days), zone))
        and turn.starts_at <= moment < turn.ends_at
    ]
    return min(found, key=lambda turn: turn.starts_at, default=None)


def turns_between(
    start: datetime, end: datetime, tz_name: str, shifts: Iterable[Shift]
) -> list[ShiftMatch]:
    """Return every turn that is on between two moments (naive UTC), earliest first.

    >>> night = Shift(7, "Night", 22, 6, range(7))
    >>> since = datetime(2026, 1, 6, 3)
    >>> turns = turns_between(since, since + timedelta(days=1), "UTC", [night])
    >>> [turn.day.day for turn in turns]
    [5, 6]
    """
    zone = _zone(tz_name)
    first, last = _to_local(start, zone).date(), _to_local(end, zone).date()
    found = [
        turn
        for shift in shifts
        for days in range(-1, (last - first).days + 2)
        if (turn := _turn(shift, first + timedelta(days=days), zone))
        and turn.starts_at < end
        and turn.ends_at > start
    ]
    return sorted(found, key=lambda turn: turn.starts_at)


def local_day(moment: datetime, tz_name: str) -> date:
    """Return the day of a moment (naive UTC) on the wall clock of a zone.

    >>> local_day(datetime(2026, 1, 6, 23, 30), "Europe/Berlin")
    datetime.date(2026, 1, 7)
    """
    return _to_local(moment, _zone(tz_name)).date()


def after_minutes(
    moment: datetime, minutes: float, tz_name: str, shifts: Iterable[Shift]
) -> datetime:
    """Return when so many minutes have been worked since a moment (naive UTC).

    Only time in which a shift is on counts, overlapping shifts once. Without shifts,
    or when none comes within a month, it is the time of the clock.

    >>> early = Shift(1, "Early", 6, 14, range(5))
    >>> friday = datetime(2026, 1, 9, 13, 30)
    >>> after_minutes(friday, 60, "UTC", [early])
    datetime.datetime(2026, 1, 12, 6, 30)
    """
    left, position = timedelta(minutes=minutes), moment
    horizon = moment + timedelta(days=31)
    for turn in turns_between(moment, horizon, tz_name, shifts):
        start = max(turn.starts_at, position)
        if turn.ends_at <= start:
            continue
        if turn.ends_at - start >= left:
            return start + left
        left -= turn.ends_at - start
        position = turn.ends_at
    return moment + timedelta(minutes=minutes)


def turn_before(
    moment: datetime, tz_name: str, shifts: Iterable[Shift]
) -> ShiftMatch | None:
    """Return the turn of a shift that ended last at or before a moment, if any.

    Looks back over eight days, so that the shift before a week-end or a holiday week
    is found. Raises ``ValueError`` for an unknown time zone.

    >>> early, late = Shift(1, "Early", 6, 14, range(5)), Shift(2, "Late", 14, 22, (4,))
    >>> turn = turn_before(datetime(2026, 1, 5, 6), "UTC", [early, late])
    >>> turn.shift_id, turn.day
    (2, datetime.date(2026, 1, 2))
    """
    zone = _zone(tz_name)
    today = _to_local(moment, zone).date()
    found = [
        turn
        for shift in shifts
        for days in range(-8, 2)
        if (turn := _turn(shift, today + timedelta(days=days), zone))
        and turn.ends_at <= moment
    ]
    return max(found, key=lambda turn: (turn.ends_at, turn.starts_at), default=None)


def _turn(shift: Shift, day: date, zone) -> ShiftMatch | None:
    """Return the turn of a shift that begins on a local day, if there is one."""
    if day.weekday() not in shift.weekdays:
        return None
    end = shift.end if shift.end > shift.start else shift.end + 24
    midnight = datetime.combine(day, time())
    return ShiftMatch(
        shift.id,
        day,
        _to_utc(midnight + _hours(shift.start), zone),
        _to_utc(midnight + _hours(end), zone),
    )


def _hours(hours: float) -> timedelta:
    """Return hours as a length of whole seconds: 22.1 hours carry float noise."""
    return timedelta(seconds=round(hours * 3600))


def _zone(tz_name: str):
    try:
        return pytz.timezone(tz_name)
    except pytz.UnknownTimeZoneError as error:
        raise ValueError(f"The time zone “{tz_name}” is not known.") from error


def _to_local(moment: datetime, zone) -> datetime:
    return zone.fromutc(moment).replace(tzinfo=None)


def _to_utc(local: datetime, zone) -> datetime:
    """Return the UTC moment of a wall clock reading, see the rules of this module."""
    before = local - _offset(local - timedelta(days=1), zone)
    after = local - _offset(local + timedelta(days=1), zone)
    for moment in (before, after):
        if _to_local(moment, zone) == local:
            return moment
    return _change_between(after, before, zone)


def _offset(moment: datetime, zone) -> timedelta:
    return _to_local(moment, zone) - moment


def _change_between(low: datetime, high: datetime, zone) -> datetime:
    """Return the first second of the new offset between two UTC moments."""
    old = _offset(low, zone)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    return high

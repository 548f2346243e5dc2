"""Time that was really spent, and when it is spent: unions of time intervals.

Two people on one machine do not make it run twice as long, so machine time is the
union of the intervals, never their sum. An interval is a pair (start, end) of naive
UTC datetimes; an end of ``None`` means the timer is still running. An interval that
ends before it starts is a recording error and counts for nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed stretch of time; it unpacks like the pair (start, end)."""

    start: datetime
    end: datetime

    def __iter__(self) -> Iterator[datetime]:
        return iter((self.start, self.end))

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / timedelta(minutes=1)


def merge(intervals: Iterable) -> tuple[Interval, ...]:
    """Return the union of closed intervals, in order and without overlaps.

    Open intervals and those that end before they start are left out.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> merged = merge([(at(9), at(10)), (at(6), at(8)), (at(7), at(9))])
    >>> [(i.start.hour, i.end.hour) for i in merged]
    [(6, 10)]
    """
    valid = sorted((s, e) for s, e in intervals if e and s <= e)
    merged: list[Interval] = []
    for start, end in valid:
        if merged and start <= merged[-1].end:
            last = merged.pop()
            merged.append(Interval(last.start, max(last.end, end)))
        else:
            merged.append(Interval(start, end))
    return tuple(merged)


def union_minutes(intervals: Iterable, now: datetime | None = None) -> float:
    """Return the minutes covered by the intervals, each minute counted once.

    Open intervals run to ``now``; without ``now`` they are left out.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> union_minutes([(at(6), at(8)), (at(7), at(9))])
    180.0
    >>> union_minutes([(at(6), at(8)), (at(10), None)], now=at(11))
    180.0
    >>> union_minutes([(at(6), at(8)), (at(10), None)])
    120.0
    """
    closed = ((start, end or now) for start, end in intervals)
    return sum(interval.minutes for interval in merge(closed))


def latest_end(intervals: Iterable) -> datetime | None:
    """Return the latest end among the closed intervals, ``None`` without any.

    >>> latest_end([(datetime(2026, 3, 2, 6), datetime(2026, 3, 2, 8))]).hour
    8
    >>> latest_end([(datetime(2026, 3, 2, 6), None)]) is None
    True
    """
    merged = merge(intervals)
    return merged[-1].end if merged else None


def reach_at(intervals: Iterable, now: datetime, minutes: float) -> datetime | None:
    """Return when the union of the intervals reaches ``minutes``.

    Open intervals go on from ``now`` without end; one that claims to have started
    later than ``now`` (the clocks of two computers differ) runs from ``now``. ``None``
    when nothing is open and what is closed does not suffice, or there is nothing at
    all. The moment is rounded up to the full second, the finest a stored moment
    keeps, so that a look at that moment finds the minutes reached.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> reach_at([(at(6), at(8)), (at(10), None)], at(11), 240).hour
    12
    >>> reach_at([(at(6), at(8))], at(11), 240) is None
    True
    """
    endless = datetime.max.replace(microsecond=0)
    runs = ((s, e) if e else (min(s, now), endless) for s, e in intervals)
    covered = 0.0
    for run in merge(runs):
        if covered + run.minutes >= minutes:
            missing = max(minutes - covered, 0.0)
            return _up_to_second(run.start + timedelta(minutes=missing))
        covered += run.minutes
    return None


def timeliness(
    event_at: datetime,
    recorded_at: datetime,
    late_hours: float = 2,
    historic_hours: float = 24,
) -> str:
    """Return "live", "late" or "historic" by how long after the event it was recorded.

    A delay of exactly the limit still belongs to the earlier word. What is recorded
    before it happens is live.

    >>> event = datetime(2026, 3, 2, 6)
    >>> timeliness(event, event + timedelta(hours=2), 2, 24)
    'live'
    >>> timeliness(event, event + timedelta(hours=3), 2, 24)
    'late'
    >>> timeliness(event, event + timedelta(days=2), 2, 24)
    'historic'
    """
    delay = recorded_at - event_at
    if delay > timedelta(hours=historic_hours):
        return "historic"
    if delay > timedelta(hours=late_hours):
        return "late"
    return "live"


def minutes_outside(
    intervals: Iterable, working: Iterable, now: datetime | None = None
) -> float:
    """Return the minutes of the intervals' union that lie outside the working time.

    Open intervals run to ``now``, without ``now`` they are left out.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> minutes_outside([(at(14), at(20))], [(at(6), at(16))])
    240.0
    """
    spent = merge((start, end or now) for start, end in intervals)
    return sum(i.minutes for i in spent) - _common_minutes(spent, merge(working))


def _common_minutes(first: tuple, second: tuple) -> float:
    """Return the minutes two merged sequences have in common, in one pass."""
    common, i, j = 0.0, 0, 0
    while i < len(first) and j < len(second):
        start = max(first[i].start, second[j].start)
        end = min(first[i].end, second[j].end)
        if start < end:
            common += Interval(start, end).minutes
        if first[i].end <= second[j].end:
            i += 1
        else:
            j += 1
    return common


def _up_to_second(moment: datetime) -> datetime:
    if not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)

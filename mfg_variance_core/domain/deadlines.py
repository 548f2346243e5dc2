"""By when a case has to be acknowledged, contained, decided and resolved.

All clocks of a case begin together, when it was detected. A clock runs only in the
working time it is given, as merged closed intervals of naive UTC moments: what a
holiday, a night or a change of the clock does to it is in those intervals already.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clocks import Interval, merge
from .shifts import ShiftMatch, local_day

ACKNOWLEDGE = "acknowledge"
CONTAIN = "contain"
DECIDE = "decide"
RESOLVE = "resolve"
CLOCKS = (ACKNOWLEDGE, CONTAIN, DECIDE, RESOLVE)
# what waits for somebody else while a case is paused
PAUSED_CLOCKS = (DECIDE, RESOLVE)

MINUTES = "minutes"
SHIFTS = "shifts"
DAYS = "days"

MET = "met"
BREACHED = "breached"

# less than this of a shift is not the time of a shift: the next one counts
LEAST_OF_SHIFT = 60
# a shift of a plant that has none
MINUTES_OF_SHIFT = 480


@dataclass(frozen=True, slots=True)
class Limit:
    """How long one clock gives: so many minutes, shifts or working days.

    >>> bool(Limit(0)), bool(Limit(1, SHIFTS))
    (False, True)
    """

    count: int = 0
    unit: str = MINUTES

    def __bool__(self):
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for cases of a severity in a place; no place means every one."""

    id: int
    severity: str
    limits: Mapping[str, Limit]
    role: str = "quality_manager"
    is_round_the_clock: bool = False
    company_id: int | None = None
    plant_id: int | None = None
    category_id: int | None = None
    sequence: int = 10


def pick(
    targets: Iterable[Target],
    severity: str,
    company: int,
    plant: int | None,
    categories: Collection[int] = (),
) -> Target | None:
    """Return the target that holds, the most specific one; None without any.

    The plant's own goes before the company's, one for the category (or the nearest of
    those above it) before one for all. ``categories`` is the category and what is
    above it, nearest first.

    >>> every = Target(1, "major", {})
    >>> plant = Target(2, "major", {}, plant_id=3)
    >>> scrap = Target(3, "major", {}, category_id=8)
    >>> pick([every, plant, scrap], "major", 1, 3, (9, 8)).id
    2
    >>> pick([every, plant, scrap], "major", 1, 4, (9, 8)).id
    3
    >>> pick([every], "minor", 1, 4) is None
    True
    """
    near = {category: place for place, category in enumerate(categories)}
    return min(
        (
            one
            for one in targets
            if one.severity == severity
            and one.company_id in (None, company)
            and one.plant_id in (None, plant)
            and (one.category_id is None or one.category_id in near)
        ),
        key=lambda one: (
            one.plant_id is None,
            near.get(one.category_id, len(near)),
            one.company_id is None,
            one.sequence,
            one.id,
        ),
        default=None,
    )


def without(windows: Iterable, pauses: Iterable) -> tuple[Interval, ...]:
    """Return the windows less the time that was paused.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> left = without([(at(6), at(14))], [(at(8), at(9)), (at(13), at(20))])
    >>> [(one.start.hour, one.end.hour) for one in left]
    [(6, 8), (9, 13)]
    """
    left = []
    gaps = merge(pauses)
    for start, end in merge(windows):
        for gap in gaps:
            if gap.end <= start or gap.start >= end:
                continue
            if gap.start > start:
                left.append(Interval(start, gap.start))
            start = max(start, gap.end)
        if start < end:
            left.append(Interval(start, end))
    return tuple(left)


def after_minutes(
    start: datetime, minutes: float, windows: Iterable
) -> datetime | None:
    """Return when so many minutes of working time have passed since a moment.

    None when the windows do not reach that far. No minutes at all have passed at once.

    >>> friday = (datetime(2026, 1, 9, 6), datetime(2026, 1, 9, 14))
    >>> monday = (datetime(2026, 1, 12, 6), datetime(2026, 1, 12, 14))
    >>> after_minutes(datetime(2026, 1, 9, 13, 30), 60, [friday, monday])
    datetime.datetime(2026, 1, 12, 6, 30)
    >>> after_minutes(datetime(2026, 1, 9, 13, 30), 60, [friday]) is None
    True
    """
    left = timedelta(minutes=minutes)
    if not left:
        return start
    for window in merge(windows):
        begin = max(window.start, start)
        if window.end <= begin:
            continue
        if window.end - begin >= left:
            return begin + left
        left -= window.end - begin
    return None


def spent_minutes(start: datetime, end: datetime, windows: Iterable) -> float:
    """Return the minutes of working time between two moments.

    >>> day = (datetime(2026, 1, 9, 6), datetime(2026, 1, 9, 14))
    >>> spent_minutes(datetime(2026, 1, 9, 13), datetime(2026, 1, 12), [day])
    60.0
    """
    return sum(
        Interval(max(one.start, start), min(one.end, end)).minutes
        for one in merge(windows)
        if one.start < end and one.end > start
    )


def end_of_shift(
    start: datetime, count: int, turns: Iterable[ShiftMatch]
) -> datetime | None:
    """Return the end of the shift that is on, or of the one so many further on.

    Between shifts it is the next one. When less than an hour of a shift is left, the
    one after it counts: nobody can answer at the door.

    >>> from datetime import date
    >>> def turn(start):
    ...     at = datetime(2026, 1, 9, start)
    ...     return ShiftMatch(1, date(2026, 1, 9), at, at + timedelta(hours=8))
    >>> turns = [turn(6), turn(14)]
    >>> end_of_shift(datetime(2026, 1, 9, 8), 1, turns).hour
    14
    >>> end_of_shift(datetime(2026, 1, 9, 13, 30), 1, turns).hour
    22
    >>> end_of_shift(datetime(2026, 1, 9, 8), 3, turns) is None
    True
    """
    least = timedelta(minutes=LEAST_OF_SHIFT)
    ends = sorted({one.ends_at for one in turns if one.ends_at - start >= least})
    return ends[count - 1] if len(ends) >= count else None


def end_of_day(
    start: datetime, count: int, windows: Iterable, tz: str
) -> datetime | None:
    """Return the end of the so manieth working day after the day of a moment.

    >>> days = [(datetime(2026, 1, day, 8), datetime(2026, 1, day, 16))
    ...         for day in (8, 9, 12)]
    >>> end_of_day(datetime(2026, 1, 8, 23), 1, days, "UTC")
    datetime.datetime(2026, 1, 9, 16, 0)
    >>> end_of_day(datetime(2026, 1, 10, 3), 1, days, "UTC")
    datetime.datetime(2026, 1, 12, 16, 0)
    """
    today = local_day(start, tz)
    ends = {}
    for window in merge(windows):
        day = local_day(window.start, tz)
        if day > today:
            ends[day] = window.end
    days = sorted(ends)
    return ends[days[count - 1]] if len(days) >= count else None


def due(
    limit: Limit,
    start: datetime,
    windows: Iterable,
    turns: Iterable[ShiftMatch] = (),
    tz: str = "UTC",
    pauses: Iterable = (),
) -> datetime | None:
    """Return when a clock runs out; None without a limit or out of working time.

    A pause gives back the working minutes it took, and none besides: what was paused
    at night moves nothing.

    >>> at = lambda day, hour: datetime(2026, 1, day, hour)
    >>> days = [(at(day, 8), at(day, 16)) for day in (5, 6, 7)]
    >>> due(Limit(1, DAYS), at(5, 10), days)
    datetime.datetime(2026, 1, 6, 16, 0)
    >>> due(Limit(1, DAYS), at(5, 10), days, pauses=[(at(5, 12), at(6, 9))])
    datetime.datetime(2026, 1, 7, 13, 0)
    >>> due(Limit(240), at(5, 15), days)
    datetime.datetime(2026, 1, 6, 11, 0)
    """
    if not limit:
        return None
    windows = merge(windows)
    if limit.unit == SHIFTS and not turns:
        limit = Limit(limit.count * MINUTES_OF_SHIFT)
    if limit.unit == MINUTES:
        minutes = limit.count
    else:
        if limit.unit == SHIFTS:
            end = end_of_shift(start, limit.count, turns)
        else:
            end = end_of_day(start, limit.count, windows, tz)
        if not pauses or not end:
            return end
        minutes = spent_minutes(start, end, windows)
    return after_minutes(start, minutes, without(windows, pauses))


def tighten(before: datetime | None, after: datetime | None) -> datetime | None:
    """Return the earlier of two deadlines: a case that got worse never gains time.

    >>> soon, late = datetime(2026, 1, 5), datetime(2026, 1, 6)
    >>> tighten(soon, late) == tighten(late, soon) == tighten(None, soon) == soon
    True
    """
    return min((one for one in (before, after) if one), default=None)


def next_due(
    deadlines: Mapping[str, datetime | None], done: Collection[str]
) -> tuple[str, datetime] | None:
    """Return the clock that runs out first of those still running, with its moment.

    >>> at = lambda hour: datetime(2026, 1, 5, hour)
    >>> next_due({"acknowledge": at(8), "contain": at(9), "decide": None}, ())
    ('acknowledge', datetime.datetime(2026, 1, 5, 8, 0))
    >>> next_due({"acknowledge": at(8), "decide": None}, {"acknowledge"}) is None
    True
    """
    left = [
        (moment, CLOCKS.index(clock), clock)
        for clock, moment in deadlines.items()
        if moment and clock not in done
    ]
    if not left:
        return None
    moment, _place, clock = min(left)
    return clock, moment


def result(deadline: datetime | None, done_at: datetime) -> str | None:
    """Return how a clock ended: met, breached, or None where there was none.

    >>> result(datetime(2026, 1, 5, 8), datetime(2026, 1, 5, 8))
    'met'
    >>> result(None, datetime(2026, 1, 5, 8)) is None
    True
    """
    if not deadline:
        return None
    return MET if done_at <= deadline else BREACHED


def done_by(state: str) -> tuple[str, ...]:
    """Return the clocks that a case has stopped by being in a state.

    Whoever begins to resolve a case has decided what to do; where there was nothing
    to contain, it is contained by then.

    >>> done_by("acknowledged"), done_by("resolving")
    (('acknowledge',), ('acknowledge', 'contain', 'decide'))
    """
    count = {
        "new": 0,
        "acknowledged": 1,
        "contained": 2,
        "resolving": 3,
        "resolved": 4,
        "closed": 4,
    }[state]
    return CLOCKS[:count]

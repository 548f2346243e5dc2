"""Whether a case is likely to be late, by how fast its owner has been so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

# of fewer cases nothing is said, and of older ones none is asked
LEAST_CASES = 5
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast somebody was: the median minutes per case, of so many cases.

    ``gap`` is the median time between two of them: with several in hand, that is how
    fast one follows the other.
    """

    minutes: float
    gap: float
    count: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a case is likely done, and the figures behind it."""

    likely_at: datetime
    pace: Pace
    ahead: int


def pace(
    spans: Sequence[tuple[datetime, datetime]], least: int = LEAST_CASES
) -> Pace | None:
    """Return the pace of ``(taken, done)`` spans; None of too few to say anything.

    >>> at = lambda hour: datetime(2026, 1, 5, hour)
    >>> pace([(at(0), at(2)), (at(1), at(2)), (at(2), at(5))], least=3)
    Pace(minutes=120.0, gap=90.0, count=3)
    >>> pace([(at(0), at(2))], least=3) is None
    True
    """
    if len(spans) < least:
        return None
    ends = sorted(end for _start, end in spans)
    gaps = [_minutes(late - early) for early, late in zip(ends, ends[1:], strict=False)]
    return Pace(
        minutes=median(_minutes(end - start) for start, end in spans),
        gap=median(gaps) if gaps else 0.0,
        count=len(spans),
    )


def forecast(
    known: Pace | None, taken_at: datetime, now: datetime, ahead: int
) -> Forecast | None:
    """Return when a case is likely done; None where no pace is known.

    What is left of the usual time, and one gap for each case that is due sooner; a gap
    longer than a whole case says that there was nothing to do, so it counts as one.

    >>> at = lambda hour: datetime(2026, 1, 5, hour)
    >>> forecast(Pace(120, 90, 9), at(8), at(9), 2).likely_at.hour
    13
    >>> forecast(Pace(120, 9000, 9), at(8), at(9), 0).likely_at.hour
    10
    >>> forecast(Pace(120, 90, 9), at(8), at(20), 0).likely_at.hour
    20
    """
    if not known:
        return None
    left = max(known.minutes - _minutes(now - taken_at), 0.0)
    waiting = ahead * min(known.gap, known.minutes)
    return Forecast(now + timedelta(minutes=left + waiting), known, ahead)


def is_likely_late(found: Forecast | None, deadline: datetime | None) -> bool:
    """Return whether a case is likely done only after its deadline.

    >>> one = Forecast(datetime(2026, 1, 5, 9), Pace(60, 60, 9), 0)
    >>> is_likely_late(one, datetime(2026, 1, 5, 8)), is_likely_late(None, None)
    (True, False)
    """
    return bool(found and deadline and found.likely_at > deadline)


def _minutes(span: timedelta) -> float:
    return span / timedelta(minutes=1)

"""Conditions that come and go: held as one chattering case until they are stable."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def recent(moments: Iterable[datetime], at: datetime, minutes: float) -> list[datetime]:
    """Return the comings that lie within the window before a moment, oldest first."""
    since = at - timedelta(minutes=minutes)
    return sorted(moment for moment in moments if since < moment <= at)


def chattering_until(
    moments: Iterable[datetime], at: datetime, count: int, minutes: float
) -> datetime | None:
    """Return until when a condition is held as chattering, or None when it is not.

    ``moments`` are the times it came back after it had cleared. With more than
    ``count`` of them in ``minutes`` it chatters until it was quiet for as long. A count
    or a window of 0 switches this off.

    >>> came = [datetime(2026, 3, 2, 6, minute) for minute in (0, 10, 20, 30)]
    >>> chattering_until(came, came[-1], 3, 60)
    datetime.datetime(2026, 3, 2, 7, 30)
    >>> chattering_until(came, came[-1], 4, 60)
    """
    if not count or not minutes:
        return None
    near = recent(moments, at, minutes)
    if len(near) <= count:
        return None
    return near[-1] + timedelta(minutes=minutes)

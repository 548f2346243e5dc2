"""When so many exceptions open at once that one more helps nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def is_flood(
    opened_at: Iterable[datetime], event_at: datetime, limit: int, minutes: float
) -> bool:
    """Return whether opening one more at ``event_at`` would exceed the limit.

    It would when ``limit`` or more were opened in the ``minutes`` up to ``event_at``;
    all moments are event times. A limit or a window of 0 switches the guard off.

    >>> opened = [datetime(2026, 3, 2, 6, minute) for minute in (0, 10, 20)]
    >>> is_flood(opened, datetime(2026, 3, 2, 6, 30), 3, 60)
    True
    >>> is_flood(opened, datetime(2026, 3, 2, 6, 30), 3, 25)
    False
    >>> is_flood(opened, datetime(2026, 3, 2, 6, 30), 0, 60)
    False
    """
    if not limit or not minutes:
        return False
    since = event_at - timedelta(minutes=minutes)
    return sum(since < moment <= event_at for moment in opened_at) >= limit

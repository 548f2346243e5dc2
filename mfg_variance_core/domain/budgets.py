"""The period a budget is for, by the plant's own calendar."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import pytz

from .shifts import Shift, shift_at

PERIODS = ("day", "week", "month", "shift", "rolling")


def period_at(
    moment: datetime,
    period: str,
    tz_name: str,
    shifts: Iterable[Shift] = (),
    days: int = 30,
) -> tuple[datetime, datetime] | None:
    """Return start and end (naive UTC) of the period a moment is in.

    Days, weeks (from Monday) and months are those of the plant's wall clock, a shift
    is one turn of it and ``None`` between two shifts. ``rolling`` is the ``days`` times
    24 hours up to the moment: it has no end of its own, so its end is the moment.
    The start belongs to the period, the end does not, but for ``rolling``, where it is
    the other way round. Raises ``ValueError`` for an unknown period or time zone.

    >>> period_at(datetime(2026, 3, 31, 22, 30), "month", "Europe/Berlin")
    (datetime.datetime(2026, 3, 31, 22, 0), datetime.datetime(2026, 4, 30, 22, 0))
    >>> period_at(datetime(2026, 1, 7, 12), "week", "UTC")
    (datetime.datetime(2026, 1, 5, 0, 0), datetime.datetime(2026, 1, 12, 0, 0))
    >>> period_at(datetime(2026, 1, 7, 12), "rolling", "UTC", days=7)
    (datetime.datetime(2025, 12, 31, 12, 0), datetime.datetime(2026, 1, 7, 12, 0))
    """
    if period not in PERIODS:
        raise ValueError(f"“{period}” is not a period of a budget.")
    if period == "rolling":
        return moment - timedelta(days=days), moment
    if period == "shift":
        turn = shift_at(moment, tz_name, shifts)
        return turn and (turn.starts_at, turn.ends_at)
    try:
        zone = pytz.timezone(tz_name)
    except pytz.UnknownTimeZoneError as exc:
        raise ValueError(f"“{tz_name}” is not a time zone.") from exc
    today = pytz.utc.localize(moment).astimezone(zone).date()
    if period == "day":
        first, following = today, today + timedelta(days=1)
    elif period == "week":
        first = today - timedelta(days=today.weekday())
        following = first + timedelta(days=7)
    else:
        first = today.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
    return _midnight(first, zone), _midnight(following, zone)


def _midnight(day, zone) -> datetime:
    """Return when a local day begins; where midnight is skipped, the first moment."""
    local = zone.localize(datetime.combine(day, time()), is_dst=True)
    return zone.normalize(local).astimezone(pytz.utc).replace(tzinfo=None)

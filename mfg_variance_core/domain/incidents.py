"""Which incident a new case joins: what belongs together has one owner, one call.

Cases belong together when they are about the same order, or the same lot, or about the
same work center within some hours of each other. The order counts before the lot, and
the lot before the work center; of several incidents alike the oldest is joined.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ORDER = "order"
LOT = "lot"
WORKCENTER = "workcenter"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about, as ids, and when it happened; empty means none."""

    company: int
    order: int | None = None
    lot: int | None = None
    workcenter: int | None = None
    event_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A case that belongs to an open incident already."""

    incident: int
    subject: Subject


@dataclass(frozen=True, slots=True)
class Joined:
    """The incident to join, and by what: one of the words of this module."""

    incident: int
    reason: str


def is_groupable(subject: Subject) -> bool:
    """Return whether a case is about anything another case could share.

    >>> is_groupable(Subject(1)), is_groupable(Subject(1, lot=4))
    (False, True)
    """
    return bool(subject.order or subject.lot or subject.workcenter)


def join(
    subject: Subject, members: Iterable[Member], window_hours: float
) -> Joined | None:
    """Return the incident a case joins and why, or None when it starts its own.

    A window of 0 lets no case join by its work center.

    >>> six = datetime(2026, 3, 2, 6)
    >>> lathe = Member(9, Subject(1, order=5, workcenter=3, event_at=six))
    >>> join(Subject(1, order=5, event_at=six + timedelta(days=3)), [lathe], 4)
    Joined(incident=9, reason='order')
    >>> join(Subject(1, workcenter=3, event_at=six + timedelta(hours=4)), [lathe], 4)
    Joined(incident=9, reason='workcenter')
    >>> join(Subject(1, workcenter=3, event_at=six + timedelta(hours=5)), [lathe], 4)
    """
    best = None
    for member in members:
        reason = _relation(subject, member.subject, window_hours)
        if reason:
            rank = (ORDER, LOT, WORKCENTER).index(reason), member.incident
            best = min(best or (rank, reason), (rank, reason))
    return best and Joined(best[0][1], best[1])


def keys(subject: Subject, window_hours: float) -> dict[str, str | None]:
    """Return what no two open incidents may start with, one key per relation.

    Two transactions that cannot see each other would start an incident each for the
    same order, lot, or work center and stretch of time; the database refuses one.

    >>> keys(Subject(1, order=5, workcenter=3, event_at=datetime(2026, 3, 2, 6)), 4)
    {'order': '1:5', 'lot': None, 'workcenter': '1:3:4:123085'}
    """
    center = None
    if subject.workcenter and window_hours and subject.event_at:
        hours = (subject.event_at - datetime(1970, 1, 1)) / timedelta(hours=1)
        stretch = int(hours // window_hours)
        center = f"{subject.company}:{subject.workcenter}:{window_hours:g}:{stretch}"
    return {
        ORDER: f"{subject.company}:{subject.order}" if subject.order else None,
        LOT: f"{subject.company}:{subject.lot}" if subject.lot else None,
        WORKCENTER: center,
    }


def _relation(one: Subject, other: Subject, window_hours: float) -> str | None:
    if one.company != other.company:
        return None
    if one.order and one.order == other.order:
        return ORDER
    if one.lot and one.lot == other.lot:
        return LOT
    if not one.workcenter or one.workcenter != other.workcenter or not window_hours:
        return None
    if not one.event_at or not other.event_at:
        return None
    apart = abs(one.event_at - other.event_at)
    return WORKCENTER if apart <= timedelta(hours=window_hours) else None

"""What one shift hands over to the next: which case belongs where, and the figures.

All moments are naive UTC. A turn is one turn of one shift with its bounds, see
:mod:`.shifts`; a night shift's turn belongs to the day it began.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .outcomes import rank

OPEN = "open"
DONE = "done"
# so often on one open case, the next shift should look at it as a pattern
PATTERN_EVENTS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A case as far as the hand-over looks at it."""

    id: int
    severity: str
    detected_at: datetime
    closed_at: datetime | None = None
    acknowledged_at: datetime | None = None
    cleared_at: datetime | None = None
    respond_by: datetime | None = None
    amount: float = 0.0
    occurrences: int = 1


def section_of(line: Line, starts_at: datetime, ends_at: datetime) -> str | None:
    """Return where a case belongs in the hand-over of a turn: "open", "done" or None.

    Done is what was closed in the turn; open is what was known by its end and not
    closed by then. What was closed before the turn, or found after it, is not in it.
    The start belongs to a turn, the end does not.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> section_of(Line(1, "major", at(5)), at(6), at(14))
    'open'
    >>> section_of(Line(1, "major", at(5), closed_at=at(6)), at(6), at(14))
    'done'
    >>> section_of(Line(1, "major", at(5), closed_at=at(14)), at(6), at(14))
    'open'
    >>> section_of(Line(1, "major", at(14)), at(6), at(14)) is None
    True
    """
    if line.detected_at >= ends_at:
        return None
    if line.closed_at is None or line.closed_at >= ends_at:
        return OPEN
    return DONE if line.closed_at >= starts_at else None


def is_new(line: Line, starts_at: datetime, ends_at: datetime) -> bool:
    """Return whether a case was found in the turn.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> is_new(Line(1, "major", at(5)), at(6), at(14))
    False
    """
    return starts_at <= line.detected_at < ends_at


def is_overdue(line: Line, moment: datetime) -> bool:
    """Return whether nobody had answered a case in time by a moment.

    What cleared by itself before that presses nobody.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> late = Line(1, "major", at(5), respond_by=at(7))
    >>> is_overdue(late, at(8)), is_overdue(late, at(7))
    (True, False)
    >>> answered = Line(1, "major", at(5), acknowledged_at=at(6), respond_by=at(7))
    >>> is_overdue(answered, at(8))
    False
    """
    if line.respond_by is None or line.respond_by >= moment:
        return False
    return not any(
        stamp is not None and stamp <= moment
        for stamp in (line.acknowledged_at, line.cleared_at, line.closed_at)
    )


def is_pattern(line: Line) -> bool:
    """Return whether an open case repeats so often that it is worth watching.

    >>> is_pattern(Line(1, "warning", datetime(2026, 3, 2), occurrences=3))
    True
    """
    return line.occurrences >= PATTERN_EVENTS


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines by severity, then by time left to respond, then by money.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> first, second = Line(1, "warning", at(5)), Line(2, "critical", at(6))
    >>> [line.id for line in in_order([first, second])]
    [2, 1]
    """
    return sorted(
        lines,
        key=lambda line: (
            -rank(line.severity),
            line.respond_by or datetime.max,
            -line.amount,
            line.id,
        ),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What the turn comes to, counted over its cases."""

    opened: int
    closed: int
    left_open: int
    overdue: int


def figures(
    lines: Iterable[Line], starts_at: datetime, ends_at: datetime, as_of: datetime
) -> Figures:
    """Count the cases of a turn; ``as_of`` says when what is overdue is looked at.

    >>> at = lambda hour: datetime(2026, 3, 2, hour)
    >>> figures([Line(1, "major", at(7), respond_by=at(8))], at(6), at(14), at(9))
    Figures(opened=1, closed=0, left_open=1, overdue=1)
    """
    placed = [(line, section_of(line, starts_at, ends_at)) for line in lines]
    left = [line for line, section in placed if section == OPEN]
    return Figures(
        opened=sum(is_new(line, starts_at, ends_at) for line, _section in placed),
        closed=sum(section == DONE for _line, section in placed),
        left_open=len(left),
        overdue=sum(is_overdue(line, as_of) for line in left),
    )

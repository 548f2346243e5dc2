"""What a plant's data can carry: how grave a gap is, and what to mend first.

A check counts the records of one kind and those that lack something. What a gap is
worth is told by the readings it spoils: as many as could not be judged because of it,
each worth what an average judged reading of the same kind brought to light.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from . import outcomes

MANY = 0.5
SOME = 0.1
# a verdict was reached, whatever became of it afterwards
VERDICTS = (
    outcomes.WITHIN,
    outcomes.OPENED,
    outcomes.MERGED,
    outcomes.SHADED,
    outcomes.SILENCED,
    outcomes.INHIBITED,
    outcomes.COOLDOWN,
    outcomes.SHADOW,
)


@dataclass(frozen=True, slots=True)
class Check:
    """How many of a kind there are, how many lack something, what that spoils.

    ``blocked`` are the readings of the period spoilt by it and ``worth`` is what one
    such reading is worth in money; ``None`` when nobody knows. ``spoils`` says what
    they lack: a verdict (``judged``), an amount (``priced``), or that they were judged
    all the same, only not as well (``weakened``).
    """

    code: str
    total: int
    missing: int
    blocked: int = 0
    worth: float | None = None
    spoils: str = "judged"

    @property
    def share(self) -> float | None:
        """The missing part of all, from 0 to 1; ``None`` where there is nothing.

        >>> Check("rate", 4, 1).share, Check("rate", 0, 0).share
        (0.25, None)
        """
        return self.missing / self.total if self.total else None

    @property
    def money(self) -> float | None:
        """What the spoilt readings are worth together.

        >>> Check("rate", 4, 1, 10, 2.5).money, Check("rate", 4, 1, 10).money
        (25.0, None)
        """
        return None if self.worth is None else self.blocked * self.worth

    @property
    def severity(self) -> str | None:
        """How grave the gap is; ``None`` when nothing is missing.

        What spoils no reading is at most worth a note.

        >>> [Check("rate", 10, n, blocked=n).severity for n in (0, 1, 2, 6)]
        [None, 'info', 'warning', 'major']
        >>> Check("rate", 10, 10).severity
        'info'
        """
        if not self.missing:
            return None
        if not self.blocked or self.share <= SOME:
            return "info"
        return "major" if self.share > MANY else "warning"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The readings of one metric: how many were judged, and why the others not."""

    total: int
    judged: int
    gaps: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float | None:
        """The judged part of all, from 0 to 1; ``None`` without readings."""
        return self.judged / self.total if self.total else None


def cover(counts: Iterable[tuple[str, int]]) -> Coverage:
    """Return what the counts by outcome say, the most frequent gap first.

    >>> cover([("within", 6), ("opened", 2), ("no_policy", 1), ("not_recorded", 3)])
    Coverage(total=12, judged=8, gaps=(('not_recorded', 3), ('no_policy', 1)))
    """
    counts = list(counts)
    gaps = [pair for pair in counts if pair[0] not in VERDICTS]
    return Coverage(
        total=sum(count for _outcome, count in counts),
        judged=sum(count for outcome, count in counts if outcome in VERDICTS),
        gaps=tuple(sorted(gaps, key=lambda pair: (-pair[1], pair[0]))),
    )


def rank(checks: Iterable[Check]) -> list[Check]:
    """Return the checks that found something, what to mend first on top.

    What costs a verdict or an amount before what only weakens one; then by what the
    spoilt readings are worth, by their number, and by the share that is missing. Where
    the worth of a reading is not known money counts as none.

    >>> found = rank([
    ...     Check("calendar", 10, 1),
    ...     Check("untimed", 10, 4, blocked=4, worth=5.0),
    ...     Check("rate", 10, 2, blocked=9),
    ...     Check("product", 10, 0),
    ... ])
    >>> [check.code for check in found]
    ['untimed', 'rate', 'calendar']
    >>> shift = Check("shift", 1, 1, blocked=99, worth=9.0, spoils="weakened")
    >>> [check.code for check in rank([shift, Check("rate", 10, 2, blocked=1)])]
    ['rate', 'shift']
    """
    return sorted(
        (check for check in checks if check.missing),
        key=lambda check: (
            check.spoils == "weakened",
            -(check.money or 0.0),
            -check.blocked,
            -(check.share or 0.0),
            check.code,
        ),
    )


def worth_of_reading(losses: float | None, readings: int) -> float | None:
    """Return what an average judged reading brought to light, ``None`` if unknown.

    >>> worth_of_reading(120.0, 60), worth_of_reading(None, 60), worth_of_reading(5, 0)
    (2.0, None, None)
    """
    return losses / readings if losses and readings else None

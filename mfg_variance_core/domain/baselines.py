"""A standard from one's own history, with what does not belong set aside visibly.

The median stands against single odd readings; how far a reading lies off is told in
robust standard deviations: 1.4826 times the median absolute deviation from the median
(Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993, who set aside beyond
3.5 of them). Where more than half of the readings are the same figure, that deviation
is 0 and 1.2533 times the mean absolute deviation stands in for it. Set aside never
means gone: each point keeps its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median

# Makes the median absolute deviation an estimate of the standard deviation.
_NORMAL = 1.4826
_NORMAL_OF_MEAN = 1.2533
_SPREADS = 3.5
# Spread below this share of the median is rounding of the clock, not of the work.
_LEAST_SPREAD = 0.01

OUTLIER = "outlier"
REWORK = "rework"
NO_FIGURE = "no_figure"


@dataclass(frozen=True, slots=True)
class Point:
    """One past reading: what it was read from, and its figure per unit."""

    key: int | str
    value: float | None
    is_rework: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A reading that is not counted, why, and how many spreads it lies off."""

    point: Point
    reason: str
    spreads: float | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the history says; ``value`` is None when too few readings are left.

    ``spread`` is the robust standard deviation of what was kept before setting aside.
    """

    value: float | None
    spread: float | None
    kept: tuple[Point, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def sample_size(self) -> int:
        return len(self.kept)


def draw(points: Iterable[Point], minimum: int = 5) -> Baseline:
    """Return the baseline of past readings.

    Rework, and readings without a figure above 0, are set aside first; then whatever
    lies more than 3.5 robust standard deviations off the median. With fewer than
    ``minimum`` readings left there is no baseline.

    >>> found = draw(Point(n, v) for n, v in enumerate([10, 11, 9, 10, 12, 60]))
    >>> found.value, found.sample_size
    (10, 5)
    >>> [(one.point.key, one.reason) for one in found.set_aside]
    [(5, 'outlier')]
    >>> draw([Point(1, 10.0)]).value is None
    True
    """
    usable, set_aside = [], []
    for point in points:
        if point.is_rework:
            set_aside.append(SetAside(point, REWORK))
        elif not point.value or point.value <= 0:
            set_aside.append(SetAside(point, NO_FIGURE))
        else:
            usable.append(point)
    if not usable:
        return Baseline(None, None, (), tuple(set_aside))
    middle = median(point.value for point in usable)
    distances = [abs(point.value - middle) for point in usable]
    spread = _NORMAL * median(distances) or _NORMAL_OF_MEAN * fmean(distances)
    least = max(spread, middle * _LEAST_SPREAD)
    kept = []
    for point in usable:
        spreads = abs(point.value - middle) / least
        # two or three readings cannot say which of them is the odd one
        if spreads > _SPREADS and len(usable) > 3:
            set_aside.append(SetAside(point, OUTLIER, spreads))
        else:
            kept.append(point)
    enough = len(kept) >= minimum
    return Baseline(
        value=median(point.value for point in kept) if enough else None,
        spread=spread,
        kept=tuple(kept),
        set_aside=tuple(set_aside),
    )

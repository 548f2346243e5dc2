"""Work that keeps going better than planned: a matter for the standard, no alarm."""

from dataclasses import dataclass, replace

from .thresholds import Reading, judge
from .tolerances import Tolerance

_OTHER_SIDE = {"higher": "lower", "lower": "higher"}


@dataclass(frozen=True, slots=True)
class Typical:
    """The medians of the readings of one product at one place, and what they saved.

    ``saved`` is positive and over ``days``; ``per_unit`` the median actual per unit.
    """

    count: int
    planned: float
    actual: float
    per_unit: float
    saved: float | None
    days: int


@dataclass(frozen=True, slots=True)
class Review:
    """What a standard should rather be, and what the difference comes to in a year."""

    suggested: float
    ratio_percent: float
    saved_per_year: float | None
    sentence: str


def review(tolerance: Tolerance, typical: Typical, minimum: int = 5) -> Review | None:
    """Return the review that typical readings deserve, ``None`` when they do not.

    The limits are those of the policy mirrored to the good side, money apart: what is
    saved needs no floor to be worth a look. Where both sides are bad there is no good
    one, and such deviations are cases already.

    >>> from .tolerances import Limit
    >>> limits = Tolerance((Limit("warning", 50, 60),))
    >>> review(limits, Typical(8, 200, 90, 9, 880.0, 90)).ratio_percent
    45.0
    >>> review(limits, Typical(8, 200, 110, 11, None, 90)) is None
    True
    """
    side = _OTHER_SIDE.get(tolerance.direction)
    if not side or typical.count < minimum:
        return None
    limits = tuple(
        replace(limit, money=0.0, money_alone=0.0)
        for limit in tolerance.limits
        if limit.percent or limit.floor
    )
    mirrored = replace(tolerance, limits=limits, direction=side, confirm=0.0)
    verdict = judge(mirrored, Reading(typical.planned, typical.actual))
    if not verdict.severity or not typical.planned:
        return None
    ratio = typical.actual / typical.planned * 100.0
    saved = None
    if typical.saved is not None:
        saved = typical.saved * 365.0 / typical.days
    return Review(
        suggested=typical.per_unit,
        ratio_percent=ratio,
        saved_per_year=saved,
        sentence=f"{typical.count} readings, typically at {ratio:.0f} % of the plan.",
    )

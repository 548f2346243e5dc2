"""Whether what was done about a case has worked, by the detector's own readings."""

from collections.abc import Sequence
from dataclasses import dataclass

from .outcomes import BEYOND


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many readings speak for it, and whether that is enough.

    ``count`` is the number of good ones before the first bad one.
    """

    count: int
    is_proven: bool
    is_refuted: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """What readings cost less than before: per reading before and after, and in all."""

    count: int
    before: float
    after: float
    amount: float


def judge(found: Sequence[str], needed: int) -> Verdict:
    """Return what the readings since say, oldest first; only so many are looked at.

    >>> judge(["within", "within"], 3)
    Verdict(count=2, is_proven=False, is_refuted=False)
    >>> judge(["within", "within", "within", "opened"], 3)
    Verdict(count=3, is_proven=True, is_refuted=False)
    >>> judge(["within", "merged"], 3)
    Verdict(count=1, is_proven=False, is_refuted=True)
    """
    count = 0
    for outcome in found[:needed]:
        if outcome in BEYOND:
            return Verdict(count, False, True)
        count += 1
    return Verdict(count, count >= needed > 0, False)


def saving(
    before: Sequence[float | None], after: Sequence[float | None]
) -> Saving | None:
    """Return what was saved in the readings after; None where an amount is unknown.

    Nothing is extrapolated: only what the proving readings cost counts. What became
    dearer is a saving below zero, and is told so.

    >>> saving([100.0, 140.0], [20.0, 40.0])
    Saving(count=2, before=120.0, after=30.0, amount=180.0)
    >>> saving([100.0], [None]) is None
    True
    """
    if not before or not after or None in before or None in after:
        return None
    was = sum(before) / len(before)
    now = sum(after) / len(after)
    return Saving(len(after), was, now, (was - now) * len(after))

"""What a dated silence mutes, and who may decide on how long a one.

A silence is always limited: to something, to a severity, and to a time. It runs on when
things happened, so what happened during it stays muted when it is known later, and
what happens after it opens as ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .outcomes import rank

OPERATOR = "operator"
SUPERVISOR = "supervisor"
MANAGER = "manager"

OPERATOR_HOURS = 12
# a year is not a pause any more: change the policy
MANAGER_DAYS = 365
# by how much an accepted deviation may grow, unless told otherwise
TOLERATED_GROWTH = 0.2

_PARTS = (
    "plant",
    "category",
    "metric",
    "policy",
    "product",
    "operation",
    "workcenter",
    "fingerprint",
)
# a plant or a category alone is too much to be deaf to
_NARROW = ("metric", "policy", "product", "operation", "workcenter", "fingerprint")


@dataclass(frozen=True, slots=True)
class Silence:
    """What is muted, as ids; empty means not limited by it.

    ``up_to`` is the worst severity that is muted; ``worse_than`` the deviation, in the
    unit of the metric, beyond which an accepted one is not accepted any more.
    """

    id: int
    name: str
    company: int
    starts_at: datetime
    ends_at: datetime
    plant: int | None = None
    category: int | None = None
    metric: int | None = None
    policy: int | None = None
    product: int | None = None
    operation: int | None = None
    workcenter: int | None = None
    fingerprint: str | None = None
    up_to: str = "major"
    worse_than: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What went beyond a limit; ``categories`` is its own and all above it."""

    company: int
    event_at: datetime
    severity: str
    plant: int | None = None
    categories: tuple[int, ...] = ()
    metric: int | None = None
    policy: int | None = None
    product: int | None = None
    operation: int | None = None
    workcenter: int | None = None
    fingerprint: str | None = None
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Muted:
    """The silence that mutes a signal, and those it has outgrown."""

    silence: Silence | None
    outgrown: tuple[Silence, ...] = ()


def covers(silence: Silence, signal: Signal) -> bool:
    """Return whether a silence is about a signal and on when it happened.

    >>> day = datetime(2026, 3, 2)
    >>> lathe = Silence(1, "SH1", 1, day, day + timedelta(days=1), workcenter=3)
    >>> covers(lathe, Signal(1, day, "warning", workcenter=3))
    True
    >>> covers(lathe, Signal(1, day + timedelta(days=1), "warning", workcenter=3))
    False
    """
    if silence.company != signal.company:
        return False
    if not silence.starts_at <= signal.event_at < silence.ends_at:
        return False
    return all(_covers_part(silence, signal, part) for part in _PARTS)


def mute(silences: Iterable[Silence], signal: Signal) -> Muted:
    """Return which silence mutes a signal, if any: the one that ends last.

    A signal worse than what was accepted, or of a higher severity than may be muted,
    gets through. An accepted deviation that was exceeded has been outgrown: it is over.

    >>> day = datetime(2026, 3, 2)
    >>> accepted = Silence(1, "SH1", 1, day, day + timedelta(days=9), metric=2,
    ...     worse_than=84.0)
    >>> small, large = (Signal(1, day, "warning", metric=2, deviation=n)
    ...     for n in (80.0, 90.0))
    >>> mute([accepted], small).silence.name
    'SH1'
    >>> [one.name for one in mute([accepted], large).outgrown]
    ['SH1']
    """
    found, outgrown = None, []
    for silence in silences:
        if not covers(silence, signal):
            continue
        if _is_outgrown(silence, signal):
            outgrown.append(silence)
        elif rank(signal.severity) <= rank(silence.up_to) and (
            found is None or silence.ends_at > found.ends_at
        ):
            found = silence
    return Muted(found, tuple(outgrown))


def problem(
    role: str,
    length: timedelta,
    silence: Silence,
    is_light: bool = False,
) -> str | None:
    """Return why somebody may not decide on a silence, as a code; None if he may.

    Whoever works at the line may pause one light case for the rest of a shift; a
    supervisor anything that is named; what mutes the critical is the production
    manager's. Nothing is muted without an end, and what is long asks for an approval
    (:func:`needs_approval`).

    >>> day = datetime(2026, 3, 2)
    >>> lathe = Silence(0, "", 1, day, day + timedelta(days=1), workcenter=3)
    >>> problem(SUPERVISOR, timedelta(days=8), lathe)
    >>> problem(OPERATOR, timedelta(hours=1), lathe)
    'needs_supervisor'
    """
    if length <= timedelta():
        return "no_length"
    if not any(getattr(silence, part) for part in _NARROW):
        return "too_wide"
    if length > timedelta(days=MANAGER_DAYS):
        return "too_long"
    if role == MANAGER:
        return None
    if silence.up_to == "critical":
        return "needs_manager"
    if role == SUPERVISOR:
        return None
    is_small = silence.fingerprint and is_light and silence.worse_than is None
    if is_small and length <= timedelta(hours=OPERATOR_HOURS):
        return None
    return "needs_supervisor"


def needs_approval(length: timedelta, days: float) -> bool:
    """Return whether a silence mutes only when somebody else has agreed.

    >>> needs_approval(timedelta(days=8), 7), needs_approval(timedelta(days=7), 7)
    (True, False)
    """
    return length > timedelta(days=days)


def accepted_limit(worst: float | None) -> float | None:
    """Return the deviation up to which one is accepted that was so bad at worst.

    >>> accepted_limit(-70.0), accepted_limit(None)
    (84.0, None)
    """
    if worst is None:
        return None
    return round(abs(worst) * (1 + TOLERATED_GROWTH), 2)


def _covers_part(silence: Silence, signal: Signal, part: str) -> bool:
    wanted = getattr(silence, part)
    if not wanted:
        return True
    if part == "category":
        return wanted in signal.categories
    return getattr(signal, part) == wanted


def _is_outgrown(silence: Silence, signal: Signal) -> bool:
    if silence.worse_than is None or signal.deviation is None:
        return False
    return abs(signal.deviation) > silence.worse_than

"""When a cause that is known already explains a deviation: *suppressed by cause*."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

DOWNTIME = "downtime"
CASE = "case"

# what cause and symptom have to have in common
SHARED = ("workcenter", "order", "lot", "product")


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of cause that mutes a kind of deviation in the same place.

    A cause of the kind "case" is an open case of a category or metric; both sides name
    at least a category or a metric.
    """

    id: int
    name: str
    cause: str
    same: str
    muted_category: int | None = None
    muted_metric: int | None = None
    cause_category: int | None = None
    cause_metric: int | None = None
    company: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that is off: a stop of a work center, or a case that is open.

    ``ends_at`` is None while it lasts; ``place`` maps the words of ``SHARED`` to ids.
    """

    kind: str
    id: int
    name: str
    company: int
    starts_at: datetime
    place: dict
    ends_at: datetime | None = None
    categories: tuple[int, ...] = ()
    metric: int | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Symptom:
    """A deviation that went beyond a limit."""

    company: int
    event_at: datetime
    place: dict
    categories: tuple[int, ...] = ()
    metric: int | None = None
    fingerprint: str | None = None


def concerns(rule: Rule, symptom: Symptom) -> bool:
    """Return whether a rule may mute a deviation at all, whatever its cause.

    >>> rule = Rule(1, "Down", DOWNTIME, "workcenter", muted_category=7)
    >>> at = datetime(2026, 3, 2)
    >>> concerns(rule, Symptom(1, at, {"workcenter": 3}, categories=(8, 7)))
    True
    >>> concerns(rule, Symptom(1, at, {}, categories=(8, 7)))
    False
    """
    if rule.company and rule.company != symptom.company:
        return False
    if not symptom.place.get(rule.same):
        return False
    return _is_kind(
        rule.muted_category, rule.muted_metric, symptom.categories, symptom.metric
    )


def inhibit(
    rules: Iterable[Rule], causes: Iterable[Cause], symptom: Symptom
) -> tuple[Rule, Cause] | None:
    """Return the first rule, and its cause, that explain a deviation; None if none do.

    A cause explains what happened while it lasted, and never itself.

    >>> rule = Rule(1, "Down", DOWNTIME, "workcenter", muted_category=7)
    >>> six, ten = datetime(2026, 3, 2, 6), datetime(2026, 3, 2, 10)
    >>> stop = Cause(DOWNTIME, 4, "Broken", 1, six, {"workcenter": 3}, ends_at=ten)
    >>> late = Symptom(1, datetime(2026, 3, 2, 8), {"workcenter": 3}, (7,))
    >>> inhibit([rule], [stop], late)[1].name
    'Broken'
    >>> inhibit([rule], [stop], Symptom(1, ten, {"workcenter": 3}, (7,)))
    """
    causes = tuple(causes)
    for rule in rules:
        if not concerns(rule, symptom):
            continue
        for cause in causes:
            if _explains(rule, cause, symptom):
                return rule, cause
    return None


def _explains(rule: Rule, cause: Cause, symptom: Symptom) -> bool:
    if cause.kind != rule.cause or cause.company != symptom.company:
        return False
    if cause.place.get(rule.same) != symptom.place[rule.same]:
        return False
    if cause.starts_at > symptom.event_at:
        return False
    if cause.ends_at is not None and cause.ends_at <= symptom.event_at:
        return False
    if cause.kind == DOWNTIME:
        return True
    if cause.fingerprint and cause.fingerprint == symptom.fingerprint:
        return False
    return _is_kind(
        rule.cause_category, rule.cause_metric, cause.categories, cause.metric
    )


def _is_kind(category, metric, categories, own_metric) -> bool:
    if category and category not in categories:
        return False
    if metric and metric != own_metric:
        return False
    return bool(category or metric)

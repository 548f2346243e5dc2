"""The limits of a policy version, and whether they make sense before they judge."""

from collections import Counter
from dataclasses import dataclass

from .outcomes import SEVERITIES, rank

DIRECTIONS = ("higher", "lower", "both")
_FIGURES = ("percent", "floor", "money", "money_alone")


@dataclass(frozen=True, slots=True)
class Limit:
    """The figures of one severity; 0 means that this figure is not asked for.

    ``percent`` of the plan, ``floor`` in units of the metric and ``money`` must all be
    reached; ``money_alone`` is an amount that reaches the severity without them.
    """

    severity: str
    percent: float = 0.0
    floor: float = 0.0
    money: float = 0.0
    money_alone: float = 0.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The limits of a policy version and how they are applied.

    ``direction`` is the bad side; ``confirm`` the units by which a limit must be
    exceeded before it counts; ``minimum_sample`` the past orders a standard from
    history needs to open a case; ``clear_percent`` the deviation at which a condition
    is over, ``None`` for below the lowest limit.
    """

    limits: tuple[Limit, ...]
    direction: str = "higher"
    confirm: float = 0.0
    minimum_sample: int = 0
    clear_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a tolerance: a code, and the severities it is about."""

    code: str
    severity: str | None = None
    lesser: str | None = None


def check(tolerance: Tolerance) -> list[Problem]:
    """Return what is wrong with a tolerance; empty when it is sound.

    >>> check(Tolerance((Limit("warning", 50, 60), Limit("major", 100, 120))))
    []
    >>> check(Tolerance((Limit("critical", 200, 240),)))
    [Problem(code='critical_without_cost', severity='critical', lesser=None)]
    """
    return _check_settings(tolerance) + check_limits(
        tolerance.limits, _check_limit, _check_order
    )


def check_limits(limits, check_one, check_order) -> list[Problem]:
    """Return what is wrong with limits of any kind, alone and in their order.

    ``check_one`` takes a limit of a known severity, ``check_order`` all of them from
    the least severity on, when none is repeated; both return problems.

    >>> check_limits((), None, lambda ordered: [])
    [Problem(code='no_limit', severity=None, lesser=None)]
    """
    known = [limit for limit in limits if limit.severity in SEVERITIES]
    problems = [] if limits else [Problem("no_limit")]
    problems += [
        Problem("unknown_severity", limit.severity)
        for limit in limits
        if limit not in known
    ]
    counts = Counter(limit.severity for limit in known)
    problems += [
        Problem("repeated_severity", name) for name, n in counts.items() if n > 1
    ]
    for limit in known:
        problems += check_one(limit)
    if max(counts.values(), default=0) <= 1:
        problems += check_order(sorted(known, key=lambda limit: rank(limit.severity)))
    return problems


def _check_settings(tolerance: Tolerance) -> list[Problem]:
    problems = []
    if tolerance.direction not in DIRECTIONS:
        problems.append(Problem("unknown_direction"))
    if tolerance.confirm < 0:
        problems.append(Problem("negative_confirm"))
    if tolerance.minimum_sample < 0:
        problems.append(Problem("negative_sample"))
    if tolerance.clear_percent is not None:
        percents = [limit.percent for limit in tolerance.limits if limit.percent]
        if tolerance.clear_percent < 0:
            problems.append(Problem("negative_clear"))
        elif percents and tolerance.clear_percent >= min(percents):
            problems.append(Problem("clear_too_high"))
    return problems


def _check_limit(limit: Limit) -> list[Problem]:
    figures = [getattr(limit, figure) for figure in _FIGURES]
    if any(figure < 0 for figure in figures):
        return [Problem("negative_figure", limit.severity)]
    if not any(figures):
        return [Problem("empty_limit", limit.severity)]
    if limit.severity == "critical" and not (limit.money or limit.money_alone):
        return [Problem("critical_without_cost", limit.severity)]
    return []


def _check_order(limits: list[Limit]) -> list[Problem]:
    """Return where a limit could be reached before that of a lesser severity.

    Each is compared with every lesser one: its neighbor may ask for money alone.
    """
    return [
        Problem("order", higher.severity, lower.severity)
        for index, higher in enumerate(limits)
        for lower in limits[:index]
        if not _lies_above(higher, lower)
    ]


def _lies_above(higher: Limit, lower: Limit) -> bool:
    """Return whether a limit lies above another, way by way.

    Limits that ask for different things (time, and money alone) are not compared.
    """
    costs = _cost_alone(higher), _cost_alone(lower)
    if all(costs) and costs[0] <= costs[1]:
        return False
    if not (_asks_for_units(higher) and _asks_for_units(lower)):
        return True
    if higher.percent < lower.percent or higher.floor < lower.floor:
        return False
    if higher.money and lower.money and higher.money < lower.money:
        return False
    same_units = higher.percent == lower.percent and higher.floor == lower.floor
    return not same_units or higher.money > lower.money


def _asks_for_units(limit: Limit) -> bool:
    return bool(limit.percent or limit.floor)


def _cost_alone(limit: Limit) -> float:
    """Return the cost that reaches a limit by itself, 0 when none does."""
    return limit.money_alone or (0.0 if _asks_for_units(limit) else limit.money)

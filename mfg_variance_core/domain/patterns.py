"""How much is too much over several readings: the methods that look at a window.

``count_in_window`` counts the orders beyond a limit among the last N orders or within
T hours, or in a row. ``rate_in_window`` asks how likely chance alone brings so many bad
pieces (exact tail, :mod:`tails`), or adds up the money. ``budget`` adds up the losses
of a period. A severity is reached *at* its count and its amount and *below* its
probability. As everywhere, "info" only shades.
"""

from dataclasses import dataclass
from functools import partial

from .budgets import PERIODS
from .outcomes import SEVERITIES, rank
from .tails import binomial_tail, poisson_tail
from .thresholds import LimitResult, Verdict
from .tolerances import Problem, check_limits

COUNT = "count_in_window"
RATE = "rate_in_window"
BUDGET = "budget"
METHODS = (COUNT, RATE, BUDGET)
WINDOWS = ("orders", "time", "pieces")
DISTRIBUTIONS = ("binomial", "poisson")
# a pattern is of several records; these are one
_SINGLE_DIMS = ("workorder", "production", "source")


@dataclass(frozen=True, slots=True)
class PatternLimit:
    """From where on a window has a severity; 0 means that this is not asked for.

    ``count`` events, a ``probability`` below which chance is no explanation, or an
    amount of ``money``: each is enough by itself.
    """

    severity: str
    count: int = 0
    probability: float = 0.0
    money: float = 0.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """The window of a policy version and its limits.

    ``size`` is a number of orders, hours or pieces, as ``window`` says. ``target`` is
    the share of bad pieces (or the defects per piece) that is normal; ``dims`` what one
    window is of.
    """

    method: str
    limits: tuple[PatternLimit, ...]
    dims: str = "workcenter"
    window: str = "orders"
    size: float = 20.0
    event_severity: str = "warning"
    is_consecutive: bool = False
    target: float | None = None
    distribution: str = "binomial"
    minimum_pieces: float = 0.0
    period: str = "month"
    rolling_days: int = 30

    @property
    def asks_for_money(self) -> bool:
        """Whether an amount is a part of the judgement."""
        return any(limit.money for limit in self.limits)


@dataclass(frozen=True, slots=True)
class Found:
    """What a window holds.

    ``events`` of the ``orders`` in it count, the newest ``run`` of them in a row;
    ``amount`` is what the window lost, ``None`` when no cost is known.
    """

    orders: int = 0
    events: int = 0
    run: int = 0
    pieces: float = 0.0
    defects: float = 0.0
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a window with the figures behind it.

    ``planned`` and ``actual`` are in ``unit``; ``probability`` is that of chance
    bringing so much, ``None`` where none was computed. ``is_thin`` says that the window
    holds too little to be judged.
    """

    verdict: Verdict
    planned: float
    actual: float
    unit: str
    probability: float | None = None
    is_thin: bool = False


def judge(pattern: Pattern, found: Found, currency: str = "") -> Judgement:
    """Return the judgement of a pattern on what its window holds.

    >>> limits = (PatternLimit("major", count=3),)
    >>> seen = judge(Pattern(COUNT, limits), Found(orders=20, events=3))
    >>> seen.verdict.severity, seen.planned, seen.actual
    ('major', 2, 3)
    >>> seen.verdict.sentence
    '3 of the last 20 orders were beyond the limit: major from 3 on.'
    >>> rate = Pattern(RATE, (PatternLimit("warning", probability=0.01),), target=0.02)
    >>> judge(rate, Found(pieces=100, defects=7)).verdict.severity
    'warning'
    >>> judge(rate, Found(pieces=10, defects=1)).verdict.severity is None
    True
    """
    probability = _probability(pattern, found)
    planned, actual, unit = _figures(pattern, found, currency)
    results = tuple(
        _judge_limit(limit, pattern, found, probability, currency)
        for limit in sorted(pattern.limits, key=lambda limit: rank(limit.severity))
    )
    reached = [result.severity for result in results if result.exceeded]
    severity = reached[-1] if reached else None
    is_thin = not severity and _is_thin(pattern, found)
    return Judgement(
        verdict=Verdict(
            severity=severity,
            shade_only=severity == "info",
            deviation=actual - planned,
            deviation_percent=(actual - planned) / planned * 100 if planned else None,
            limits=results,
            cleared=not severity and not is_thin,
            sentence=_sentence(pattern, found, severity, probability, currency),
        ),
        planned=planned,
        actual=actual,
        unit=unit,
        probability=probability,
        is_thin=is_thin,
    )


def _events(pattern: Pattern, found: Found) -> int:
    return found.run if pattern.is_consecutive else found.events


def _counts(found: Found) -> tuple[int, int]:
    """Return bad pieces and pieces as whole numbers; no more are bad than there are."""
    defects = round(found.defects)
    return defects, max(round(found.pieces), 0)


def _is_thin(pattern: Pattern, found: Found) -> bool:
    if pattern.method == RATE:
        return found.pieces < max(pattern.minimum_pieces, 1)
    return False


def _probability(pattern: Pattern, found: Found) -> float | None:
    if pattern.method != RATE or not pattern.target or _is_thin(pattern, found):
        return None
    defects, pieces = _counts(found)
    if pattern.distribution == "poisson":
        return poisson_tail(defects, pieces * pattern.target)
    return binomial_tail(min(defects, pieces), pieces, pattern.target)


def _figures(pattern: Pattern, found: Found, currency: str) -> tuple[float, float, str]:
    """Return what is allowed, what was found, and the unit of both."""
    if pattern.method == COUNT:
        return max(_least(pattern, "count") - 1, 0), _events(pattern, found), "orders"
    if pattern.method == BUDGET:
        return _least(pattern, "money"), found.amount or 0.0, currency
    unit = "%" if pattern.distribution == "binomial" else "per 100"
    share = found.defects / found.pieces * 100 if found.pieces else 0.0
    return (pattern.target or 0.0) * 100, share, unit


def _least(pattern: Pattern, figure: str) -> float:
    """Return the smallest figure that opens a case, or else that shades."""
    figures = [
        (limit.severity == "info", getattr(limit, figure))
        for limit in pattern.limits
        if getattr(limit, figure)
    ]
    return min(figures, default=(False, 0))[1]


def _judge_limit(
    limit: PatternLimit,
    pattern: Pattern,
    found: Found,
    probability: float | None,
    currency: str,
) -> LimitResult:
    asked, reached, crossing = [], False, None
    if pattern.method == COUNT and limit.count:
        asked.append(f"{limit.count} orders")
        reached = _events(pattern, found) >= limit.count
        crossing = limit.count
    if pattern.method == RATE and limit.probability:
        asked.append(f"a probability below {_percent(limit.probability)}")
        reached = probability is not None and probability < limit.probability
    if limit.money:
        asked.append(f"a cost of {limit.money:.2f} {currency}".rstrip())
        crossing = limit.money if crossing is None else crossing
        reached = reached or (found.amount or 0.0) >= limit.money
    state = "reached" if reached else "not reached"
    if limit.money and found.amount is None and not reached:
        state = "not reached, the cost is not known"
    return LimitResult(
        severity=limit.severity,
        exceeded=reached,
        confirmed=reached,
        crossing=crossing,
        sentence=f"{limit.severity.capitalize()} from {' or '.join(asked)}: {state}.",
    )


def _sentence(
    pattern: Pattern,
    found: Found,
    severity: str | None,
    probability: float | None,
    currency: str,
) -> str:
    if pattern.method == COUNT:
        text = _count_sentence(pattern, found)
        count = (
            next(one.count for one in pattern.limits if one.severity == severity)
            if severity
            else 0
        )
        reached = f"{severity} from {count} on" if count else severity
    elif pattern.method == RATE:
        text, reached = _rate_sentence(pattern, found, probability), severity
    else:
        spent = (
            "No cost is known"
            if found.amount is None
            else (f"{found.amount:.2f} {currency}".rstrip() + " were lost")
        )
        text, reached = f"{spent} {_period(pattern)}", severity
    if severity:
        return f"{text}: {reached}."
    if _is_thin(pattern, found):
        return f"{text}: too little to judge, {pattern.minimum_pieces:g} are needed."
    return f"{text}: within the limits."


def _count_sentence(pattern: Pattern, found: Found) -> str:
    if pattern.is_consecutive:
        return f"{found.run} orders in a row were beyond the limit"
    if pattern.window == "time":
        hours = f"{pattern.size:g} hours"
        return f"{found.events} orders within {hours} were beyond the limit"
    return f"{found.events} of the last {found.orders} orders were beyond the limit"


def _rate_sentence(pattern: Pattern, found: Found, probability: float | None) -> str:
    text = f"{found.defects:g} of {found.pieces:g} pieces were bad"
    if probability is None:
        return text
    return (
        f"{text} where {_percent(pattern.target)} is normal; chance alone brings so "
        f"many with a probability of {_percent(probability)}"
    )


def _period(pattern: Pattern) -> str:
    if pattern.period == "rolling":
        return f"within {pattern.rolling_days} days"
    return f"this {pattern.period}"


def _percent(share: float) -> str:
    """Return a share as percent with three digits.

    >>> _percent(0.01), _percent(0.0000123)
    ('1 %', '0.00123 %')
    """
    return f"{share * 100:.3g} %"


# ------------------------------------------------------------------ is it sound


def check(pattern: Pattern) -> list[Problem]:
    """Return what is wrong with a pattern; empty when it is sound.

    >>> check(Pattern(COUNT, (PatternLimit("major", count=3),)))
    []
    >>> [p.code for p in check(Pattern(COUNT, (PatternLimit("major", count=30),)))]
    ['count_beyond_window']
    """
    return _check_settings(pattern) + check_limits(
        pattern.limits, partial(_check_limit, pattern), _check_order
    )


def _check_settings(pattern: Pattern) -> list[Problem]:
    codes = []
    if pattern.dims in _SINGLE_DIMS:
        codes.append("pattern_of_one")
    if pattern.method == BUDGET:
        if pattern.period not in PERIODS:
            codes.append("unknown_period")
        if pattern.period == "rolling" and pattern.rolling_days < 1:
            codes.append("empty_window")
    elif pattern.window not in WINDOWS:
        codes.append("unknown_window")
    elif pattern.size <= 0 and not pattern.is_consecutive:
        codes.append("empty_window")
    if pattern.method == COUNT:
        if pattern.window == "pieces":
            codes.append("count_of_pieces")
        if pattern.event_severity not in SEVERITIES:
            codes.append("unknown_event")
    if pattern.method == RATE:
        if any(limit.probability for limit in pattern.limits):
            share = pattern.target or 0.0
            if share <= 0 or (pattern.distribution == "binomial" and share >= 1):
                codes.append("target_range")
        if pattern.minimum_pieces < 0:
            codes.append("negative_sample")
    return [Problem(code) for code in codes]


def _check_limit(pattern: Pattern, limit: PatternLimit) -> list[Problem]:
    figures = {
        COUNT: (limit.count,),
        RATE: (limit.probability, limit.money),
        BUDGET: (limit.money,),
    }[pattern.method]
    if any(figure < 0 for figure in figures):
        return [Problem("negative_figure", limit.severity)]
    if not any(figures):
        return [Problem(f"empty_{pattern.method}", limit.severity)]
    if limit.probability >= 1:
        return [Problem("probability_range", limit.severity)]
    if limit.severity == "critical" and not limit.money:
        return [Problem("critical_without_cost", limit.severity)]
    in_orders = pattern.window == "orders" and not pattern.is_consecutive
    if pattern.method == COUNT and in_orders and 0 < pattern.size < limit.count:
        return [Problem("count_beyond_window", limit.severity)]
    return []


def _check_order(limits: list[PatternLimit]) -> list[Problem]:
    return [
        Problem("order", higher.severity, lower.severity)
        for index, higher in enumerate(limits)
        for lower in limits[:index]
        if (higher.count and lower.count and higher.count <= lower.count)
        or (
            higher.probability
            and lower.probability
            and higher.probability >= lower.probability
        )
        or (higher.money and lower.money and higher.money <= lower.money)
    ]

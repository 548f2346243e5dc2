"""How much is too much: the tolerance method.

A limit is reached at or above its figures ("+50 % and 60 min" includes exactly 50 %
and exactly 60 minutes), all of them together: percent of the plan, floor in the unit
of the metric, and money. Only ``money_alone`` reaches a limit by itself. Every
comparison allows for float noise of ``STEP``; a deviation below it is none.

A severity opens an exception only when its limit is confirmed, its standard carries
it, and it is not "info"; else it only shades the record.
"""

from dataclasses import dataclass

from .outcomes import rank
from .standards import BORROWED, HISTORY
from .tolerances import Limit, Tolerance, check

__all__ = [
    "Limit",
    "LimitResult",
    "Reading",
    "Tolerance",
    "Verdict",
    "check",
    "judge",
    "next_crossing",
]

STEP = 1e-6


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured; ``amount`` is what the deviation costs, if known.

    ``source`` and ``sample_size`` are those of the standard behind ``planned``. A
    deviation of at most ``step`` is none, as a rounding makes it. Below an amount of
    ``money_floor`` no limit is reached; an unknown cost is not held against it.
    """

    planned: float
    actual: float
    amount: float | None = None
    sample_size: int | None = None
    source: str | None = None
    unit: str = "min"
    step: float = 0.0
    money_floor: float = 0.0


@dataclass(frozen=True, slots=True)
class LimitResult:
    """How a reading stands to one limit.

    ``crossing`` is the deviation at which the limit is reached, as far as it is known:
    ``None`` when only money could reach it and the reading has no cost.
    """

    severity: str
    exceeded: bool
    confirmed: bool
    crossing: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tolerance says about a reading.

    ``severity`` is the worst that opens or, with ``shade_only``, the worst that was
    reached; ``None`` when no limit was. ``deviation`` is actual - planned in the unit,
    ``deviation_percent`` of the plan and ``None`` without a plan. ``cleared`` says
    that a condition which was out is over.
    """

    severity: str | None
    shade_only: bool
    deviation: float
    deviation_percent: float | None
    limits: tuple[LimitResult, ...]
    cleared: bool
    sentence: str


def judge(tolerance: Tolerance, reading: Reading) -> Verdict:
    """Return the verdict of a tolerance on a reading.

    Where nothing was planned there is no percentage: only limits without one, or that
    ask for money, are judged. An unknown cost reaches no limit that asks for money.

    >>> limits = (Limit("warning", 50, 60), Limit("major", 100, 120))
    >>> verdict = judge(Tolerance(limits), Reading(planned=120, actual=180))
    >>> verdict.severity, verdict.shade_only, verdict.deviation_percent
    ('warning', False, 50.0)
    >>> verdict.sentence
    '60 min above the plan of 120 min (50 %): warning.'
    >>> judge(Tolerance(limits), Reading(120, 179)).severity is None
    True
    >>> judge(Tolerance(limits), Reading(120, 400, source="borrowed")).shade_only
    True
    """
    deviation = reading.actual - reading.planned
    if abs(deviation) < STEP:
        deviation = 0.0
    percent = deviation / reading.planned * 100.0 if reading.planned > STEP else None
    bad = _on_bad_side(deviation, tolerance.direction)
    if _is_trifle(reading, deviation):
        bad = 0.0
    results = tuple(
        _judge_limit(limit, bad, reading, tolerance.confirm)
        for limit in sorted(tolerance.limits, key=lambda limit: rank(limit.severity))
    )
    severity, shade_only, why = _severity(tolerance, reading, results)
    return Verdict(
        severity=severity,
        shade_only=shade_only,
        deviation=deviation,
        deviation_percent=percent,
        limits=results,
        cleared=_is_cleared(tolerance, results, bad, reading.planned),
        sentence=_sentence(reading, deviation, percent, severity, why),
    )


def next_crossing(
    tolerance: Tolerance,
    planned: float,
    current_severity: str | None = None,
    rate: float | None = None,
    source: str | None = None,
    sample_size: int | None = None,
) -> tuple[str, float] | None:
    """Return the next worse severity a running work reaches, and the minutes it needs.

    The minutes are elapsed minutes of the whole work, confirmation included; ``rate``
    is the hourly cost that turns money into time. Severities that only shade are
    skipped: info, and all where the standard may only shade. ``None`` when time alone
    reaches nothing worse. The crossing may lie in the past.

    >>> limits = (Limit("info", 25, 30), Limit("warning", 50, 60), Limit("major", 100))
    >>> next_crossing(Tolerance(limits), 100)
    ('warning', 160.0)
    >>> next_crossing(Tolerance(limits, confirm=5), 100, "warning")
    ('major', 205.0)
    >>> next_crossing(Tolerance(limits), 100, "major") is None
    True
    """
    if tolerance.direction == "lower" or _weak(tolerance, source, sample_size):
        return None
    per_minute = rate / 60.0 if rate else None
    crossings = [
        (crossing, -rank(limit.severity), limit.severity)
        for limit in tolerance.limits
        if rank(limit.severity) > max(rank(current_severity), rank("info"))
        and (crossing := _crossing(limit, planned, per_minute)) is not None
    ]
    if not crossings:
        return None
    crossing, _rank, severity = min(crossings)
    return severity, planned + crossing + tolerance.confirm


def _on_bad_side(deviation: float, direction: str) -> float:
    if direction == "both":
        return abs(deviation)
    return -deviation if direction == "lower" else deviation


def _is_trifle(reading: Reading, deviation: float) -> bool:
    """Return whether a deviation is a matter of rounding, or known to cost little."""
    if reading.step and abs(deviation) <= reading.step + STEP:
        return True
    return reading.amount is not None and abs(reading.amount) < reading.money_floor


def _weak(tolerance: Tolerance, source: str | None, sample_size: int | None) -> bool:
    """Return whether the standard behind a reading may only shade."""
    thin = (sample_size or 0) < tolerance.minimum_sample
    return source == BORROWED or (source == HISTORY and thin)


def _crossing(limit: Limit, planned: float, per_unit: float | None) -> float | None:
    """Return the deviation that reaches a limit, at a cost per unit of deviation.

    ``None`` when no deviation does: money is asked for and the cost is not known, or
    nothing was planned and the limit asks for a percentage of it.
    """
    ways = []
    is_planned = planned > STEP
    by_floor = limit.floor and not limit.percent
    if (is_planned and limit.percent) or by_floor or limit.money:
        share = planned * limit.percent / 100.0 if is_planned else 0.0
        ways.append((max(share, limit.floor), limit.money))
    if limit.money_alone:
        ways.append((0.0, limit.money_alone))
    reached = [
        max(units, money / per_unit if money else 0.0, 2 * STEP)
        for units, money in ways
        if not money or per_unit
    ]
    return min(reached, default=None)


def _judge_limit(
    limit: Limit, bad: float, reading: Reading, confirm: float
) -> LimitResult:
    """Return how a deviation on the bad side stands to one limit."""
    per_unit = None
    if bad > 0 and (reading.amount or 0.0) > 0:  # what is saved costs nothing
        per_unit = reading.amount / bad
    crossing = _crossing(limit, reading.planned, per_unit)
    exceeded = confirmed = False
    if crossing is not None and bad > 0:
        exceeded = bad >= crossing - STEP
        confirmed = bad >= crossing + confirm - STEP
    return LimitResult(
        severity=limit.severity,
        exceeded=exceeded,
        confirmed=confirmed,
        crossing=crossing,
        sentence=_limit_sentence(limit, reading, exceeded, confirmed),
    )


def _severity(
    tolerance: Tolerance, reading: Reading, results: tuple[LimitResult, ...]
) -> tuple[str | None, bool, str]:
    """Return the severity, whether it only shades, and why it only shades."""
    exceeded = [result for result in results if result.exceeded]
    if not exceeded:
        return None, False, ""
    opening = [r for r in exceeded if r.confirmed and r.severity != "info"]
    worst = (opening or exceeded)[-1].severity
    if _weak(tolerance, reading.source, reading.sample_size):
        if reading.source == BORROWED:
            return worst, True, "the standard is borrowed from other products"
        why = (
            f"the standard rests on {reading.sample_size or 0} past orders and"
            f" {tolerance.minimum_sample} are needed"
        )
        return worst, True, why
    if opening:
        return worst, False, ""
    if worst == "info":
        return worst, True, "info never opens an exception"
    return worst, True, "the limit is not yet exceeded for long enough"


def _is_cleared(
    tolerance: Tolerance, results: tuple, bad: float, planned: float
) -> bool:
    if any(result.exceeded for result in results):
        return False
    if tolerance.clear_percent is None or planned <= STEP or bad <= 0:
        return True
    return bad <= planned * tolerance.clear_percent / 100.0 + STEP


def _sentence(
    reading: Reading,
    deviation: float,
    percent: float | None,
    severity: str | None,
    why: str,
) -> str:
    unit = reading.unit
    if not deviation:
        return f"As planned, {_number(reading.planned)} {unit}."
    side = "above" if deviation > 0 else "below"
    size = f"{_number(abs(deviation))} {unit} {side} the plan"
    if percent is None:
        size = f"{_number(abs(deviation))} {unit}, and nothing was planned"
    else:
        size += f" of {_number(reading.planned)} {unit} ({_number(abs(percent))} %)"
    if severity is None:
        return f"{size}: within the limits."
    return f"{size}: {severity}{', only shaded because ' + why if why else ''}."


def _limit_sentence(
    limit: Limit, reading: Reading, exceeded: bool, confirmed: bool
) -> str:
    """Return a limit's figures and how the reading stands to them."""
    asked = [f"{_number(limit.percent)} %"] if limit.percent else []
    if limit.floor:
        asked.append(f"{_number(limit.floor)} {reading.unit}")
    if limit.money:
        asked.append(f"a cost of {limit.money:.2f}")
    figures = " and ".join(asked)
    if limit.money_alone:
        figures += " or " if figures else ""
        figures += f"a cost of {limit.money_alone:.2f} alone"
    state = "not reached"
    if exceeded:
        state = "reached" if confirmed else "reached, not yet confirmed"
    elif (limit.money or limit.money_alone) and reading.amount is None:
        state = "not reached, the cost is not known"
    return f"{limit.severity.capitalize()} from {figures}: {state}."


def _number(value: float) -> str:
    """Return a figure with at most one decimal, below 1 with two digits.

    >>> _number(60.0), _number(12.345), _number(0.0123)
    ('60', '12.3', '0.012')
    """
    if 0 < abs(value) < 1:
        return f"{value:.2g}"
    return f"{value:.1f}".removesuffix(".0")

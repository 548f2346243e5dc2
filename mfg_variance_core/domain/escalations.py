"""Who is told next when a case is not answered in time, or is worth too much."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .deadlines import after_minutes, spent_minutes

PERCENT = "percent"
LATE = "late"
AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain.

    ``basis`` says when: at so many percent of the time a clock gives, so many minutes
    of working time after it ran out, or as soon as the case is worth an amount.
    """

    id: int
    clock: str
    basis: str
    count: float
    who: str


def moment_of(
    step: Step, start: datetime, deadline: datetime | None, windows: Iterable
) -> datetime | None:
    """Return when a step by the clock is due; None for one that waits for no clock.

    Counted in the working time of the clock, so that half the time of a case detected
    on Friday evening is not on Sunday. Where the windows end, the moment is None.

    >>> at = lambda day, hour: datetime(2026, 1, day, hour)
    >>> days = [(at(day, 6), at(day, 14)) for day in (9, 12)]
    >>> half = Step(1, "contain", PERCENT, 50, "supervisor")
    >>> moment_of(half, at(9, 13), at(12, 9), days)
    datetime.datetime(2026, 1, 12, 7, 0)
    >>> hour_late = Step(2, "contain", LATE, 60, "supervisor")
    >>> moment_of(hour_late, at(9, 13), at(12, 9), days)
    datetime.datetime(2026, 1, 12, 10, 0)
    """
    if not deadline or step.basis == AMOUNT:
        return None
    if step.basis == LATE:
        return after_minutes(deadline, step.count, windows)
    if step.count == 100:
        # what is done at the deadline is done in time
        return deadline + timedelta(seconds=1)
    given = spent_minutes(start, deadline, windows)
    return after_minutes(start, given * step.count / 100, windows)


def is_worth_it(step: Step, amount: float | None) -> bool:
    """Return whether a case is worth enough for a step by amount.

    >>> step = Step(3, "acknowledge", AMOUNT, 1000, "production_manager")
    >>> is_worth_it(step, 1000), is_worth_it(step, 999.99), is_worth_it(step, None)
    (True, False, False)
    """
    return step.basis == AMOUNT and bool(step.count) and (amount or 0.0) >= step.count


def due_steps(
    steps: Iterable[Step],
    moments: dict[int, datetime | None],
    done_clocks: Collection[str],
    taken: Collection[int],
    now: datetime,
    amount: float | None = None,
) -> list[Step]:
    """Return the steps to take now, in the order they fell due.

    A step is taken once, and no more once its clock is stopped: what is acknowledged
    calls nobody to acknowledge it.

    >>> at = lambda hour: datetime(2026, 1, 5, hour)
    >>> first = Step(1, "acknowledge", PERCENT, 50, "supervisor")
    >>> second = Step(2, "acknowledge", PERCENT, 100, "production_manager")
    >>> moments = {1: at(8), 2: at(9)}
    >>> [one.id for one in due_steps([second, first], moments, (), (), at(9))]
    [1, 2]
    >>> due_steps([second, first], moments, (), {1}, at(8))
    []
    >>> due_steps([first], moments, {"acknowledge"}, (), at(9))
    []
    """
    found = [
        (moments.get(step.id) or now, place, step)
        for place, step in enumerate(steps)
        if step.id not in taken
        and step.clock not in done_clocks
        and (
            is_worth_it(step, amount)
            if step.basis == AMOUNT
            else moments.get(step.id) and moments[step.id] <= now
        )
    ]
    return [step for _moment, _place, step in sorted(found, key=lambda one: one[:2])]


def next_moment(
    steps: Iterable[Step],
    moments: dict[int, datetime | None],
    done_clocks: Collection[str],
    taken: Collection[int],
) -> datetime | None:
    """Return when the next step by the clock is due, None when none is left.

    >>> one = Step(1, "acknowledge", PERCENT, 50, "supervisor")
    >>> next_moment([one], {1: datetime(2026, 1, 5)}, (), ())
    datetime.datetime(2026, 1, 5, 0, 0)
    >>> next_moment([one], {1: datetime(2026, 1, 5)}, {"acknowledge"}, ()) is None
    True
    """
    return min(
        (
            moments[step.id]
            for step in steps
            if step.id not in taken
            and step.clock not in done_clocks
            and moments.get(step.id)
        ),
        default=None,
    )

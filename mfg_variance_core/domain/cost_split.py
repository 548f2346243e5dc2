"""What an order cost against what its good output may cost, in leaves that add up.

Planned is the standard cost of the good output from frozen standards, actual what
accounting computes: consumed value and minutes at the rate of the work center, less the
credit of by-products. The leaves explain the difference, each amount once:

- usage and time are what :mod:`consumption` and :mod:`costs` price at standard,
- price and rate are other prices than frozen,
- yield is the standard cost of what was processed and is not good output,
- credit is what by-products took over less, or more, than planned,
- other is what accounting charges and nobody measured or planned, and extra cost.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .standards import TimeStandard, planned_minutes


@dataclass(frozen=True, slots=True)
class Work:
    """The minutes of one operation.

    ``planned`` minutes are those of the quantity processed and ``allowed`` those of the
    good output, both ``None`` without a standard; ``measured`` is machine time,
    ``None`` when nobody measured it, or it has no leaf of its own; ``accounted`` are
    the minutes accounting charges at ``actual_rate`` an hour.
    """

    accounted: float
    actual_rate: float
    planned: float | None = None
    allowed: float | None = None
    measured: float | None = None
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """One component, in its own unit.

    ``planned`` is allowed for what was made, ``allowed`` for the good output;
    ``cost`` the frozen cost of a unit; ``value`` what accounting charges, ``None`` for
    a component whose stock has no value: it is charged at its frozen cost.
    """

    planned: float
    allowed: float
    actual: float
    cost: float | None
    value: float | None
    is_recorded: bool = True


@dataclass(frozen=True, slots=True)
class ByProduct:
    """Shares of the cost of the order in percent: planned, and with what was made."""

    planned_share: float
    actual_share: float


@dataclass(frozen=True, slots=True)
class Split:
    """The leaves of an order; a positive one is a loss. Nothing is rounded."""

    planned: float
    actual: float
    usage: float
    time: float
    price: float
    rate: float
    yield_loss: float
    credits: tuple[float, ...]
    other: float

    @property
    def difference(self) -> float:
        return self.actual - self.planned

    @property
    def remainder(self) -> float:
        """What no leaf explains: at most float noise."""
        leaves = self.usage + self.time + self.price + self.rate
        return self.difference - leaves - self.yield_loss - self.other - self.credit

    @property
    def credit(self) -> float:
        return sum(self.credits)


def split(
    works: Iterable[Work] = (),
    materials: Iterable[Material] = (),
    by_products: Iterable[ByProduct] = (),
    extra: float = 0.0,
) -> Split:
    """Return the cost of an order and its leaves.

    >>> work = Work(accounted=70, actual_rate=72, planned=50, allowed=40, measured=70,
    ...             rate=60)
    >>> material = Material(planned=10, allowed=8, actual=11, cost=3, value=36.0)
    >>> found = split([work], [material])
    >>> found.planned, found.actual
    (64.0, 120.0)
    >>> found.time, found.rate, found.usage, found.price, found.yield_loss
    (20.0, 14.0, 3, 3.0, 16.0)
    >>> round(found.remainder, 9)
    0.0
    """
    works, materials = list(works), list(materials)
    standard = sum(_standard_time(one) for one in works)
    standard += sum(one.allowed * (one.cost or 0.0) for one in materials)
    charged = extra + sum(one.accounted / 60.0 * one.actual_rate for one in works)
    charged += sum(_value(one) for one in materials)
    shares = [
        (one.planned_share / 100.0, one.actual_share / 100.0) for one in by_products
    ]
    return Split(
        planned=standard * (1.0 - sum(planned for planned, _actual in shares)),
        actual=charged * (1.0 - sum(actual for _planned, actual in shares)),
        usage=sum(_usage(one) for one in materials if one.is_recorded),
        time=sum(
            (one.measured - one.planned) / 60.0 * one.rate
            for one in works
            if _is_measured(one)
        ),
        price=sum(_value(one) - _at_standard(one) for one in materials if one.cost),
        rate=sum(
            (one.actual_rate - one.rate) * one.accounted / 60.0
            for one in works
            if one.rate and one.planned is not None
        ),
        yield_loss=sum(_yield_time(one) for one in works)
        + sum((one.planned - one.allowed) * (one.cost or 0.0) for one in materials),
        credits=tuple(
            standard * planned - charged * actual for planned, actual in shares
        ),
        other=extra
        + sum(_other_time(one) for one in works)
        + sum(_usage(one) for one in materials if not one.is_recorded)
        + sum(_value(one) for one in materials if not one.cost),
    )


def minutes_for(standard: TimeStandard, quantity: float) -> float:
    """Return the minutes of a quantity; what was not made needs no set-up either.

    >>> minutes_for(TimeStandard(15, 0, 2, 0, 100, None), 0)
    0.0
    """
    return planned_minutes(standard, quantity) if quantity > 0 else 0.0


def unit_cost(
    standards: Iterable[TimeStandard], materials: Iterable[tuple[float, float]]
) -> float:
    """Return what one piece more costs: running time and material, no set-up.

    ``materials`` are pairs of quantity per piece and cost of a unit.

    >>> unit_cost([TimeStandard(30, 0, 20, 10, 100, 60)], [(2, 3.0)])
    8.0
    """
    minutes_cost = 0.0
    for standard in standards:
        run = standard.run_per_cycle / (standard.batch_capacity or 1.0)
        run *= 100.0 / (standard.efficiency or 100.0)
        minutes_cost += run / 60.0 * (standard.rate or 0.0)
    return minutes_cost + sum(quantity * cost for quantity, cost in materials)


def _standard_time(work: Work) -> float:
    return (work.allowed or 0.0) / 60.0 * (work.rate or 0.0)


def _yield_time(work: Work) -> float:
    minutes = (work.planned or 0.0) - (work.allowed or 0.0)
    return minutes / 60.0 * (work.rate or 0.0)


def _is_measured(work: Work) -> bool:
    return work.measured is not None and work.planned is not None and bool(work.rate)


def _other_time(work: Work) -> float:
    """Return what is charged beside what was measured; all of it without a plan."""
    if work.planned is None or not work.rate:
        return work.accounted / 60.0 * work.actual_rate
    known = work.measured if work.measured is not None else work.planned
    return (work.accounted - known) / 60.0 * work.rate


def _value(material: Material) -> float:
    return _at_standard(material) if material.value is None else material.value


def _at_standard(material: Material) -> float:
    return material.actual * (material.cost or 0.0)


def _usage(material: Material) -> float:
    return (material.actual - material.planned) * (material.cost or 0.0)

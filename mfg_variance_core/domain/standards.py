"""How long work should take: engineered standards, and medians of what was done.

All times are minutes; a rate is an amount per hour.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

HISTORY = "history"
BORROWED = "borrowed"

# Relative slack under which a number of cycles counts as whole. It is the one Odoo
# uses to round up, so that both plan the same number of batches.
_CYCLE_SLACK = 2.0**-50


@dataclass(frozen=True, slots=True)
class TimeStandard:
    """The planned time of one operation, frozen in its parts.

    ``setup`` and ``cleanup`` are minutes per work order, ``None`` when they are not
    known apart; ``run_per_cycle`` minutes for one batch of ``batch_capacity`` units (0:
    no batches, the minutes are per unit); ``efficiency`` in percent, where 0 means not
    set and counts as 100; ``rate`` the hourly cost.
    """

    setup: float | None
    cleanup: float | None
    run_per_cycle: float
    batch_capacity: float
    efficiency: float
    rate: float | None


def planned_minutes(standard: TimeStandard, quantity: float) -> float:
    """Return the minutes the standard allows for a quantity.

    Set-up + clean-up + cycles x run per cycle x 100 / efficiency, where the cycles are
    whole batches rounded up: the formula by which Odoo plans a work order. Set-up and
    clean-up are not divided by the efficiency. A negative quantity counts as 0.

    >>> planned_minutes(TimeStandard(15, 5, 30, 10, 100, None), 21)
    110.0
    >>> planned_minutes(TimeStandard(None, None, 30, 0, 50, None), 2.5)
    150.0
    """
    run = _cycles(quantity, standard.batch_capacity) * standard.run_per_cycle
    fixed = (standard.setup or 0.0) + (standard.cleanup or 0.0)
    return fixed + run * 100.0 / (standard.efficiency or 100.0)


def planned_setup(standard: TimeStandard) -> float | None:
    """Return the minutes of set-up, ``None`` when set-up is not known apart.

    >>> planned_setup(TimeStandard(15, 5, 30, 10, 100, None))
    15
    """
    return standard.setup


def _cycles(quantity: float, batch_capacity: float) -> float:
    quantity = max(quantity, 0.0)
    if batch_capacity <= 0:
        return quantity
    cycles = quantity / batch_capacity
    return float(math.ceil(cycles - cycles * _CYCLE_SLACK))


@dataclass(frozen=True, slots=True)
class PastOrder:
    """What one finished work order took: minutes for a quantity of a product."""

    product: int | str
    workcenter: int | str
    minutes: float
    quantity: float


@dataclass(frozen=True, slots=True)
class HistoryStandard:
    """A standard drawn from past orders.

    ``source`` is "history" when the same product was made on the same work center
    before, "borrowed" when the figure is that of all products of the work center;
    ``sample_size`` is the number of past orders behind it.
    """

    minutes_per_unit: float
    sample_size: int
    source: str


class HistoryStandards:
    """Medians of minutes per unit over past orders, drawn once and then looked up.

    Past orders without time or without quantity tell nothing and are left out.

    >>> past = [PastOrder("A", "mill", 60, 10), PastOrder("A", "mill", 80, 10),
    ...         PastOrder("B", "mill", 30, 10), PastOrder("B", "mill", 0, 10)]
    >>> standards = HistoryStandards(past)
    >>> standards.find("A", "mill")
    HistoryStandard(minutes_per_unit=7.0, sample_size=2, source='history')
    >>> standards.find("C", "mill")
    HistoryStandard(minutes_per_unit=6.0, sample_size=3, source='borrowed')
    >>> standards.find("A", "lathe") is None
    True
    """

    __slots__ = ("_own", "_borrowed")

    def __init__(self, past_orders: Iterable[PastOrder]):
        own, borrowed = defaultdict(list), defaultdict(list)
        for order in past_orders:
            if order.minutes > 0 and order.quantity > 0:
                per_unit = order.minutes / order.quantity
                own[order.product, order.workcenter].append(per_unit)
                borrowed[order.workcenter].append(per_unit)
        self._own = _medians(own, HISTORY)
        self._borrowed = _medians(borrowed, BORROWED)

    def find(self, product, workcenter) -> HistoryStandard | None:
        """Return the best standard for a product on a work center, if there is one."""
        own = self._own.get((product, workcenter))
        return own or self._borrowed.get(workcenter)


def _medians(samples: dict, source: str) -> dict:
    return {
        key: HistoryStandard(median(values), len(values), source)
        for key, values in samples.items()
    }

"""What an order consumed against what its frozen plan allows, component by component.

Odoo books the planned quantity of a component by itself when nobody registers any:
such a figure is no measurement. A component that was not planned may stand in for one
that was; both are then judged as one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .costs import Leaf

# Relative slack for quantities that went through several conversions.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """One component of one order, in the component's own unit.

    ``planned`` is what the frozen plan allows for what was made, expected loss
    included, 0 where the component was not planned; ``booked_by_plan`` what Odoo books
    by itself; ``actual`` what was consumed; ``step`` the rounding step of the unit;
    ``cost`` the frozen cost of one unit, ``None`` when nobody knows it; ``unit`` tells
    which lines can stand in for each other, ``factor`` how many of their common unit
    one is; ``is_registered`` that a person entered the quantity.
    """

    component: int
    planned: float
    booked_by_plan: float
    actual: float
    step: float
    cost: float | None
    unit: int
    is_registered: bool = False
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """A line with what stood in for it.

    ``actual`` counts the substitutes too. ``amount`` is the cost of the deviation at
    frozen costs, ``None`` with ``missing_reason`` when a cost is not known.
    """

    line: Line
    actual: float
    substitutes: tuple[int, ...]
    is_recorded: bool
    amount: float | None
    formula: str
    missing_reason: str | None


def allowed(
    per_unit: float, loss_percent: float, produced: float, with_loss: bool = True
) -> float:
    """Return how much of a component may be consumed for a produced quantity.

    >>> allowed(2, 5, 10), allowed(2, 5, 10, with_loss=False)
    (21.0, 20.0)
    """
    factor = 1.0 + loss_percent / 100.0 if with_loss else 1.0
    return per_unit * max(produced, 0.0) * factor


def pair(lines: Iterable[Line]) -> tuple[Usage, ...]:
    """Return the usages of an order, each substitute counted with what it replaced.

    A component that was not planned stands in for the planned one of the same unit of
    which the most is missing, measured in rounding steps; where nothing is missing it
    stays a line of its own.

    >>> planned = Line(1, 10, 10, 4, 0.01, 3.0, unit=7)
    >>> other = Line(2, 0, 0, 6, 0.01, 4.0, unit=7, is_registered=True)
    >>> [(u.line.component, u.actual, u.substitutes) for u in pair([planned, other])]
    [(1, 10.0, (2,))]
    >>> pair([planned, other])[0].amount
    6.0
    """
    planned = [line for line in lines if line.planned > SLACK]
    extra = [line for line in lines if line.planned <= SLACK]
    stand_ins: dict[int, list[Line]] = {}
    alone = []
    for line in extra:
        lacking = max(
            (one for one in planned if one.unit == line.unit),
            key=lambda one: _missing(one, stand_ins),
            default=None,
        )
        if lacking and line.actual > 0 and _missing(lacking, stand_ins) > lacking.step:
            stand_ins.setdefault(lacking.component, []).append(line)
        else:
            alone.append(line)
    return tuple(
        _usage(line, stand_ins.get(line.component, [])) for line in planned + alone
    )


def is_nothing_consumed(lines: Iterable[Line]) -> bool:
    """Return whether components were planned and not one of any kind was consumed.

    >>> is_nothing_consumed([Line(1, 10, 10, 0, 0.01, 3.0, unit=7)])
    True
    >>> is_nothing_consumed([])
    False
    """
    lines = list(lines)
    return any(line.planned > SLACK for line in lines) and all(
        line.actual <= SLACK for line in lines
    )


def _missing(line: Line, stand_ins: dict[int, list[Line]]) -> float:
    """Return how much of a planned line neither it nor a substitute covers."""
    covered = _replaced(line, stand_ins.get(line.component, ()))
    return line.booked_by_plan - line.actual - covered


def _replaced(line: Line, substitutes: Iterable[Line]) -> float:
    """Return what stood in for a line, in its own unit.

    >>> kilograms = Line(1, 10, 10, 4, 0.01, 3.0, unit=7, factor=1000)
    >>> _replaced(kilograms, [Line(2, 0, 0, 6000, 0.01, 0.004, unit=7)])
    6.0
    """
    return sum(one.actual * one.factor / line.factor for one in substitutes)


def _usage(line: Line, substitutes: list[Line]) -> Usage:
    amount, formula, reason = _price(line, substitutes)
    booked_itself = abs(line.actual - line.booked_by_plan) <= line.step / 2 + SLACK
    return Usage(
        line=line,
        actual=line.actual + _replaced(line, substitutes),
        substitutes=tuple(one.component for one in substitutes),
        is_recorded=bool(line.is_registered or substitutes or not booked_itself),
        amount=amount,
        formula=formula,
        missing_reason=reason,
    )


def _price(line: Line, substitutes: list[Line]) -> tuple[float | None, str, str | None]:
    """Return the usage variance (AQ - SQ) x SP, each substitute at its own cost."""
    if not line.cost or any(not one.cost for one in substitutes):
        return None, "", "The component has no cost."
    amount = (line.actual - line.planned) * line.cost
    formula = f"({_number(line.actual)} - {_number(line.planned)}) x {line.cost:.2f}"
    for one in substitutes:
        amount += one.actual * one.cost
        formula += f" + {_number(one.actual)} x {one.cost:.2f}"
    return amount, f"{formula} = {amount:.2f}", None


def price_leaf(standard_price: float, price: float, quantity: float) -> Leaf:
    """Return the cost of another price than planned, (AP - SP) x AQ.

    >>> leaf = price_leaf(3.0, 3.5, 12)
    >>> leaf.amount, leaf.formula
    (6.0, '(3.50 - 3.00) x 12 = 6.00')
    """
    amount = (price - standard_price) * quantity
    formula = (
        f"({price:.2f} - {standard_price:.2f}) x {_number(quantity)} = {amount:.2f}"
    )
    return Leaf(amount, formula, None)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")

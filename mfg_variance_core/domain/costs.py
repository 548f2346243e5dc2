"""What a deviation in time costs, as leaves that add up.

A leaf is an amount that is counted once. Where set-up is known apart it has a leaf of
its own and the leaf of the work order covers the run only, so that both together are
the cost of the whole deviation.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """An amount with its formula, or no amount with the reason why it is missing.

    A positive amount is a loss, a negative one a saving, in the currency of the rate.
    It is not rounded: rounded leaves would no longer add up.
    """

    amount: float | None
    formula: str
    missing_reason: str | None


def time_leaf(
    planned: float | None,
    actual: float | None,
    rate: float | None,
    setup_planned: float | None = None,
    setup_actual: float | None = None,
) -> Leaf:
    """Return the cost of taking ``actual`` instead of ``planned`` minutes.

    (actual - planned) / 60 x rate: the efficiency variance of standard costing. With
    both figures of the set-up given, which ``planned`` and ``actual`` contain, the leaf
    is that of the run alone.

    >>> leaf = time_leaf(100, 160, 45)
    >>> leaf.amount, leaf.formula
    (45.0, '(160 - 100) min / 60 x 45.00 = 45.00')
    >>> time_leaf(100, 160, 45, setup_planned=20, setup_actual=60).amount
    15.0
    >>> time_leaf(100, 160, None).missing_reason
    'The work center has no hourly cost.'
    """
    if planned is None:
        return Leaf(None, "", "There is no planned time.")
    if actual is None:
        return Leaf(None, "", "The actual time was not recorded.")
    if not rate:
        return Leaf(None, "", "The work center has no hourly cost.")
    has_setup = setup_planned is not None and setup_actual is not None
    if has_setup:
        planned, actual = planned - setup_planned, actual - setup_actual
    amount = (actual - planned) / 60.0 * rate
    formula = (
        f"({_minutes(actual)} - {_minutes(planned)}) min"
        f"{' of run' if has_setup else ''} / 60 x {rate:.2f} = {amount:.2f}"
    )
    return Leaf(amount, formula, None)


def _minutes(value: float) -> str:
    """Return minutes with at most two decimals.

    >>> _minutes(90.0), _minutes(12.345)
    ('90', '12.35')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")

"""Who a count difference is allotted to: the orders that consumed the product.

An allotment explains a difference, it does not add to what the orders cost: the
difference is a loss of the stock, counted once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# what is left after conversions between units is no consumption
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """What one order is allotted of a difference; without ``order``: all others."""

    order: int | None
    consumed: float
    percent: float
    quantity: float


def allot(
    difference: float, consumed: Mapping[int, float], most: int
) -> tuple[Share, ...]:
    """Split a difference over orders in proportion to what they consumed.

    At most ``most`` orders get a share of their own, the largest first; the others
    are one share without an order. Where nothing was consumed nothing is allotted.

    >>> [(s.order, s.quantity) for s in allot(-3, {7: 20, 8: 10}, 10)]
    [(7, -2.0), (8, -1.0)]
    >>> [(s.order, s.percent) for s in allot(-3, {7: 25, 8: 25, 9: 50}, 1)]
    [(9, 50.0), (None, 50.0)]
    >>> allot(-3, {}, 10)
    ()
    """
    ranked = sorted(
        ((order, amount) for order, amount in consumed.items() if amount > NOISE),
        key=lambda pair: (-pair[1], pair[0]),
    )
    total = sum(amount for _order, amount in ranked)
    others = sum(amount for _order, amount in ranked[most:])
    parts: list[tuple[int | None, float]] = list(ranked[:most])
    if others:
        parts.append((None, others))
    return tuple(
        Share(
            order=order,
            consumed=amount,
            percent=amount * 100.0 / total,
            quantity=difference * amount / total,
        )
        for order, amount in parts
    )

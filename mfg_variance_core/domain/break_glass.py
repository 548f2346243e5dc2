"""When the glass may be broken: to go on using what is held, in an emergency.

It never lets anything be shipped, it ends by time, and it is not for what a special
characteristic depends on.
"""

from dataclasses import dataclass

# what is held on its way out is shipped, not used
KINDS = ("lot", "quantity", "production", "workorder", "workcenter")
NO_USE = "no_use"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a company allows at most; a quantity of 0 means no limit."""

    hours: float
    quantity: float = 0.0


def problem(
    kind: str,
    strength: str,
    quantity: float,
    hours: float,
    is_special: bool,
    limits: Limits,
) -> str | None:
    """Return why the glass may not be broken, as a code; None if it may.

    >>> eight = Limits(hours=8, quantity=100)
    >>> problem("lot", "no_use", 100, 8, False, eight)
    >>> problem("lot", "no_use", 101, 8, False, eight)
    'too_much'
    >>> problem("lot", "no_use", 1, 9, False, eight)
    'too_long'
    >>> problem("lot", "no_use", 1, 8, True, eight)
    'special'
    >>> problem("picking", "no_use", 1, 8, False, eight)
    'kind'
    >>> problem("lot", "no_ship", 1, 8, False, eight)
    'weak'
    """
    if kind not in KINDS:
        return "kind"
    if strength != NO_USE:
        return "weak"
    if is_special:
        return "special"
    if hours <= 0 or hours > limits.hours:
        return "too_long"
    if limits.quantity and quantity > limits.quantity:
        return "too_much"
    return None

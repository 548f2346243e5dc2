"""Good, scrapped and reworked pieces of an order, and their shares (ISO 22400-2).

PQ = GQ + SQ + RQ: what was processed is good, scrapped, or has to be worked on again.
A share of nothing is ``None``: nobody knows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Quantities below this are float noise.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Operation:
    """The pieces of one operation of an order.

    ``quantity`` is what went through, ``rejected`` what was reported as bad beside it
    and ``scrapped`` what was taken out of stock as scrap. Who rejects a piece and then
    scraps it means one piece. ``is_reported`` says that a person entered the quantity.
    """

    quantity: float
    rejected: float = 0.0
    scrapped: float = 0.0
    is_reported: bool = False

    @property
    def bad(self) -> float:
        """The bad pieces of the operation.

        >>> Operation(10, rejected=2, scrapped=3).bad
        3
        """
        return max(self.rejected, self.scrapped)

    @property
    def processed(self) -> float:
        """The pieces that went in: those rejected are not among the quantity.

        >>> Operation(10, rejected=2).processed, Operation(10, scrapped=2).processed
        (12.0, 10)
        """
        return self.quantity + self.bad - self.scrapped


@dataclass(frozen=True, slots=True)
class Tally:
    """The pieces of one order: ``processed`` = ``good`` + ``scrapped`` + ``reworked``.

    ``inspected`` are the pieces somebody reported a result about, ``None`` when nobody
    did; ``first_pass`` those of them that were good without rework.
    """

    processed: float
    good: float
    scrapped: float
    reworked: float
    inspected: float | None
    first_pass: float | None
    is_reported: bool


def tally(
    booked: float,
    operations: Iterable[Operation] = (),
    scrapped_elsewhere: float = 0.0,
    reworked: float = 0.0,
    taken_back: float = 0.0,
) -> Tally:
    """Return the pieces of an order.

    ``booked`` is what the order put into stock. Scrap is taken out of it, pieces that
    operations rejected never got there, and what is worked on again is not good yet.
    What was taken apart (``taken_back``) counts as if it had not been made.
    ``scrapped_elsewhere`` is scrap no operation is named for.

    >>> made = tally(100, [Operation(100, rejected=2, scrapped=5)], reworked=3)
    >>> made.good, made.scrapped, made.reworked, made.processed
    (92.0, 5.0, 3.0, 100.0)
    >>> tally(98, [Operation(98, rejected=2, is_reported=True)]).inspected
    100.0
    >>> tally(98).is_reported, tally(98).first_pass is None
    (False, True)
    """
    operations = list(operations)
    taken_out = scrapped_elsewhere + sum(one.scrapped for one in operations)
    rejected = sum(one.bad - one.scrapped for one in operations)
    reworked = max(reworked, 0.0)
    kept = max(booked - taken_back, 0.0)
    scrapped = taken_out + rejected
    good = float(max(kept - taken_out - reworked, 0.0))
    reports = [one.processed for one in operations if one.is_reported]
    inspected = max(reports) if any(one > SLACK for one in reports) else None
    return Tally(
        processed=good + scrapped + reworked,
        good=good,
        scrapped=float(scrapped),
        reworked=float(reworked),
        inspected=inspected,
        first_pass=None
        if inspected is None
        else max(inspected - scrapped - reworked, 0.0),
        is_reported=bool(
            reports or scrapped > SLACK or reworked > SLACK or taken_back > SLACK
        ),
    )


def share(part: float | None, whole: float | None) -> float | None:
    """Return a part in percent of the whole, ``None`` where there is no whole.

    >>> share(1, 4), share(0, 4), share(1, 0), share(None, 4)
    (25.0, 0.0, None, None)
    """
    if part is None or whole is None or whole <= SLACK:
        return None
    return part / whole * 100.0

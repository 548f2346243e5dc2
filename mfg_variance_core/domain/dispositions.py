"""What may be decided about held stock, how much of it, and how long a decision holds.

A disposition asks for one kind of treatment of a quantity. It is frozen when approval
is asked for: what was granted is compared with what is about to be done by a digest.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

SORT = "sort"
USE_AS_IS = "use_as_is"
REWORK = "rework"
REPAIR = "repair"
REGRADE = "regrade"
SCRAP = "scrap"
RETURN = "return"
RELEASE = "release"
KINDS = (SORT, USE_AS_IS, REWORK, REPAIR, REGRADE, SCRAP, RETURN, RELEASE)
# what is held without being stock can only be let go again
STOCKLESS_KINDS = (RELEASE,)

DRAFT = "draft"
WAITING = "waiting"
APPROVED = "approved"
DONE = "done"
FAILED = "failed"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"

TRANSITIONS = {
    DRAFT: (WAITING, WITHDRAWN),
    WAITING: (APPROVED, REJECTED, WITHDRAWN),
    APPROVED: (DONE, FAILED),
    FAILED: (DONE, FAILED, WITHDRAWN),
}
# these have a claim on the held quantity that is still to be met
CLAIMING = (WAITING, APPROVED, FAILED)
OPEN = (DRAFT, *CLAIMING)

DIGEST_VERSION = "v1"

VALID = "valid"
EXPIRED = "expired"
USED_UP = "used_up"


def allowed(state: str, to: str) -> bool:
    """Return whether a disposition may go from one state to another.

    Nothing is done that was not approved, and what is done stays done.

    >>> allowed("waiting", "approved"), allowed("waiting", "done")
    (True, False)
    >>> allowed("failed", "done"), allowed("done", "failed")
    (True, False)
    """
    return to in TRANSITIONS.get(state, ())


def excess(
    held: float, claims: Iterable[float], quantity: float, step: float = 0.0
) -> float:
    """Return by how much a new claim would exceed what is held; 0 when it fits.

    ``claims`` are those that were asked for and are not met yet; what was met is no
    longer held. ``step`` is the rounding of the unit: less than half of it is nothing.

    >>> excess(10, [4, 3], 3)
    0.0
    >>> excess(10, [4, 3], 5)
    2.0
    >>> excess(0.3, [0.1], 0.2, step=0.01)
    0.0
    """
    over = sum(claims) + quantity - held
    return float(over) if over > max(step / 2.0, 1e-9) else 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for, as plain values; ids of what it is about.

    ``limit_quantity`` and ``limit_at`` are those of a permit, ``target_product`` and
    ``target_lot`` those of a regrade, ``subject`` the document a disposition finishes
    or the receipt it gives back.
    """

    hold: int
    kind: str
    product: int | None
    lot: int | None
    quantity: float
    good_quantity: float = 0.0
    limit_quantity: float = 0.0
    limit_at: str | None = None
    customer_reference: str | None = None
    target_product: int | None = None
    target_lot: str | None = None
    partner: int | None = None
    subject: str | None = None


def digest(demand: Demand) -> str:
    """Return the fingerprint of what was asked for; any change gives another one.

    >>> asked = Demand(hold=7, kind="scrap", product=3, lot=4, quantity=5.0)
    >>> digest(asked)[:3], digest(asked) == digest(asked)
    ('v1:', True)
    >>> digest(asked) == digest(Demand(7, "scrap", 3, 4, 6.0))
    False
    >>> digest(asked) == digest(Demand(8, "scrap", 3, 4, 5.0))
    False
    """
    values = asdict(demand)
    for name, value in values.items():
        if isinstance(value, float):
            values[name] = f"{value:.6f}"
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()}"


def missing(demand: Demand, needs_customer_reference: bool = False) -> list[str]:
    """Return what a demand still lacks before it may be asked for, as codes.

    >>> missing(Demand(1, "scrap", 2, None, 0.0))
    ['quantity']
    >>> missing(Demand(1, "sort", 2, None, 5.0, good_quantity=6.0))
    ['good_quantity']
    >>> missing(Demand(1, "use_as_is", 2, 3, 5.0), needs_customer_reference=True)
    ['customer_reference', 'limit']
    >>> missing(Demand(1, "use_as_is", 2, None, 5.0, limit_at="2026-12-01"))
    ['lot_for_date']
    >>> missing(Demand(1, "regrade", 2, 3, 5.0, target_product=2))
    ['target']
    >>> missing(Demand(1, "return", 2, 3, 5.0)), missing(
    ...     Demand(1, "return", 2, 3, 5.0, partner=8)
    ... )
    (['vendor'], [])
    >>> missing(Demand(1, "release", None, None, 0.0))
    []
    """
    needs = []
    if demand.product and demand.quantity <= 0:
        needs.append("quantity")
    if not demand.product and demand.kind not in STOCKLESS_KINDS:
        needs.append("stock")
    if demand.kind == SORT and not 0 <= demand.good_quantity <= demand.quantity:
        needs.append("good_quantity")
    if demand.kind == USE_AS_IS:
        if needs_customer_reference and not (demand.customer_reference or "").strip():
            needs.append("customer_reference")
        if demand.lot and not demand.limit_at and demand.limit_quantity <= 0:
            needs.append("limit")
        # once it is back on the shelf nobody can tell it from other stock
        if not demand.lot and (demand.limit_at or demand.limit_quantity):
            needs.append("lot_for_date")
    if demand.kind == REGRADE and not demand.target_product:
        needs.append("target")
    if (
        demand.kind == REGRADE
        and demand.target_product == demand.product
        and not demand.target_lot
    ):
        needs.append("target")
    if demand.kind == RETURN and not demand.partner:
        needs.append("vendor")
    return needs


def good_part(demand: Demand) -> float:
    """Return how much of a demand is disposed of when it is executed.

    Of what was sorted only the good part is: the bad part stays held.

    >>> good_part(Demand(1, "sort", 2, None, 10.0, good_quantity=8.0))
    8.0
    >>> good_part(Demand(1, "scrap", 2, None, 10.0))
    10.0
    """
    return demand.good_quantity if demand.kind == SORT else demand.quantity


@dataclass(frozen=True, slots=True)
class Place:
    """Held stock in one place: an opaque key, and how much lies there."""

    key: object
    quantity: float


def take(places: Sequence[Place], quantity: float) -> list[Place] | None:
    """Return how much to take from which place, in order; None if there is too little.

    >>> [(one.key, one.quantity) for one in take([Place("A", 3), Place("B", 9)], 5)]
    [('A', 3), ('B', 2)]
    >>> take([Place("A", 3)], 5) is None
    True
    """
    taken, left = [], quantity
    for place in places:
        if left <= 1e-9:
            break
        if place.quantity <= 0:
            continue
        part = min(place.quantity, left)
        taken.append(Place(place.key, part))
        left -= part
    return taken if left <= 1e-9 else None


@dataclass(frozen=True, slots=True)
class Value:
    """What a quantity is worth, or why nobody knows."""

    amount: float | None
    missing_reason: str | None = None


def value(quantity: float, unit_cost: float | None) -> Value:
    """Return what a quantity cost; a product without a cost has no value of 0.

    >>> value(4, 2.5).amount
    10.0
    >>> value(4, 0.0)
    Value(amount=None, missing_reason='no_cost')
    """
    if not unit_cost:
        return Value(None, "no_cost")
    return Value(quantity * unit_cost)


def permit_state(
    limit_quantity: float,
    limit_at: datetime | None,
    used: float,
    moment: datetime,
    step: float = 0.0,
) -> str:
    """Return whether a permit still covers anything at a moment.

    A quantity limit of 0 and no date mean not limited by it. The last moment of a
    permit belongs to it.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> permit_state(10, None, 9, noon), permit_state(10, None, 10, noon)
    ('valid', 'used_up')
    >>> permit_state(0, noon, 99, noon), permit_state(0, noon, 0, datetime(2026, 3, 3))
    ('valid', 'expired')
    """
    if limit_at and moment > limit_at:
        return EXPIRED
    if limit_quantity and used >= limit_quantity - step / 2.0:
        return USED_UP
    return VALID


def permitted(limit_quantity: float, used: float) -> float | None:
    """Return how much a valid permit still covers; None when only a date limits it.

    >>> permitted(10, 4), permitted(10, 12), permitted(0, 4)
    (6, 0.0, None)
    """
    if not limit_quantity:
        return None
    return max(limit_quantity - used, 0.0)


def waits_for_approval(
    amount: float | None, limit: float, earlier: float = 0.0
) -> bool:
    """Return whether scrapping something so dear waits for an approval.

    A limit of 0 is none. ``earlier`` is what the same product lost today without
    asking: a large scrap in small bites is a large scrap. What nobody can price is let
    pass, as it would be without a limit.

    >>> waits_for_approval(120, 100), waits_for_approval(120, 0)
    (True, False)
    >>> waits_for_approval(60, 100), waits_for_approval(60, 100, earlier=60)
    (False, True)
    >>> waits_for_approval(None, 100)
    False
    """
    return bool(limit) and amount is not None and amount + earlier > limit

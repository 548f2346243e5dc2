"""What the story's orders consume and lose: lots, quantities, scrap, and their faults.

Drawn apart from the times, with a generator of its own: the same seed keeps the same
times whatever is planted here.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .story_plant import (
    LOT_MATERIAL,
    OVERUSE_PLANT,
    OVERUSE_SHIFT,
    SCRAP_CENTER,
    SHORT_MATERIAL,
)

BAD_LOT = "bad_lot"
SCRAP_EPISODE = "scrap_episode"
OVER_CONSUMPTION = "over_consumption"
NEGATIVE_STOCK = "negative_stock"
PIECE_FAULTS = (BAD_LOT, SCRAP_EPISODE, OVER_CONSUMPTION, NEGATIVE_STOCK)

# share of the orders after which a fault begins, and the share it lasts
BAD_LOT_SPAN = (0.55, 0.2)
SCRAP_SPAN = (0.4, 0.2)
SHORT_SPAN = (0.6, 0.12)
OVERUSE_FROM = 0.4
FEWEST = 2  # orders of a fault that lasts for a while

LOTS = GOOD_LOT, BAD_LOT_NAME, NEXT_LOT = ("SB-1041", "SB-1042", "SB-1043")
ORDINARY_SCRAP = 0.05  # of the orders lose one piece
ORDINARY_EXTRA = 0.03  # of the orders use one piece of material more
RECEIPT_BOOKED_AFTER = timedelta(hours=9)
# blocks of a lot that nobody took, so that something is left to decide about
LEFT_OF_LOT = {BAD_LOT_NAME: 45, NEXT_LOT: 80}


@dataclass(frozen=True)
class Loss:
    """Pieces scrapped at an operation, or material of the lot used set aside at it."""

    sequence: int
    quantity: int
    is_material: bool = False


@dataclass(frozen=True)
class Pieces:
    """What one order used and lost.

    ``used`` is what somebody registered, ``None`` where nobody did; ``lot`` the lot of
    the material taken. ``receipt`` is the quantity of material whose receipt is booked
    at ``receipt_at``, long after it was used. An order is ``spared`` that would have
    taken the bad lot, had it not been held by then.
    """

    lot: str | None = None
    used: int | None = None
    losses: tuple = ()
    fault: str | None = None
    receipt: int = 0
    receipt_at: datetime | None = None
    spared: bool = False


def closed_at(order):
    """When the order is closed: at the end of the day of its last work."""
    last = max(job.recorded_end for job in order.jobs)
    return last.replace(hour=23, minute=59)


def registered_at(order):
    """When somebody writes down what was used: as the last operation begins."""
    return order.jobs[-1].started_at


def material_of(order):
    return next(part.material for part in order.plant.parts if part.name == order.part)


def opening_stock(orders, material, lot=None):
    """What there is of a material at first: plenty, or enough until the fault.

    Of a lot that is held later there is what is taken of it, and a rest.
    """
    if lot in LEFT_OF_LOT:
        return LEFT_OF_LOT[lot] + sum(
            (order.pieces.used or order.quantity)
            + sum(loss.quantity for loss in order.pieces.losses if loss.is_material)
            for order in orders
            if order.pieces.lot == lot
        )
    if material != SHORT_MATERIAL:
        return 100000
    mine = _closed_of(orders, lambda order: material_of(order) == material)
    before = []
    for order in mine:
        if order.pieces.fault == NEGATIVE_STOCK:
            break
        before.append(order.quantity)
    return sum(before)


def plan(orders, seed, local_of):
    """The orders with their pieces.

    :param local_of: naive local time of ``(moment, tz)``
    """
    rng = random.Random(f"{seed}:pieces")
    pieces = {order.number: _ordinary(order, rng) for order in orders if order.is_done}
    _plant_bad_lot(orders, pieces, rng)
    _plant_scrap(orders, pieces, rng)
    _plant_overuse(orders, pieces, rng, local_of)
    _plant_shortage(orders, pieces)
    return tuple(
        replace(order, pieces=pieces.get(order.number, Pieces())) for order in orders
    )


def _ordinary(order, rng):
    """A piece lost now and then; one plant writes down what it used."""
    loses, extra = rng.random() < ORDINARY_SCRAP, rng.random() < ORDINARY_EXTRA
    is_written = order.plant.code == OVERUSE_PLANT
    return Pieces(
        lot=GOOD_LOT if material_of(order) == LOT_MATERIAL else None,
        used=order.quantity + extra if is_written else None,
        losses=(Loss(len(order.jobs), 1),) if loses else (),
    )


def _closed_of(orders, is_meant):
    """The finished orders that are meant, in the order they are closed."""
    mine = [order for order in orders if order.is_done and is_meant(order)]
    return sorted(mine, key=lambda order: (closed_at(order), order.number))


def _span(orders, span):
    """``(first, end)`` positions of a fault that begins and ends with these orders."""
    begins, lasts = span
    first = min(int(len(orders) * begins), len(orders) - FEWEST)
    return first, first + max(round(len(orders) * lasts), FEWEST)


def _share(order, rng, least, most):
    """A share of the order's pieces, at least three."""
    return max(round(order.quantity * rng.uniform(least, most)), 3)


def _plant_bad_lot(orders, pieces, rng):
    """Blocks of one lot are porous: seen at once, or when the piece leaks.

    The lot is held as soon as the first order is closed: who began before goes on with
    it, who comes later takes the next lot.
    """
    mine = _closed_of(orders, lambda order: material_of(order) == LOT_MATERIAL)
    first, end = _span(mine, BAD_LOT_SPAN)
    held_at = closed_at(mine[first])
    for order in mine[first:end]:
        losses = (
            Loss(1, _share(order, rng, 0.1, 0.2), is_material=True),
            Loss(len(order.jobs), _share(order, rng, 0.25, 0.4)),
        )
        is_begun = order.jobs[0].started_at < held_at < closed_at(order)
        if order == mine[first] or is_begun:
            changes = {"lot": BAD_LOT_NAME, "losses": losses, "fault": BAD_LOT}
        else:
            changes = {"lot": NEXT_LOT, "spared": True}
        pieces[order.number] = replace(pieces[order.number], **changes)
    for order in mine[end:]:
        pieces[order.number] = replace(pieces[order.number], lot=NEXT_LOT)


def _plant_scrap(orders, pieces, rng):
    """One machine makes far more bad pieces for a while."""
    mine = _closed_of(
        orders, lambda order: any(job.step.center == SCRAP_CENTER for job in order.jobs)
    )
    first, end = _span(mine, SCRAP_SPAN)
    for order in mine[first:end]:
        sequence = next(
            job.sequence for job in order.jobs if job.step.center == SCRAP_CENTER
        )
        loss = Loss(sequence, _share(order, rng, 0.2, 0.35))
        pieces[order.number] = replace(
            pieces[order.number], losses=(loss,), fault=SCRAP_EPISODE
        )


def _plant_overuse(orders, pieces, rng, local_of):
    """From some day on, what one shift registers is more than planned."""
    mine = _closed_of(orders, lambda order: order.plant.code == OVERUSE_PLANT)
    for order in mine[int(len(mine) * OVERUSE_FROM) :]:
        hour = local_of(registered_at(order), order.plant.tz).hour
        if OVERUSE_SHIFT.hour_from <= hour < OVERUSE_SHIFT.hour_to:
            used = order.quantity + _share(order, rng, 0.08, 0.18)
            pieces[order.number] = replace(
                pieces[order.number], used=used, fault=OVER_CONSUMPTION
            )


def _plant_shortage(orders, pieces):
    """A delivery is used for days before its receipt is booked."""
    mine = _closed_of(orders, lambda order: material_of(order) == SHORT_MATERIAL)
    first, end = _span(mine, SHORT_SPAN)
    for order in mine[first:end]:
        pieces[order.number] = replace(pieces[order.number], fault=NEGATIVE_STOCK)
    last = mine[end - 1]
    pieces[last.number] = replace(
        pieces[last.number],
        receipt=100000,
        receipt_at=closed_at(last) + RECEIPT_BOOKED_AFTER,
    )

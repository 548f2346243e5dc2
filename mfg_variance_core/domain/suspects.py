"""Which lots and orders may have what one of them has: a walk from maker to made.

Lots and orders are nodes; a lot leads to the orders that used it, an order to the lots
it made. Forward from what is suspect lies all that may have it; backward, what it may
have it from. The walk goes level by level, so that a large one is done in parts, and it
never visits anything twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

LOT = "lot"
ORDER = "order"

# how a node hangs together with what the search began with
ITSELF = "itself"
SIBLING = "sibling"
MADE_FROM = "made_from"
ORIGIN = "origin"
# what is suspect; where it may come from is looked at, not held
SUSPECT = (ITSELF, SIBLING, MADE_FROM)

# without any good reading before it, so far back
DEFAULT_WINDOW = timedelta(days=1)

Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk has come: whom to ask next, and how many levels are done."""

    frontier: tuple[Node, ...]
    depth: int = 0
    is_cut: bool = False
    seen: frozenset[Node] = field(default_factory=frozenset)

    @property
    def is_over(self) -> bool:
        """Whether nobody is left to ask."""
        return not self.frontier

    def ids(self, kind: str) -> list[int]:
        """Return the ids of one kind that are asked next."""
        return [number for one, number in self.frontier if one == kind]


def begin(seeds: Iterable[Node]) -> Walk:
    """Return a walk that starts at some nodes.

    >>> begin([(LOT, 7), (LOT, 7)]).frontier
    (('lot', 7),)
    """
    frontier = tuple(dict.fromkeys(seeds))
    return Walk(frontier, seen=frozenset(frontier))


def advance(walk: Walk, found: Iterable[Node], limit: int) -> Walk:
    """Return the walk one level on, at what was found and not seen before.

    >>> walk = advance(begin([(LOT, 1)]), [(ORDER, 5), (LOT, 1), (ORDER, 5)], 10)
    >>> walk.frontier, walk.depth, walk.is_over
    ((('order', 5),), 1, False)
    >>> advance(walk, [(LOT, 1)], 10).is_over
    True

    Past ``limit`` nodes it stops, and says so.

    >>> cut = advance(begin([(LOT, 1)]), [(LOT, 2), (LOT, 3)], 2)
    >>> cut.frontier, cut.is_cut
    ((('lot', 2),), True)
    """
    fresh = [node for node in dict.fromkeys(found) if node not in walk.seen]
    room = max(0, limit - len(walk.seen))
    kept = tuple(fresh[:room])
    return replace(
        walk,
        frontier=kept,
        depth=walk.depth + 1,
        is_cut=walk.is_cut or len(kept) < len(fresh),
        seen=walk.seen | frozenset(kept),
    )


def window(
    bad_at: datetime, good_at: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Return from when to when what was made is suspect: the last good check to now.

    >>> day = datetime(2026, 3, 2)
    >>> window(day, day - timedelta(hours=3), day)[0]
    datetime.datetime(2026, 3, 1, 21, 0)
    >>> window(day, None, day)[0]
    datetime.datetime(2026, 3, 1, 0, 0)
    """
    since = good_at if good_at and good_at < bad_at else bad_at - DEFAULT_WINDOW
    return since, max(now, bad_at)


def needs_notice(delivered: Collection[float]) -> bool:
    """Return whether some of it is at customers, who have to be told.

    >>> needs_notice([0.0, 2.0]), needs_notice([0.0])
    (True, False)
    """
    return any(quantity > 0 for quantity in delivered)

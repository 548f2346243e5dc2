"""What a hold of a strength stops, and what never stops (DESIGN section 10).

Two strengths: *do not use* stops everything that moves the thing on; *use, do not ship*
only what takes it out of the company's hands, or would make it look like another thing.
Pausing, logging scrap of what is not held itself and booking what was already made are
no actions here: they always work, and what comes out of them lands in quarantine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_USE = "no_use"
NO_SHIP = "no_ship"

# kinds of what is held
LOT = "lot"
QUANTITY = "quantity"
PRODUCTION = "production"
WORKORDER = "workorder"
WORKCENTER = "workcenter"
PICKING = "picking"
KINDS = (LOT, QUANTITY, PRODUCTION, WORKORDER, WORKCENTER, PICKING)
# of stock; the others are of work, and hold what comes out of it
OF_STOCK = (LOT, QUANTITY)
OF_WORK = tuple(kind for kind in KINDS if kind not in OF_STOCK)

# what somebody wants to do
START = "start"
FINISH = "finish"
USE = "use"
MOVE = "move"
SHIP = "ship"
SCRAP = "scrap"
COUNT_DOWN = "count_down"
RELABEL = "relabel"
RECEIVE = "receive"
ACTIONS = (START, FINISH, USE, MOVE, SHIP, SCRAP, COUNT_DOWN, RELABEL, RECEIVE)

# why something is stopped that names no lot at all
NAMELESS = "nameless"

# what comes back, or is counted to be more, only adds to what is held
_STOPS = {
    NO_USE: frozenset(ACTIONS) - {RECEIVE},
    NO_SHIP: frozenset((SHIP, COUNT_DOWN, RELABEL)),
}
# usages of locations in which the company has its stock
OWN_USAGES = ("internal", "transit")


@dataclass(frozen=True, slots=True)
class Place:
    """A location as far as a movement cares: its usage, and whose it is."""

    usage: str
    company: int | None = None
    is_quarantine: bool = False
    # with a subcontractor: still ours, but out of the house
    is_away: bool = False

    @property
    def is_own(self) -> bool:
        """Whether what is there is in our books."""
        return self.usage in OWN_USAGES

    @property
    def is_in_house(self) -> bool:
        """Whether what is there is in our hands."""
        return self.is_own and not self.is_away


def stops(strength: str | None, action: str) -> bool:
    """Return whether a hold of a strength stops an action.

    >>> stops(NO_USE, USE), stops(NO_SHIP, USE), stops(NO_SHIP, SHIP), stops(None, SHIP)
    (True, False, True, False)

    What somebody scraps or moves of stock that may be used is its use; counting it away
    or calling it another lot is not.

    >>> [action for action in ACTIONS if stops(NO_SHIP, action)]
    ['ship', 'count_down', 'relabel']
    """
    return action in _STOPS.get(strength, ())


def stronger(strengths: Iterable[str | None]) -> str | None:
    """Return the strongest of several holds on one thing; None without any.

    >>> stronger([NO_SHIP, NO_USE]), stronger([None, NO_SHIP]), stronger([])
    ('no_use', 'no_ship', None)
    """
    found = set(strengths)
    return next((one for one in (NO_USE, NO_SHIP) if one in found), None)


def inherited(strength: str | None) -> str | None:
    """Return how a lot is held that was made from a held one.

    It may be used, whoever holds what it was made from; it is not shipped meanwhile. To
    hold it harder is for a person, who looks at the suspect population.

    >>> inherited(NO_USE), inherited(NO_SHIP), inherited(None)
    ('no_ship', 'no_ship', None)
    """
    return NO_SHIP if strength else None


def action_of(source: Place, target: Place, is_count: bool = False) -> str:
    """Return what a movement between two places is for what is moved.

    >>> stock, customer = Place("internal", 1), Place("customer")
    >>> action_of(stock, customer), action_of(customer, stock)
    ('ship', 'receive')
    >>> action_of(stock, Place("production", 1)), action_of(stock, Place("internal", 1))
    ('use', 'move')
    >>> loss = Place("inventory", 1)
    >>> action_of(stock, loss), action_of(stock, loss, is_count=True)
    ('scrap', 'count_down')
    >>> action_of(stock, Place("transit", 1)), action_of(stock, Place("transit"))
    ('move', 'ship')
    >>> action_of(Place("supplier"), customer)
    'ship'

    Whoever brings something into quarantine contains it.

    >>> action_of(stock, Place("internal", 1, is_quarantine=True))
    'receive'

    What goes to a subcontractor leaves the house; what he sends comes in.

    >>> away = Place("internal", 1, is_away=True)
    >>> action_of(stock, away), action_of(away, stock), action_of(away, away)
    ('ship', 'receive', 'ship')
    """
    if target.usage in ("customer", "supplier"):
        return SHIP
    if not source.is_own or target.is_quarantine:
        return RECEIVE
    if target.usage == "production":
        return USE
    if target.usage == "inventory":
        return COUNT_DOWN if is_count else SCRAP
    if target.is_away or target.company != source.company:
        return SHIP  # on its way to somebody else
    return RECEIVE if source.is_away else MOVE


def overdrawn(
    held: Mapping[tuple, float], after: Mapping[tuple, float], precision: float = 1e-6
) -> list[tuple]:
    """Return the keys of which less would be left than is held.

    Quantities are held by number: pieces beyond it may leave.

    >>> overdrawn({("Q", "lid"): 5.0}, {("Q", "lid"): 5.0})
    []
    >>> overdrawn({("Q", "lid"): 5.0}, {("Q", "lid"): 4.0})
    [('Q', 'lid')]
    """
    return [
        key
        for key, quantity in held.items()
        if after.get(key, 0.0) < quantity - precision
    ]


def is_begun(state: str) -> bool:
    """Return whether work in a state was begun, so that something may have been made.

    >>> is_begun("progress"), is_begun("ready"), is_begun("confirmed")
    (True, False, False)
    """
    return state in ("progress", "to_close", "done")


def lands_in_quarantine(kind: str, strength: str, is_tracked: bool) -> bool:
    """Return whether what comes out of held work is put aside.

    What may be used goes on, and its lot is held from being shipped; without a lot
    nothing would tell it from the rest, so it is put aside too.

    >>> lands_in_quarantine(PRODUCTION, NO_USE, True)
    True
    >>> lands_in_quarantine(PRODUCTION, NO_SHIP, True)
    False
    >>> lands_in_quarantine(WORKCENTER, NO_SHIP, False)
    True
    """
    return strength == NO_USE or not is_tracked

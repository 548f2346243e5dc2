"""Who is on duty for a role at a moment, and who comes next when nobody is.

The moment is given as a :class:`Turn`: the shift that is on and the local day on which
it began, so that the hours after midnight belong to the night shift of the day before
(see :mod:`.shifts`). Between shifts only entries for every shift count.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

SUPERVISOR = "supervisor"
PRODUCTION_MANAGER = "production_manager"
ROLES = (
    SUPERVISOR,
    PRODUCTION_MANAGER,
    "quality_manager",
    "process_engineer",
    "maintenance",
    "planner",
    "buyer",
    "on_call",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the roster; no plant means every plant, no shift every shift.

    ``until`` is the last day it holds, None while it holds on. Somebody who left
    (``is_available`` is false) is never on duty, whatever the roster says.
    """

    id: int
    role: str
    user_id: int
    company_id: int
    plant_id: int | None
    shift_id: int | None
    since: date
    until: date | None = None
    sequence: int = 10
    is_available: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """Where and when: a shift of a plant on the local day it began."""

    company_id: int
    plant_id: int | None
    shift_id: int | None
    day: date


@dataclass(frozen=True, slots=True)
class Post:
    """A person in line for a role, in the role that brought him there."""

    role: str
    user_id: int


def chain(role: str) -> tuple[str, ...]:
    """Return the roles that are asked one after the other, the role itself first.

    >>> chain("maintenance")
    ('maintenance', 'supervisor', 'production_manager')
    >>> chain("production_manager")
    ('production_manager',)
    """
    if role == PRODUCTION_MANAGER:
        return (role,)
    following = (SUPERVISOR, PRODUCTION_MANAGER)
    return (role, *(one for one in following if one != role))


def on_duty(entries: Iterable[Entry], role: str, turn: Turn) -> Entry | None:
    """Return the entry that holds for a role in a turn, the most specific one.

    The plant's own goes before the company's, one for this very shift before one for
    every shift; of two alike, the lower sequence, then the older entry.

    >>> every = Entry(1, "supervisor", 7, 1, 3, None, date(2026, 1, 1))
    >>> night = Entry(2, "supervisor", 8, 1, 3, 5, date(2026, 1, 1), date(2026, 1, 9))
    >>> on_duty([every, night], "supervisor", Turn(1, 3, 5, date(2026, 1, 9))).user_id
    8
    >>> on_duty([every, night], "supervisor", Turn(1, 3, 5, date(2026, 1, 10))).user_id
    7
    >>> on_duty([night], "supervisor", Turn(1, 3, None, date(2026, 1, 9))) is None
    True
    """
    return min(
        (one for one in entries if one.role == role and _holds(one, turn)),
        key=lambda one: (
            one.plant_id is None,
            one.shift_id is None,
            one.sequence,
            one.id,
        ),
        default=None,
    )


def holders(entries: Iterable[Entry], role: str, turn: Turn) -> frozenset[int]:
    """Return everybody on the roster for a role in a turn, the first or not.

    >>> day = date(2026, 1, 1)
    >>> two = [Entry(n, "on_call", n, 1, None, None, day) for n in (7, 8)]
    >>> sorted(holders(two, "on_call", Turn(1, 3, 5, day)))
    [7, 8]
    """
    return frozenset(
        one.user_id for one in entries if one.role == role and _holds(one, turn)
    )


def _holds(entry: Entry, turn: Turn) -> bool:
    return (
        entry.is_available
        and entry.company_id == turn.company_id
        and entry.plant_id in (None, turn.plant_id)
        and entry.shift_id in (None, turn.shift_id)
        and entry.since <= turn.day
        and (entry.until is None or turn.day <= entry.until)
    )


def is_kept(entries: Iterable[Entry], role: str, turn: Turn) -> bool:
    """Return whether a roster is kept for a role there, for whatever days.

    >>> past = Entry(1, "buyer", 7, 1, None, None, date(2026, 1, 1), date(2026, 1, 2))
    >>> is_kept([past], "buyer", Turn(1, 3, None, date(2026, 6, 1)))
    True
    """
    return any(
        one.role == role
        and one.company_id == turn.company_id
        and one.plant_id in (None, turn.plant_id)
        for one in entries
    )


def line(
    entries: Collection[Entry], role: str, turn: Turn, standing: Iterable[Post] = ()
) -> tuple[Post, ...]:
    """Return everybody in line for a role in a turn, each person once.

    First who is on duty for the role, then the next roles of its :func:`chain`, then
    those who stand by whatever the roster says.

    >>> boss = Entry(1, "production_manager", 9, 1, None, None, date(2026, 1, 1))
    >>> turn = Turn(1, 3, 5, date(2026, 1, 9))
    >>> [post.user_id for post in line([boss], "supervisor", turn, [Post("owner", 4)])]
    [9, 4]
    """
    posts = [
        Post(one, entry.user_id)
        for one in chain(role)
        if (entry := on_duty(entries, one, turn))
    ]
    first = {}
    for post in (*posts, *standing):
        first.setdefault(post.user_id, post)
    return tuple(first.values())


def next_in_line(line: Iterable[Post], asked: Collection[int]) -> Post | None:
    """Return the first in line who was not asked yet.

    >>> posts = [Post("supervisor", 1), Post("production_manager", 2)]
    >>> next_in_line(posts, {1}).user_id, next_in_line(posts, {1, 2})
    (2, None)
    """
    return next((post for post in line if post.user_id not in asked), None)

"""What may pass a hold in this transaction: kept beside the cursor, out of any context.

A context reaches stored code and comes from clients; this does neither. While a
movement that was examined is carried out, the quants may fall by what was examined and
by no more; while a disposition is executed, its own holds let its stock through. Stored
code that comes in meanwhile passes nothing.
"""

import contextlib
import weakref
from collections import defaultdict

from ...guard import stored_depth

_UNDER_WAY = weakref.WeakKeyDictionary()
_FREE_WORK = weakref.WeakKeyDictionary()
_TRANSACTION_KEY = "mfg_variance_core.transaction"


class Passage:
    """What one examined movement, booking or disposition may do."""

    def __init__(self, hold_ids=(), order_ids=(), workorder_ids=(), split=(), used=()):
        self.hold_ids = frozenset(hold_ids)
        # what was used before it was held and is only booked, as (order id, hold id)
        self.used = frozenset(used)
        self.order_ids = frozenset(order_ids)
        self.workorder_ids = frozenset(workorder_ids)
        # what is split, as (kind, id): its moves may leave for what is split off
        self.split = frozenset(split)
        self.depth = stored_depth()
        # what was found free, its row locked for share
        self.free_lot_ids = set()
        self.free_location_ids = set()
        # how much of held stock was examined and may leave: {key: quantity}
        self.budget = defaultdict(float)


@contextlib.contextmanager
def passing(env, passage):
    """While this runs, ``passage`` holds good in the transaction of ``env``."""
    under_way = _UNDER_WAY.setdefault(env.cr, [])
    under_way.append(passage)
    try:
        yield passage
    finally:
        under_way.remove(passage)


def _get_under_way(env):
    under_way = _UNDER_WAY.get(env.cr)
    if not under_way:
        return ()
    depth = stored_depth()
    return [one for one in under_way if one.depth >= depth]


def passed_hold_ids(env):
    """The holds whose disposition is being executed."""
    return frozenset().union(*(one.hold_ids for one in _get_under_way(env)))


def booked_uses(env):
    """What was used before it was held, as ``(order id, hold id)``."""
    return frozenset().union(*(one.used for one in _get_under_way(env)))


def booked_order_ids(env):
    """The orders that are being booked by their own button."""
    return frozenset().union(*(one.order_ids for one in _get_under_way(env)))


def booked_workorder_ids(env):
    """The work orders that are being finished by their own button."""
    return frozenset().union(*(one.workorder_ids for one in _get_under_way(env)))


class _Transaction:
    """Stands for a transaction: kept where the cursor drops what is of one.

    Stored code reaches that place, but not what is known by this object.
    """


def free_work(env):
    """The set of work that this transaction found free, to be asked once."""
    data = env.cr.precommit.data
    one = data.get(_TRANSACTION_KEY)
    if not isinstance(one, _Transaction):
        data[_TRANSACTION_KEY] = one = _Transaction()
    return _FREE_WORK.setdefault(one, set())


def split_ids(env):
    """The documents that are being split, as ``(kind, id)``."""
    return frozenset().union(*(one.split for one in _get_under_way(env)))


def is_free(env, location_id, lot_id):
    """True when this stock was examined in the movement under way and is free."""
    return any(
        location_id in one.free_location_ids
        and (not lot_id or lot_id in one.free_lot_ids)
        for one in _get_under_way(env)
    )


def take(env, key, quantity, precision=1e-6):
    """Use up what was examined of held stock; False if there is not so much left."""
    for one in _get_under_way(env):
        if one.budget[key] >= quantity - precision:
            one.budget[key] -= quantity
            return True
    return False

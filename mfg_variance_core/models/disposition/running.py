"""Which disposition is being executed in this transaction: beside the cursor, out of
any context, which is client input (compare :mod:`..hold.passage`)."""

import contextlib
import weakref

from ...guard import is_stored_code

_RUNNING = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def running(env, disposition_id):
    """While this runs, the documents of that disposition are the system's own."""
    under_way = _RUNNING.setdefault(env.cr, [])
    under_way.append(disposition_id)
    try:
        yield
    finally:
        under_way.remove(disposition_id)


def is_running(env, disposition_id=None):
    """True while that disposition, or any, is executed and no stored code acts."""
    under_way = _RUNNING.get(env.cr)
    if not under_way or is_stored_code():
        return False
    return disposition_id is None or disposition_id in under_way

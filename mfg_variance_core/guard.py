"""In-process tokens: what only this addon's own code can present.

Context is client input in Odoo and ``sudo()`` is one method call away, so neither
may grant anything. A guarded write needs :data:`SYSTEM`, compared by identity: JSON
cannot carry a Python object. Code kept in the database (server actions, scheduled
actions, computed fields, templates) can call private methods, though, and so come by
the token: therefore the call stack decides too. Such code runs with builtins of its
own, which tells its frames apart from those of a module. It grants nothing unless one
of our own entry points stands between it and the write.
"""

import builtins
import sys
from dataclasses import dataclass
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools.misc import Callbacks

from odoo.addons.base.models.ir_actions import IrActionsServer

TOKEN_KEY = "mfg_variance_token"
CLOCK_KEY = "mfg_variance_clock"

SYSTEM = object()

_OWN_ENTRIES = set()
_BUILTINS = vars(builtins)
# whatever stored code hands over to run at the end of the transaction
_DEFERRED = Callbacks.run.__code__
# what is written by actions that name a field and a value is stored, too
_DECLARED = frozenset(
    method.__code__
    for name, method in vars(IrActionsServer).items()
    if name.startswith("_run_action_object_")
)


@dataclass(frozen=True)
class Clock:
    """A simulated moment (naive UTC) for replaying history as if it were live."""

    moment: datetime


def own_entry(function):
    """Mark a method that does the same whoever calls it, stored code included.

    Only for methods whose arguments decide nothing: the end-of-transaction pass, the
    scheduled actions, our action types.
    """
    _OWN_ENTRIES.add(function.__code__)
    return function


def _is_stored(frame):
    """Whether a frame runs code kept in the database, or on its behalf."""
    code = frame.f_code
    return frame.f_builtins is not _BUILTINS or code is _DEFERRED or code in _DECLARED


def is_stored_code():
    """True when code kept in the database is what led here."""
    frame = sys._getframe(1)
    while frame and frame.f_code not in _OWN_ENTRIES:
        if _is_stored(frame):
            return True
        frame = frame.f_back
    return False


def is_on_stack_of_stored_code():
    """True when code kept in the database is anywhere above, whatever is in between.

    For decisions: there an entry point of ours makes nothing good again.
    """
    return stored_depth() > 0


def is_own_session(env):
    """True when the user of this environment acts in a web session of his own (D15).

    A request of the web client, authenticated by his session: no API key (which makes
    the session one that is not saved), no route without a session (JSON-2, XML-RPC), no
    superuser mode, no job, no rule.
    """
    if not request or env.su or is_on_stack_of_stored_code():
        return False
    session = request.session
    return bool(
        env.uid
        and session.uid == env.uid
        and session.can_save
        and request.dispatcher.routing_type in ("http", "jsonrpc")
    )


def get_session_uid():
    """Whose web session this is, whoever the code acts as; None where there is none."""
    return request.session.uid if request else None


def stored_depth():
    """How much code kept in the database is under way, one inside the other.

    What was allowed to code of ours is not allowed to stored code that came in since.
    """
    depth, frame = 0, sys._getframe(1)
    while frame:
        depth += _is_stored(frame)
        frame = frame.f_back
    return depth


def is_system(env):
    """True when the caller holds the token and is our own code."""
    return env.context.get(TOKEN_KEY) is SYSTEM and not is_stored_code()


def check_person(env):
    """Refuse a decision that no person takes: the superuser's or stored code's (D15).

    Stored code can switch to any user, so the user alone proves nothing.
    """
    if env.user._is_superuser() or is_stored_code():
        raise AccessError(
            env._(
                "This decision needs a person: it cannot be taken by the system user, "
                "a server action, an automation rule or a scheduled action."
            )
        )


def simulated_now(env):
    """The replayed moment, or None outside a replay."""
    clock = env.context.get(CLOCK_KEY)
    return clock.moment if isinstance(clock, Clock) else None


def without_tokens(env):
    """The same environment with both tokens removed from its context."""
    if TOKEN_KEY not in env.context and CLOCK_KEY not in env.context:
        return env
    context = {
        key: value
        for key, value in env.context.items()
        if key not in (TOKEN_KEY, CLOCK_KEY)
    }
    return env(context=context)

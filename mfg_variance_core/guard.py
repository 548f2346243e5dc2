"""In-process tokens: what only this addon's own code can present.

Context is client input in Odoo and ``sudo()`` is one method call away, so neither
may grant anything. A guarded write needs :data:`SYSTEM`, compared by identity: JSON
cannot carry a Python object, and server-action code cannot import this module.
Running an action for somebody else drops the token again (``ir.actions.server``).
"""

from dataclasses import dataclass
from datetime import datetime

TOKEN_KEY = "mfg_variance_token"
CLOCK_KEY = "mfg_variance_clock"

SYSTEM = object()


@dataclass(frozen=True)
class Clock:
    """A simulated moment (naive UTC) for replaying history as if it were live."""

    moment: datetime


def is_system(env):
    """True when the caller holds the token."""
    return env.context.get(TOKEN_KEY) is SYSTEM


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

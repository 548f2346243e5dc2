"""The web sessions of the demo's people, while the story is played.

A decision takes its approver's own session (D15). The story is played by a command,
where nobody has one: in there, and nowhere else, the people of the story are given
one. It is refused wherever anybody could be served, and to code kept in the database.
"""

import contextlib
import threading
from types import SimpleNamespace

from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.mfg_variance_core import guard


@contextlib.contextmanager
def signed_in(user):
    """While this runs, ``user`` acts in a web session of his own."""
    is_command = threading.current_thread() is threading.main_thread()
    if request or not is_command or guard.is_on_stack_of_stored_code():
        raise AccessError(user.env._("The story is only played by its own command."))
    real = guard.request
    guard.request = SimpleNamespace(
        session=SimpleNamespace(uid=user.id, can_save=True),
        dispatcher=SimpleNamespace(routing_type="http"),
    )
    try:
        yield
    finally:
        guard.request = real

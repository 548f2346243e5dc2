"""The keys that sign the ledger: in the environment of the server, never in a database.

Stored code reads neither the environment nor files, and calls methods of models only:
as long as no model hands a key out, it can sign nothing.
"""

import functools
import logging
import os

_logger = logging.getLogger(__name__)
VARIABLE = "MFG_VARIANCE_LEDGER_KEY"


def get_keys():
    """Every key of the server; the first one signs, the others are still known."""
    text = os.environ.get(VARIABLE) or _read(os.environ.get(f"{VARIABLE}_FILE"))
    return tuple(key.strip() for key in text.split(",") if key.strip())


@functools.cache
def _read(path):
    """The text of a key file, once per process; what is unreadable stops nobody."""
    if not path:
        return ""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        _logger.exception("The ledger is not signed: its key file cannot be read.")
        return ""

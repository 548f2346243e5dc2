"""The one insert into the ledger, out of the reach of code kept in the database.

Such code calls methods of models, functions of modules it cannot: what it changes is
told by our own hooks, and what it did not change it cannot tell of.
"""

from odoo.tools import SQL

from ..domain import ledger
from .keys import get_keys

CONTROL = "control.changed"


def insert(cr, texts):
    """Add rows of these texts in one query, each with its hash and our signature."""
    key = "".join(get_keys()[:1])
    values = []
    for text in texts:
        digest = ledger.digest(text)
        values.append(SQL("(%s, %s, %s)", text, digest, ledger.sign(key, digest)))
    if values:
        cr.execute(
            SQL(
                "INSERT INTO mfg_variance_ledger "
                "(content, content_hash, signature) VALUES %s",
                SQL(", ").join(values),
            )
        )

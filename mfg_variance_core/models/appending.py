"""The one insert into the ledger, out of the reach of code kept in the database.

Such code calls methods of models, functions of modules it cannot; and a :class:`Row` it
comes by says who and what made it.
"""

from dataclasses import dataclass

from odoo.tools import SQL

from ...domain import ledger
from .keys import get_keys

CONTROL = "control.changed"
# what is told whoever does it: it happens past our own buttons, too
OBSERVED = (CONTROL, "evidence.added", "evidence.changed", "evidence.removed")


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of the ledger will say."""

    kind: str
    text: str


def insert(cr, rows):
    """Add the rows in one query, each with its hash and the server's signature."""
    key = "".join(get_keys()[:1])
    values = []
    for row in rows:
        digest = ledger.digest(row.text)
        values.append(SQL("(%s, %s, %s)", row.text, digest, ledger.sign(key, digest)))
    if values:
        cr.execute(
            SQL(
                "INSERT INTO mfg_variance_ledger "
                "(content, content_hash, signature) VALUES %s",
                SQL(", ").join(values),
            )
        )

"""Every statement of a piece of work with its time, as the database client sees it."""

import contextlib
import time
from dataclasses import dataclass
from unittest.mock import patch

from odoo import sql_db


@dataclass(frozen=True)
class Statement:
    """One statement, its parameters filled in."""

    text: str
    ms: float


@contextlib.contextmanager
def watched(cr):
    """Yield the list that fills with the statements of this cursor."""
    statements = []
    execute = sql_db.Cursor.execute

    def timed(cursor, query, params=None, log_exceptions=True):
        begun = time.perf_counter()
        try:
            return execute(cursor, query, params, log_exceptions)
        finally:
            if cursor is cr:
                ms = (time.perf_counter() - begun) * 1000
                text = cursor._obj.query or b""
                statements.append(Statement(text.decode(errors="replace"), ms))

    with patch.object(sql_db.Cursor, "execute", timed):
        yield statements


def explain(cr, statement):
    """The plan of a statement as it ran, for whoever mends it."""
    cr.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement.text}".replace("%", "%%"), ())
    return "\n".join(row[0] for row in cr.fetchall())

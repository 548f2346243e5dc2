"""The role guide in the readme: `./run docs` writes it from the matrix of duties."""

import importlib.util
import sys
from pathlib import Path

from . import layout

ADDON = layout.ROOT / "mfg_variance_core"
TARGET = ADDON / "readme" / "ROLES.md"
LABELS = {
    "operator": "Operator",
    "supervisor": "Supervisor",
    "production_manager": "Production manager",
    "quality_manager": "Quality manager",
    "process_engineer": "Process engineer",
    "break_glass": "Break glass",
    "on_call": "On call",
}
PARTIES = {
    "requester": "who asked",
    "holder": "who placed the hold",
    "doer": "who did it",
    "producer": "who made the lot",
    "author": "who wrote it",
}
INTRODUCTION = """\
Who may do what, written from the matrix the code asks (`domain/segregation.py`) by
`./run docs`. A cross says that the role suffices; who is named under *never* is barred
although his role would do. *In person* means in one's own web session, or with badge
and PIN on a shared device: API keys, scheduled actions, rules and server actions decide
nothing.

Administering the app, or Odoo, is no role here: it gives nobody the right to decide.
Users marked as integration or AI decide nothing. Who is *on call* is on the duty roster
and a supervisor at least. A right to approve can be delegated for some days: whoever it
is delegated to is checked like anybody else, and nobody lends what he does not have in
the very matter.

Editing automation rules, server actions and scheduled actions needs Odoo's Settings
rights; every change of one that belongs to variance control is told to the ledger.
"""


def load_plain(path):
    """A module of the addon that needs no Odoo, by its path inside."""
    name = f"variance_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, ADDON / path)
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_matrix():
    return load_plain("domain/segregation.py")


def text():
    """The guide as Markdown."""
    matrix = load_matrix()
    head = ["What", *(LABELS[role] for role in matrix.ROLES), "In person", "Never"]
    rows = [head, ["---"] * len(head)]
    for duty in matrix.MATRIX.values():
        able = {one for role in duty.roles for one in matrix.holders_of(role)}
        rows.append(
            [
                duty.title,
                *("x" if role in able else "" for role in matrix.ROLES),
                "x" if duty.needs_session else "",
                ", ".join(PARTIES[party] for party in duty.barred),
            ]
        )
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{INTRODUCTION}\n{table}\n"


def write():
    """Write the guide anew."""
    TARGET.write_text(text())
    return 0

"""The table of refusals in the readme: `./run docs` writes it from the attack lists."""

from . import role_guide

TARGET = role_guide.ADDON / "readme" / "ATTACKS.md"
INTRODUCTION = """\
What is tried against every guarded move, written by `./run docs` from the lists the
tests run (`tests/attack_list.py`, `tests/hold_attacks.py`). Each cell names who gets
through; what is expected comes from the matrix of duties alone (see the role guide), so
that code and matrix cannot drift apart unseen. Every role is tried in every cell, with
the administrator of the app, Odoo's own, a portal user and an integration user that has
every group. What is refused leaves stock, holds and decisions as they were. The last
column names who is barred although his role would do.
"""


def load(name):
    """A list of the tests."""
    return role_guide.load_plain(f"tests/{name}.py")


def table(rows):
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def able(matrix, duty):
    """Who has one of the roles of a duty, in the words of the role guide."""
    roles = {one for role in duty.roles for one in matrix.holders_of(role)}
    return ", ".join(role_guide.LABELS[role] for role in matrix.ROLES if role in roles)


def cell(matrix, attacks, way, move):
    duty = matrix.MATRIX[move.action]
    if way.name == "party":
        return ", ".join(role_guide.PARTIES[one] for one in duty.barred) or "–"
    if way.name == "written" and not move.written:
        return "–"
    if way.name == "place" and not move.has_place:
        return "–"
    if way.passes == attacks.IN_PERSON:
        return able(matrix, duty)
    if way.passes == attacks.WITHOUT_SESSION and not duty.needs_session:
        return able(matrix, duty)
    return way.passes if way.passes == attacks.NOBODY_ELSE else attacks.NOBODY


def text():
    """The table as Markdown."""
    matrix, attacks = role_guide.load_matrix(), load("attack_list")
    stock = load("hold_attacks")
    rows = [["What", *(way.title for way in attacks.WAYS)]]
    for move in attacks.MOVES:
        cells = (cell(matrix, attacks, way, move) for way in attacks.WAYS)
        rows.append([matrix.MATRIX[move.action].title, *cells])
    special = [["What is tried", "Test"]]
    special += [[what, f"`{test}`"] for what, _module, test in attacks.SPECIAL]
    lists = (
        ("Held stock", stock.STOCK),
        ("Held work", stock.WORK),
        ("Stored code, besides", stock.STORED),
    )
    held = [["On", "Refused to everybody, with sudo and from stored code"]]
    held += [[title, "; ".join(attempts)] for title, attempts in lists]
    parts = (
        INTRODUCTION,
        table(rows),
        "\n**Past the stock.**\n",
        table(held),
        "\n**Besides.**\n",
        table(special),
        "\n**What stays open.**\n",
        "\n".join(f"- {line}" for line in attacks.OPEN),
    )
    return "\n".join(parts) + "\n"


def write():
    """Write the table anew."""
    TARGET.write_text(text())
    return 0

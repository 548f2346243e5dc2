"""The ledger of a used database holds, and `./run verify` tells when it does not."""

import pytest

from tools import database, odoo, verify

TABLES = ("mfg_variance_ledger", "mfg_variance_ledger_seal")


@pytest.fixture(scope="module")
def used(templates):
    """A database in which cases were opened and moved, and their rows sealed."""
    name = f"{templates.prefix}ledger"
    database.copy(templates.server, templates.suite(), name)
    for deed in ("work", "seal"):
        odoo.ask(
            templates.server, "life", name, "using it", {"do": deed}, name=f"-{deed}"
        )
    yield name
    database.drop(templates.server, name)


def forge(templates, name, query):
    """Change rows as the owner of the database can: triggers off, then on again."""
    with database.cursor(templates.server, name) as cr:
        for table in TABLES:
            cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cr.execute(query)
        for table in TABLES:
            cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_used_database_is_intact(templates, used, capsys):
    assert verify.run(templates, used) == 0
    assert "is intact" in capsys.readouterr().out


def test_what_the_owner_changes_is_named(templates, used, capsys):
    with database.cursor(templates.server, used) as cr:
        cr.execute("SELECT id FROM mfg_variance_ledger ORDER BY id DESC LIMIT 1")
        [[row]] = cr.fetchall()
    forge(
        templates, used, f"UPDATE mfg_variance_ledger SET actor_ref=99 WHERE id={row}"
    )
    assert verify.run(templates, used) == 1
    assert f"first row that breaks: {row} " in capsys.readouterr().out

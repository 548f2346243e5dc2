"""What `./run verify` says and how it ends."""

from types import SimpleNamespace

import pytest

from tools import cli, verify

INTACT = {
    "is_intact": True,
    "sentence": "",
    "ledger_id": 0,
    "kind": "",
    "record": "",
    "head": "ab",
    "count": 7,
    "waiting_count": 2,
    "waiting_minutes": 3,
    "anchor_sentence": "None.",
}
BROKEN = {
    **INTACT,
    "is_intact": False,
    "sentence": "Row 5 was sealed and is gone.",
    "ledger_id": 5,
    "kind": "hold.placed",
    "record": "mfg.variance.hold,3",
}


@pytest.fixture
def asked(monkeypatch):
    """What was asked of Odoo, and the result it answers."""
    told = SimpleNamespace(result=INTACT, names=[])

    def ask(_server, _script, name, *_more, **_options):
        told.names.append(name)
        return told.result

    monkeypatch.setattr(verify.odoo, "ask", ask)
    return told


def test_an_intact_chain_ends_well(asked):
    assert verify.run(SimpleNamespace(server=None), "plant") == 0
    assert asked.names == ["plant"]


def test_a_broken_chain_fails_and_names_the_row(asked, capsys):
    asked.result = BROKEN
    assert verify.run(SimpleNamespace(server=None), "plant") == 1
    told = capsys.readouterr().out
    assert "BROKEN" in told
    assert "5 hold.placed mfg.variance.hold,3" in told


def test_rows_without_a_seal_are_told_with_their_age():
    lines = list(verify.describe("plant", INTACT))
    assert "  rows without a seal yet: 2, oldest 3 min 00 s" in lines


def test_another_database_is_asked_for_by_name():
    assert cli.read(["verify"]).database is None
    assert cli.read(["verify", "--database", "plant"]).database == "plant"

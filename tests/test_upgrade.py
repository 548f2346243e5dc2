"""A database of the previous landing, in use, is upgraded with its data kept (D19)."""

import pytest

from tools import database, logcheck, odoo, previous
from tools.errors import StepFailed

ADDONS = ("mfg_variance_core",)


@pytest.fixture(scope="module")
def upgraded(templates):
    """``(told by the old code, told by the new code, log)`` of one database."""
    if not previous.is_known():
        pytest.skip("no history here to upgrade from: git fetch --unshallow")
    name = f"{templates.prefix}upgraded"
    server = templates.server
    database.copy(server, templates.previous(), name)
    request = {"do": "tell"}
    before = odoo.ask(
        server, "life", name, "telling before", request, conf=previous.CONF
    )
    log = odoo.upgrade(server, name, ADDONS, "upgrading the previous landing")
    after = odoo.ask(server, "life", name, "telling after", request)
    yield before, after, log
    database.drop(server, name)


def test_the_log_of_the_upgrade_is_clean(upgraded):
    log = upgraded[2]
    assert logcheck.check_files([log]) == {}


def test_something_was_there_to_be_kept(upgraded):
    before = upgraded[0]
    assert len(before["measurements"]) >= 6
    assert {case[2] for case in before["cases"]} >= {"new", "acknowledged", "closed"}


def test_cases_are_as_they_were(upgraded):
    before, after, _log = upgraded
    assert after["cases"] == before["cases"]


def test_measurements_are_as_they_were(upgraded):
    before, after, _log = upgraded
    assert after["measurements"] == before["measurements"]


def test_standards_are_kept(upgraded):
    before, after, _log = upgraded
    assert after["standards"] >= before["standards"]


def test_policies_judge_as_they_did(upgraded):
    before, after, _log = upgraded
    assert {name: after["policies"][name] for name in before["policies"]} == before[
        "policies"
    ]


def test_new_policies_come_in_shadow(upgraded):
    before, after, _log = upgraded
    new = set(after["policies"]) - set(before["policies"])
    states = {name: [row[1] for row in after["policies"][name]] for name in new}
    assert states == {name: ["shadow"] for name in new}


def test_what_is_usual_is_filled_in(upgraded):
    _before, after, _log = upgraded
    assert all(after["usual"].values())


def test_a_history_without_the_commit_is_told(tmp_path):
    named_in = tmp_path / "previous_landing.txt"
    named_in.write_text("# none\n" + "0" * 40 + "\n")
    with pytest.raises(StepFailed) as failed:
        previous.export(tmp_path, tmp_path / "out", named_in)
    assert "does not hold the commit" in failed.value.why
    assert "--unshallow" in failed.value.todo

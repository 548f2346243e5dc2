"""A case goes only the ways that are data, and asks only for what is needed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.flood import is_flood
from variance_domain.lifecycle import (
    TRANSITIONS,
    allowed,
    missing,
    reopening,
    track_of,
)

NAMES = list(TRANSITIONS["full"])
CLOSED_AT = datetime(2026, 3, 2, 6)


@pytest.mark.parametrize(
    ("track", "ways"),
    [
        ("light", "new>acknowledged new>closed acknowledged>closed closed>new"),
        (
            "full",
            "new>acknowledged acknowledged>contained acknowledged>resolving"
            " contained>resolving resolving>resolved resolved>resolving"
            " resolved>closed closed>new",
        ),
    ],
)
def test_only_the_ways_of_the_design_are_open(track, ways):
    found = {f"{a}>{b}" for a in NAMES for b in NAMES if allowed(track, a, b)}
    assert found == set(ways.split())


@pytest.mark.parametrize("track", list(TRANSITIONS))
def test_from_every_state_of_a_track_the_case_can_be_closed(track):
    for state in TRANSITIONS[track]:
        reached, seen = {state}, set()
        while reached - seen:
            seen |= reached
            reached = {b for a in seen for b in NAMES if allowed(track, a, b)}
        assert "closed" in seen


@pytest.mark.parametrize(
    ("severity", "track"),
    [(None, "light"), ("info", "light"), ("warning", "light")]
    + [("major", "full"), ("critical", "full")],
)
def test_a_severe_case_takes_the_full_track(severity, track):
    assert track_of(severity) == track


def test_gates_ask_only_for_resolved_and_closed():
    for track, to in (("full", "contained"), ("light", "acknowledged")):
        assert missing(track, to, has_cause=False, is_cleared=False) == []


@pytest.mark.parametrize("to", ["resolved", "closed"])
def test_full_track_asks_for_cause_and_resolution(to):
    assert len(missing("full", to, False, False)) == 2
    assert missing("full", to, True, False, has_resolution=True) == []


def test_what_cleared_by_itself_asks_only_for_a_cause():
    assert missing("full", "closed", False, True) == ["cause"]


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (timedelta(days=-3), "cooldown"),
        (timedelta(minutes=59), "cooldown"),
        (timedelta(minutes=60), "reopen"),
        (timedelta(days=7), "reopen"),
        (timedelta(days=7, seconds=1), "new"),
    ],
)
def test_a_deviation_after_the_closing(delay, expected):
    assert reopening(CLOSED_AT, CLOSED_AT + delay, 60, 7) == expected


def test_without_cooldown_and_regression_every_case_is_new():
    assert reopening(CLOSED_AT, CLOSED_AT, 0, 0) == "new"
    assert reopening(None, CLOSED_AT, 60, 7) == "new"


offsets = st.lists(st.integers(-200, 200), max_size=12)


@given(offsets, st.integers(0, 5), st.integers(0, 120))
def test_flood_counts_what_opened_in_the_window(minutes_before, limit, window):
    opened = [CLOSED_AT - timedelta(minutes=m) for m in minutes_before]
    inside = sum(0 <= m < window for m in minutes_before)
    expected = bool(limit and window) and inside >= limit
    assert is_flood(opened, CLOSED_AT, limit, window) is expected

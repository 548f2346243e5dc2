"""What belongs together, what is muted, what chatters, and who is called."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain import flapping, incidents, inhibitions, pushes, silences

SIX = datetime(2026, 3, 2, 6)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def subject(**values):
    return incidents.Subject(**{"company": 1, "event_at": SIX, **values})


def member(number, **values):
    return incidents.Member(number, subject(**values))


def silence(**values):
    given = {"id": 1, "name": "VS", "company": 1, "starts_at": SIX}
    return silences.Silence(**{**given, "ends_at": SIX + DAY, "metric": 2, **values})


def signal(**values):
    given = {"company": 1, "event_at": SIX, "severity": "warning", "metric": 2}
    return silences.Signal(**{**given, **values})


def test_the_order_counts_before_the_lot_and_the_lot_before_the_center():
    members = [member(1, workcenter=3), member(2, lot=4), member(3, order=5)]
    whole = subject(order=5, lot=4, workcenter=3)
    assert incidents.join(whole, members, 4) == incidents.Joined(3, "order")
    assert incidents.join(whole, members[:2], 4) == incidents.Joined(2, "lot")
    assert incidents.join(whole, members[:1], 4) == incidents.Joined(1, "workcenter")


def test_of_several_incidents_alike_the_oldest_is_joined():
    members = [member(9, order=5), member(7, order=5)]
    assert incidents.join(subject(order=5), members, 4).incident == 7


@pytest.mark.parametrize(
    "other",
    [
        {"company": 2, "order": 5, "workcenter": 3},
        {"order": 6, "workcenter": 4},
        {"order": 6, "workcenter": 3, "event_at": SIX + 5 * HOUR},
        {"order": 6, "workcenter": 3, "event_at": None},
    ],
)
def test_what_shares_nothing_starts_its_own(other):
    members = [member(1, **other)]
    assert incidents.join(subject(order=5, workcenter=3), members, 4) is None


def test_without_a_window_no_center_joins():
    assert incidents.join(subject(workcenter=3), [member(1, workcenter=3)], 0) is None
    assert incidents.keys(subject(workcenter=3), 0)["workcenter"] is None


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 48))
def test_what_has_the_same_key_would_have_joined(one, other, window):
    first, second = (
        subject(workcenter=3, event_at=SIX + timedelta(minutes=minutes))
        for minutes in (one, other)
    )
    same = incidents.keys(first, window) == incidents.keys(second, window)
    if same:
        assert incidents.join(second, [incidents.Member(1, first)], window)


@pytest.mark.parametrize("part", ["plant", "metric", "policy", "product", "workcenter"])
def test_a_silence_covers_what_it_names_and_nothing_else(part):
    limited = silence(**{"metric": None, part: 7})
    assert silences.covers(limited, signal(**{part: 7}))
    assert not silences.covers(limited, signal(**{part: 8}))
    assert not silences.covers(limited, signal(**{part: None}))


def test_a_category_covers_what_is_below_it():
    limited = silence(metric=None, category=7)
    assert silences.covers(limited, signal(categories=(5, 7, 9)))
    assert not silences.covers(limited, signal(categories=(5, 9)))


def test_a_silence_runs_on_when_things_happened():
    for moment, expected in ((SIX - HOUR, False), (SIX, True), (SIX + DAY, False)):
        assert silences.covers(silence(), signal(event_at=moment)) is expected


def test_what_is_more_severe_than_may_be_muted_gets_through():
    assert silences.mute([silence()], signal(severity="major")).silence
    assert not silences.mute([silence()], signal(severity="critical")).silence


def test_of_several_the_one_that_ends_last_is_named():
    short, long = silence(ends_at=SIX + HOUR), silence(id=2)
    assert silences.mute([long, short], signal()).silence is long


def test_an_exceeded_acceptance_leaves_another_silence_in_force():
    accepted, shelved = silence(worse_than=50.0), silence(id=2)
    muted = silences.mute([accepted, shelved], signal(deviation=-60.0))
    assert (muted.silence, muted.outgrown) == (shelved, (accepted,))


@pytest.mark.parametrize(
    ("role", "length", "values", "expected"),
    [
        ("operator", 12 * HOUR, {"fingerprint": "v1:a", "metric": None}, None),
        ("operator", 13 * HOUR, {"fingerprint": "v1:a"}, "needs_supervisor"),
        ("operator", HOUR, {}, "needs_supervisor"),
        ("operator", HOUR, {"fingerprint": "a", "worse_than": 9}, "needs_supervisor"),
        ("supervisor", 7 * DAY, {}, None),
        ("supervisor", 8 * DAY, {}, None),
        ("supervisor", HOUR, {"up_to": "critical"}, "needs_manager"),
        ("manager", 365 * DAY, {"up_to": "critical"}, None),
        ("manager", 366 * DAY, {}, "too_long"),
        ("manager", HOUR, {"metric": None, "plant": 3}, "too_wide"),
        ("manager", HOUR, {"metric": None, "category": 3}, "too_wide"),
        ("manager", timedelta(), {}, "no_length"),
    ],
)
def test_who_may_decide_on_which_silence(role, length, values, expected):
    wanted = silence(**values)
    assert silences.problem(role, length, wanted, is_light=True) == expected


def test_an_operator_pauses_no_case_of_the_full_track():
    wanted = silence(fingerprint="v1:a")
    found = silences.problem("operator", HOUR, wanted, is_light=False)
    assert found == "needs_supervisor"


def cause(**values):
    given = {"kind": "case", "id": 1, "name": "C", "company": 1, "starts_at": SIX}
    return inhibitions.Cause(**{**given, "place": {"order": 5}, "metric": 8, **values})


RULE = inhibitions.Rule(1, "R", "case", "order", muted_metric=2, cause_metric=8)
SYMPTOM = inhibitions.Symptom(1, SIX + HOUR, {"order": 5}, metric=2, fingerprint="a")


def test_an_open_case_of_the_named_metric_in_the_same_place_explains():
    found = inhibitions.inhibit([RULE], [cause()], SYMPTOM)
    assert found == (RULE, cause())


@pytest.mark.parametrize(
    "values",
    [
        {"company": 2},
        {"place": {"order": 6}},
        {"metric": 9},
        {"kind": "downtime"},
        {"starts_at": SIX + 2 * HOUR},
        {"ends_at": SIX + HOUR},
        {"fingerprint": "a"},
    ],
)
def test_what_is_elsewhere_or_over_or_itself_explains_nothing(values):
    assert inhibitions.inhibit([RULE], [cause(**values)], SYMPTOM) is None


def test_a_rule_of_another_company_or_metric_concerns_nobody():
    other = inhibitions.Symptom(2, SIX, {"order": 5}, metric=3)
    assert not inhibitions.concerns(RULE, other)
    limited = inhibitions.Rule(1, "R", "case", "order", muted_metric=2, company=2)
    assert not inhibitions.concerns(limited, SYMPTOM)


@given(st.lists(st.integers(0, 300), max_size=9), st.integers(0, 5))
def test_chatter_counts_comings_in_the_window(minutes, count):
    moments = [SIX - timedelta(minutes=n) for n in minutes]
    inside = [n for n in minutes if n < 60]
    until = flapping.chattering_until(moments, SIX, count, 60)
    assert bool(until) is (bool(count) and len(inside) > count)
    if until:
        assert until == SIX - timedelta(minutes=min(inside)) + HOUR


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "push"),
        ({"is_timely": False}, "late"),
        ({"is_shelved": True}, "shelved"),
        ({"is_chattering": True}, "chattering"),
        ({"is_chattering": True, "severity": "critical"}, "push"),
        ({"told": "warning"}, "push"),
        ({"told": "major"}, "told"),
        ({"told": "critical", "severity": "critical"}, "told"),
        ({"count": 5, "limit": 6}, "push"),
        ({"count": 6, "limit": 6}, "bundled"),
        ({"count": 60, "limit": 0}, "push"),
        ({"count": 60, "limit": 6, "severity": "critical"}, "push"),
    ],
)
def test_who_is_called(values, expected):
    assert pushes.decide(pushes.Call(**{"severity": "major", **values})) == expected


def test_held_back_calls_are_told_once_and_then_every_few():
    told = [n for n in range(1, 15) if pushes.is_bundle_told(n, 6)]
    assert told == [1, 7, 13]
    assert not pushes.is_bundle_told(1, 0)

"""Clocks run in working time only, and nobody gains time by a pause or a change."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from variance_domain import deadlines, escalations, forecasts, proofs
from variance_domain.clocks import Interval, merge
from variance_domain.shifts import Shift, turns_between

BEGIN = datetime(2026, 1, 5)
moments = st.integers(0, 20 * 1440).map(lambda n: BEGIN + timedelta(minutes=n))
spans = st.tuples(moments, moments).map(sorted).map(tuple)
windows = st.lists(spans, max_size=8)


def day(number, start=8, end=16):
    at = BEGIN + timedelta(days=number)
    return at + timedelta(hours=start), at + timedelta(hours=end)


OFFICE = [day(number) for number in range(5)]


@given(windows, windows)
def test_what_is_left_and_what_was_paused_make_the_whole(open_time, pauses):
    left = deadlines.without(open_time, pauses)
    paused = deadlines.without(open_time, left)
    minutes = sum(one.minutes for one in (*left, *paused))
    assert minutes == sum(one.minutes for one in merge(open_time))


@given(windows, windows)
def test_nothing_of_a_pause_is_left(open_time, pauses):
    for one in deadlines.without(open_time, pauses):
        for gap in merge(pauses):
            assert one.end <= gap.start or one.start >= gap.end


@given(moments, st.integers(1, 3000), windows)
def test_the_minutes_that_passed_are_those_that_were_given(start, minutes, open_time):
    end = deadlines.after_minutes(start, minutes, open_time)
    if end:
        assert abs(deadlines.spent_minutes(start, end, open_time) - minutes) < 1e-6


@given(moments, st.integers(1, 3000), windows, windows)
def test_a_pause_never_takes_time_away(start, minutes, open_time, pauses):
    limit = deadlines.Limit(minutes)
    plain = deadlines.due(limit, start, open_time)
    paused = deadlines.due(limit, start, open_time, pauses=pauses)
    assert not (plain and paused) or paused >= plain
    # what does not fit without a pause does not fit with one
    assert plain or not paused


@given(st.none() | moments, st.none() | moments)
def test_worse_never_gives_time(before, after):
    found = deadlines.tighten(before, after)
    assert found is None or (before or after) is not None
    for one in (before, after):
        assert one is None or found <= one


def test_the_hour_that_is_left_of_a_shift_is_worth_waiting_for():
    shifts = (Shift(1, "Early", 6, 14, range(7)), Shift(2, "Late", 14, 22, range(7)))
    turns = turns_between(BEGIN, BEGIN + timedelta(days=2), "UTC", shifts)
    one = deadlines.Limit(1, deadlines.SHIFTS)
    at = BEGIN.replace(hour=13)
    assert deadlines.due(one, at, (), turns).hour == 14
    assert deadlines.due(one, at + timedelta(minutes=1), (), turns).hour == 22


def test_a_night_shift_that_loses_an_hour_ends_by_its_own_clock():
    night = (Shift(3, "Night", 22, 6, range(7)),)
    start = datetime(2026, 3, 28, 22)
    turns = turns_between(start, start + timedelta(days=1), "Europe/Berlin", night)
    due = deadlines.due(deadlines.Limit(1, deadlines.SHIFTS), start, (), turns)
    # 06:00 of summer time
    assert due == datetime(2026, 3, 29, 4)


def test_a_day_is_that_of_the_zone():
    # Sunday evening in UTC is Monday already in Tokyo
    windows_there = [day(number, 0, 8) for number in range(5)]
    due = deadlines.end_of_day(datetime(2026, 1, 4, 20), 1, windows_there, "Asia/Tokyo")
    assert due == datetime(2026, 1, 6, 8)


def test_without_shifts_a_shift_is_eight_hours():
    limit = deadlines.Limit(1, deadlines.SHIFTS)
    assert deadlines.due(limit, OFFICE[0][0], OFFICE) == OFFICE[0][1]


def test_no_working_time_is_no_deadline():
    assert deadlines.due(deadlines.Limit(30), BEGIN, ()) is None


@given(st.sampled_from(["new", "acknowledged", "contained", "resolving", "resolved"]))
def test_what_is_done_stays_done_further_on(state):
    order = ["new", "acknowledged", "contained", "resolving", "resolved", "closed"]
    later = order[order.index(state) + 1]
    assert set(deadlines.done_by(state)) <= set(deadlines.done_by(later))


@given(st.floats(1, 400), moments, windows)
def test_the_further_a_step_the_later_it_is(percent, start, open_time):
    deadline = deadlines.after_minutes(start, 60, open_time)
    if not deadline:
        return
    steps = [
        escalations.Step(number, "contain", escalations.PERCENT, count, "owner")
        for number, count in enumerate((percent, percent + 50))
    ]
    early, late = (
        escalations.moment_of(step, start, deadline, open_time) for step in steps
    )
    assert not (early and late) or early <= late + timedelta(seconds=1)


def test_a_step_by_amount_waits_for_no_clock():
    step = escalations.Step(1, "acknowledge", escalations.AMOUNT, 500, "owner")
    found = escalations.due_steps([step], {}, (), (), BEGIN, 600.0)
    assert found == [step]
    assert not escalations.due_steps([step], {}, ("acknowledge",), (), BEGIN, 600.0)


def test_more_in_hand_is_later():
    pace = forecasts.Pace(60, 30, 9)
    alone, busy = (
        forecasts.forecast(pace, BEGIN, BEGIN, ahead).likely_at for ahead in (0, 4)
    )
    assert busy - alone == timedelta(minutes=120)


def test_without_a_pace_nothing_is_foretold():
    assert not forecasts.is_likely_late(
        forecasts.forecast(None, BEGIN, BEGIN, 3), BEGIN
    )


@given(st.lists(st.sampled_from(["within", "shaded", "opened", "inhibited"])))
def test_proven_and_refuted_exclude_each_other(found):
    verdict = proofs.judge(found, 3)
    assert not (verdict.is_proven and verdict.is_refuted)
    assert verdict.is_proven == (
        len(found) >= 3 and not {"opened", "inhibited"} & set(found[:3])
    )


def test_unknown_cost_saves_nothing_known():
    assert proofs.saving([None], [1.0]) is None
    assert proofs.saving([], []) is None


def test_interval_of_no_length_is_no_time():
    assert deadlines.without([(BEGIN, BEGIN)], ()) == ()
    assert Interval(BEGIN, BEGIN).minutes == 0

"""Each minute counts once, whoever logged it and however often."""

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from variance_domain.clocks import (
    Interval,
    latest_end,
    merge,
    minutes_outside,
    reach_at,
    timeliness,
    union_minutes,
)

START = datetime(2026, 3, 2, 6)


def at(minutes):
    return START + timedelta(minutes=minutes)


moments = st.integers(0, 3000).map(at)
closed = st.tuples(moments, moments)
closed_lists = st.lists(closed, max_size=8)
open_lists = st.lists(moments.map(lambda start: (start, None)), max_size=3)


def test_an_end_before_the_start_counts_for_nothing():
    assert union_minutes([(at(60), at(0)), (at(0), at(10))]) == 10
    assert latest_end([(at(60), at(0))]) is None
    assert merge([(at(60), at(0))]) == ()


def test_a_timer_that_starts_after_now_counts_for_nothing_yet():
    assert union_minutes([(at(90), None)], now=at(60)) == 0


def test_two_people_at_once_are_one_machine():
    assert union_minutes([(at(0), at(60)), (at(0), at(60))]) == 60
    assert union_minutes([(at(0), None), (at(10), None)], now=at(60)) == 60


def test_an_empty_end_of_a_record_reads_as_open():
    assert union_minutes([(at(0), False)], now=at(30)) == 30


def test_intervals_unpack_and_are_taken_where_pairs_are():
    start, end = Interval(at(0), at(5))
    assert (start, end) == (at(0), at(5))
    assert union_minutes([Interval(at(0), at(5))]) == 5


@given(closed_lists)
def test_union_is_at_most_the_sum_and_at_least_the_longest(intervals):
    lengths = [max((e - s) / timedelta(minutes=1), 0) for s, e in intervals]
    union = union_minutes(intervals)
    assert max(lengths, default=0) <= union <= sum(lengths)


@given(closed_lists)
def test_union_counts_the_minutes_that_are_covered(intervals):
    covered = set()
    for start, end in intervals:
        first, last = ((m - START) // timedelta(minutes=1) for m in (start, end))
        covered.update(range(first, last))
    assert union_minutes(intervals) == len(covered)


@given(closed_lists, closed)
def test_union_grows_with_one_more_interval(intervals, one_more):
    assert union_minutes([*intervals, one_more]) >= union_minutes(intervals)


@given(closed_lists, open_lists, moments, moments)
def test_union_grows_with_time(intervals, running, one, other):
    early, late = sorted((one, other))
    before = union_minutes(intervals + running, early)
    assert before <= union_minutes(intervals + running, late)


@given(closed_lists)
def test_merged_intervals_are_ordered_and_apart(intervals):
    merged = merge(intervals)
    assert all(a.end < b.start for a, b in zip(merged, merged[1:], strict=False))
    assert merge(merged) == merged


@given(closed_lists)
def test_latest_end_is_an_end_that_none_passes(intervals):
    ends = [end for start, end in intervals if start <= end]
    assert latest_end(intervals) == max(ends, default=None)


@given(closed_lists, open_lists, moments, st.floats(0.1, 5000))
def test_reached_at_the_moment_and_not_before(intervals, running, now, minutes):
    intervals = [(s, min(e, now)) for s, e in intervals]
    running = [(min(start, now), None) for start, _end in running]
    moment = reach_at(intervals + running, now, minutes)
    if moment is None:
        assert not running
        assert union_minutes(intervals) < minutes
        return
    upto = [(s, min(e, moment) if e else None) for s, e in intervals + running]
    earlier = moment - timedelta(seconds=1)
    short = [(s, min(e, earlier) if e else None) for s, e in intervals + running]
    assert union_minutes(upto, moment) >= minutes - 1e-6
    assert union_minutes(short, earlier) < minutes


def test_running_work_reaches_its_limit_in_the_future():
    intervals = [(at(0), at(60)), (at(100), None)]
    assert reach_at(intervals, at(110), 120) == at(160)


def test_paused_work_that_passed_its_limit_did_so_in_the_past():
    assert reach_at([(at(0), at(60))], at(100), 30) == at(30)


def test_a_timer_ahead_of_our_clock_runs_from_now():
    assert reach_at([(at(5), None)], at(0), 30) == at(30)


def test_nothing_logged_reaches_nothing():
    assert reach_at([], at(0), 0) is None


def test_the_moment_is_rounded_up_to_the_second():
    moment = reach_at([(at(0), None)], at(0), 10.0001)
    assert moment == at(10) + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-5, "live"), (0, "live"), (2, "live"), (2.01, "late"), (24, "late")]
    + [(24.01, "historic"), (24 * 5000, "historic")],
)
def test_timeliness_by_delay(hours, expected):
    assert timeliness(START, START + timedelta(hours=hours), 2, 24) == expected


@given(closed_lists, closed_lists)
def test_outside_and_inside_make_the_whole(intervals, working):
    outside = minutes_outside(intervals, working)
    union = union_minutes(intervals)
    assert 0 <= outside <= union
    # |A or B| = |B| + |A outside B|
    assert union_minutes(intervals + working) == union_minutes(working) + outside


@given(closed_lists)
def test_without_a_calendar_all_is_outside(intervals):
    assume(intervals)
    assert minutes_outside(intervals, []) == union_minutes(intervals)
    assert minutes_outside(intervals, intervals) == 0


def test_a_running_timer_is_outside_up_to_now():
    assert minutes_outside([(at(0), None)], [(at(0), at(30))], now=at(90)) == 60

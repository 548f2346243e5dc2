"""A night shift belongs to the day it began, also when the clocks change."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.shifts import Shift, shift_at

DAILY = range(7)
EARLY = Shift(1, "Early", 6, 14, DAILY)
LATE = Shift(2, "Late", 14, 22, DAILY)
NIGHT = Shift(3, "Night", 22, 6, DAILY)
ROUND_THE_CLOCK = (EARLY, LATE, NIGHT)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Etc/GMT+5",
)


def found(moment, zone="Europe/Berlin", shifts=ROUND_THE_CLOCK):
    match = shift_at(moment, zone, shifts)
    return match and (match.shift_id, match.day)


def test_without_shifts_there_is_none():
    assert found(datetime(2026, 1, 6, 3), shifts=()) is None


def test_outside_all_shifts_there_is_none():
    assert found(datetime(2026, 1, 6, 20), shifts=(EARLY,)) is None


def test_the_hours_after_midnight_belong_to_the_day_before():
    assert found(datetime(2026, 1, 6, 3)) == (3, date(2026, 1, 5))
    assert found(datetime(2026, 1, 5, 22)) == (3, date(2026, 1, 5))


def test_a_night_shift_on_weekdays_ends_on_saturday_morning():
    night = (Shift(3, "Night", 22, 6, range(5)),)
    assert found(datetime(2026, 1, 10, 3), shifts=night) == (3, date(2026, 1, 9))
    assert found(datetime(2026, 1, 11, 3), shifts=night) is None


def test_the_start_belongs_to_the_shift_and_the_end_does_not():
    assert found(datetime(2026, 1, 6, 5)) == (1, date(2026, 1, 6))
    assert found(datetime(2026, 1, 6, 13)) == (2, date(2026, 1, 6))


def test_of_overlapping_shifts_the_one_begun_first_has_the_moment():
    middle = Shift(9, "Middle", 10, 18, DAILY)
    assert found(datetime(2026, 1, 6, 11), shifts=(middle, EARLY))[0] == 1
    twin = Shift(8, "Twin", 6, 14, DAILY)
    assert found(datetime(2026, 1, 6, 11), shifts=(twin, EARLY))[0] == 8


def test_equal_hours_are_a_whole_day():
    whole = Shift(5, "All", 6, 6, DAILY)
    match = shift_at(datetime(2026, 1, 6, 3), "UTC", [whole])
    assert match.day == date(2026, 1, 5)
    assert match.ends_at - match.starts_at == timedelta(hours=24)


def test_parts_of_hours_are_whole_seconds():
    match = shift_at(datetime(2026, 1, 6, 23), "UTC", [Shift(5, "N", 22.1, 6.7, DAILY)])
    assert match.starts_at == datetime(2026, 1, 6, 22, 6)
    assert match.ends_at == datetime(2026, 1, 7, 6, 42)


@pytest.mark.parametrize(
    ("zone", "moment", "day", "hours"),
    [
        # clocks set forward in the night: an hour less; set back: an hour more
        ("Europe/Berlin", datetime(2026, 3, 29, 2), date(2026, 3, 28), 7),
        ("Europe/Berlin", datetime(2026, 10, 25, 2), date(2026, 10, 24), 9),
        ("America/New_York", datetime(2026, 3, 8, 8), date(2026, 3, 7), 7),
        ("America/New_York", datetime(2026, 11, 1, 8), date(2026, 10, 31), 9),
    ],
)
def test_a_night_of_clock_change_has_its_true_length(zone, moment, day, hours):
    match = shift_at(moment, zone, ROUND_THE_CLOCK)
    assert (match.shift_id, match.day) == (3, day)
    assert match.ends_at - match.starts_at == timedelta(hours=hours)


def test_an_hour_that_does_not_exist_is_the_moment_of_the_change():
    # 02:30 on that day: the clock goes from 02:00 to 03:00 at 07:00 UTC
    before, after = Shift(1, "A", 20, 2.5, DAILY), Shift(2, "B", 2.5, 10, DAILY)
    change = datetime(2026, 3, 8, 7)
    first = shift_at(change - timedelta(minutes=1), "America/New_York", [before, after])
    second = shift_at(change, "America/New_York", [before, after])
    assert (first.shift_id, first.ends_at) == (1, change)
    assert (second.shift_id, second.starts_at) == (2, change)


def test_a_shift_inside_an_hour_that_does_not_exist_never_was():
    ghost = Shift(1, "Ghost", 2, 3, DAILY)
    noon = datetime(2026, 3, 8, 6)
    minutes = (noon + timedelta(minutes=m) for m in range(0, 180, 5))
    assert not any(shift_at(m, "America/New_York", [ghost]) for m in minutes)


def test_an_hour_that_exists_twice_is_its_first_time():
    # 01:30 on that day is 05:30 and again 06:30 UTC
    early = Shift(1, "Early", 1.5, 10, DAILY)
    match = shift_at(datetime(2026, 11, 1, 6), "America/New_York", [early])
    assert match.starts_at == datetime(2026, 11, 1, 5, 30)


def test_an_unknown_time_zone_is_named():
    with pytest.raises(ValueError, match="Mars/Base"):
        shift_at(datetime(2026, 1, 6), "Mars/Base", [EARLY])


@pytest.mark.parametrize("weekdays", [[True, False], [7], [-1]])
def test_weekdays_are_numbers_of_days(weekdays):
    with pytest.raises(ValueError, match="0 to 6"):
        Shift(1, "Odd", 6, 14, weekdays)


moments = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1))
hours = st.integers(0, 95).map(lambda quarter: quarter / 4)
shift_lists = st.lists(
    st.builds(Shift, st.integers(1, 9), st.just("S"), hours, hours, st.just(DAILY)),
    max_size=4,
)


@given(moments, st.sampled_from(ZONES), shift_lists)
def test_a_moment_lies_inside_the_shift_it_is_given(moment, zone, shifts):
    match = shift_at(moment, zone, shifts)
    if match:
        assert match.starts_at <= moment < match.ends_at
        assert match.ends_at - match.starts_at <= timedelta(hours=26)


@given(moments, st.sampled_from(ZONES))
def test_shifts_round_the_clock_leave_no_gap_and_no_overlap(moment, zone):
    match = shift_at(moment, zone, ROUND_THE_CLOCK)
    after = shift_at(match.ends_at, zone, ROUND_THE_CLOCK)
    assert after.starts_at == match.ends_at
    assert after.shift_id == match.shift_id % 3 + 1

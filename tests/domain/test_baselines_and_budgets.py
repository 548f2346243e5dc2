"""Baselines, budget periods, watermarks and reviews of standards."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.baselines import Point, draw
from variance_domain.budgets import period_at
from variance_domain.favourable import Typical, review
from variance_domain.shifts import Shift
from variance_domain.tolerances import Limit, Tolerance
from variance_domain.watermarks import Watermark, advance


def points(*values, **flags):
    return [Point(n, value, **flags) for n, value in enumerate(values)]


def test_rework_and_missing_figures_are_set_aside_with_their_reason():
    history = [*points(10, 10, 10, 11, 9), Point("r", 10, True), Point("n", None)]
    found = draw(history)
    assert found.value == 10
    assert [(one.point.key, one.reason) for one in found.set_aside] == [
        ("r", "rework"),
        ("n", "no_figure"),
    ]


def test_an_outlier_is_set_aside_and_shown_with_its_distance():
    found = draw(points(10, 11, 9, 10, 12, 60))
    (odd,) = found.set_aside
    assert odd.point.value == 60
    assert odd.spreads > 3.5


def test_equal_readings_do_not_make_the_clock_s_rounding_an_outlier():
    assert draw(points(10, 10, 10, 10, 10.2)).sample_size == 5


def test_three_readings_cannot_say_which_one_is_odd():
    assert draw(points(10, 10, 90), minimum=3).sample_size == 3


def test_too_few_readings_give_no_baseline_but_are_shown():
    found = draw(points(10, 11, 9, 10))
    assert found.value is None
    assert found.sample_size == 4


@given(st.lists(st.floats(0.1, 1e4), max_size=30))
def test_no_reading_is_lost(values):
    found = draw(points(*values))
    assert len(found.kept) + len(found.set_aside) == len(values)


NIGHT = Shift(7, "Night", 22, 6, range(7))


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22)),
        ("week", datetime(2026, 3, 22, 23), datetime(2026, 3, 29, 22)),
        ("month", datetime(2026, 2, 28, 23), datetime(2026, 3, 31, 22)),
    ],
)
def test_a_period_follows_the_wall_clock_over_the_change_of_time(period, start, end):
    moment = datetime(2026, 3, 29, 10)  # the Sunday the clock was set forward
    assert period_at(moment, period, "Europe/Berlin") == (start, end)


def test_a_shift_is_one_turn_and_nothing_between_two():
    inside = period_at(datetime(2026, 1, 6, 3), "shift", "UTC", [NIGHT])
    assert inside == (datetime(2026, 1, 5, 22), datetime(2026, 1, 6, 6))
    assert period_at(datetime(2026, 1, 6, 12), "shift", "UTC", [NIGHT]) is None


def test_december_is_followed_by_january():
    start, end = period_at(datetime(2026, 12, 31, 12), "month", "UTC")
    assert (start, end) == (datetime(2026, 12, 1), datetime(2027, 1, 1))


def test_an_unknown_period_or_zone_is_refused():
    with pytest.raises(ValueError, match="period"):
        period_at(datetime(2026, 1, 1), "year", "UTC")
    with pytest.raises(ValueError, match="zone"):
        period_at(datetime(2026, 1, 1), "day", "Mars/Olympus")


def test_a_row_committed_late_is_not_passed_by():
    # a writer with number 895 draws id 40 and sleeps; id 50 is read meanwhile
    mark = advance(Watermark(), 50, oldest_running=895, next_number=900)
    assert mark.settled < 40
    # it still sleeps in the next pass, others come and go
    mark = advance(mark, 60, oldest_running=895, next_number=950)
    assert mark.settled < 40
    # it has committed: the pass that settled 50 has read from below 40 on
    mark = advance(mark, 60, oldest_running=960, next_number=960)
    assert mark.settled == 60


def test_a_restored_database_goes_on():
    mark = Watermark(settled=10, seen=50, seen_at=1_000_000)
    assert advance(mark, 60, oldest_running=700, next_number=750).settled == 50


def test_rows_taken_away_do_not_move_the_mark_back():
    mark = advance(Watermark(settled=50), 0, oldest_running=9, next_number=9)
    assert mark.settled == 50


LIMITS = Tolerance((Limit("warning", 50, 60, money=10), Limit("major", 100, 120)))


def typical(actual, count=5, saved=900.0):
    return Typical(count, 200, actual, actual / 10, saved, 90)


@pytest.mark.parametrize(("actual", "expected"), [(100, True), (101, False)])
def test_a_standard_is_reviewed_from_the_mirrored_limit_on(actual, expected):
    assert bool(review(LIMITS, typical(actual))) == expected


def test_a_review_says_what_it_comes_to_in_a_year():
    assert review(LIMITS, typical(80)).saved_per_year == pytest.approx(3650)
    assert review(LIMITS, typical(80, saved=None)).saved_per_year is None


def test_too_few_readings_or_two_bad_sides_are_no_review():
    assert review(LIMITS, typical(80, count=4)) is None
    assert review(replace(LIMITS, direction="both"), typical(80)) is None


def test_where_less_is_worse_more_is_a_review():
    lower = replace(LIMITS, direction="lower")
    assert review(lower, typical(310))
    assert review(lower, typical(80)) is None

"""The roster: most specific first, night shifts by the day they began, gaps seen."""

from datetime import date, datetime, timedelta

import pytest
from variance_domain import duty, shifts
from variance_domain.duty import Entry, Post, Turn

DAILY = range(7)
NIGHT = shifts.Shift(3, "Night", 22, 6, DAILY)
EARLY = shifts.Shift(1, "Early", 6, 14, DAILY)
ZONE = "Europe/Berlin"


def entry(user, role="supervisor", number=None, **values):
    values = {
        "company_id": 1,
        "plant_id": None,
        "shift_id": None,
        "since": date(2026, 1, 1),
        **values,
    }
    return Entry(id=number or user, role=role, user_id=user, **values)


def turn(day=date(2026, 1, 9), shift=3, plant=5, company=1):
    return Turn(company, plant, shift, day)


def who(entries, role="supervisor", **where):
    found = duty.on_duty(entries, role, turn(**where))
    return found and found.user_id


def test_exact_shift_goes_before_every_shift():
    every, exact = entry(1, plant_id=5), entry(2, plant_id=5, shift_id=3)
    assert who([every, exact]) == 2
    assert who([every, exact], shift=1) == 1


def test_the_plant_goes_before_the_company():
    assert who([entry(1), entry(2, plant_id=5)]) == 2
    assert who([entry(1), entry(2, plant_id=5)], plant=6) == 1


def test_of_two_alike_the_sequence_decides_then_age():
    assert who([entry(1, sequence=20), entry(2, sequence=10)]) == 2
    assert who([entry(2), entry(1)]) == 1


def test_another_company_or_role_is_nobody():
    assert who([entry(1, company_id=2)]) is None
    assert who([entry(1, role="buyer")]) is None


@pytest.mark.parametrize(
    "day, expected", [(8, None), (9, 1), (10, 1), (11, None)], ids=str
)
def test_both_dates_belong_to_the_duty(day, expected):
    holds = entry(1, since=date(2026, 1, 9), until=date(2026, 1, 10))
    assert who([holds], day=date(2026, 1, day)) == expected


def test_who_left_is_never_on_duty():
    assert who([entry(1, is_available=False), entry(2, sequence=99)]) == 2


def test_between_shifts_only_every_shift_counts():
    assert who([entry(1, plant_id=5, shift_id=3)], shift=None) is None
    assert who([entry(1, plant_id=5)], shift=None) == 1


def test_after_midnight_the_night_of_the_day_before_is_on_duty():
    monday = entry(1, since=date(2026, 1, 5), until=date(2026, 1, 5))
    match = shifts.shift_at(datetime(2026, 1, 6, 3), ZONE, [NIGHT, EARLY])
    assert who([monday], day=match.day, shift=match.shift_id) == 1
    match = shifts.shift_at(datetime(2026, 1, 6, 5, 30), ZONE, [NIGHT, EARLY])
    assert who([monday], day=match.day, shift=match.shift_id) is None


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_the_night_the_clocks_change_is_one_duty(day):
    holds = entry(1, since=day, until=day)
    moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=22)
    found = set()
    for _minute in range(0, 9 * 60, 10):
        match = shifts.shift_at(moment, ZONE, [NIGHT])
        if match and match.day == day:
            found.add(who([holds], day=match.day))
        moment += timedelta(minutes=10)
    assert found == {1}


def test_a_gap_falls_to_the_next_role_then_to_who_stands_by():
    boss = entry(9, role="production_manager")
    standing = [Post("plant_supervisor", 4), Post("automation_owner", 9)]
    posts = duty.line([boss], "maintenance", turn(), standing)
    assert [(post.role, post.user_id) for post in posts] == [
        ("production_manager", 9),
        ("plant_supervisor", 4),
    ]


def test_nobody_at_all_is_an_empty_line():
    assert duty.line([], "supervisor", turn()) == ()


def test_next_in_line_leaves_out_who_was_asked():
    posts = [Post("supervisor", 1), Post("production_manager", 2)]
    assert duty.next_in_line(posts, {1}).user_id == 2
    assert duty.next_in_line(posts, {1, 2}) is None


def test_turns_of_two_weeks_leave_no_night_out():
    start = datetime(2026, 3, 23, 12)
    turns = shifts.turns_between(start, start + timedelta(days=14), ZONE, [NIGHT])
    assert len(turns) == 14
    hours = {(one.ends_at - one.starts_at).total_seconds() / 3600 for one in turns}
    assert hours == {7, 8}


def test_a_plant_without_shifts_has_one_turn_a_day():
    start = datetime(2026, 3, 28, 23)
    turns = shifts.turns_between(
        start, start + timedelta(days=2), ZONE, [shifts.WHOLE_DAY]
    )
    assert [one.day.day for one in turns] == [29, 30, 31]


def test_minutes_are_those_of_the_shifts():
    evening = datetime(2026, 1, 9, 12, 30)
    due = shifts.after_minutes(evening, 60, ZONE, [EARLY])
    assert due == datetime(2026, 1, 10, 5, 30)


def test_minutes_go_on_through_the_change_of_clocks():
    evening = datetime(2026, 3, 28, 21)
    due = shifts.after_minutes(evening, 8 * 60, ZONE, [NIGHT])
    assert due == datetime(2026, 3, 29, 21)


def test_overlapping_shifts_count_once():
    twin = shifts.Shift(2, "Twin", 8, 14, DAILY)
    start = datetime(2026, 1, 9, 5)
    assert shifts.after_minutes(start, 480, ZONE, [EARLY, twin]) == datetime(
        2026, 1, 9, 13
    )


def test_without_shifts_the_clock_counts():
    start = datetime(2026, 1, 9, 5)
    assert shifts.after_minutes(start, 90, ZONE, []) == start + timedelta(minutes=90)

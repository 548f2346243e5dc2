"""The story is deterministic, stays inside working hours and plants its faults."""

import doctest
from collections import Counter
from datetime import datetime, timedelta

import pytest

UNTIL = datetime(2026, 6, 18, 13, 0)


@pytest.fixture(scope="module")
def story(domain):
    return domain.story


@pytest.fixture(scope="module")
def orders(story):
    return story.tell(300, UNTIL)


def jobs_of(orders):
    return [(order, job) for order in orders for job in order.jobs]


def test_doctests(domain):
    assert doctest.testmod(domain.story_handling).failed == 0


def test_same_seed_same_story(story, orders):
    assert story.tell(300, UNTIL) == orders
    assert story.tell(300, UNTIL, seed=1) != orders


def test_size_and_plants(orders):
    assert len(orders) == 300
    assert len({order.plant.name for order in orders}) == 3
    assert len({order.number for order in orders}) == 300


@pytest.mark.parametrize("count", [30, 60, 300])
@pytest.mark.parametrize("day", range(7))
def test_every_fault_is_planted_on_any_day_of_the_week(story, count, day):
    until = UNTIL + timedelta(days=day, hours=3 * day)
    told = story.tell(count, until)
    planted = Counter(job.fault for _order, job in jobs_of(told))
    planted.update(order.pieces.fault for order in told)
    assert set(story.FAULTS) <= set(planted)
    assert planted[story.FORGOTTEN_TIMER] == 2
    assert planted[story.RUNNING_OVERRUN] == 1


def test_nothing_happens_after_the_end_or_before_its_release(orders):
    for order, job in jobs_of(orders):
        if job.started_at:
            assert order.released_at <= job.started_at < UNTIL
        if job.is_done:
            assert job.started_at <= job.setup_until <= job.ended_at
            assert job.ended_at <= job.recorded_end <= UNTIL
        if job.corrected_at:
            assert job.recorded_end < job.corrected_at <= UNTIL


def test_operations_of_an_order_follow_each_other(orders):
    for order in orders:
        for before, after in zip(order.jobs, order.jobs[1:], strict=False):
            if after.started_at:
                assert before.recorded_end <= after.started_at


def test_work_stays_inside_operating_hours_except_a_forgotten_timer(story, orders):
    for order, job in jobs_of(orders):
        if not job.is_done or job.fault == story.FORGOTTEN_TIMER:
            continue
        start = story.to_local(job.started_at, order.plant.tz)
        end = story.to_local(job.ended_at, order.plant.tz)
        assert start.weekday() < 5
        if job.fault == story.SLOW_SHIFT:
            assert start.hour >= 22 or start.hour < 6
        else:
            assert start.hour >= 6 and end <= start.replace(hour=22, minute=0)


def test_ordinary_work_stays_near_its_plan(story, orders):
    ordinary = [
        (job.ended_at - job.started_at).total_seconds() / 60 / job.planned
        for _order, job in jobs_of(orders)
        if job.is_done and job.planned and not job.fault
    ]
    outliers = [ratio for ratio in ordinary if ratio > 1.5]
    assert 0 < len(outliers) / len(ordinary) < 0.03
    assert sum(ordinary) / len(ordinary) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("seed", range(20))
def test_every_fault_of_pieces_is_planted_by_any_seed(story, seed):
    told = story.tell(60, UNTIL, seed)
    assert set(story.PIECE_FAULTS) <= {order.pieces.fault for order in told}


def test_only_what_was_made_is_used_or_lost(orders):
    for order in orders:
        pieces = order.pieces
        if not order.is_done:
            assert pieces == type(pieces)()
        made = [loss.quantity for loss in pieces.losses if not loss.is_material]
        assert sum(made) < order.quantity
        assert pieces.used is None or pieces.used >= order.quantity


def test_stock_lasts_until_the_receipt_is_forgotten(story, domain, orders):
    used = domain.story_pieces.opening_stock(orders, "Sheet 3 mm")
    short = [
        order
        for order in orders
        if order.pieces.fault == domain.story_pieces.NEGATIVE_STOCK
    ]
    assert 0 < used < 100000
    booked = [order.pieces for order in short if order.pieces.receipt]
    assert len(booked) == 1
    assert all(
        domain.story_pieces.closed_at(order) < booked[0].receipt_at for order in short
    )

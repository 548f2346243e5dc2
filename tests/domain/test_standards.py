"""The planned minutes are those Odoo plans; history speaks by its median."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.standards import (
    HistoryStandards,
    PastOrder,
    TimeStandard,
    planned_minutes,
    planned_setup,
)

minutes = st.floats(0, 1000)
quantities = st.floats(0, 10000)
standards = st.builds(
    TimeStandard,
    st.none() | minutes,
    st.none() | minutes,
    minutes,
    st.sampled_from((0, 0.5, 1, 10, 12.5)),
    st.floats(10, 200),
    st.none() | minutes,
)


@pytest.mark.parametrize(
    ("quantity", "batch", "cycles"),
    [
        (10, 10, 1),
        (10.01, 10, 2),
        (0, 10, 0),
        (-3, 10, 0),
        # float noise: 0.7 / 0.1 is 6.999.., 0.1 x 3 / 0.1 is 3.000..4
        (0.7, 0.1, 7),
        (0.1 * 3, 0.1, 3),
        (2.5, 0, 2.5),
    ],
)
def test_batches_are_rounded_up_but_not_by_float_noise(quantity, batch, cycles):
    standard = TimeStandard(5, 3, 60, batch, 100, None)
    assert planned_minutes(standard, quantity) == pytest.approx(8 + cycles * 60)


def test_efficiency_stretches_the_run_and_not_the_setup():
    assert planned_minutes(TimeStandard(10, 0, 10, 1, 50, None), 3) == 70


def test_efficiency_that_is_not_set_counts_as_100():
    assert planned_minutes(TimeStandard(0, 0, 10, 1, 0, None), 3) == 30


def test_setup_not_known_apart_is_none_and_not_0():
    assert planned_setup(TimeStandard(None, 0, 10, 1, 100, None)) is None
    assert planned_setup(TimeStandard(0, 0, 10, 1, 100, None)) == 0


@given(standards, quantities, quantities)
def test_more_pieces_never_take_less_time(standard, one, other):
    less, more = sorted((one, other))
    assert planned_minutes(standard, less) <= planned_minutes(standard, more)


@given(standards, quantities)
def test_whole_batches_take_no_less_than_single_pieces(standard, quantity):
    if standard.batch_capacity:
        share = quantity / standard.batch_capacity
        single = TimeStandard(
            standard.setup,
            standard.cleanup,
            standard.run_per_cycle,
            0,
            standard.efficiency,
            None,
        )
        unrounded = planned_minutes(single, share)
        assert planned_minutes(standard, quantity) >= unrounded * (1 - 1e-9)


orders = st.builds(
    PastOrder,
    st.sampled_from("AB"),
    st.sampled_from(("mill", "lathe")),
    st.floats(-10, 1000),
    st.integers(-2, 50),
)


@given(st.lists(orders), st.sampled_from("ABC"), st.sampled_from(("mill", "lathe")))
def test_own_history_comes_before_borrowed_history(past, product, workcenter):
    useful = [o for o in past if o.minutes > 0 and o.quantity > 0]
    there = [o for o in useful if o.workcenter == workcenter]
    own = [o for o in there if o.product == product]
    found = HistoryStandards(past).find(product, workcenter)
    if not there:
        assert found is None
        return
    basis, source = (own, "history") if own else (there, "borrowed")
    assert found.minutes_per_unit == median(o.minutes / o.quantity for o in basis)
    assert (found.sample_size, found.source) == (len(basis), source)


def test_orders_can_be_given_by_a_generator():
    past = (PastOrder("A", "mill", 10, quantity) for quantity in (1, 2))
    assert HistoryStandards(past).find("A", "mill").minutes_per_unit == 7.5

"""Pieces add up to what was processed; leaves add up to the difference in cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain import cost_split, costs, ratios
from variance_domain.cost_split import ByProduct, Material, Work

amounts = st.floats(0, 10_000, allow_nan=False)
prices = st.none() | st.floats(0.01, 1_000)


@st.composite
def works(draw):
    planned = draw(st.none() | amounts)
    return Work(
        accounted=draw(amounts),
        actual_rate=draw(amounts),
        planned=planned,
        allowed=None if planned is None else draw(amounts),
        measured=draw(st.none() | amounts),
        rate=draw(prices),
    )


materials = st.builds(
    Material,
    planned=amounts,
    allowed=amounts,
    actual=amounts,
    cost=prices,
    value=st.none() | amounts,
    is_recorded=st.booleans(),
)
by_products = st.builds(
    ByProduct, planned_share=st.floats(0, 40), actual_share=st.floats(0, 40)
)


@given(
    st.lists(works(), max_size=4),
    st.lists(materials, max_size=4),
    st.lists(by_products, max_size=2),
    amounts,
)
def test_leaves_always_add_up_to_the_difference(work, material, by_product, extra):
    found = cost_split.split(work, material, by_product, extra)
    size = max(abs(found.planned), abs(found.actual), 1.0)
    assert abs(found.remainder) <= size * 1e-6


@given(st.floats(1, 5000), st.floats(0, 5000), st.floats(0, 500), st.floats(1, 200))
def test_the_time_leaf_is_the_one_of_the_work_order(planned, actual, setup, rate):
    work = Work(actual, rate, planned=planned, allowed=0, measured=actual, rate=rate)
    run = costs.time_leaf(planned, actual, rate, setup, setup / 2)
    leaf = run.amount + costs.time_leaf(setup, setup / 2, rate).amount
    assert cost_split.split([work]).time == pytest.approx(leaf, abs=1e-6)


def test_only_what_is_charged_and_not_measured_is_other():
    measured = Work(60, 60, planned=50, allowed=50, measured=60, rate=60)
    copied = Work(60, 60, planned=50, allowed=50, measured=None, rate=60)
    assert cost_split.split([measured]).other == 0
    found = cost_split.split([copied])
    assert (found.time, found.other) == (0, 10)


def test_a_component_without_stock_value_has_no_price_variance():
    found = cost_split.split(
        materials=[Material(planned=10, allowed=10, actual=12, cost=3, value=None)]
    )
    assert (found.price, found.usage, found.actual) == (0, 6, 36)


def test_a_by_product_not_made_leaves_its_credit_with_the_order():
    material = Material(planned=10, allowed=10, actual=10, cost=10, value=100.0)
    found = cost_split.split(materials=[material], by_products=[ByProduct(20, 0)])
    assert (found.planned, found.actual, found.credits) == (80, 100, (20,))


operations = st.builds(
    ratios.Operation, quantity=amounts, rejected=amounts, scrapped=amounts
)


@given(amounts, st.lists(operations, max_size=4), amounts, amounts, amounts)
def test_processed_is_good_scrapped_and_reworked(booked, ops, scrap, rework, back):
    found = ratios.tally(booked, ops, scrap, rework, back)
    total = found.good + found.scrapped + found.reworked
    assert found.processed == pytest.approx(total)
    assert found.good <= booked
    share = ratios.share(found.good, found.processed)
    assert share is None or 0 <= share <= 100.0001


def test_what_was_taken_apart_is_neither_good_nor_bad():
    found = ratios.tally(10, taken_back=4)
    assert (found.good, found.processed, found.is_reported) == (6, 6, True)


def test_the_first_pass_needs_pieces_somebody_looked_at():
    silent = ratios.tally(10, [ratios.Operation(10, scrapped=1)])
    assert (silent.is_reported, silent.first_pass) == (True, None)
    looked_at = ratios.tally(
        10, [ratios.Operation(10, rejected=2, is_reported=True)], reworked=1
    )
    assert (looked_at.inspected, looked_at.first_pass) == (12, 9)

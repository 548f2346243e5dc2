"""A count difference is split without rest, and substitutes are converted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.consumption import Line, pair, price_leaf
from variance_domain.inventory import allot
from variance_domain.thresholds import Limit, Reading, Tolerance, judge

consumed = st.dictionaries(
    st.integers(1, 50), st.floats(0.01, 1e6), min_size=1, max_size=30
)


@given(st.floats(-1e6, 1e6), consumed, st.integers(1, 40))
def test_nothing_is_lost_or_made_by_allotting(difference, orders, most):
    shares = allot(difference, orders, most)
    assert sum(share.quantity for share in shares) == pytest.approx(difference)
    assert sum(share.percent for share in shares) == pytest.approx(100)
    assert len(shares) <= most + 1


def test_orders_without_consumption_get_nothing():
    assert [share.order for share in allot(-3, {7: 0.0, 8: 2.0}, 5)] == [8]


def test_a_substitute_in_another_unit_covers_what_is_missing():
    kilograms = Line(1, 10, 10, 4, 0.01, 3.0, unit=7, factor=1000)
    grams = Line(2, 0, 0, 6000, 0.01, 0.004, unit=7, is_registered=True)
    (usage,) = pair([kilograms, grams])
    assert (usage.actual, usage.substitutes) == (10, (2,))
    assert usage.amount == pytest.approx(6)


def test_usage_and_price_add_up_to_the_difference_of_the_component():
    usage = pair([Line(1, 20, 20, 23, 0.01, 10.0, unit=1, is_registered=True)])[0]
    price = price_leaf(10.0, 12.0, 23)
    assert usage.amount + price.amount == pytest.approx(23 * 12 - 20 * 10)


def test_a_floor_alone_is_judged_where_nothing_was_planned():
    tolerance = Tolerance((Limit("warning", floor=0.001),), direction="lower")
    assert judge(tolerance, Reading(0, -4)).severity == "warning"
    assert judge(tolerance, Reading(0, 0)).severity is None
    assert judge(tolerance, Reading(0, -0.01, step=0.01)).severity is None

"""Leaves add up; a fingerprint is the same for the same case alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.costs import time_leaf
from variance_domain.fingerprint import DIMENSIONS, fingerprint

minutes = st.floats(0, 100000)
rates = st.floats(0.01, 1000)
ids = st.none() | st.integers(1, 10**6)


@given(minutes, minutes, minutes, minutes, rates)
def test_leaves_of_run_and_setup_add_up_to_the_whole(
    run_planned, run_actual, setup_planned, setup_actual, rate
):
    planned, actual = run_planned + setup_planned, run_actual + setup_actual
    run = time_leaf(planned, actual, rate, setup_planned, setup_actual)
    setup = time_leaf(setup_planned, setup_actual, rate)
    whole = time_leaf(planned, actual, rate)
    assert run.amount + setup.amount == pytest.approx(whole.amount, abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((None, 5, 10), "planned"), ((5, None, 10), "actual"), ((5, 6, 0), "hourly cost")],
)
def test_what_is_unknown_is_empty_with_its_reason(arguments, word):
    leaf = time_leaf(*arguments)
    assert leaf.amount is None
    assert not leaf.formula
    assert word in leaf.missing_reason


def test_half_a_setup_leaves_the_whole_in_one_leaf():
    assert time_leaf(100, 160, 60, setup_planned=20) == time_leaf(100, 160, 60)


def test_the_formula_shows_its_figures():
    assert time_leaf(100, 160, 45, 20, 60).formula == (
        "(100 - 80) min of run / 60 x 45.00 = 15.00"
    )


# a dimension that stands alone in a choice has to be known there
ALONE = {keys[0] for keys in DIMENSIONS.values() if len(keys) == 1}
values = st.fixed_dictionaries(
    {
        key: st.integers(1, 10**6) if key in ALONE else ids
        for keys in DIMENSIONS.values()
        for key in keys
    }
)


@given(values, st.sampled_from(sorted(DIMENSIONS)))
def test_fingerprint_depends_on_its_dimensions_alone(chosen, dims):
    mark = fingerprint(1, "work_order_time", dims, chosen)
    assert mark == fingerprint(1, "work_order_time", dims, {**chosen, "weather": 5})
    backwards = dict(reversed(chosen.items()))
    assert mark == fingerprint(1, "work_order_time", dims, backwards)
    assert mark != fingerprint(2, "work_order_time", dims, chosen)
    assert mark != fingerprint(1, "setup_time", dims, chosen)
    for key in DIMENSIONS[dims]:
        other = {**chosen, key: (chosen[key] or 0) + 1}
        assert mark != fingerprint(1, "work_order_time", dims, other)


@given(values)
def test_each_choice_of_dimensions_has_marks_of_its_own(chosen):
    marks = [fingerprint(1, "work_order_time", dims, chosen) for dims in DIMENSIONS]
    assert all(a != b for a, b in itertools.combinations(marks, 2))


def test_fingerprint_never_changes_its_algorithm():
    # Open cases are found by it: another algorithm needs another version.
    mark = fingerprint(1, "work_order_time", "workorder", {"workorder": 42})
    assert mark == "v1:86735c6632d68062c72aa07c05dff197"


def test_an_empty_record_and_an_empty_column_are_the_same_nothing():
    with_none = {"workcenter": 5, "operation": None}
    with_false = {"workcenter": 5, "operation": False}
    dims = "workcenter_operation"
    assert fingerprint(1, "m", dims, with_none) == fingerprint(1, "m", dims, with_false)


@pytest.mark.parametrize(
    ("dims", "given_values", "word"),
    [
        ("weather", {"weather": 1}, "weather"),
        ("workorder", {}, "workorder"),
        ("workcenter_operation", {"workcenter": 1}, "operation"),
        ("product_workcenter", {"product": None, "workcenter": False}, "at least one"),
    ],
)
def test_a_case_that_cannot_be_told_apart_is_refused(dims, given_values, word):
    with pytest.raises(ValueError, match=word):
        fingerprint(1, "m", dims, given_values)

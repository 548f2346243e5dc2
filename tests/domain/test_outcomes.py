"""Severities are ordered, and every outcome of the design has a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.outcomes import OUTCOMES, SEVERITIES, rank, worst

severities = st.sampled_from((None, *SEVERITIES))


def test_outcomes_are_named_once_and_labelled():
    values = [value for value, _label in OUTCOMES]
    assert len(values) == len(set(values)) == 15
    assert all(label for _value, label in OUTCOMES)


def test_rank_of_an_unknown_severity_is_refused():
    with pytest.raises(ValueError, match="fatal"):
        rank("fatal")


def test_empty_selection_counts_as_no_severity():
    assert rank(False) == -1
    assert worst(False, None) is None


@given(severities, severities, severities)
def test_worst_is_commutative_associative_and_never_milder(a, b, c):
    assert worst(a, b) == worst(b, a)
    assert worst(a, worst(b, c)) == worst(worst(a, b), c)
    assert rank(worst(a, b)) == max(rank(a), rank(b))

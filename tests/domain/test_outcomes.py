"""Severities are ordered, and every outcome of the design has a name."""

import pytest
from variance_domain.outcomes import OUTCOMES, rank


def test_outcomes_are_named_once_and_labelled():
    values = [value for value, _label in OUTCOMES]
    assert len(values) == len(set(values)) == 15
    assert all(label for _value, label in OUTCOMES)


def test_rank_of_an_unknown_severity_is_refused():
    with pytest.raises(ValueError, match="fatal"):
        rank("fatal")


def test_empty_selection_counts_as_no_severity():
    assert rank(False) == -1

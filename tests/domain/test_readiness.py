"""Gaps in the data are ranked by what they spoil."""

import pytest
from variance_domain import outcomes, readiness
from variance_domain.readiness import Check


@pytest.mark.parametrize(
    ("check", "severity"),
    [
        (Check("x", 0, 0), None),
        (Check("x", 10, 0, blocked=3), None),
        (Check("x", 100, 10, blocked=1), "info"),
        (Check("x", 100, 11, blocked=1), "warning"),
        (Check("x", 100, 50, blocked=1), "warning"),
        (Check("x", 100, 51, blocked=1), "major"),
        (Check("x", 1, 1), "info"),
    ],
)
def test_given_share_and_spoilt_readings_expected_severity(check, severity):
    assert check.severity == severity


def test_given_same_money_expected_more_readings_first():
    ranked = readiness.rank(
        [Check("few", 10, 9, blocked=1), Check("many", 10, 1, blocked=2)]
    )
    assert [check.code for check in ranked] == ["many", "few"]


def test_given_nothing_spoilt_expected_greater_share_first():
    ranked = readiness.rank([Check("few", 10, 1), Check("many", 10, 2)])
    assert [check.code for check in ranked] == ["many", "few"]


def test_given_nothing_missing_expected_nothing_to_mend():
    assert readiness.rank([Check("rate", 5, 0, blocked=4, worth=9.0)]) == []


def test_given_no_readings_expected_no_share():
    coverage = readiness.cover([])
    assert (coverage.total, coverage.share) == (0, None)


def test_given_every_outcome_expected_each_counted_once():
    coverage = readiness.cover([(code, 1) for code, _label in outcomes.OUTCOMES])
    assert coverage.judged + len(coverage.gaps) == coverage.total
    assert {code for code, _count in coverage.gaps} >= set(outcomes.GAPS)


def test_given_losses_of_no_reading_expected_worth_unknown():
    assert readiness.worth_of_reading(0.0, 5) is None

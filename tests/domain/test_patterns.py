"""What a window says, and which patterns make no sense."""

import pytest
from variance_domain.patterns import (
    BUDGET,
    COUNT,
    RATE,
    Found,
    Pattern,
    PatternLimit,
    check,
    judge,
)

COUNTS = (PatternLimit("warning", count=2), PatternLimit("major", count=3))
RATES = (
    PatternLimit("warning", probability=0.01),
    PatternLimit("major", probability=0.001),
)
MONEY = (PatternLimit("warning", money=500), PatternLimit("critical", money=2000))


def severity(pattern, **found):
    return judge(pattern, Found(**found), "EUR").verdict.severity


@pytest.mark.parametrize(
    ("events", "expected"), [(1, None), (2, "warning"), (3, "major"), (9, "major")]
)
def test_a_count_is_reached_at_its_number(events, expected):
    assert severity(Pattern(COUNT, COUNTS), orders=20, events=events) == expected


def test_a_count_in_a_row_looks_at_the_run_alone():
    pattern = Pattern(COUNT, COUNTS, is_consecutive=True)
    assert severity(pattern, orders=20, events=9, run=1) is None
    assert severity(pattern, orders=20, events=3, run=3) == "major"


def test_a_count_allows_one_less_than_its_least_limit():
    seen = judge(Pattern(COUNT, COUNTS), Found(orders=20, events=3))
    assert (seen.planned, seen.actual, seen.unit) == (1, 3, "orders")
    assert seen.verdict.deviation == 2


def test_a_limit_that_only_shades_does_not_set_the_plan():
    limits = (PatternLimit("info", count=1), PatternLimit("major", count=3))
    assert judge(Pattern(COUNT, limits), Found(events=1)).planned == 2


@pytest.mark.parametrize(
    ("pieces", "defects", "expected"),
    # 2 % are normal: P(X>=6|100) = 0.0155, P(X>=7|100) = 0.0041, P(X>=9|100) = 0.0002
    [(100, 6, None), (100, 7, "warning"), (100, 9, "major"), (3, 1, None)],
)
def test_a_rate_is_judged_by_probability(pieces, defects, expected):
    pattern = Pattern(RATE, RATES, target=0.02)
    assert severity(pattern, pieces=pieces, defects=defects) == expected


def test_a_rate_of_defects_per_piece_may_exceed_one():
    pattern = Pattern(RATE, RATES, target=1.5, distribution="poisson")
    assert severity(pattern, pieces=10, defects=16) is None
    assert severity(pattern, pieces=10, defects=30) == "major"


def test_too_few_pieces_are_neither_beyond_nor_over():
    pattern = Pattern(RATE, RATES, target=0.02, minimum_pieces=50)
    seen = judge(pattern, Found(pieces=49, defects=20))
    assert seen.is_thin
    assert seen.verdict.severity is None
    assert not seen.verdict.cleared


def test_money_is_enough_for_a_rate_without_pieces_enough():
    limits = (PatternLimit("major", money=300, probability=0.001),)
    pattern = Pattern(RATE, limits, target=0.02, minimum_pieces=50)
    assert severity(pattern, pieces=4, defects=3, amount=300.0) == "major"


def test_an_unknown_cost_reaches_no_budget_and_says_so():
    seen = judge(Pattern(BUDGET, MONEY), Found(amount=None), "EUR")
    assert seen.verdict.severity is None
    assert "not known" in seen.verdict.limits[0].sentence


@pytest.mark.parametrize(
    ("amount", "expected"), [(499.99, None), (500, "warning"), (2000, "critical")]
)
def test_a_budget_is_reached_at_its_amount(amount, expected):
    assert severity(Pattern(BUDGET, MONEY), amount=amount) == expected


def test_what_only_shades_opens_nothing():
    limits = (PatternLimit("info", count=1),)
    assert judge(Pattern(COUNT, limits), Found(events=1)).verdict.shade_only


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [
        (Pattern(COUNT, COUNTS), []),
        (Pattern(RATE, RATES, target=0.02), []),
        (Pattern(RATE, (PatternLimit("major", money=9),)), []),
        (Pattern(BUDGET, MONEY), []),
        (Pattern(COUNT, ()), ["no_limit"]),
        (Pattern(COUNT, (PatternLimit("major"),)), ["empty_count_in_window"]),
        (Pattern(COUNT, COUNTS, dims="workorder"), ["pattern_of_one"]),
        (Pattern(COUNT, COUNTS, size=0), ["empty_window"]),
        (Pattern(COUNT, COUNTS, window="pieces"), ["count_of_pieces"]),
        (Pattern(COUNT, COUNTS, window="weeks"), ["unknown_window"]),
        (Pattern(COUNT, COUNTS, event_severity="bad"), ["unknown_event"]),
        (Pattern(COUNT, COUNTS, size=2), ["count_beyond_window"]),
        (Pattern(COUNT, COUNTS, size=2, is_consecutive=True), []),
        (Pattern(COUNT, COUNTS[::-1]), []),
        (Pattern(COUNT, COUNTS[:1] * 2), ["repeated_severity"]),
        (Pattern(COUNT, (PatternLimit("bad", count=2),)), ["unknown_severity"]),
        (Pattern(COUNT, (PatternLimit("major", count=-2),)), ["negative_figure"]),
        (
            Pattern(COUNT, (PatternLimit("critical", count=3),)),
            ["critical_without_cost"],
        ),
        (
            Pattern(
                COUNT,
                (PatternLimit("major", count=2), PatternLimit("warning", count=2)),
            ),
            ["order"],
        ),
        (Pattern(RATE, RATES), ["target_range"]),
        (Pattern(RATE, RATES, target=1.0), ["target_range"]),
        (Pattern(RATE, RATES, target=1.5, distribution="poisson"), []),
        (
            Pattern(RATE, (PatternLimit("major", probability=1.0),), target=0.1),
            ["probability_range"],
        ),
        (Pattern(BUDGET, MONEY, period="year"), ["unknown_period"]),
        (Pattern(BUDGET, MONEY, period="rolling", rolling_days=0), ["empty_window"]),
    ],
)
def test_a_pattern_that_makes_no_sense_is_named(pattern, codes):
    assert [problem.code for problem in check(pattern)] == codes

"""The tails against enumeration in fractions, and against published tables."""

import math
from fractions import Fraction

import pytest
from variance_domain.tails import binomial_tail, poisson_tail


def enumerated_binomial(k, n, p):
    """Every term as an exact fraction of the very float that is judged by.

    Over one denominator, and from the side of fewer terms: reducing thousands of
    fractions would take minutes.
    """
    bad, whole = Fraction(p).as_integer_ratio()
    good = whole - bad
    is_lower = k < n / 2
    side = range(k) if is_lower else range(k, n + 1)
    total = sum(math.comb(n, i) * bad**i * good ** (n - i) for i in side)
    return Fraction(whole**n - total if is_lower else total, whole**n)


def enumerated_poisson(k, mean):
    """1 - the exact lower sum, with e ** mean from its series."""
    mean = Fraction(mean)
    term, total, index = Fraction(1), Fraction(0), 0
    lower = Fraction(0)
    # the series of e**mean, cut where a term is below 1e-120 of the sum
    while index <= k or term * 10**120 > total:
        if index < k:
            lower += term
        total += term
        index += 1
        term = term * mean / index
    return (total - lower) / total


def assert_close(found, exact):
    assert abs(Fraction(found) - exact) <= exact * Fraction(1, 10**12)


@pytest.mark.parametrize("p", [0.001, 0.02, 0.1, 0.5, 0.93])
@pytest.mark.parametrize(
    ("k", "n"),
    [(1, 1), (1, 5), (3, 20), (5, 20), (20, 20), (7, 100), (40, 100), (30, 300)],
)
def test_binomial_tail_is_the_enumerated_one(k, n, p):
    assert_close(binomial_tail(k, n, p), enumerated_binomial(k, n, p))


@pytest.mark.parametrize(("k", "n", "p"), [(60, 2000, 0.02), (150, 2000, 0.05)])
def test_binomial_tail_keeps_its_digits_for_many_pieces(k, n, p):
    assert_close(binomial_tail(k, n, p), enumerated_binomial(k, n, p))


@pytest.mark.parametrize("mean", [0.05, 0.5, 1.0, 4.0, 25.0])
@pytest.mark.parametrize("k", [1, 2, 5, 12, 40])
def test_poisson_tail_is_the_enumerated_one(k, mean):
    assert_close(poisson_tail(k, mean), enumerated_poisson(k, mean))


@pytest.mark.parametrize(
    ("n", "p", "k", "published"),
    # cumulative binomial tables to four digits (Montgomery, Statistical Quality
    # Control), as 1 - P(X <= k - 1)
    [
        (10, 0.1, 2, 1 - 0.7361),
        (20, 0.05, 3, 1 - 0.9245),
        (20, 0.25, 9, 1 - 0.9591),
        (15, 0.3, 6, 1 - 0.7216),
    ],
)
def test_binomial_tail_is_that_of_the_tables(n, p, k, published):
    assert binomial_tail(k, n, p) == pytest.approx(published, abs=5.1e-5)


@pytest.mark.parametrize(
    ("mean", "k", "published"),
    # cumulative Poisson tables to three digits
    [(1.0, 3, 1 - 0.920), (2.0, 5, 1 - 0.947), (5.0, 9, 1 - 0.932)],
)
def test_poisson_tail_is_that_of_the_tables(mean, k, published):
    assert poisson_tail(k, mean) == pytest.approx(published, abs=5.1e-4)


def test_a_million_pieces_agree_with_their_complement():
    """P(X >= k) + P(X' >= n - k + 1) = 1, each from its own side of the mean."""
    n, p, k = 1_000_000, 0.25, 250_400
    other = binomial_tail(n - k + 1, n, 1 - p)
    assert binomial_tail(k, n, p) + other == pytest.approx(1.0, abs=1e-12)


def test_a_million_pieces_have_the_probability_of_the_next_count():
    """The difference of two tails is one term, known from its logarithm's parts."""
    n, p, k = 1_000_000, 0.5, 500_000
    centre = binomial_tail(k, n, p) - binomial_tail(k + 1, n, p)
    # Stirling's series of the central term: sqrt(2 / (pi n)) (1 - 1/(4n) + ...)
    expected = math.sqrt(2 / (math.pi * n)) * (1 - 1 / (4 * n))
    assert centre == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("k", "n", "p", "tail"),
    [(0, 0, 0.5, 1.0), (1, 0, 0.5, 0.0), (1, 4, 0.0, 0.0), (4, 4, 1.0, 1.0)],
)
def test_the_edges_are_exact(k, n, p, tail):
    assert binomial_tail(k, n, p) == tail


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="probability"):
        binomial_tail(1, 2, 1.5)
    with pytest.raises(ValueError, match="pieces"):
        binomial_tail(1, -1, 0.5)
    with pytest.raises(ValueError, match="negative"):
        poisson_tail(1, -0.1)

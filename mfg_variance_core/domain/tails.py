"""Exact upper tails of the binomial and the Poisson distribution.

"How likely is it that chance alone brings so many bad pieces?" is what a rate is
judged by: of few pieces a large share is nothing special, of many a small excess is.

One probability is computed by the saddle-point expansion of C. Loader, "Fast and
Accurate Computation of Binomial Probabilities" (2000), which unlike a difference of
logarithms of factorials keeps its digits for large numbers; the tail adds up terms
from there. Relative error about 1e-12 up to a million pieces.
"""

import math

# Corrections of Stirling's formula, 1/12, 1/360, 1/1260, 1/1680, 1/1188.
_STIRLING = (1 / 12, 1 / 360, 1 / 1260, 1 / 1680, 1 / 1188)
_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)
# A term this small beside the sum changes no digit of it.
_NEGLIGIBLE = 1e-18


def binomial_tail(k: int, n: int, p: float) -> float:
    """Return P(X >= k) of n independent pieces that are bad with probability p.

    Raises ``ValueError`` for a negative n or a p that is no probability.

    >>> binomial_tail(2, 3, 0.5)
    0.5
    >>> f"{binomial_tail(3, 20, 0.05):.6f}"
    '0.075484'
    >>> binomial_tail(0, 10, 0.1), binomial_tail(11, 10, 0.1)
    (1.0, 0.0)
    """
    if n < 0 or not 0 <= p <= 1:
        raise ValueError("A tail needs pieces and a probability from 0 to 1.")
    if k <= 0:
        return 1.0
    if k > n or p == 0:
        return 0.0
    if p == 1:
        return 1.0
    odds = p / (1.0 - p)
    if k > n * p:
        ratios = ((n - i) / (i + 1) * odds for i in range(k, n))
        return _sum(_binomial(k, n, p), ratios)
    ratios = (i / (n - i + 1) / odds for i in range(k - 1, 0, -1))
    return 1.0 - _sum(_binomial(k - 1, n, p), ratios)


def poisson_tail(k: int, mean: float) -> float:
    """Return P(X >= k) of a count whose mean is given.

    Raises ``ValueError`` for a negative mean.

    >>> f"{poisson_tail(1, 1.0):.9f}"
    '0.632120559'
    >>> poisson_tail(0, 0.0), poisson_tail(1, 0.0)
    (1.0, 0.0)
    """
    if mean < 0:
        raise ValueError("The mean of a count cannot be negative.")
    if k <= 0:
        return 1.0
    if mean == 0:
        return 0.0
    if k > mean:
        return _sum(_poisson(k, mean), _poisson_ratios(k, mean))
    ratios = (i / mean for i in range(k - 1, 0, -1))
    return 1.0 - _sum(_poisson(k - 1, mean), ratios)


def _poisson_ratios(k: int, mean: float):
    while True:
        k += 1
        yield mean / k


def _sum(first: float, ratios) -> float:
    """Return the sum of a first term and those that follow from it by ratios."""
    terms, term, total = [first], first, first
    for ratio in ratios:
        term *= ratio
        if term <= total * _NEGLIGIBLE:
            break
        terms.append(term)
        total += term
    return min(math.fsum(terms), 1.0)


def _binomial(k: int, n: int, p: float) -> float:
    """Return P(X = k)."""
    if k == 0:
        return math.exp(n * math.log1p(-p))
    if k == n:
        return p**n
    exponent = (
        _stirling(n)
        - _stirling(k)
        - _stirling(n - k)
        - _deviance(k, n * p)
        - _deviance(n - k, n * (1.0 - p))
    )
    return math.exp(exponent) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _poisson(k: int, mean: float) -> float:
    """Return P(X = k)."""
    if k == 0:
        return math.exp(-mean)
    exponent = -_stirling(k) - _deviance(k, mean)
    return math.exp(exponent) / math.sqrt(2 * math.pi * k)


def _stirling(n: int) -> float:
    """Return by how much log n! exceeds Stirling's formula, for n from 1 on."""
    if n <= 15:
        plain = (n + 0.5) * math.log(n) - n + _HALF_LOG_TAU
        return math.log(math.factorial(n)) - plain
    square, total = float(n) * n, 0.0
    for coefficient in reversed(_STIRLING):
        total = coefficient - total / square
    return total / n


def _deviance(x: float, mean: float) -> float:
    """Return x log(x / mean) + mean - x without losing digits where both are close."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, term, square = (x - mean) * v, 2 * x * v, v * v
    for j in range(1, 1000):
        term *= square
        following = total + term / (2 * j + 1)
        if following == total:
            break
        total = following
    return total

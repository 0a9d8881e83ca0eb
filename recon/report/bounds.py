"""A share with its exact bounds: so many hits of so many. In: counts. Out: Clopper-Pearson bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

ALPHA: Final = 0.05
_STEPS_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Share:
    """So many hits of so many."""

    hits: int
    of: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper bound, two-sided 95 %."""
        return clopper_pearson(self.hits, self.of)

    @property
    def percent(self) -> str:
        """The share in percent with four decimals, cut so that only a full count shows as 100; "" of nothing.

        >>> Share(99_999_999, 100_000_000).percent, Share(2, 3).percent, Share(0, 0).percent
        ('99.9999 %', '66.6666 %', '')
        """
        if not self.of:
            return ""
        scaled = self.hits * 1_000_000 // self.of
        return f"{scaled // 10_000}.{scaled % 10_000:04d} %"

    @property
    def low_percent(self) -> str:
        """The lower bound in percent, rounded down."""
        return f"{math.floor(self.bounds[0] * 1e6) / 1e4:.4f} %"

    @property
    def high_percent(self) -> str:
        """The upper bound in percent, rounded up."""
        return f"{math.ceil(self.bounds[1] * 1e6) / 1e4:.4f} %"


@cache
def clopper_pearson(hits: int, of: int, alpha: float = ALPHA) -> tuple[float, float]:
    """Bound a share exactly: below and above, so many hits have a chance of at most alpha / 2.

    Args:
        hits: successes, 0 to `of`.
        of: trials; 0 gives (0, 1).
        alpha: chance that the bounds miss, both sides together.

    Source: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of
    the binomial", Biometrika 26 (1934). P(X >= k | n, p) is the regularised incomplete beta function
    I_p(k, n - k + 1), so each bound is a quantile of a beta distribution.

    >>> [round(bound, 4) for bound in clopper_pearson(5, 10)]
    [0.1871, 0.8129]
    """
    assert 0 <= hits <= of, (hits, of)
    low = _beta_quantile(hits, of - hits + 1, alpha / 2) if hits else 0.0
    high = _beta_quantile(hits + 1, of - hits, 1 - alpha / 2) if hits < of else 1.0
    return low, high


def _beta_quantile(a: int, b: int, target: float) -> float:
    """Find p with I_p(a, b) = target by bisection; I rises with p."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _incomplete_beta(a, b, middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(a: int, b: int, p: float) -> float:
    """Give the regularised incomplete beta function I_p(a, b), for 0 < p < 1."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    log_front += a * math.log(p) + b * math.log1p(-p)
    # On the far side of the mean the fraction converges too slowly, so the mirror image is taken.
    if p < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _continued_fraction(a, b, p) / a
    return 1 - math.exp(log_front) * _continued_fraction(b, a, 1 - p) / b


def _continued_fraction(a: int, b: int, p: float) -> float:
    """Evaluate the fraction of I_p(a, b) from the front (Lentz's method).

    Source: NIST Digital Library of Mathematical Functions, 8.17.22.
    """
    upper, lower = 1.0, 1 / (1 - (a + b) * p / (a + 1))
    value = lower
    for m in range(1, _STEPS_LIMIT):
        even = m * (b - m) * p / ((a - 1 + 2 * m) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 1 + 2 * m))
        for term in (even, odd):
            lower = 1 / (1 + term * lower)
            upper = 1 + term / upper
            value *= lower * upper
        if abs(lower * upper - 1) < 1e-14:
            return value
    raise AssertionError(f"no convergence for {a}, {b}, {p}")

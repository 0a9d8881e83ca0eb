"""Seeded draws: one independent stream a purpose, so that a change in one part leaves the others as they are.

Only uniform doubles are taken from numpy's PCG64; every distribution is derived here, because numpy promises the bits
of a bit generator for ever, but not those of its distributions.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from itertools import accumulate
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

T = TypeVar("T")

_BLOCK = 8192
_NORMAL = NormalDist()


class Chance:
    """Draws of one named stream."""

    def __init__(self, seed: int, stream: str) -> None:
        self._seed, self._stream = seed, stream
        sequence = np.random.SeedSequence([seed, zlib.crc32(stream.encode())])
        self._source = np.random.Generator(np.random.PCG64(sequence))
        self._block: list[float] = []

    def branch(self, part: str) -> Chance:
        """Give a stream of its own to a part: what the part draws disturbs no other."""
        return Chance(self._seed, f"{self._stream} {part}")

    def unit(self) -> float:
        """Draw from [0, 1)."""
        if not self._block:
            # One call for many doubles: a single draw costs 50 times as much.
            self._block = self._source.random(_BLOCK).tolist()
        return self._block.pop()

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to `limit` - 1."""
        return int(self.unit() * limit)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self.unit() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.below(len(choices))]

    def digits(self, count: int) -> str:
        """Draw a string of digits; it may begin with a zero."""
        return str(self.below(10**count)).rjust(count, "0")

    def log_normal(self, median: float, sigma: float) -> float:
        """Draw from a log-normal distribution with this median."""
        # The open interval: inv_cdf has no value at 0.
        return float(median * np.exp(sigma * _NORMAL.inv_cdf(max(self.unit(), 1e-12))))

    def shuffle(self, values: MutableSequence[T]) -> None:
        """Shuffle in place (Fisher and Yates)."""
        for last in range(len(values) - 1, 0, -1):
            other = self.below(last + 1)
            values[last], values[other] = values[other], values[last]


class Weighted:
    """Indexes 0, 1, 2, ... drawn with given weights."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._edges = list(accumulate(weights))

    def draw(self, chance: Chance) -> int:
        """Draw one index."""
        return bisect_right(self._edges, chance.unit() * self._edges[-1])

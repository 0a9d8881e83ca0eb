"""Find and count the subsets of a payer's open items that add up to an amount, exactly, in minor units.

In: amounts (credit notes negative) and a total. Out: how many subsets there are and the simplest few of them, or the
word that there are too many to combine. Meet in the middle: all sums of each half of the items, as a sorted list while
they are few and as an array over the minor units once that is smaller; then every pair of sums that makes the total.
Source: Horowitz and Sahni, Computing Partitions with Applications to the Knapsack Problem (1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Sums = npt.NDArray[np.int64]
    Counts = npt.NDArray[np.uint8]

MOST_ITEMS: Final = 200
# Subsets are counted up to this many; whoever needs one answer cares only whether there is a second.
MOST_COUNTED: Final = 100
# So many subsets are spelled out to choose the simplest from; where more fit, as many as are worth naming.
_MOST_SPELLED: Final = 12
_NAMED_OF_MANY: Final = 3
# Up to so many items every subset is summed up in one table: 4,096 sums.
SMALL_POOL: Final = 12
# Beyond so many sums of one half, as a list or as an array over minor units, the search stops and says so. Half of 40
# items has no more than the list may hold.
_LONGEST_LIST: Final = 1 << 20
_LONGEST_ARRAY: Final = 1 << 22
# A list costs so many times as much as an array of the same length.
_LIST_COST: Final = 16
# A sum and its count share one number of 64 bits, the count in the last eight.
_COUNT_BITS: Final = 8
_MOST_BITS: Final = 62 - _COUNT_BITS
# Pairs are sought for so many sums at a time, until enough are known.
_BLOCK: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Subsets:
    """What adds up to a total.

    Attributes:
        count: how many subsets do, up to MOST_COUNTED; 0 if not `is_complete`.
        found: positions of the simplest ones: the fewest members first, then the earliest positions.
        is_complete: False if there were too many sums to try them all.
    """

    count: int
    found: tuple[tuple[int, ...], ...]
    is_complete: bool = True


TOO_MANY: Final = Subsets(0, (), is_complete=False)


class _TooManySums(Exception):
    """A half of the items has more sums than may be held."""


def find_subsets(amounts: Sequence[int], total: int) -> Subsets:
    """Count all non-empty subsets of `amounts` that add up to `total`, and name the simplest.

    Args:
        amounts: minor units, credit notes negative; position tells the items apart.
        total: minor units.
    """
    kept = [at for at, amount in enumerate(amounts) if amount]
    if len(kept) > MOST_ITEMS:
        return TOO_MANY
    sizes = [abs(amounts[at]) for at in kept]
    # A credit note that is left out counts as taken: then all amounts are positive.
    owed_back = sum(-amounts[at] for at in kept if amounts[at] < 0)
    wanted = total + owed_back
    if not 0 <= wanted <= sum(sizes):
        return Subsets(0, ())
    try:
        count, picks = _search(sizes, wanted)
    except _TooManySums:
        return TOO_MANY
    sets = {
        tuple(kept[at] for at in range(len(kept)) if (at in pick) == (amounts[kept[at]] > 0))
        for pick in picks
    }
    is_empty_counted = total == 0
    found = sorted((one for one in sets if one), key=lambda one: (len(one), one))
    return Subsets(count - is_empty_counted, tuple(found))


def _search(sizes: list[int], wanted: int) -> tuple[int, list[frozenset[int]]]:
    """Count the subsets of positive sizes that come to `wanted`, and spell some of them out."""
    rest = sum(sizes) - wanted
    if rest < wanted:
        # What is left out is the smaller search.
        count, picks = _search(sizes, rest)
        every = frozenset(range(len(sizes)))
        return count, [every - pick for pick in picks]
    common = gcd(*sizes) or 1
    if wanted % common:
        return 0, []
    scaled = [size // common for size in sizes]
    usable = [at for at, size in enumerate(scaled) if size <= wanted // common]
    # Halves of like sizes have like many sums.
    usable.sort(key=lambda at: -scaled[at])
    pairs = _Halves([scaled[at] for at in usable], wanted // common)
    count = pairs.count()
    spelled = pairs.spell(_MOST_SPELLED if count <= _MOST_SPELLED else _NAMED_OF_MANY)
    return count, [frozenset(usable[at] for at in pick) for pick in spelled]


@cache
def every_subset(size: int) -> npt.NDArray[np.int64]:
    """Every non-empty subset of `size` places as a row of 0 and 1: the fewest members first, then the earliest places."""
    return _bits(size)[subset_order(size)]


@cache
def subset_order(size: int) -> npt.NDArray[np.int64]:
    """Where the rows of `every_subset` stand among the sums of `subset_sums`."""
    rows = _bits(size)[1:]
    return 1 + np.lexsort((*(1 - rows.T[::-1]), rows.sum(axis=1)))


def _bits(size: int) -> npt.NDArray[np.int64]:
    return (np.arange(1 << size, dtype=np.int64)[:, None] >> np.arange(size)) & 1


def subset_sums(prices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The sums of all subsets of each row of prices: the sum at place n takes the prices whose bits are set in n."""
    sums = np.zeros((len(prices), 1), dtype=np.int64)
    for price in prices.T:
        sums = np.concatenate([sums, sums + price[:, None]], axis=1)
    return sums


class _Halves:
    """The sums of every other item, and of the items between; pairs of them make the total."""

    def __init__(self, sizes: list[int], wanted: int) -> None:
        self._sizes = sizes
        left, left_counts = _sums(sizes[0::2], wanted)
        right, right_counts = _sums(sizes[1::2], wanted)
        self._pairs: list[tuple[int, int]] = []
        ways = 0
        for start in range(0, len(left), _BLOCK):
            block = wanted - left[start : start + _BLOCK]
            at = np.searchsorted(right, block)
            at[at == len(right)] = 0
            meets = np.flatnonzero(right[at] == block)
            met = at[meets]
            self._pairs += zip(left[start + meets].tolist(), right[met].tolist(), strict=True)
            both = left_counts[start + meets].astype(np.int64) * right_counts[met]
            ways += int(both.sum())
            # More of them change neither the count nor those that are named.
            if ways >= MOST_COUNTED:
                break
        self._count = min(MOST_COUNTED, ways)

    def count(self) -> int:
        """Subsets that make the total, up to MOST_COUNTED."""
        return self._count

    def spell(self, most: int) -> list[list[int]]:
        """Positions of up to `most` subsets, those of the smallest left sums first."""
        picks: list[list[int]] = []
        for left, right in self._pairs:
            if len(picks) >= most:
                break
            firsts = _spell(self._sizes[0::2], left, most)
            seconds = _spell(self._sizes[1::2], right, most)
            picks += [
                [2 * at for at in first] + [2 * at + 1 for at in second]
                for first in firsts
                for second in seconds
            ]
        return picks[:most]


def _spell(sizes: list[int], wanted: int, most: int) -> list[list[int]]:
    if wanted == 0:
        return [[]]
    usable = [at for at, size in enumerate(sizes) if size <= wanted]
    if len(usable) <= SMALL_POOL:
        table = every_subset(len(usable))
        fitting = table[table @ np.array([sizes[at] for at in usable]) == wanted][:most]
        return [[usable[at] for at in np.flatnonzero(pick)] for pick in fitting]
    picks = _Halves([sizes[at] for at in usable], wanted).spell(most)
    return [[usable[at] for at in pick] for pick in picks]


def _sums(sizes: list[int], most: int) -> tuple[Sums, Counts]:
    """All distinct sums of subsets up to `most`, sorted, and in how many ways each is made (at most MOST_COUNTED)."""
    sums, counts = _sums_of_few(sizes[:SMALL_POOL], most)
    for at, size in enumerate(sizes[SMALL_POOL:], start=SMALL_POOL):
        if len(sums) * _LIST_COST > most and most < _LONGEST_ARRAY:
            return _sums_in_array(sums, counts, sizes[at:], most)
        if len(sums) > _LONGEST_LIST:
            raise _TooManySums
        further = sums[: np.searchsorted(sums, most - size, side="right")] + size
        sums, counts = _merged(sums, counts, further, most)
    return sums, counts


def _sums_of_few(sizes: list[int], most: int) -> tuple[Sums, Counts]:
    """The same for sizes of which every subset is summed up, and sorted at the end alone."""
    sums = np.zeros(1, dtype=np.int64)
    for size in sizes:
        sums = np.concatenate([sums, sums[sums <= most - size] + size])
    sums.sort()
    first = np.flatnonzero(np.concatenate([[True], sums[1:] != sums[:-1]]))
    ways = np.diff(first, append=len(sums))
    return sums[first], np.minimum(ways, MOST_COUNTED).astype(np.uint8)


def _merged(sums: Sums, counts: Counts, further: Sums, most: int) -> tuple[Sums, Counts]:
    """Merge two sorted lists and put equal sums together; `further` has the counts of the first of `sums`."""
    both, ways = _sorted_together(
        np.concatenate([sums, further]), np.concatenate([counts, counts[: len(further)]]), most
    )
    differs = both[1:] != both[:-1]
    if differs.all():
        return both, ways
    first = np.flatnonzero(np.concatenate([[True], differs]))
    # A sum stands at most twice, so its ways add up within a byte.
    together = np.add.reduceat(ways, first, dtype=np.uint8)
    return both[first], np.minimum(together, MOST_COUNTED)


def _sorted_together(sums: Sums, ways: Counts, most: int) -> tuple[Sums, Counts]:
    """Sort sums and carry their counts along; as one number where both fit, which is several times as fast.

    Two sorted runs: a stable sort merges them.
    """
    if most.bit_length() > _MOST_BITS:
        order = np.argsort(sums, kind="stable")
        return sums[order], ways[order]
    packed = (sums << _COUNT_BITS) | ways
    packed.sort(kind="stable")
    return packed >> _COUNT_BITS, packed.astype(np.uint8)


def _sums_in_array(sums: Sums, counts: Counts, sizes: list[int], most: int) -> tuple[Sums, Counts]:
    """Go on with an array over all minor units up to `most`."""
    ways = np.zeros(most + 1, dtype=np.uint8)
    ways[sums] = counts
    for size in sizes:
        # Two counts of at most 100 fit a byte.
        ways[size:] = np.minimum(ways[size:] + ways[: most + 1 - size], MOST_COUNTED)
    made = np.flatnonzero(ways)
    return made, ways[made]

"""Find which lines are tied by the items that they want: connected components. In: pairs. Out: the component of each line.

Every round hooks each tree below a smaller neighbour and flattens what came of it; at least half of the trees that touch
another one are hooked, so the rounds grow with the logarithm of the pairs, whatever their shape.
Source: Shiloach and Vishkin, An O(log n) Parallel Connectivity Algorithm (1982).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[Any]


def find_components(wanted: pl.DataFrame) -> pl.DataFrame:
    """Tie lines that want the same items.

    Args:
        wanted: line and item; any order, any repetition.

    Returns:
        line, once each, and component: the first line that it is tied to, over however many others.
    """
    lines = wanted["line"].unique().sort()
    of_line = (wanted["line"].rank("dense") - 1).to_numpy().astype(np.int64)
    of_item = (wanted["item"].rank("dense") - 1).to_numpy().astype(np.int64)
    leader = _leaders(of_line, of_item + len(lines))
    # Lines have the smallest numbers, so that a line leads every component.
    return pl.DataFrame({"line": lines, "component": lines.gather(leader[: len(lines)])})


def _leaders(one: Numbers, other: Numbers) -> Numbers:
    """Give the smallest number that each number, 0, 1, 2, ..., is tied to by the pairs."""
    count = int(max(one.max(initial=-1), other.max(initial=-1))) + 1
    leader = np.arange(count)
    while True:
        low = np.minimum(leader[one], leader[other])
        high = np.maximum(leader[one], leader[other])
        if (low == high).all():
            return leader
        np.minimum.at(leader, high, low)
        while (leader[leader] != leader).any():
            leader = leader[leader]

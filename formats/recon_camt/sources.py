"""The texts of a part by level, and how they spread over the lines to be. In: a part's leaves. Out: values a line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from recon_camt.leaves import Leaves


@dataclass(frozen=True)
class Sources:
    """The texts of a part by level, and the lines to be: number of entry, number of detail or null."""

    entry: Leaves
    detail: Leaves
    structured: Leaves
    structured_owner: np.ndarray[tuple[int], np.dtype[np.int64]]
    n: pl.Series
    t: pl.Series

    @cached_property
    def _is_entry_each(self) -> bool:
        return _counts_up(self.n)

    @cached_property
    def _is_detail_each(self) -> bool:
        return _counts_up(self.t)

    def of_entry(self, values: pl.Series) -> pl.Series:
        """Spread values of entries over lines."""
        is_each = self._is_entry_each and len(values) == len(self.n)
        return values if is_each else values[self.n]

    def of_detail(self, values: pl.Series) -> pl.Series:
        """Spread values of details over lines; null where a line has no detail."""
        is_each = self._is_detail_each and len(values) == len(self.t)
        return values if is_each else values.gather(self.t)


def _counts_up(numbers: pl.Series) -> bool:
    """Most files have one detail an entry and one line each: nothing is to be spread then."""
    if numbers.null_count():
        return False
    return bool((numbers.to_numpy() == np.arange(len(numbers))).all())

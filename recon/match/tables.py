"""The tables every stage of the matcher works on: receipts and the comparable books' side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import (
        ComparableCustomers,
        ComparableItems,
        CustomerAccounts,
        CustomerNames,
    )
    from recon.frames.history import Memory


@dataclass(frozen=True, slots=True)
class Tables:
    """receipts: the comparable lines that were not set aside; the books' side; and what the history teaches."""

    receipts: pl.DataFrame
    items: dy.DataFrame[ComparableItems]
    customers: dy.DataFrame[ComparableCustomers]
    names: dy.DataFrame[CustomerNames]
    accounts: dy.DataFrame[CustomerAccounts]
    memory: Memory


def place_in(group: str) -> pl.Expr:
    """Count the rows of each group from 0; its rows stand together. A window would look for them anew."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    is_first = pl.col(group) != pl.col(group).shift(1)
    return row - pl.when(is_first).then(row).forward_fill().fill_null(0)

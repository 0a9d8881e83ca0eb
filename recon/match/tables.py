"""The tables every stage of the matcher works on: receipts and the comparable books' side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dataframely as dy
    import polars as pl

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

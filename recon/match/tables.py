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


@dataclass(frozen=True, slots=True)
class Tables:
    """receipts: the comparable lines that were not set aside; the rest is the books' side."""

    receipts: pl.DataFrame
    items: dy.DataFrame[ComparableItems]
    customers: dy.DataFrame[ComparableCustomers]
    names: dy.DataFrame[CustomerNames]
    accounts: dy.DataFrame[CustomerAccounts]

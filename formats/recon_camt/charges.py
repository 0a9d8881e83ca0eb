"""Charges of details or entries, signed: taken is positive. In: texts of one level. Out: minor units, null if uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recon_camt.leaves import with_null
from recon_camt.values import minor, sign
from recon_camt.words import CHARGES, TOTAL_CHARGES

if TYPE_CHECKING:
    from recon_camt.leaves import Leaves


def read_charges(leaves: Leaves, currency: pl.Series) -> pl.Series:
    """Add up the charge records of each owner; where there are none, take the total that is stated.

    Args:
        leaves: texts of details or of entries.
        currency: of each owner's line; charges in another currency have no column, and stay in `extras`.

    Returns:
        minor units, positive if taken; null if nothing is said or a record is not certain.
    """
    found = pl.Series([None], dtype=pl.Int64).new_from_index(0, leaves.count)
    for words in (*CHARGES, TOTAL_CHARGES):
        if len(leaves.rows(words)):
            found = found.zip_with(found.is_not_null(), _sums(leaves, words, currency))
    return found


def _sums(leaves: Leaves, words: str, currency: pl.Series) -> pl.Series:
    """Sum one path's amounts by owner; indicators pair by order, and only where each amount has one or none has."""
    rows, marks = leaves.rows(words), leaves.rows(f"{words}@Ccy")
    indicators = leaves.rows(words.removesuffix("Amt") + "CdtDbtInd")
    owner = leaves.owner[rows]
    frame = pl.DataFrame(
        {
            "owner": owner,
            "text": leaves.text[rows],
            "place": _nth(owner),
        }
    )
    for name, others in (("said", marks), ("indicator", indicators)):
        other = pl.DataFrame(
            {
                "owner": leaves.owner[others],
                "place": _nth(leaves.owner[others]),
                name: leaves.text[others],
            }
        )
        counts = other.group_by("owner").agg(pl.len().alias(f"count_{name}"))
        frame = frame.join(other, on=["owner", "place"], how="left", maintain_order="left").join(
            counts, on="owner", how="left", maintain_order="left"
        )
    amounts = pl.len().over("owner")
    is_paired = pl.col("count_indicator").is_null() | (pl.col("count_indicator") == amounts)
    is_own = (pl.col("said") == pl.col("currency")) & (pl.col("count_said") == amounts)
    frame = frame.with_columns(currency=currency[owner])
    size = minor(frame["text"], frame["currency"])
    taken = pl.lit(size) * -sign(pl.col("indicator").fill_null("DBIT"))
    sums = (
        frame.with_columns(taken=pl.when(is_paired & is_own).then(taken))
        .group_by("owner", maintain_order=True)
        .agg(pl.when(pl.col("taken").is_not_null().all()).then(pl.col("taken").sum()))
    )
    place = np.full(leaves.count, len(sums), np.int64)
    place[sums["owner"].to_numpy()] = np.arange(len(sums))
    return with_null(sums["taken"])[place]


def _nth(
    owner: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number the rows of each owner; `owner` ascends."""
    return np.arange(len(owner)) - np.searchsorted(owner, owner)

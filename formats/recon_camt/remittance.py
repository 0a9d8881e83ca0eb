"""What a payment says it is for: free text, creditor reference, numbers of documents.

In: lines and texts of details and of their structured remittances. Out: the lines with remittance and reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recon_camt.words import (
    ADDITIONAL_TEXT,
    CREDITOR_REFERENCE,
    DOCUMENT_NUMBERS,
    STRUCTURED_TEXT,
    UNSTRUCTURED,
)

if TYPE_CHECKING:
    from recon_camt.sources import Sources


def read_remittance(lines: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """Add remittance and structured_reference.

    Further references and the numbers of documents are appended to the free text, where they can be matched. Where
    the payer said nothing, the bank's additional text on the transaction stands in.
    """
    free = sources.of_detail(sources.detail.joined(UNSTRUCTURED))
    said = sources.of_detail(sources.detail.joined(ADDITIONAL_TEXT))
    reference, others = _structured(sources)
    text = pl.DataFrame(
        {
            "free": free,
            "others": None if others is None else sources.of_detail(others),
        },
        schema_overrides={"others": pl.String},
    ).select(pl.concat_str("free", "others", separator=" ", ignore_nulls=True))
    joined = text.to_series()
    remittance = joined.set(joined == "", None).fill_null(said).fill_null("")
    return lines.with_columns(
        remittance=remittance, structured_reference=sources.of_detail(reference)
    )


def _structured(sources: Sources) -> tuple[pl.Series, pl.Series | None]:
    """Give the first creditor reference of each detail, and all else that is quoted, joined."""
    leaves, owner = sources.structured, sources.structured_owner
    count = sources.detail.count
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, count)
    if not leaves.count:
        return nothing, None
    quoted = []
    for order, words in enumerate((*CREDITOR_REFERENCE, *DOCUMENT_NUMBERS, STRUCTURED_TEXT)):
        rows = leaves.rows(words)
        quoted.append(
            pl.DataFrame(
                {
                    "t": owner[leaves.owner[rows]],
                    "structured": leaves.owner[rows],
                    "order": np.full(len(rows), order),
                    "text": leaves.text[rows],
                }
            )
        )
    every = pl.concat(quoted).sort("t", "structured", "order", maintain_order=True)
    is_reference = pl.col("order") < len(CREDITOR_REFERENCE)
    first = every.filter(is_reference).group_by("t", maintain_order=True).first()
    place = pl.DataFrame({"t": pl.int_range(count, dtype=pl.Int64, eager=True)})
    reference = place.join(first, on="t", how="left", maintain_order="left")["text"]
    shown = pl.DataFrame({"t": place["t"], "reference": reference})
    others = (
        every.join(shown, on="t", how="left", maintain_order="left")
        .filter((pl.col("text") != pl.col("reference")).fill_null(value=True))
        .group_by("t", maintain_order=True)
        .agg(pl.col("text").unique(maintain_order=True).str.join(" "))
    )
    joined = place.join(others, on="t", how="left", maintain_order="left")["text"]
    return reference, joined

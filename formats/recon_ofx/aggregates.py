"""Say in which aggregate of its transaction each value stands: `PAYEE`, `CURRENCY`, `BANKACCTTO`.

In: the tags in transactions. Out: the aggregate of each, and the transactions whose aggregates are not sound.

Source: OFX 2.1.1 section 11.4.3 (statement transaction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_ofx.vocabulary import END, INNER, OPEN, VALUES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from recon_ofx.vocabulary import Tags

DEPTH_LIMIT: Final = 4


def with_aggregates(
    within: pl.DataFrame, tags: Tags
) -> tuple[pl.DataFrame, list[tuple[npt.NDArray[np.uint32], str]]]:
    """Add the aggregate that each value stands in; in a transaction, one that opens as often as it closes.

    A tag of VALUES never is an aggregate, so that no stray end tag can hide an amount.

    Args:
        within: at, tag, kind, row and has_value of the tags in transactions, without the transactions' own.
        tags: their names.

    Returns:
        at, row, tag and aggregate (0 for none) of the tags with a value; rows of transactions, and what is wrong there.
    """
    tag, kind = pl.col("tag"), pl.col("kind")
    is_leaf_end = (
        (kind == END)
        & (tag == tag.shift(1))
        & (kind.shift(1) == OPEN)
        & (pl.col("row") == pl.col("row").shift(1))
    )
    marked = within.with_columns(is_leaf_end=is_leaf_end.fill_null(False))
    is_plain = tag.is_in(tags.several(VALUES).implode())
    # `<MEMO></MEMO>` is empty, and no aggregate.
    is_followed = pl.col("is_leaf_end").shift(-1).fill_null(False)
    opens = (kind == OPEN) & ~pl.col("has_value") & ~is_followed
    marked = marked.with_columns(is_candidate=(opens | (kind == END)) & ~is_plain)
    marked = marked.filter(~pl.col("is_leaf_end")).with_row_index("place")
    candidates = marked.filter("is_candidate").select("place", "row", "tag", "kind")
    counts = candidates.group_by("row", "tag").agg(
        opens=(kind == OPEN).sum(), ends=(kind == END).sum()
    )
    is_even = pl.col("opens") == pl.col("ends")
    is_strict = tag.is_in(tags.several(INNER).implode())
    steps = candidates.join(counts.filter(is_even), on=["row", "tag"], how="semi").sort("place")
    step = pl.repeat(0, len(marked), dtype=pl.Int8, eager=True)
    step = step.scatter(
        steps["place"], steps.select(pl.when(kind == OPEN).then(1).otherwise(-1)).to_series()
    )
    marked = marked.with_columns(step=step, depth=step.cast(pl.Int64).cum_sum())
    last = pl.when(pl.col("step") == 1).then(tag).forward_fill()
    marked = marked.with_columns(aggregate=pl.when(pl.col("depth") > 0).then(last).fill_null(0))
    depth = pl.col("depth")
    faults = [
        (_rows(counts.filter(~is_even & is_strict)), "not-closed"),
        (_rows(marked.filter((depth < 0) | (depth > DEPTH_LIMIT))), "nested"),
    ]
    said = marked.filter((kind == OPEN) & pl.col("has_value"))
    return said.select("at", "row", "tag", "aggregate"), faults


def _rows(faulty: pl.DataFrame) -> npt.NDArray[np.uint32]:
    return faulty["row"].unique().to_numpy()

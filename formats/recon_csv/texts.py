"""Join text cells into one text. In: cells of one booking, or columns of them. Out: text with single blanks, nothing said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_ODD_BLANKS: Final = r"\s\s|[^\S ]"


def joined(texts: Sequence[str]) -> str:
    r"""Join texts: wraps and runs of blanks become one blank, a text said twice stands once.

    >>> joined(["INV  1\nINV 2", "Acme", "Acme"])
    'INV 1 INV 2 Acme'
    """
    parts = [" ".join(text.split()) for text in texts]
    return " ".join(dict.fromkeys(part for part in parts if part))


def joined_columns(columns: Sequence[pl.Series]) -> pl.Series:
    """Do `joined` for every row of some columns."""
    parts = [_single_spaced(column).alias(str(at)) for at, column in enumerate(columns)]
    if len(parts) == 1:
        return parts[0]
    frame = pl.DataFrame(parts)
    kept = []
    for at, name in enumerate(frame.columns):
        is_said = pl.any_horizontal(
            pl.col(name) == "", *(pl.col(name) == pl.col(earlier) for earlier in frame.columns[:at])
        )
        kept.append(pl.when(~is_said).then(pl.col(name)))
    return frame.select(pl.concat_str(kept, separator=" ", ignore_nulls=True)).to_series()


def _single_spaced(column: pl.Series) -> pl.Series:
    # Rewriting costs many times a look, and most columns have nothing to rewrite.
    has_odd = column.str.contains(_ODD_BLANKS)
    if not has_odd.any():
        return column
    return column.str.replace_all(r"\s+", " ").str.strip_chars()

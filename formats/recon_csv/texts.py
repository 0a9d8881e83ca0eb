"""Join text cells into one text. In: cells of one booking, or columns of them. Out: text with single blanks, nothing said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

WHITE_SPACE: Final = " \t\n\r\v\f"
_BESIDE_BLANKS: Final = WHITE_SPACE.lstrip(" ")
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


def has_white_space(column: pl.Series, signs: str = WHITE_SPACE) -> bool:
    """Say whether a cell may have one of these; letters beyond ASCII may be any white space."""
    # In one piece, each sign is looked for at the speed of memory.
    whole = column.str.join("").item() or ""
    return not whole.isascii() or any(sign in whole for sign in signs)


def _has_double_blank(column: pl.Series) -> bool:
    return bool(column.str.contains("  ", literal=True).any())


def _single_spaced(column: pl.Series) -> pl.Series:
    # Rewriting costs many times a look, and most columns have nothing to rewrite.
    if not has_white_space(column, _BESIDE_BLANKS) and not _has_double_blank(column):
        return column
    if not column.str.contains(_ODD_BLANKS).any():
        return column
    return column.str.replace_all(r"\s+", " ").str.strip_chars()

"""Tokens of bank lines that are structured references by themselves. In: keys of lines. Out: the scheme of each.

Millions of tokens come in and few are references, so that length and first letters sort out what a form is tried on.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.normalise.structured.schemes import MARKED, named_by_mark

# What a reference of letters and digits begins with; its mark is proof enough to join it across blanks.
_MARKS: Final = ("RF", "SI", "HR")
_LONGEST_MARKED: Final = 26
_LONGEST_MODEL_97: Final = 24
# Of digits alone: OGM 12, notice 18, FIK 25 and 26, QR 26 and 27, boleto 44, 47 and 48; model 97 has 9 to 24.
_LENGTHS: Final = (12, 18, 25, 26, 27, 44, 47, 48)
_PRINTED_LENGTHS: Final = (12, 25, 26, 27)
_PRINTED: Final = "|".join(f"(?:{scheme.printed})" for scheme in MARKED if scheme.printed)


def recognise(keys: pl.DataFrame) -> pl.DataFrame:
    """Name the tokens of bank lines that are structured references by themselves.

    Only marked schemes count, and digits only where they stand in one piece or in the groups in which they are printed:
    joined across other blanks, digits would pass by chance.

    Args:
        keys: rows of line, key, span, chunks (see `references.line_keys`).

    Returns:
        the same rows with `scheme`, null where a token is none.
    """
    likely = keys.select(_is_likely()).to_series()
    candidates = keys.filter(likely).select(
        "line",
        "key",
        parts=pl.col("span").str.replace_all(" ", "-", literal=True),
        row=likely.arg_true(),
        is_whole=pl.col("chunks") == 1,
        is_printed=pl.col("span").str.contains(_PRINTED),
    )
    is_marked = pl.any_horizontal(pl.col("key").str.starts_with(mark) for mark in _MARKS)
    candidates = candidates.filter(is_marked | pl.col("is_whole") | pl.col("is_printed"))
    named = named_by_mark(candidates.select("key", "parts").unique()).drop_nulls("scheme")
    found = _longest(candidates.join(named, on=["key", "parts"]))
    schemes = pl.Series("scheme", [None], dtype=pl.String).new_from_index(0, keys.height)
    return keys.with_columns(schemes.scatter(found["row"], found["scheme"]))


def _longest(found: pl.DataFrame) -> pl.DataFrame:
    """Leave out references that are the beginning of a longer one: `HR01 2020` in `HR01 2020 789 1` holds by chance."""
    longer = found.select("line", longer=pl.col("parts"))
    begins = pl.col("longer").str.starts_with(pl.concat_str("parts", pl.lit("-")))
    within = found.join(longer, on="line").filter(begins).select("row").unique()
    return found.join(within, on="row", how="anti")


def _is_likely() -> pl.Expr:
    key = pl.col("key")
    length = key.str.len_bytes()
    is_whole = pl.col("chunks") == 1
    marks = pl.any_horizontal(key.str.starts_with(mark) for mark in _MARKS)
    return (
        (marks & length.is_between(5, _LONGEST_MARKED))
        | (is_whole & length.is_in(_LENGTHS))
        | (is_whole & key.str.starts_with("97") & length.is_between(9, _LONGEST_MODEL_97))
        | (~is_whole & length.is_in(_PRINTED_LENGTHS))
    )

"""Numbers of ours that a payer spelled otherwise: glued to a word, with letters for digits, under another series' letters.

In: keys of lines and of items. Out: further keys of lines; and the hits on digits that stand behind the letters of a
series that is not the item's.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# What is written, or read by a machine, in place of a digit.
_LIKE_DIGITS: Final = {"O": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"}
# A shorter one, or one with fewer digits of its own, may be a word.
_SHORTEST: Final = 6
_MIXED: Final = "[OQILZSB][0-9]|[0-9][OQILZSB]"
_DIGITS: Final = 3
RESPELLED: Final = "number_letters_for_digits"

_PARTS: Final = r"^([A-Z]+)([0-9]{3,})$"
# Digits alone name an item of any series.
_WITHOUT_LETTERS: Final = ("number_without_letters", "number_tail")


def glued(of_lines: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Numbers of open items behind a word that was glued to them: `INVOICEINV202500388`.

    Args:
        of_lines: keys of lines, with is_digits.
        numbers: the keys that are whole numbers of items, each once.

    Returns:
        rows as of_lines, keyed by the number.
    """
    parts = pl.col("key").str.extract_groups(_PARTS).struct.rename_fields(["letters", "digits"])
    words = of_lines.filter(pl.col("chunks") == 1, ~pl.col("is_digits")).join(
        numbers, on="key", how="anti"
    )
    if words.is_empty():
        return words
    split = numbers.select(parts=parts).unnest("parts").drop_nulls("digits")
    cut = words.with_columns(parts=parts).unnest("parts").drop_nulls("digits")
    behind = cut.join(split.select("digits", own="letters"), on="digits").filter(
        pl.col("letters").str.ends_with(pl.col("own"))
    )
    return behind.with_columns(key=pl.concat_str("own", "digits")).select(of_lines.columns)


def letters_for_digits(of_lines: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Numbers of open items with letters where digits belong: `RE2O26O71O5` for RE202607105.

    Args:
        of_lines: keys of lines, with is_digits.
        numbers: the keys that are whole numbers of items, each once.

    Returns:
        line, span, chunks, and key: that of the item's number.
    """
    written = (
        of_lines.filter(~pl.col("is_digits"), pl.col("key").str.len_bytes() >= _SHORTEST)
        .filter(pl.col("key").str.contains(_MIXED))
        .filter(pl.col("key").str.count_matches("[0-9]") >= _DIGITS)
        .join(numbers, on="key", how="anti")
    )
    if written.is_empty():
        return written.select("line", "key", "span", "chunks")
    return (
        written.select("line", "span", "chunks", like=_as_digits(pl.col("key")))
        .join(numbers.select("key", like=_as_digits(pl.col("key"))), on="like")
        .select("line", "key", "span", "chunks")
    )


def _as_digits(key: pl.Expr) -> pl.Expr:
    return key.str.replace_many(list(_LIKE_DIGITS), list(_LIKE_DIGITS.values()))


def of_other_series(
    hits: pl.DataFrame, unknown: pl.DataFrame, numbers: pl.DataFrame
) -> pl.DataFrame:
    """Hits on the digits of a number that stand behind the letters of another series of ours.

    `RG-2026-00046`, of which nothing is open, is no LA-2026-00046, although its digits are.

    Args:
        hits: line, item, kind, span.
        unknown: line, key, span of numbers that look like ours and are no open item's.
        numbers: item, number_text.

    Returns:
        line, item of such hits.
    """
    digits = pl.col("span").str.replace_all(r"^[A-Z]+ ?| ", "")
    lettered = unknown.select(
        "line", digits=digits, letters=pl.col("span").str.extract("^([A-Z]+)")
    ).drop_nulls("letters")
    own = numbers.select("item", own=pl.col("number_text").str.extract("^[^0-9]*?([A-Z]+)"))
    return (
        hits.filter(pl.col("kind").is_in(_WITHOUT_LETTERS))
        .select("line", "item", digits=digits)
        .join(lettered, on=["line", "digits"])
        .join(own, on="item")
        .filter(pl.col("letters") != pl.col("own").fill_null(""))
        .select("line", "item")
        .unique()
    )

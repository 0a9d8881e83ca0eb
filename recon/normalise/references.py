"""Reference keys by one recipe for both sides: whole tokens, never substrings, never loose digit groups.

A text is cut into chunks (runs of letters and digits). Keys of a line are windows of neighbouring chunks; keys of
an item are its number whole, without its letters, and its tail. Both come raw and with the leading zeros of
each chunk removed, so that `INV-2024-00123`, `inv 2024 123` and `INV202400123` meet, while 14 never meets 1814.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.normalise.structured import SCHEMES

# A printed number has at most four parts; structured references are printed in groups of 4 or 5 digits.
LONGEST_WINDOW: Final = 4
LONGEST_DIGIT_WINDOW: Final = 7
SHORTEST_KEY: Final = 2
# Separates fields, so that no window runs from one field into the next.
FIELD_BREAK: Final = " \x1e "

_CHUNK = r"[0-9A-Z]+|\x1e"
_MAX_CHUNKS = 400
# The zeros that lead a run of digits at a chunk's beginning, or behind its letters.
_ZEROS_OF_CHUNKS = "(^|[^0-9A-Z])([A-Z]*)0+([0-9])"
_KEPT = "${1}${2}${3}"
# What structured references begin with that are told by their letters, in one chunk or in two.
_OPENS_SCHEME = "^(?:RF|SI|HR)(?:[0-9]|$)"
_LIKE_DIGITS = "^[OQILZSB]+$"


def line_keys(texts: pl.DataFrame, letters: pl.Series | None = None) -> pl.DataFrame:
    """Cut lines into keys.

    Args:
        texts: `line` (row number) and `text`, folded to upper-case ASCII, fields joined by FIELD_BREAK.
        letters: the letters of numbers worth finding (see `letters_of`): a word of others joins no window. None: any may.

    Returns:
        rows of line, key, span (the text as read), chunks (how many were joined); rows may repeat.
    """
    chunks = _chunks(texts, letters)
    windows = [_windows_of(chunks, size) for size in range(1, LONGEST_DIGIT_WINDOW + 1)]
    raw = pl.concat([*windows, _glued_runs(chunks)])
    bare = raw.filter(pl.col("bare") != pl.col("key")).with_columns(key="bare")
    both = pl.concat([raw.drop("bare"), bare.drop("bare")])
    return both.filter(pl.col("key").str.len_bytes() >= SHORTEST_KEY)


def _chunks(texts: pl.DataFrame, letters: pl.Series | None) -> pl.DataFrame:
    """Cut the texts that hold a digit, as every key does: line, chunk, digits, bare, wall (the chunk joins no window)."""
    text, chunk = pl.col("text"), pl.col("chunk")
    # Nothing is cut out of words without digits: they are many, and their own letters.
    mixed = pl.when("digits").then("chunk")
    chunks = (
        texts.lazy()
        .filter(text.str.contains("[0-9]"))
        .select("line", chunk=text.str.extract_all(_CHUNK).list.head(_MAX_CHUNKS))
        .explode("chunk", empty_as_null=False)
        .with_columns(digits=chunk.str.contains("[0-9]"))
        .with_columns(
            bare=pl.coalesce(_without_zeros(mixed), "chunk"),
            own=pl.coalesce(mixed.str.replace_all("[0-9]", ""), "chunk"),
            opens=chunk.str.contains(_OPENS_SCHEME),
        )
        .with_columns(wall=(chunk == "\x1e") | ~_may_join(letters))
    )
    return chunks.select("line", "chunk", "digits", "bare", "wall").collect()


def letters_of(numbers: pl.Series) -> pl.Series:
    """Give the distinct letters that chunks of such numbers have, however they are split: folded numbers in, words out."""
    # Few numbers have letters of their own: a million of one series are one shape.
    shapes = numbers.str.replace_all("[0-9]+", "9").alias("text").unique().to_frame()
    text = pl.col("text")
    runs = shapes.select(text.str.extract_all("[A-Z]+").explode(empty_as_null=False))
    chunks = shapes.select(text.str.extract_all("[0-9A-Z]+").explode(empty_as_null=False))
    without_digits = pl.concat([shapes, chunks]).select(text.str.replace_all("[^A-Z]", ""))
    return pl.concat([runs, without_digits]).to_series().unique()


def _may_join(letters: pl.Series | None) -> pl.Expr:
    """Say whether a chunk may be a part of a longer number.

    It has no letters, or those of a number, or letters that look like digits; or a structured reference began before it,
    in which any letters may stand.
    """
    if letters is None:
        return pl.lit(value=True)
    own, line = pl.col("own"), pl.col("line")
    begun = pl.any_horizontal(
        (pl.col("opens") & (line.shift(-step) == line)).shift(step, fill_value=False)
        for step in range(LONGEST_DIGIT_WINDOW)
    )
    looks_like_digits = pl.col("digits") & own.str.contains(_LIKE_DIGITS)
    return (own == "") | own.is_in(letters.implode()) | looks_like_digits | begun


def _windows_of(chunks: pl.DataFrame, size: int) -> pl.DataFrame:
    """Join `size` neighbouring chunks of a line; long windows only of chunks that all hold digits."""

    def each(column: str) -> list[pl.Expr]:
        return [pl.col(column).shift(-step) for step in range(size)]

    some_digit = (
        pl.any_horizontal(each("digits"))
        if size <= LONGEST_WINDOW
        else pl.all_horizontal(each("digits"))
    )
    keep = some_digit & (pl.col("line").shift(-(size - 1)) == pl.col("line"))
    if size > 1:
        keep &= ~pl.any_horizontal(each("wall"))
    # Few places begin a window, so the texts are fetched for those alone.
    begins = chunks.select(keep.arg_true()).to_series()
    places = [begins + step for step in range(size)]
    parts, bare = ([pl.col(name).gather(at) for at in places] for name in ("chunk", "bare"))
    return chunks.select(
        line=pl.col("line").gather(begins),
        key=pl.concat_str(parts),
        bare=pl.concat_str(bare),
        span=pl.concat_str(parts, separator=" "),
        chunks=pl.lit(size, dtype=pl.Int64),
    )


def _glued_runs(chunks: pl.DataFrame) -> pl.DataFrame:
    """Digits glued to a word (`Rechnung1001`): the digit run of a chunk of letters followed by digits."""
    glued = chunks.filter(pl.col("digits")).select(
        "line", key=pl.col("chunk").str.extract(r"^[A-Z]{2,}([0-9]{3,})$"), span="chunk"
    )
    return glued.drop_nulls("key").select(
        "line",
        "key",
        bare=_without_zeros(pl.col("key")),
        span="span",
        chunks=pl.lit(1, dtype=pl.Int64),
    )


def _without_zeros(chunk: pl.Expr) -> pl.Expr:
    """Remove zeros that lead a run of digits: 00123 -> 123, INV00123 -> INV123."""
    return chunk.str.replace(r"^([A-Z]*)0+([0-9])", "${1}${2}")


def whole_keys(numbers: pl.DataFrame) -> pl.DataFrame:
    """Make the keys of numbers that are quoted whole: distinct rows of item and key; `numbers` as `item_keys` has them."""
    keys = _both_forms(numbers.select("item", "text", kind="role"))
    return keys.filter(_may_be_quoted()).select("item", "key").unique()


def _may_be_quoted() -> pl.Expr:
    return (pl.col("key").str.len_bytes() >= SHORTEST_KEY) & pl.col("key").str.contains("[0-9]")


def item_keys(numbers: pl.DataFrame) -> pl.DataFrame:
    """Make the keys by which an item may be quoted.

    Args:
        numbers: `item` (row number), `text` (the number, folded), `role` (number, payment_reference, ...).

    Returns:
        distinct rows of item, key, kind: the role itself for the whole number; for role `number` also
        `number_without_zeros` (year and running number), `number_without_letters` and `number_tail` (its last
        run of five or more digits).
    """
    whole = _both_forms(numbers.select("item", "text", kind="role"))
    plain = numbers.filter(pl.col("role") == "number").with_columns(
        digits=pl.col("text").str.replace(r"^[^0-9]*[A-Z][^0-9]*", "")
    )
    bare = plain.filter(pl.col("digits") != pl.col("text"), ~pl.col("digits").str.contains("[A-Z]"))
    without = _both_forms(
        bare.select("item", text="digits", kind=pl.lit("number_without_letters"))
    ).filter(pl.col("key").str.len_bytes() >= 3)
    # RE202500123 is also written RE2025/123: a year in front of the running number, zeros lost.
    year = pl.col("text").str.extract_groups(
        r"^([A-Z]*)[^0-9A-Z]*(20[0-9]{2})[^0-9A-Z]*0*([1-9][0-9]{0,6})$"
    )
    split = plain.select("item", "text", parts=year).unnest("parts").drop_nulls("2")
    # Nearly always that is the number with all leading zeros removed, which stands among the whole ones.
    without_zeros = _letters_and_digits(pl.col("text").str.replace_all(_ZEROS_OF_CHUNKS, _KEPT))
    short = split.select(
        "item",
        key=pl.concat_str("1", "2", "3"),
        kind=pl.lit("number_without_zeros"),
        bare=without_zeros,
    ).filter(pl.col("key") != pl.col("bare"))
    tail = plain.select(
        "item", key=pl.col("text").str.extract(r"[^0-9]([0-9]{5,})$"), kind=pl.lit("number_tail")
    ).drop_nulls("key")
    order = pl.Enum(
        [
            *SCHEMES,
            "payment_reference",
            "number",
            "purchase_order",
            "number_without_zeros",
            "number_without_letters",
            "number_tail",
        ]
    )
    keys = (
        pl.concat([whole, short.drop("bare"), without, tail])
        .filter(_may_be_quoted())
        .sort(pl.col("kind").cast(order), maintain_order=True)
    )
    return _first_of_each(keys)


def _first_of_each(keys: pl.DataFrame) -> pl.DataFrame:
    """Keep the first row of each item and key. Few have a fellow: a number of both finds those that may."""
    mark = keys.select(pl.col("item").hash() ^ pl.col("key").hash()).to_series()
    several = keys.select("item", "key", at=pl.int_range(pl.len())).filter(mark.is_duplicated())
    again = several.filter(~pl.struct("item", "key").is_first_distinct())["at"]
    is_kept = pl.Series([True], dtype=pl.Boolean).new_from_index(0, keys.height)
    return keys.filter(is_kept.scatter(again, values=False))


def _both_forms(texts: pl.DataFrame) -> pl.DataFrame:
    """Join the chunks of texts to keys, and join them once more without the zeros that lead a chunk: item, key, kind."""
    text = pl.col("text")
    bare = texts.filter(text.str.contains(_ZEROS_OF_CHUNKS)).with_columns(
        text.str.replace_all(_ZEROS_OF_CHUNKS, _KEPT)
    )
    return pl.concat([texts, bare]).select("item", key=_letters_and_digits(text), kind="kind")


def _letters_and_digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all("[^0-9A-Z]", "")

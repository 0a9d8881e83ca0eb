"""Dates and amounts: order of day and month, and the decimal mark, are decided over the whole file, never per value.

In: columns of text. Out: dates and minor units, null where a value is none; or a refusal of what can be read in two ways.

Source: Quicken Interchange Format: the order and the marks are those of the computer that wrote the file; `1/2'24` is a
year from 2000 on.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import MalformedFile, Place

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DATE: Final = (
    r"^\s*(?P<first>[0-9]{4}|[0-9]{1,2})\s*(?P<separator>[/.\-' ])\s*"
    r"(?P<second>[0-9]{1,2}|[A-Za-z]{3})\s*(?P<mark>[/.\-' ])\s*(?P<third>[0-9]{4}|[0-9]{1,2})$"
)
# Two digits of a year without an apostrophe.
_PIVOT: Final = 70
_THOUSANDS: Final = r"[., '\x{a0}\x{202f}]"
_AMOUNT: Final = r"^([+-]?)((?:[0-9]|[.,])[0-9., '\x{a0}\x{202f}]*)$"


def dates(source_name: str, text: pl.Series, order: str | None) -> pl.Series:
    """Read the dates of a file.

    Args:
        source_name: for the place of the error.
        text: as written.
        order: what the policy says, or None: the file must prove it.

    Raises:
        MalformedFile: nothing in the file tells days from months, or it tells both.
    """
    parts = (
        text.to_frame("text")
        .select(pl.col("text").str.extract_groups(_DATE).alias("found"))
        .unnest("found")
    )
    first, second, third = (pl.col(name) for name in ("first", "second", "third"))
    name = second.str.to_lowercase().replace_strict(
        _MONTHS, range(1, 13), default=None, return_dtype=pl.Int64
    )
    numbers = parts.select(
        pl.col("mark"),
        a=first.cast(pl.Int64, strict=False),
        b=second.cast(pl.Int64, strict=False),
        named=name,
        c=third.cast(pl.Int64, strict=False),
        year_first=first.str.len_chars() == 4,
        short_year=third.str.len_chars() < 4,
        # Nobody writes the month first with points.
        dotted=pl.col("separator") == ".",
    )
    found = numbers.with_columns(is_open=pl.col("b").is_not_null() & ~pl.col("year_first"))
    decided = order or _order(source_name, found)
    return found.select(_date(decided == DAY_FIRST).alias("date"))["date"]


def _order(source_name: str, found: pl.DataFrame) -> str:
    a, b = pl.col("a"), pl.col("b")
    proofs = found.filter("is_open").select(
        day=(a.is_between(13, 31) & (b <= 12)).any() | pl.col("dotted").any(),
        month=(b.is_between(13, 31) & (a <= 12)).any(),
        doubt=(a != b).any(),
    )
    day, month, doubt = proofs.row(0)
    if day and month:
        raise _undecided(source_name, "some dates have the day first and others the month")
    if not day and not month and doubt:
        raise _undecided(source_name, "no date has a day beyond 12, so days and months look alike")
    return DAY_FIRST if day else MONTH_FIRST


def _undecided(source_name: str, reason: str) -> MalformedFile:
    return MalformedFile(
        f"{reason}: the order of the dates is not certain",
        place=Place(source_name),
        hint=f'set `date_order = "{DAY_FIRST}"` or "{MONTH_FIRST}" under [formats.qif]',
    )


def _date(is_day_first: bool) -> pl.Expr:
    a, b, c = pl.col("a"), pl.col("b"), pl.col("c")
    month = pl.coalesce("named", b if is_day_first else a)
    day = pl.when(pl.col("named").is_not_null()).then(a).otherwise(a if is_day_first else b)
    short = pl.when((pl.col("mark") == "'") | (c < _PIVOT)).then(c + 2000).otherwise(c + 1900)
    year = pl.when("short_year").then(short).otherwise(c)
    is_iso = pl.col("year_first")
    parts = (
        pl.when(is_iso).then(a).otherwise(year),
        pl.when(is_iso).then(pl.coalesce("named", b)).otherwise(month),
        pl.when(is_iso).then(c).otherwise(day),
    )
    written = pl.concat_str(
        parts[0].cast(pl.String).str.pad_start(4, "0"),
        *(part.cast(pl.String).str.pad_start(2, "0") for part in parts[1:]),
        separator="-",
    )
    # A year first has two digits behind it: `2026-1-2`, never `2026-1-2026`.
    sound = ~is_iso | pl.col("short_year")
    return pl.when(sound).then(written).str.to_date("%Y-%m-%d", strict=False)


def plain_amounts(
    source_name: str, text: pl.Series, decimal_mark: str | None
) -> tuple[pl.Series, pl.Series]:
    """Write the amounts of a file with a point and no thousands marks.

    Args:
        source_name: for the place of the error.
        text: as written; null where there is none.
        decimal_mark: what the policy says, or None: the file must prove it.

    Returns:
        the plain amounts, null where a value is none; and whether a value can be read in two ways.

    Raises:
        MalformedFile: the file uses both marks for decimals.
    """
    body = pl.col("body")
    dots, commas = (body.str.count_matches(mark, literal=True) for mark in ".,")
    last = body.str.extract(r"([.,])[^.,]*$", 1)
    fraction = body.str.extract(r"[.,]([^.,]*)$", 1)
    frame = (
        text.str.strip_chars()
        .alias("text")
        .to_frame()
        .select(
            sign=pl.col("text").str.extract(_AMOUNT, 1), body=pl.col("text").str.extract(_AMOUNT, 2)
        )
    )
    frame = frame.with_columns(
        last=last,
        is_mixed=(dots > 0) & (commas > 0),
        is_single=(dots + commas) == 1,
        is_three=fraction.str.contains(r"^[0-9]{3}$") & body.str.contains(r"^[1-9][0-9]{0,2}[.,]"),
    )
    single = pl.col("is_single")
    is_proof = pl.col("is_mixed") | (single & ~pl.col("is_three"))
    proven = frame.filter(is_proof)["last"].drop_nulls().unique().sort().to_list()
    if decimal_mark is None and len(proven) > 1:
        raise MalformedFile(
            "some amounts have a point before their decimals and others a comma",
            place=Place(source_name),
            hint='set `decimal_mark = "."` or "," under [formats.qif]; amounts with the other one are rejected',
        )
    mark = decimal_mark or (proven[0] if proven else None)
    is_decimal = pl.col("last") == mark if mark else pl.lit(value=False)
    doubtful = single & pl.col("is_three") if mark is None else pl.lit(value=False)
    cut = pl.when(is_decimal & (single | pl.col("is_mixed"))).then(fraction)
    whole = pl.when(cut.is_not_null()).then(body.str.replace(r"[.,][^.,]*$", "")).otherwise(body)
    # Thousands stand in groups of three, with one mark; the decimal mark is never among them.
    grouped = pl.any_horizontal(
        whole.str.contains(r"^[0-9]*$"),
        *(
            whole.str.contains(rf"^[0-9]{{1,3}}(?:{sign}[0-9]{{3}})+$")
            for sign in (r"\.", ",", " ", "'", r"\x{a0}", r"\x{202f}")
        ),
    ) & ~(whole.str.contains(mark, literal=True) if mark else pl.lit(value=False))
    digits = whole.str.replace_all(_THOUSANDS, "")
    sound = grouped & ((digits != "") | (cut != "")) & cut.fill_null("").str.contains(r"^[0-9]*$")
    plain = pl.concat_str(
        "sign",
        pl.when(digits == "").then(pl.lit("0")).otherwise(digits),
        pl.lit("."),
        cut.fill_null(""),
    )
    read = frame.select(plain=pl.when(sound & ~doubtful).then(plain), doubtful=doubtful)
    return read["plain"], read["doubtful"].fill_null(value=False)

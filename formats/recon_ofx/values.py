"""Strict reading of values as columns; a decimal mark is decided over the whole file, never per value.

In: columns of text. Out: clean text, minor units or dates, null where a text is none.

Source: OFX 2.1.1 section 3.2.9.2 (amounts: point or comma as decimal mark, no thousands marks; banks send them all the
same) and 3.2.8 (dates: `YYYYMMDDHHMMSS.mmm[gmt offset:tz name]`).
"""

from __future__ import annotations

from html.entities import html5
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import exponent_expr, parse_minor_expr
from recon_ofx.finer import noiseless, rounded
from recon_ofx.text import AND, GREATER, LESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    ReadFiner = Callable[[pl.Series, pl.Series], pl.Series | None]

AMOUNT_WIDTH: Final = 40

_ENTITY: Final = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
# The entities of SGML and XML; stand-ins for signs that could begin another one.
_COMMON: Final = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"]
_STAND_INS: Final = [AND, LESS, GREATER, '"', "'"]
# What `\s` matches, as Unicode's White_Space: a search for fixed texts takes less time. One space alone is no fault.
_BLANKS: Final = [
    "  ",
    *"\t\n\v\f\r\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000",
    *(chr(code) for code in range(0x2000, 0x200B)),
]
# Blanks to squeeze, an entity, or a stand-in for a literal sign.
_UNCLEAN: Final = [*_BLANKS, "&", LESS, GREATER, AND]
_DATE: Final = r"^[0-9]{8}(?:T?[0-9:]{0,8}(?:\.[0-9]*)?)?\s*(?:\[[^\]]*\]|Z)?$"
_DAY: Final = (
    pl.when(pl.col("text").str.contains(_DATE))
    .then(pl.col("text").str.head(8))
    .str.to_date("%Y%m%d", strict=False)
)
# One decimal mark or none: `12`, `12.5`, `,5`, `7.`.
_PLAIN: Final = r"^[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)$"
# Thousands grouped in one way, and the characters that group: `1,234.5`, `1.234,5`, `1,234,567`, `1 025.5`, `1'025,5`.
_GROUPED: Final = (
    (r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*$", ","),
    (r"^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*$", "."),
    (r"^[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:\.[0-9]{3}){2,})$", ".,"),
    (r"^[+-]?[0-9]{1,3}(?:(?: [0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]*)?$", " '"),
)
_CENTS: Final = r"^[+-]?[0-9]{1,13}\.[0-9]{2}$"
# `1.650` and `1,650`: a decimal mark, or thousands.
_DOUBTFUL: Final = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"


def clean(text: pl.Series) -> pl.Series:
    """Decode the entities of values once, and squeeze their blanks; a bare `&` is text.

    >>> clean(pl.Series([" AT&T &amp; Sons  &lt;x&gt; "])).to_list()
    ['AT&T & Sons <x>']
    """
    if text.is_empty():
        return text
    unclean = text.str.contains_any(_UNCLEAN).arg_true()
    if unclean.is_empty():
        return text
    # All entities at once, so that none is decoded twice; what is left of `&` may be one that is seldom seen.
    some = text.gather(unclean).str.replace_many(_COMMON, _STAND_INS)
    further = some.str.contains("&", literal=True).arg_true()
    if len(further):
        some = some.scatter(further, _without_entities(some.gather(further)))
    some = some.str.replace_many([LESS, GREATER, AND], ["<", ">", "&"])
    blanks = some.str.contains_any(_BLANKS).arg_true()
    if len(blanks):
        some = some.scatter(blanks, some.gather(blanks).str.replace_all(r"\s+", " "))
    return text.clone().scatter(unclean, some.str.strip_chars())


def _without_entities(text: pl.Series) -> pl.Series:
    entities = text.str.extract_all(_ENTITY).explode().drop_nulls().unique().to_list()
    characters = [_character(entity) for entity in entities]
    return text.str.replace_many(entities, characters, leftmost=True) if entities else text


def _character(entity: str) -> str:
    """Give the character of `&name;`, `&#number;` or `&#xnumber;`, the entity itself where there is none."""
    name = entity[1:-1]
    if not name.startswith("#"):
        return html5.get(f"{name};", entity)
    code = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    # A reference to a control character or to none at all stays as the text that it is.
    is_character = 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return chr(code) if is_character and code != 0x7F else entity


def proven_marks(amounts: Iterable[pl.Series]) -> frozenset[str]:
    """Say which of `.` and `,` this file uses as a decimal mark beyond doubt.

    >>> sorted(proven_marks([pl.Series(["1,650", "12,5"]), pl.Series(["3.200,00"])]))
    [',']
    """
    short = [text.filter(text.str.len_bytes() <= AMOUNT_WIDTH) for text in amounts]
    # The first few nearly always prove what all would.
    columns = [*(text.head(1000) for text in short), *short]
    return frozenset(mark for mark in ".," if any(_proves(mark, text) for text in columns))


def _proves(mark: str, text: pl.Series) -> bool:
    """Say whether the mark stands last, once, and where it cannot group thousands."""
    if not text.str.contains(mark, literal=True).any():
        return False
    is_last_and_single = text.str.contains(rf"^[^{mark}]*[{mark}][^.,]*$")
    could_group = text.str.contains(rf"^[+-]?[^.,]{{0,3}}[{mark}][^.,]{{3}}$")
    return bool((is_last_and_single & ~could_group).any())


def with_amounts(
    frame: pl.DataFrame,
    marks: frozenset[str],
    *,
    is_implied: bool = False,
    is_rounded: bool = False,
) -> pl.DataFrame:
    """Add `amount` (minor units) and `amount_fault` to `amount_text` and `currency`.

    Args:
        frame: text as written, null where there is none; ISO 4217 codes.
        marks: the decimal marks that the file is known to use; they decide `1.650` and `1,650`.
        is_implied: an amount without any decimal mark is in minor units, as the policy says.
        is_rounded: an amount with more decimals than its currency has is rounded, as the policy says.

    Returns:
        the frame with `amount`, null where there is a fault: no-amount, too-fine, ambiguous-amount,
        unknown-currency; and, where any was read that is not its text digit for digit, that text in `noise`
        (printed with the noise of binary numbers) or `rounded`.
    """
    decimals = _decimals(frame["currency"])
    if not is_implied and _are_cents(frame["amount_text"], decimals):
        # With all of its decimals, an amount is its minor units with a mark in between.
        cents = pl.col("amount_text").str.replace(".", "", literal=True).cast(pl.Int64)
        return frame.with_columns(amount=cents, amount_fault=pl.lit(None, dtype=pl.String))
    frame = frame.with_columns(
        signed=pl.col("amount_text").str.replace(r"^([+-]) +", "$1"),
        decimals=decimals,
    )
    text = pl.col("signed")
    is_doubtful = text.str.contains(_DOUBTFUL) & (pl.col("decimals") != 3)
    frame = frame.with_columns(plain=_with_point(frame["signed"], is_doubtful, marks))
    minor = parse_minor_expr(pl.col("plain"), pl.col("decimals"))
    if is_implied:
        whole = text.str.extract(r"^([+-]?[0-9]{1,15})$").cast(pl.Int64, strict=False)
        minor = pl.coalesce(whole, minor)
    frame = _with_finer(frame.with_columns(amount=minor), "noise", noiseless)
    if is_rounded:
        frame = _with_finer(frame, "rounded", rounded)
    fault = (
        pl.when(text.is_null() | (text.str.len_bytes() > AMOUNT_WIDTH))
        .then(pl.lit("no-amount"))
        .when(pl.col("decimals").is_null())
        .then(pl.lit("unknown-currency"))
        .when(is_doubtful & pl.lit(len(marks) != 1))
        .then(pl.lit("ambiguous-amount"))
        .when(pl.col("plain").is_null())
        .then(pl.lit("no-amount"))
        .when(pl.col("amount").is_null())
        .then(pl.lit("too-fine"))
    )
    frame = frame.with_columns(amount_fault=fault)
    amount = pl.when(pl.col("amount_fault").is_null()).then(pl.col("amount"))
    return frame.with_columns(amount=amount).drop("signed", "decimals", "plain")


def _with_finer(frame: pl.DataFrame, name: str, read_finer: ReadFiner) -> pl.DataFrame:
    """Read what the grammar finds too fine in another way; the texts of what is read so are a column of that name."""
    if frame["amount"].null_count() == frame["plain"].null_count():
        return frame
    is_fine = pl.col("amount").is_null() & pl.col("plain").is_not_null()
    fine = frame.select(pl.when(is_fine).then("plain")).to_series()
    read = read_finer(fine, frame["decimals"])
    if read is None:
        return frame
    written = pl.when(pl.lit(read).is_not_null()).then("amount_text").alias(name)
    return frame.with_columns(written, amount=pl.col("amount").fill_null(pl.lit(read)))


def _are_cents(text: pl.Series, decimals: pl.Series) -> bool:
    return bool((decimals == 2).fill_null(False).all() and text.str.contains(_CENTS).all())


def _decimals(currency: pl.Series) -> pl.Series:
    """Give the decimals of each currency, looked up once a code."""
    codes = currency.unique().to_frame("code").with_columns(decimals=exponent_expr(pl.col("code")))
    if len(codes) == 1:
        return codes["decimals"].new_from_index(0, len(currency))
    # The cast is for no rows at all, where the lookup keeps the type of its column.
    found = currency.replace_strict(codes["code"], codes["decimals"], return_dtype=pl.Int64)
    return found.cast(pl.Int64)


def _with_point(text: pl.Series, is_doubtful: pl.Expr, marks: frozenset[str]) -> pl.Expr:
    """Write amounts with a point as decimal mark and without thousands marks; null where a text is none."""
    signed = pl.col("signed")
    pointed = signed.str.replace(",", ".", literal=True)
    pointed = pointed.str.replace(r"^([+-]?)\.", "${1}0.")
    is_plain = signed.str.contains(_PLAIN)
    if len(marks) == 1:
        [other] = {".", ","} - marks
        groups = is_doubtful & signed.str.contains(other, literal=True)
        pointed = (
            pl.when(groups).then(signed.str.replace(other, "", literal=True)).otherwise(pointed)
        )
    if text.drop_nulls().str.contains(_PLAIN).all():
        return pl.when(is_plain).then(pointed)
    chain: Any = pl.when(is_plain).then(pointed)
    for shape, marks_between in _GROUPED:
        ungrouped = signed.str.replace_all(f"[{marks_between}]", "")
        chain = chain.when(signed.str.contains(shape)).then(
            ungrouped.str.replace(",", ".", literal=True)
        )
    read: pl.Expr = chain
    return read


def read_days(text: pl.Series) -> pl.Series:
    """Read the day as the bank wrote it: the first eight digits, never shifted by a time zone.

    Source: OFX 2.1.1 section 3.2.8.

    >>> read_days(pl.Series(["20260105235959.000[-3:BRT]", "2026-01-05", "00000000"])).to_list()
    [datetime.date(2026, 1, 5), datetime.date(2026, 1, 5), None]
    """
    days = text.to_frame("text").select(_DAY).to_series()
    if days.null_count() > text.null_count():
        bare = text.str.replace(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})", "$1$2$3")
        days = bare.to_frame("text").select(_DAY).to_series()
    return days

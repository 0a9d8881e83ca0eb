"""Amounts: find how a column writes numbers, over the whole file, and read it into minor units.

In: text. Out: plain text for `recon.api.parse_minor_expr`, none where it is no amount of that style. Marks are decided per column
and never per cell: `1.234` alone is open, and only its column or the running balance can tell what it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponents, parse_minor_expr

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIDY: Final = str.maketrans(
    dict.fromkeys("\u2212\u2012\u2013\u2014\ufe63\uff0d", "-")
    | dict.fromkeys("\u2019\u2018`\u00b4", "'")
    | dict.fromkeys("\u00a0\u202f\u2009\u2007", " ")
)
_SYMBOL: Final = "[A-Za-z]{3}|US\\$|[€$£¥]|zł|kr\\.?|Fr\\.?|Kč|Ft"
_LEAD: Final = rf"^(\()?([+-])? ?({_SYMBOL})? ?([+-])? ?"
_TRAIL: Final = rf" ?({_SYMBOL})? ?([+-])?(\))?$"
_LOOSE: Final = re.compile(_LEAD + r"((?:[0-9][0-9.,' ]*|[.,][0-9]+))" + _TRAIL)
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "US$": "USD"}
# A sign that several currencies share excludes all others.
_CODES_OF_SIGN: Final = {
    "$": [code for code in exponents() if code.endswith("D")]
    + ["MXN", "ARS", "CLP", "COP", "UYU", "DOP"],
    "€": ["EUR"],
    "£": ["GBP", "EGP", "FKP", "GIP", "LBP", "SHP"],
    "¥": ["JPY", "CNY"],
    "zł": ["PLN"],
    "Kč": ["CZK"],
    "Ft": ["HUF"],
    "kr": ["SEK", "NOK", "DKK", "ISK"],
}
# Proofs are made in ten-thousandths, so that they need no currency.
PROOF_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Style:
    """How a column writes numbers; `thousands` is '' where it uses no mark."""

    decimal: str
    thousands: str


def tidy(text: str) -> str:
    """Write minus signs, apostrophes and blanks in one way."""
    if text.isascii() and "`" not in text:
        return text.strip()
    return text.translate(_TIDY).strip()


def looks_like_amount(text: str) -> bool:
    """Say whether the text has the shape of an amount in some style."""
    return bool(_LOOSE.fullmatch(tidy(text)))


def glued_currency(text: str) -> str | None:
    """Give the currency written beside the number, None if there is none or it stands for several.

    >>> glued_currency("1.234,50 EUR"), glued_currency("£5.00"), glued_currency("$5.00")
    ('EUR', 'GBP', None)
    """
    found = _LOOSE.fullmatch(tidy(text))
    word = (found[3] or found[6]) if found else None
    if not word:
        return None
    return _SYMBOLS.get(word) or (word.upper() if word.upper() in exponents() else None)


def find_styles(texts: Iterable[str]) -> list[Style]:
    """Give every style that the whole column allows: one means certain, none means contradiction.

    >>> find_styles(["1.234,50", "7"]), find_styles(["1.234"])
    ([Style(decimal=',', thousands='.')], [Style(decimal='.', thousands=''), Style(decimal=',', thousands='.')])
    """
    decimals: set[str] = set()
    thousands: set[str] = set()
    is_open: set[str] = set()
    for text in _shapes(texts):
        found = _LOOSE.fullmatch(tidy(text))
        if found:
            _weigh(found[5].strip(), decimals, thousands, is_open)
    if len(decimals) > 1 or decimals & thousands:
        return []
    if not decimals and is_open - thousands:
        mark = min(is_open - thousands)
        other = "," if mark == "." else "."
        return [Style(mark, ""), Style(other, mark)]
    decimal = min(decimals) if decimals else ("," if "." in thousands else ".")
    thousands |= is_open - {decimal}
    if len(thousands) > 1:
        return []
    return [Style(decimal, min(thousands, default=""))]


def _shapes(texts: Iterable[str]) -> list[str]:
    """Give one text for all that have the same marks in the same places: a few of a column of thousands.

    Only a zero alone before its mark says more than any other digit.
    """
    text = pl.col("text")
    is_small = text.str.contains("(?:^|[^0-9])0[.,]")
    shape = pl.when(is_small).then(text).otherwise(text.str.replace_all("[0-9]", "1"))
    column = pl.Series("text", list(texts), dtype=pl.String)
    return column.to_frame().select(shape.unique().sort()).to_series().to_list()


def _weigh(number: str, decimals: set[str], thousands: set[str], is_open: set[str]) -> None:
    """Add what one number says about its column's marks."""
    marks = [char for char in number if char in ".,"]
    for group in "' ":
        if group in number:
            thousands.add(group)
    if not marks:
        return
    last = marks[-1]
    before, _, after = number.rpartition(last)
    if len(set(marks)) == 2:
        decimals.add(last)
        thousands.update(set(marks) - {last})
    elif len(marks) > 1:
        thousands.add(last)
    elif len(after) != 3 or len(before) > 3 or before in {"", "0"} or set(before) & set("' "):
        decimals.add(last)
    else:
        is_open.add(last)


@cache
def _exact(style: Style) -> re.Pattern[str]:
    point, mark = re.escape(style.decimal), re.escape(style.thousands)
    groups = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    return re.compile(_LEAD + rf"((?:{groups}[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)" + _TRAIL)


def plain_text(text: str, style: Style) -> str | None:
    """Write an amount plainly (`-1234.5`); None if it is no amount of this style.

    A sign may stand before or after the number or its currency, a minus also as brackets; two signs are no amount.

    >>> plain_text("(1.234,50)", Style(",", ".")), plain_text("1.23", Style(",", "."))
    ('-1234.50', None)
    """
    found = _exact(style).fullmatch(tidy(text))
    if not found:
        return None
    opened, first, _, second, digits, _, last, closed = found.groups()
    signs = (first or "") + (second or "") + (last or "") + ("-" if opened else "")
    if bool(opened) != bool(closed) or len(signs) > 1:
        return None
    if style.thousands:
        digits = digits.replace(style.thousands, "")
    digits = digits.replace(style.decimal, ".")
    return ("-" if signs == "-" else "") + ("0" if digits.startswith(".") else "") + digits


def plain_texts(texts: pl.Series, style: Style) -> pl.Series:
    """Do `plain_text` for a column; blank cells give none, too."""
    point, mark = re.escape(style.decimal), re.escape(style.thousands)
    groups = f"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    text = pl.col(texts.name)
    bare = text.str.strip_prefix("+")
    if style.thousands:
        bare = bare.str.replace_all(style.thousands, "", literal=True)
    # Nearly all cells are a bare number; the others, with currencies, brackets and odd signs, are read one by one.
    is_bare = text.str.contains(f"^[+-]?(?:{groups}[0-9]+)(?:{point}[0-9]*)?$")
    frame = texts.to_frame().select(
        text,
        is_bare=is_bare | (text == ""),
        plain=pl.when(is_bare).then(bare.str.replace(style.decimal, ".", literal=True)),
    )
    odd = frame.filter(~pl.col("is_bare")).get_column(texts.name).unique().to_list()
    read = {each: plain_text(each, style) for each in odd}
    if not read:
        return frame.get_column("plain")
    others = text.replace_strict(
        list(read), list(read.values()), default=None, return_dtype=pl.String
    )
    return frame.select(pl.coalesce("plain", others).alias("plain")).to_series()


def other_currency_expr(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Say whether a code or a sign beside the number contradicts the currency of its row."""
    other_code = text.str.extract("([A-Z]{3})").ne(currency).fill_null(value=False)
    other_sign = [
        text.str.contains(symbol, literal=True) & ~currency.is_in(codes)
        for symbol, codes in _CODES_OF_SIGN.items()
    ]
    return pl.any_horizontal(other_code, *other_sign).fill_null(value=False)


def proof_units(texts: list[str], style: Style) -> list[int | None]:
    """Read a column for a proof, in ten-thousandths; None for blank cells and for what is no amount."""
    plain = plain_texts(pl.Series("text", texts, dtype=pl.String), style).to_frame("plain")
    units = parse_minor_expr(pl.col("plain"), pl.lit(PROOF_DECIMALS, dtype=pl.Int64))
    return plain.select(units=units).to_series().to_list()

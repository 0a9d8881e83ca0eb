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
    from collections.abc import Sequence

_TIDY: Final = str.maketrans(
    dict.fromkeys("\u2212\u2012\u2013\u2014\ufe63\uff0d", "-")
    | dict.fromkeys("\u2019\u2018`\u00b4", "'")
    | dict.fromkeys("\u00a0\u202f\u2009\u2007", " ")
)
_SYMBOL: Final = "[A-Za-z]{3}|US\\$|[€$£¥]|zł|kr\\.?|Fr\\.?|Kč|Ft"
_LEAD: Final = rf"^(\()?([+-])? ?({_SYMBOL})? ?([+-])? ?"
# `Dr` and `Cr` behind a number are its sign.
_TRAIL: Final = rf" ?({_SYMBOL})? ?([+-])?(\))? ?([DdCc][Rr])?$"
_LOOSE: Final = re.compile(_LEAD + r"((?:[0-9][0-9.,' ]*|[.,][0-9]+))" + _TRAIL)
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "US$": "USD"}
_LOST_MARK: Final = "([0-9])\ufffd([0-9]{3})"
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
_BEGINNING: Final = 2000


@dataclass(frozen=True, slots=True)
class Style:
    """How a column writes numbers; `thousands` is '' where it uses no mark."""

    decimal: str
    thousands: str


def tidy(text: str) -> str:
    """Write minus signs, apostrophes and blanks in one way; a lost letter (U+FFFD) between thousands was a blank."""
    if text.isascii() and "`" not in text:
        return text.strip()
    text = text.translate(_TIDY)
    for _ in range(2):
        text = re.sub(_LOST_MARK, r"\1 \2", text)
    return text.strip()


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


def find_styles(texts: Sequence[str] | pl.Series) -> list[Style]:
    """Give every style that the whole column allows: one means certain, none means contradiction.

    >>> find_styles(["1.234,50", "7"]), find_styles(["1.234"])
    ([Style(decimal=',', thousands='.')], [Style(decimal='.', thousands=''), Style(decimal=',', thousands='.')])
    """
    decimals: set[str] = set()
    thousands: set[str] = set()
    is_open: set[str] = set()
    for text in shapes(_telling(pl.Series("text", texts, dtype=pl.String))):
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


def _telling(texts: pl.Series) -> pl.Series:
    """Leave out of a long column what only says again what its beginning says.

    Where that has shown the decimal mark, a number written with the same marks in the same roles tells nothing new.
    """
    head = texts.head(_BEGINNING)
    styles = find_styles(head) if len(texts) > _BEGINNING else []
    if len(styles) != 1 or not head.str.contains(styles[0].decimal, literal=True).any():
        return texts
    is_alike = texts.str.contains(f"^[+-]?{_number(styles[0])}$")
    return pl.concat([head, texts.filter(~is_alike)])


def shapes(texts: pl.Series) -> list[str]:
    """Give one text for all that have the same marks in the same places: a few of a column of thousands.

    Only a zero alone before its mark says more than any other digit.
    """
    text = pl.col("text")
    is_small = text.str.contains("(?:^|[^0-9])0[.,]")
    shape = pl.when(is_small).then(text).otherwise(text.str.replace_all("[0-9]", "1"))
    return texts.alias("text").to_frame().select(shape.unique().sort()).to_series().to_list()


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


def _number(style: Style) -> str:
    point, mark = re.escape(style.decimal), re.escape(style.thousands)
    groups = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    return rf"(?:{groups}[0-9]+)(?:{point}[0-9]*)?"


@cache
def _exact(style: Style) -> re.Pattern[str]:
    return re.compile(f"{_LEAD}({_number(style)}|{re.escape(style.decimal)}[0-9]+){_TRAIL}")


def plain_text(text: str, style: Style) -> str | None:
    """Write an amount plainly (`-1234.5`); None if it is no amount of this style.

    A sign may stand before or after the number or its currency, a minus also as brackets or `Dr`; two signs are no amount.

    >>> plain_text("(1.234,50)", Style(",", ".")), plain_text("1.23", Style(",", "."))
    ('-1234.50', None)
    """
    found = _exact(style).fullmatch(tidy(text))
    if not found:
        return None
    opened, first, _, second, digits, _, last, closed, side = found.groups()
    signs = (first or "") + (second or "") + (last or "") + ("-" if opened else "")
    signs += {"d": "-", "c": "+"}.get((side or "")[:1].lower(), "")
    if bool(opened) != bool(closed) or len(signs) > 1:
        return None
    if style.thousands:
        digits = digits.replace(style.thousands, "")
    digits = digits.replace(style.decimal, ".")
    return ("-" if signs == "-" else "") + ("0" if digits.startswith(".") else "") + digits


def plain_texts(texts: pl.Series, style: Style) -> pl.Series:
    """Do `plain_text` for a column; blank cells give none, too."""
    frame = texts.alias("text").to_frame()
    text = pl.col("text")
    is_bare = frame.select(text.str.contains(f"^[+-]?{_number(style)}$")).to_series()
    plain = frame.select(_without_marks(text.str.strip_prefix("+"), style)).to_series()
    odd = (~is_bare & (texts != "")).arg_true()
    plain = plain.zip_with(is_bare, pl.Series([None], dtype=pl.String))
    if not len(odd):
        return plain.alias(texts.name)
    # Nearly all cells are a bare number; currencies, brackets and odd signs are looked for in the others alone.
    return plain.scatter(odd, _plain_odd(texts[odd], style)).alias(texts.name)


def _without_marks(number: pl.Expr, style: Style) -> pl.Expr:
    if style.thousands:
        number = number.str.replace_all(style.thousands, "", literal=True)
    return number.str.replace(style.decimal, ".", literal=True)


def _plain_odd(texts: pl.Series, style: Style) -> pl.Series:
    """Do `plain_text` for cells that are more than a bare number."""
    text = pl.col("text").str.replace_many(
        [chr(char) for char in _TIDY], [str(_TIDY[char]) for char in _TIDY]
    )
    for _ in range(2):
        # Marks stand three digits apart, so that a match takes the digit before the next one.
        text = text.str.replace_all(_LOST_MARK, "${1} ${2}")
    groups = text.str.strip_chars().str.extract_groups(_exact(style).pattern)
    opened, first, _, second, digits, _, last, closed, side = (
        groups.struct.field(str(at)) for at in range(1, 10)
    )
    minus = pl.when(opened.is_not_null()).then(pl.lit("-"))
    beside = side.str.to_lowercase().replace_strict(["dr", "cr"], ["-", "+"], default=None)
    signs = pl.concat_str(first, second, last, minus, beside, ignore_nulls=True)
    is_whole = opened.is_null() == closed.is_null()
    number = _without_marks(digits, style)
    zero = pl.when(number.str.starts_with(".")).then(pl.lit("0"))
    plain = pl.concat_str(pl.when(signs == "-").then(signs), zero, number, ignore_nulls=True)
    is_amount = digits.is_not_null() & is_whole & (signs.str.len_bytes() <= 1)
    return texts.alias("text").to_frame().select(pl.when(is_amount).then(plain)).to_series()


def minor_units(texts: pl.Series, style: Style, decimals: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read a column of amounts into minor units.

    Args:
        texts: the cells.
        style: how the column writes numbers.
        decimals: those of the currency of each row; null where the currency is not known.

    Returns:
        minor units, null for blank cells and for what is no amount; and the rows (from 0) of the cells that are more than digits
        and marks.
    """
    units = _exact_units(texts, style, decimals)
    left = (units.is_null() & (texts != "")).arg_true()
    if not len(left):
        return units, left
    frame = pl.DataFrame({"plain": plain_texts(texts[left], style), "decimals": decimals[left]})
    read = frame.select(parse_minor_expr(pl.col("plain"), pl.col("decimals"))).to_series()
    return units.scatter(left, read), left


def _exact_units(texts: pl.Series, style: Style, decimals: pl.Series) -> pl.Series:
    """Read the bare numbers with exactly the decimals of their one currency: their digits are their minor units."""
    nothing = pl.repeat(None, len(texts), dtype=pl.Int64, eager=True)
    distinct = decimals.unique().to_list()
    if len(distinct) != 1 or distinct[0] is None:
        return nothing
    count = int(distinct[0])
    frame = texts.alias("text").to_frame()
    text = pl.col("text")
    is_exact = frame.select(text.str.contains(_with_decimals(style, count))).to_series()
    if not is_exact.any():
        return nothing
    digits = text.str.replace_all(style.thousands, "", literal=True) if style.thousands else text
    digits = digits.str.replace(style.decimal, "", literal=True) if count else digits
    units = frame.select(digits.cast(pl.Int64, strict=False)).to_series()
    return units if is_exact.all() else units.zip_with(is_exact, nothing)


def _with_decimals(style: Style, count: int) -> str:
    """Write the pattern of a bare number with so many decimals, small enough to be within `AMOUNT_LIMIT`."""
    point, mark = re.escape(style.decimal), re.escape(style.thousands)
    groups = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{1,2}}|" if mark else ""
    fraction = f"{point}[0-9]{{{count}}}" if count else ""
    return f"^-?(?:{groups}[0-9]{{1,9}}){fraction}$"


def other_currency_expr(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Say whether a code or a sign beside the number contradicts the currency of its row."""
    other_code = text.str.extract("([A-Z]{3})").ne(currency).fill_null(value=False)
    other_sign = [
        text.str.contains(symbol, literal=True) & ~currency.is_in(codes)
        for symbol, codes in _CODES_OF_SIGN.items()
    ]
    return pl.any_horizontal(other_code, *other_sign).fill_null(value=False)


def proof_column(texts: pl.Series, style: Style) -> pl.Series:
    """Read a column for a proof, in ten-thousandths; null for blank cells and for what is no amount."""
    count = pl.repeat(2, len(texts), dtype=pl.Int64, eager=True)
    units, odd = minor_units(texts, style, count)
    if not len(odd):
        # Nearly all columns have two decimals throughout, which are read much faster.
        hundred: pl.Series = units * 10 ** (PROOF_DECIMALS - 2)
        return hundred
    count = pl.repeat(PROOF_DECIMALS, len(texts), dtype=pl.Int64, eager=True)
    return minor_units(texts, style, count)[0]


def proof_units(texts: Sequence[str] | pl.Series, style: Style) -> list[int | None]:
    """Do `proof_column` for a list."""
    return proof_column(pl.Series("text", texts, dtype=pl.String), style).to_list()

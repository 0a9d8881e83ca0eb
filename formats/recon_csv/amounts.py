"""Amounts: read text into minor units. In: text and the style of its column. Out: minor units, null where it is no amount of that style.

Bare numbers with two decimals are read for the whole column at once; whatever else a cell holds goes by a pattern into plain text for
`recon.api.parse_minor_expr`, and is no amount where that does not take it. `recon_csv.styles` finds the style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import AMOUNT_LIMIT, exponents, parse_minor_expr

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
_BLOCK: Final = 65_536
_NOTHING: Final = pl.Series([None], dtype=pl.Int64)


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


def digits_in(text: str) -> str | None:
    """Give the number alone of a text that has the shape of an amount, with its marks."""
    found = _LOOSE.fullmatch(tidy(text))
    return found[5].strip() if found else None


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


def hundredths(texts: pl.Series, style: Style) -> pl.Series:
    """Read the bare numbers of a column that have two decimals or none, in hundredths; null for every other cell.

    Nearly every cell of nearly every file is one, and their digits are their value: no pattern is needed to see it.
    """
    if len(texts) > _BLOCK:
        # What stands between a text and its number takes several times their memory.
        blocks = (texts.slice(at, _BLOCK) for at in range(0, len(texts), _BLOCK))
        return pl.concat([hundredths(block, style) for block in blocks], rechunk=True)
    units = _of_digits(texts, style.decimal)
    if not style.thousands or not units.null_count():
        return units
    left = units.is_null().arg_true()
    groups = f"^[+-]?[0-9]{{1,3}}(?:{re.escape(style.thousands)}[0-9]{{3}})+(?:[^0-9]|$)"
    text = pl.when(pl.col("text").str.contains(groups)).then(pl.col("text"))
    bare = text.str.replace_all(style.thousands, "", literal=True).fill_null("")
    digits = texts[left].alias("text").to_frame().select(bare).to_series()
    return units.scatter(left, _of_digits(digits, style.decimal))


def _of_digits(texts: pl.Series, mark: str) -> pl.Series:
    """Do `hundredths` where no number has a thousands mark."""
    text = pl.col("text")
    found = texts.alias("text").to_frame().select(
        digits=text.str.replace(mark, "", literal=True),
        # Before the mark stands a digit, or the sign of a digit behind it would pass for that of the number.
        is_exact=(text.str.slice(-3, 1) == mark) & ~text.str.starts_with(mark),
    )  # fmt: skip
    digits, is_exact = found
    # Text that is more than digits and a sign in front of them is no number to Polars.
    units = _within(digits.cast(pl.Int64, strict=False), AMOUNT_LIMIT)
    if is_exact.all():
        return units
    is_whole = digits.str.len_bytes() == texts.str.len_bytes()
    whole = _within(units, AMOUNT_LIMIT // 100) * 100
    return units.zip_with(is_exact, whole.zip_with(is_whole, _NOTHING))


def _within(units: pl.Series, limit: int) -> pl.Series:
    """Leave out what is beyond a limit, since Int64 wraps in silence."""
    is_within = units.is_between(-limit, limit)
    return units if is_within.all() else units.zip_with(is_within.fill_null(value=False), _NOTHING)


def minor_units(
    texts: pl.Series, style: Style, decimals: pl.Series, read: pl.Series | None = None
) -> tuple[pl.Series, pl.Series]:
    """Read a column of amounts into minor units.

    Args:
        texts: the cells.
        style: how the column writes numbers.
        decimals: those of the currency of each row; null where the currency is not known.
        read: the cells as `hundredths` reads them, if that is done already.

    Returns:
        minor units, null for blank cells and for what is no amount; and the rows (from 0) of the cells that are no such hundredths.
    """
    units = _in_minor(hundredths(texts, style) if read is None else read, decimals)
    left = _left(units, texts)
    if not len(left):
        return units, left
    frame = pl.DataFrame({"plain": plain_texts(texts[left], style), "decimals": decimals[left]})
    found = frame.select(parse_minor_expr(pl.col("plain"), pl.col("decimals"))).to_series()
    return units.scatter(left, found), left


def _left(units: pl.Series, texts: pl.Series) -> pl.Series:
    """Give the rows (from 0) of the filled cells that are not read yet."""
    if not units.null_count():
        return pl.Series(dtype=pl.UInt32)
    return (units.is_null() & (texts != "")).arg_true()


def _in_minor(units: pl.Series, decimals: pl.Series) -> pl.Series:
    """Turn hundredths into minor units of currencies; null where these have no such fraction, or are not known."""
    if not decimals.null_count() and (decimals == 2).all():
        return units
    hundredth, places = pl.col("units"), pl.col("decimals")
    up, down = (
        pl.lit(10, dtype=pl.Int64).pow(gap.clip(lower_bound=0)) for gap in (places - 2, 2 - places)
    )
    is_exact = (hundredth % down == 0) & hundredth.abs().le(AMOUNT_LIMIT // up)
    frame = pl.DataFrame({"units": units, "decimals": decimals})
    return frame.select(pl.when(is_exact).then(hundredth // down * up)).to_series()


def other_currency_expr(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Say whether a code or a sign beside the number contradicts the currency of its row."""
    other_code = text.str.extract("([A-Z]{3})").ne(currency).fill_null(value=False)
    other_sign = [
        text.str.contains(symbol, literal=True) & ~currency.is_in(codes)
        for symbol, codes in _CODES_OF_SIGN.items()
    ]
    return pl.any_horizontal(other_code, *other_sign).fill_null(value=False)


def proof_column(texts: pl.Series, style: Style, read: pl.Series | None = None) -> pl.Series:
    """Read a column for a proof, in ten-thousandths; null for blank cells and for what is no amount.

    Args:
        texts: the cells.
        style: how the column writes numbers.
        read: the cells as `hundredths` reads them, if that is done already.
    """
    found = hundredths(texts, style) if read is None else read
    units: pl.Series = found * 10 ** (PROOF_DECIMALS - 2)
    left = _left(units, texts)
    if not len(left):
        return units
    plain = plain_texts(texts[left], style).alias("plain").to_frame()
    return units.scatter(
        left, plain.select(parse_minor_expr(pl.col("plain"), pl.lit(PROOF_DECIMALS))).to_series()
    )


def proof_units(texts: Sequence[str] | pl.Series, style: Style) -> list[int | None]:
    """Do `proof_column` for a list."""
    return proof_column(pl.Series("text", texts, dtype=pl.String), style).to_list()

"""Read the entries (`:61:`) as columns. In: their texts and currencies. Out: dates, amounts, references, or a fault.

Amounts follow our own ASCII grammar: nothing is rounded, no mark is guessed. What is not certain is null, and `fault` says
why.

Source: SWIFT MT940, field 61 `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and `34x`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import AMOUNT_LIMIT
from recon_mt940.days import dates, days_of_entries, digits

# Only a type, a reference or the end may follow the amount: `5 000,00` or `1e5` must not be read as 5 or 1. What is
# more than one mark, or none but a mark, is caught by the groups and refused by name.
_ENTRY: Final = (
    "^(?P<head>(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|[ ]{4})?"
    "(?P<mark>[Rr][CcDd]|[Ee][CcDd]|[CcDd])(?P<funds>[A-Za-z])?[ \t\n]*"
    "(?P<whole>[0-9]*)(?P<point>[.,]?)(?P<fraction>[0-9]*)(?P<more>[0-9.,]*)"
    ")(?:$|[ ]?[A-Z/\n])"
)
# Words that say "there is no reference" or "look in field 86".
NO_REFERENCE: Final = ("", "NONREF", "NOREF", "EREF", "MARF", "PREF", "KREF", "KREF+")

# Faults of an entry: the part that is wrong and why. `{size}`, `{value}`, `{entry}`, `{currency}` are its own text.
FAULTS: Final = {
    "outside-statement": (
        ":61:",
        "the entry stands behind the closing balance, outside any statement",
        None,
    ),
    "entry-grammar": (
        ":61:",
        "the field does not follow `date, mark C|D|RC|RD, amount`",
        "ask the bank for a conforming export",
    ),
    "unknown-currency": ("currency", "{currency!r} is no ISO 4217 currency", None),
    "thousands-mark": (
        "amount",
        "{size!r} has two marks; MT940 amounts have one decimal comma only",
        "ask the bank for a conforming export",
    ),
    "ambiguous-amount": (
        "amount",
        "{size!r} has a point before three digits or more: a decimal or a thousands mark",
        "ask the bank for a conforming export",
    ),
    "no-amount": (
        "amount",
        "{size!r} is no amount in {currency}: no digit, too many decimals, or beyond the limit",
        None,
    ),
    "no-date": ("date", "{value!r} or {entry!r} is no day of the calendar", None),
    "cut-off": (
        ":61:",
        "the text ends behind this entry without a closing balance (:62F:), so that the entry itself may be cut",
        'if the bank never sends one: `closing_balance = "optional"` under [formats.mt940]',
    ),
}  # fmt: skip


def read_entries(text: pl.Series, currency: pl.Series, decimals: pl.Series) -> pl.DataFrame:
    """Read each `:61:`.

    C and RD add to the account, D and RC take from it; a letter behind the mark is the funds code (`CR10,` on an account
    in EUR is a credit, no reversal).

    Args:
        text: the field without its tag; the supplementary part stands behind a line feed.
        currency: code of the account's currency for each entry.
        decimals: decimals of that currency, null where ISO 4217 has none of that code.

    Returns:
        A row an entry, in order: value, entry, mark, funds, whole, point, fraction, more as written; amount in minor units, booking_date,
        value_date; code, customer, bank (references as written), supplementary; fault (null: the entry is certain).
    """
    read = pl.DataFrame({"text": text, "currency": currency}).with_columns(
        pl.col("text").str.extract_groups(_ENTRY).struct.unnest()
    )
    read = read.with_columns(
        # All of the head is ASCII. Cutting behind it costs less than a group that takes in the rest.
        pl.col("text").str.slice(pl.col("head").str.len_bytes()).alias("rest"),
        pl.col("mark").str.to_uppercase(),
        pl.lit(decimals).alias("decimals"),
        digits(pl.col("value")).alias("value_digits"),
        digits(pl.col("entry")).alias("entry_digits"),
    )
    value, entry = read["value_digits"].to_numpy(), read["entry_digits"].to_numpy()
    value_days, entry_days = days_of_entries(value, entry)
    read = _with_references(read).with_columns(
        minor=_minor(),
        value_date=dates(value_days),
        booking_date=dates(entry_days),
    )
    is_credit = pl.col("mark").is_in(["C", "RD", "EC"])
    signed = pl.when(is_credit).then("minor").otherwise(-pl.col("minor"))
    return read.with_columns(_fault(), amount=signed).drop(_WORKING)


# Ten to the power of what an amount may have of decimals.
_POWERS: Final = {power: 10**power for power in range(10)}
_WORKING: Final = (
    "minor",
    "head",
    "rest",
    "first",
    "reference",
    "decimals",
    "value_digits",
    "entry_digits",
)


def _minor() -> pl.Expr:
    """Read unsigned digits with at most one mark into minor units, in whole numbers; null where that is not exact.

    Some banks lead with the mark (`,50`), leave it out (`10`) or write a point. Decimals beyond the currency's are
    accepted only when they are zeros, as recon.api.parse_minor does it.
    """
    whole, fraction, decimals = pl.col("whole"), pl.col("fraction"), pl.col("decimals")
    missing = decimals - fraction.str.len_bytes().cast(pl.Int64)
    part = _number(fraction)
    part = pl.when(missing >= 0).then(part * _ten_to(missing)).otherwise(
        pl.when(part % _ten_to(-missing) == 0).then(part // _ten_to(-missing))
    )  # fmt: skip
    size = _number(whole)
    # Checked before multiplying, since Int64 wraps in silence.
    is_small = size <= AMOUNT_LIMIT // _ten_to(decimals)
    minor = size * _ten_to(decimals) + part
    has_digit = (whole != "") | (fraction != "")
    return pl.when(is_small & has_digit & (pl.col("more") == "") & (minor <= AMOUNT_LIMIT)).then(
        minor
    )


def _number(text: pl.Expr) -> pl.Expr:
    """Read digits; none are 0, and too many are null."""
    return pl.when(text == "").then(pl.lit(0)).otherwise(text.cast(pl.Int64, strict=False))


def _ten_to(power: pl.Expr) -> pl.Expr:
    """Give powers of ten for 0 to 9, null beyond: no amount has so many decimals."""
    return power.replace_strict(_POWERS, default=None, return_dtype=pl.Int64)


def plain_amount(size: pl.Expr) -> pl.Expr:
    """Write the decimal mark as a point. Some banks lead with it (`,50`), leave it out (`10`) or write a point."""
    plain = size.str.replace_all(",", ".", literal=True)
    return pl.when(plain.str.starts_with(".")).then("0" + plain).otherwise(plain)


def _fault() -> pl.Expr:
    is_ambiguous = (pl.col("point") == ".") & (pl.col("fraction").str.len_bytes() > 2)
    fault = (
        pl.when(pl.col("mark").is_null())
        .then(pl.lit("entry-grammar"))
        .when(pl.col("decimals").is_null())
        .then(pl.lit("unknown-currency"))
        .when(pl.col("more") != "")
        .then(pl.lit("thousands-mark"))
        # A point before three digits could be a thousands mark.
        .when(is_ambiguous)
        .then(pl.lit("ambiguous-amount"))
        .when(pl.col("minor").is_null())
        .then(pl.lit("no-amount"))
        .when(pl.col("booking_date").is_null())
        .then(pl.lit("no-date"))
    )
    return fault.alias("fault")


def _with_references(read: pl.DataFrame) -> pl.DataFrame:
    """Take type, references and supplementary text apart: `NTRFcustomer//bank`, line feed, supplementary."""
    rest = read["rest"].str.strip_chars_start(" ")
    if rest.str.contains("\n", literal=True).any():
        split = rest.str.splitn("\n", 2).struct.unnest()
        first, supplementary = split["field_0"], split["field_1"].str.strip_chars("\n")
    else:
        first, supplementary = rest, pl.repeat(None, len(rest), dtype=pl.String, eager=True)
    # `NONREF` right behind the amount is no type NONR.
    is_type = pl.col("first").str.contains("^[NFS][A-Z0-9 ]{3}") & ~pl.col("first").str.starts_with(
        "NONREF"
    )
    read = read.with_columns(first=first, supplementary=supplementary).with_columns(
        code=pl.when(is_type).then(pl.col("first").str.head(4).str.strip_chars(" ")),
        reference=pl.when(is_type).then(pl.col("first").str.slice(4)).otherwise("first"),
    )
    both = read["reference"].str.splitn("//", 2).struct.unnest()
    return read.with_columns(customer=both["field_0"], bank=both["field_1"])

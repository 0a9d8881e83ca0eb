"""Read the entries (`:61:`) as columns. In: their texts and currencies. Out: dates, amounts, references, or a fault.

Amounts follow our own ASCII grammar: nothing is rounded, no mark is guessed. What is not certain is null, and `fault` says
why.

Source: SWIFT MT940, field 61 `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and `34x`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import exponent_expr, parse_minor_expr
from recon_mt940.days import booking_days, dates, days, digits

# Only a type, a reference or the end may follow the amount: `5 000,00` or `1e5` must not be read as 5 or 1.
_ENTRY: Final = (
    r"^(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|[ ]{4})?"
    r"(?P<mark>(?i:R[CD]|E[CD]|[CD]))(?P<funds>(?i:[A-Z]))?\s*(?P<size>[0-9.,]+)(?P<rest>(?s:[ ]?[A-Z/\n].*)?)$"
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


def read_entries(text: pl.Series, currency: pl.Series) -> pl.DataFrame:
    """Read each `:61:`.

    C and RD add to the account, D and RC take from it; a letter behind the mark is the funds code (`CR10,` on an account
    in EUR is a credit, no reversal).

    Args:
        text: the field without its tag; the supplementary part stands behind a line feed.
        currency: ISO 4217 code of the account of each entry.

    Returns:
        A row an entry, in order: value, entry, mark, funds, size as written; amount in minor units, booking_date,
        value_date; code, customer, bank (references as written), supplementary; fault (null: the entry is certain).
    """
    read = pl.DataFrame({"text": text, "currency": currency}).with_columns(
        pl.col("text").str.extract_groups(_ENTRY).struct.unnest()
    )
    read = read.with_columns(
        pl.col("mark").str.to_uppercase(),
        plain_amount(pl.col("size")).alias("plain"),
        digits(pl.col("value")).alias("value_digits"),
        digits(pl.col("entry")).alias("entry_digits"),
    )
    value, entry = read["value_digits"].to_numpy(), read["entry_digits"].to_numpy()
    minor = parse_minor_expr(pl.col("plain"), exponent_expr(pl.col("currency")))
    read = read.with_columns(
        *_references(pl.col("rest")),
        minor=minor,
        value_date=dates(days(value)),
        booking_date=dates(booking_days(value, entry)),
    )
    is_credit = pl.col("mark").is_in(["C", "RD", "EC"])
    signed = pl.when(is_credit).then("minor").otherwise(-pl.col("minor"))
    working = ("plain", "minor", "rest", "value_digits", "entry_digits")
    return read.with_columns(_fault(), amount=signed).drop(working)


def plain_amount(size: pl.Expr) -> pl.Expr:
    """Write the decimal mark as a point. Some banks lead with it (`,50`), leave it out (`10`) or write a point."""
    plain = size.str.replace_all(",", ".", literal=True)
    return pl.when(plain.str.starts_with(".")).then("0" + plain).otherwise(plain)


def _fault() -> pl.Expr:
    size, plain = pl.col("size"), pl.col("plain")
    has_two_marks = plain.str.count_matches(".", literal=True) > 1
    # A point before three digits could be a thousands mark.
    is_ambiguous = size.str.contains(r"\.[0-9]{3}")
    fault = (
        pl.when(pl.col("mark").is_null())
        .then(pl.lit("entry-grammar"))
        .when(exponent_expr(pl.col("currency")).is_null())
        .then(pl.lit("unknown-currency"))
        .when(has_two_marks)
        .then(pl.lit("thousands-mark"))
        .when(is_ambiguous)
        .then(pl.lit("ambiguous-amount"))
        .when(pl.col("minor").is_null() | ~size.str.contains("[0-9]"))
        .then(pl.lit("no-amount"))
        .when(pl.col("booking_date").is_null())
        .then(pl.lit("no-date"))
    )
    return fault.alias("fault")


def _references(rest: pl.Expr) -> tuple[pl.Expr, ...]:
    """Take type, references and supplementary text apart: `NTRFcustomer//bank`, line feed, supplementary."""
    split = rest.str.strip_chars_start(" ").str.splitn("\n", 2)
    first = split.struct.field("field_0")
    # `NONREF` right behind the amount is no type NONR.
    code = pl.when(~first.str.starts_with("NONREF")).then(first.str.extract("^([NFS][A-Z0-9 ]{3})"))
    reference = (
        pl.when(code.is_null()).then(first).otherwise(first.str.slice(4)).str.splitn("//", 2)
    )
    return (
        code.str.strip_chars().replace("", None).alias("code"),
        reference.struct.field("field_0").alias("customer"),
        reference.struct.field("field_1").alias("bank"),
        split.struct.field("field_1").str.strip_chars("\n").alias("supplementary"),
    )

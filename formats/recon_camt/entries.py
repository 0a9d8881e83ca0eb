"""Entries: amount, dates, state; each is sound, or it is one reject with its reason.

In: the texts of the level of entries. Out: a frame with a row an entry, `n` its number in the part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponent_expr
from recon_camt.values import date, minor, sign
from recon_camt.words import STATUSES

if TYPE_CHECKING:
    from recon_camt.leaves import Leaves, Owners

# Two different values of one of these in one entry leave its money or its day uncertain.
_ONCE: Final = (
    "Amt",
    "Amt@Ccy",
    "CdtDbtInd",
    "Sts",
    "Sts/Cd",
    "BookgDt/Dt",
    "BookgDt/DtTm",
    "RvslInd",
)
_FIELDS: Final = ("field", "code", "reason", "excerpt")


def read_entries(leaves: Leaves, owners: Owners) -> pl.DataFrame:
    """Read every entry of a part.

    Returns:
        n, statement, start, stop, amount (signed minor units), currency, indicator, status, booking_date, value_date,
        is_reversal, date_source, and the reject's field, code, reason, excerpt: code is null where the entry is sound.
    """
    frame = pl.DataFrame(
        {
            "statement": owners.parent,
            "start": owners.start,
            "stop": owners.stop,
            "amount_text": leaves.first("Amt"),
            "currency": leaves.first("Amt@Ccy"),
            "indicator": leaves.first("CdtDbtInd"),
            "state": leaves.first("Sts/Cd", "Sts", "Sts/Prtry"),
            "booking_text": leaves.first("BookgDt/Dt", "BookgDt/DtTm"),
            "value_text": leaves.first("ValDt/Dt", "ValDt/DtTm"),
            "reversal": leaves.first("RvslInd"),
            "is_double": leaves.differing(_ONCE),
        }
    )
    booking, value = date(pl.col("booking_text")), date(pl.col("value_text"))
    stands_in = pl.col("booking_text").is_null() & value.is_not_null()
    return (
        frame.with_row_index("n")
        .with_columns(
            pl.col("n").cast(pl.Int64),
            size=minor(pl.col("amount_text"), pl.col("currency")),
            sign=sign(pl.col("indicator")),
            # Where nothing is said the entry is booked: only versions 07 and later let the state out of a statement.
            status=pl.col("state").fill_null("BOOK").replace_strict(STATUSES, default=None),
            booking_date=pl.when(stands_in).then(value).otherwise(booking),
            value_date=value,
            date_source=pl.when(stands_in).then(pl.lit("ValDt")),
            is_reversal=pl.col("reversal").is_in(["true", "1"]).fill_null(value=False),
        )
        .with_columns(amount=pl.col("size") * pl.col("sign"), fault=_fault())
        .unnest("fault")
    )


def _fault() -> pl.Expr:
    """Name the first thing that makes an entry uncertain; a struct of nulls if nothing does.

    An entry that gives no date is none of them: its statement may be of one day (see recon_camt.dates).
    """
    text, currency = pl.col("amount_text"), pl.col("currency")
    shown = pl.format('<Amt Ccy="{}">{}</Amt>', currency.fill_null(""), text.fill_null(""))
    known = exponent_expr(currency)
    exact = text.str.contains(r"^[0-9]+\.[0-9]+$")
    too_fine = pl.format("{} has more decimals than {} has", text, currency)
    cases = [
        (pl.col("is_double"), "Ntry", "repeated-field", pl.lit("the entry has two different values of one field"), shown),
        (text.is_null(), "Amt", "no-amount", pl.lit("the entry has no amount"), shown),
        (known.is_null(), "Amt", "no-currency", pl.lit("the amount has no ISO 4217 currency"), shown),
        (pl.col("size").is_null() & exact, "Amt", "no-amount", too_fine, shown),
        (pl.col("size").is_null(), "Amt", "no-amount", pl.format("{} is no amount", text), shown),
        (pl.col("sign").is_null(), "CdtDbtInd", "no-sign", pl.lit("the entry says neither CRDT nor DBIT"), pl.col("indicator")),
        (pl.col("status").is_null(), "Sts", "unknown-status", pl.format("{} is no known state of an entry", pl.col("state")), pl.col("state")),
        (pl.col("booking_date").is_null() & pl.col("booking_text").is_not_null(), "BookgDt", "no-date", pl.format("{} is no date", pl.col("booking_text")), pl.col("booking_text")),
    ]  # fmt: skip
    named = pl.lit(None, dtype=pl.Struct(dict.fromkeys(_FIELDS, pl.String)))
    for condition, field, code, reason, excerpt in reversed(cases):
        fault = pl.struct(
            pl.lit(field).alias("field"),
            pl.lit(code).alias("code"),
            reason.alias("reason"),
            excerpt.alias("excerpt"),
        )
        named = pl.when(condition.fill_null(value=False)).then(fault).otherwise(named)
    return named

"""Entries: amount, dates, state; each is sound, or it is one reject with its reason.

In: the texts of the level of entries. Out: a frame with a row an entry, `n` its number in the part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_camt.values import days, decimals, minor, sign
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
_NO_FAULTS: Final = pl.DataFrame(
    schema={
        **dict.fromkeys(("statement", "start"), pl.Int64),
        **dict.fromkeys(("currency", "code", "field", "reason", "excerpt"), pl.String),
    }
)


def read_entries(leaves: Leaves, owners: Owners) -> pl.DataFrame:
    """Read every entry of a part.

    Returns:
        n, statement, start, stop, amount (signed minor units), currency, indicator, status, booking_date, value_date,
        is_reversal, date_source, the texts they were read from, and code: why it is a reject; null where it is sound.
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
    booking, value = days(frame["booking_text"]), days(frame["value_text"])
    stands_in = pl.col("booking_text").is_null() & pl.col("value_date").is_not_null()
    return (
        frame.with_row_index("n")
        .with_columns(
            pl.col("n").cast(pl.Int64),
            booking_date=booking,
            value_date=value,
            size=minor(frame["amount_text"], frame["currency"]),
            decimals=decimals(frame["currency"]),
            sign=sign(pl.col("indicator")),
            # Where nothing is said the entry is booked: only versions 07 and later let the state out of a statement.
            status=pl.col("state").fill_null("BOOK").replace_strict(STATUSES, default=None),
            is_reversal=pl.col("reversal").is_in(["true", "1"]).fill_null(value=False),
        )
        .with_columns(
            amount=pl.col("size") * pl.col("sign"),
            booking_date=pl.when(stands_in).then("value_date").otherwise("booking_date"),
            date_source=pl.when(stands_in).then(pl.lit("ValDt")),
        )
        .with_columns(code=_code())
    )


def _code() -> pl.Expr:
    """Name the first thing that makes an entry uncertain; null if nothing does.

    An entry that gives no date is none of them: its statement may be of one day (see recon_camt.dates).
    """
    is_dated = pl.col("booking_text").is_null() | pl.col("booking_date").is_not_null()
    cases = {
        "repeated-field": pl.col("is_double"),
        "no-currency": pl.col("decimals").is_null() & pl.col("amount_text").is_not_null(),
        "no-amount": pl.col("size").is_null(),
        "no-sign": pl.col("sign").is_null(),
        "unknown-status": pl.col("status").is_null(),
        "no-date": ~is_dated,
    }
    named = pl.lit(None, dtype=pl.String)
    for code, condition in reversed(cases.items()):
        named = pl.when(condition).then(pl.lit(code)).otherwise(named)
    return named


def faults_of(entries: pl.DataFrame) -> pl.DataFrame:
    """Say of each entry that is not sound what is wrong: statement, start, currency, and the columns of a reject."""
    unsound = entries.filter(pl.col("code").is_not_null())
    if unsound.is_empty():
        return _NO_FAULTS
    text = pl.col("amount_text").fill_null("")
    amount = pl.format('<Amt Ccy="{}">{}</Amt>', pl.col("currency").fill_null(""), text)
    too_fine = pl.format("{} has more decimals than {} has", text, pl.col("currency"))
    no_amount = (
        pl.when(pl.col("amount_text").is_null())
        .then(pl.lit("the entry has no amount"))
        .when(text.str.contains(r"^[0-9]+\.[0-9]+$"))
        .then(too_fine)
        .otherwise(pl.format("{} is no amount", text))
    )
    cases = {
        "repeated-field": ("Ntry", pl.lit("the entry has two different values of one field"), amount),
        "no-currency": ("Amt", pl.lit("the amount has no ISO 4217 currency"), amount),
        "no-amount": ("Amt", no_amount, amount),
        "no-sign": ("CdtDbtInd", pl.lit("the entry says neither CRDT nor DBIT"), pl.col("indicator")),
        "unknown-status": ("Sts", pl.format("{} is no known state of an entry", "state"), pl.col("state")),
        "no-date": ("BookgDt", pl.format("{} is no date", "booking_text"), pl.col("booking_text")),
    }  # fmt: skip
    field = reason = excerpt = pl.lit(None, dtype=pl.String)
    for code, (element, said, shown) in cases.items():
        is_this = pl.col("code") == code
        field = pl.when(is_this).then(pl.lit(element)).otherwise(field)
        reason = pl.when(is_this).then(said).otherwise(reason)
        excerpt = pl.when(is_this).then(shown).otherwise(excerpt)
    return unsound.select(
        "statement", "start", "currency", "code", field=field, reason=reason, excerpt=excerpt
    )

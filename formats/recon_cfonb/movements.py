"""Movements: the entries of all statements, read column by column.

In: records with their structure, statements. Out: a row a movement with the columns of ReadLines, and where it
cannot be trusted the cause: field, code, reason, hint.

Source: CFONB 120, record 04.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import (
    Fault,
    cut,
    exponent_expr,
    is_nothing,
    json_members,
    json_object,
    plain,
    with_fault,
)
from recon_cfonb.codes import CHEQUE, OPERATIONS, REVERSALS
from recon_cfonb.complements import of_complements, read_complements, rest_of_complements
from recon_cfonb.fields import day, is_odd_sign, signed
from recon_cfonb.statements import account_columns
from recon_cfonb.structure import UNKNOWN, WIDTH

# The amount ends in column 104: a shorter record was cut off.
_LEAST_WIDTH: Final = 104


def read_movements(
    records: pl.DataFrame, statements: pl.DataFrame, *, needs_closing: bool, is_torn: bool
) -> pl.DataFrame:
    """Read all movements with their complements, in file order.

    Args:
        records: of `with_structure`.
        statements: of `read_statements`.
        needs_closing: movements of a statement that is not closed are not to be trusted.
        is_torn: the file may be cut off within its last record.

    Returns:
        a row a movement; `code` is null for those that can be trusted.
    """
    own = records.filter(pl.col("movement").is_not_null())
    stated = statements.select(
        "statement", "is_closed", stated_number="number", stated_currency="currency", stated_decimals="decimals"
    )  # fmt: skip
    is_last = pl.col("movement") == (records["movement"][-1] or 0)
    return (
        own.filter("starts_movement")
        .with_columns(**account_columns())
        .join(stated, on="statement", how="left", maintain_order="left")
        .join(_spans(own), on="movement", how="left", maintain_order="left")
        .with_columns(
            currency=pl.coalesce("currency", "stated_currency"),
            decimals=pl.coalesce("decimals", "stated_decimals"),
            exponent=exponent_expr(pl.coalesce("currency", "stated_currency")),
            is_torn=is_last & ~pl.col("is_closed") & is_torn,
            is_unproven=~pl.col("is_closed") & needs_closing,
        )
        .with_columns(**_of_movement())
        .pipe(with_fault, _faults())
        .join(read_complements(own), on="movement", how="left", maintain_order="left")
        .with_columns(plain(pl.col("NPY")), plain(pl.col("NBE")))
        .with_columns(**of_complements())
        .with_columns(
            remittance=plain(
                pl.concat_str("label", pl.lit(" "), pl.col("complement_text").fill_null(""))
            ).fill_null(""),
            extras=json_object(
                pl.col("extras_movement"),
                rest_of_complements(),
                pl.col("extras_unknown").fill_null(""),
            ),
        )
    )


@cache
def _of_movement() -> dict[str, pl.Expr]:
    operation, number, reject = cut(33, 34), cut(82, 88), plain(cut(41, 42))
    entry_number = pl.when(~is_nothing(number)).then(plain(number))
    reference = plain(cut(105, WIDTH))
    return {
        "booking_date": day(cut(35, 40)),
        "value_date": day(cut(43, 48)),
        "has_value_date": ~is_nothing(cut(43, 48)),
        "amount": signed(cut(91, 104), pl.col("decimals"), pl.col("exponent")),
        "has_odd_sign": is_odd_sign(cut(91, 104)),
        "label": cut(49, 79),
        "bank_reference": reference,
        "cheque_number": pl.when(operation == CHEQUE).then(entry_number),
        "transaction_code": plain(operation),
        "transaction_text": operation.replace_strict(
            list(OPERATIONS), list(OPERATIONS.values()), default=None, return_dtype=pl.String
        ),
        "is_reversal": operation.is_in(REVERSALS) | reject.is_not_null(),
        "extras_movement": json_members(
            {
                "internal_code": plain(cut(8, 11)),
                "entry_number": entry_number,
                "reject_code": reject,
                "commission_exempt": _flag(cut(89, 89)),
                "unavailable": _flag(cut(90, 90)),
            }
        ),
    }


def _flag(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.is_in(("0", " "))).then(plain(text))


@cache
def _faults() -> tuple[Fault, ...]:
    """List what makes a movement uncertain, the gravest first.

    A lost or doubled character before the amount shows itself: column 104 then holds no sign.
    """
    ask = "ask the bank for the file again"
    return (
        Fault(pl.col("kind") == UNKNOWN, "record", "unknown-record", "it is of no kind of record that the format has", ask),
        Fault(pl.col("starts_movement") & pl.col("is_orphan"), "record", "no-movement", "it completes a movement (04) that is not there", ask),
        Fault(~pl.col("is_clean_all"), "record", "control-character", "it or a complement holds a control character", ask),
        Fault(~pl.col("width").is_between(_LEAST_WIDTH, WIDTH), "record", "record-length", f"it is not {WIDTH} characters long", ask),
        Fault((pl.col("number") != pl.col("stated_number")).fill_null(value=True), "account", "other-account", "it is of another account than the old balance (01) before it", ask),
        Fault(pl.col("currency").is_null(), "currency", "no-currency", "columns 17 to 19 and the old balance name no currency", ask),
        Fault((pl.col("currency") != pl.col("stated_currency")).fill_null(value=True), "currency", "other-currency", "it is in another currency than its account", ask),
        Fault(pl.col("decimals").is_null(), "decimals", "no-decimals", "column 20 and the old balance name no number of decimals", ask),
        Fault(pl.col("booking_date").is_null(), "booking date", "no-date", "columns 35 to 40 are no day", ask),
        Fault(pl.col("value_date").is_null() & pl.col("has_value_date"), "value date", "no-date", "columns 43 to 48 are no day", ask),
        Fault(pl.col("amount").is_null(), "amount", "no-amount", "columns 91 to 104 are no amount with its sign in the last digit", ask),
        Fault(pl.col("is_torn"), "record", "cut-off", "the file ends within it or its complements", ask),
        Fault(pl.col("is_unproven"), "statement", "statement-not-closed", "the new balance of its account (07) is missing: the file may be cut off", ask),
    )  # fmt: skip


def _spans(own: pl.DataFrame) -> pl.DataFrame:
    """Give the bytes of a movement with its complements, and whether all of it is text."""
    end = pl.col("byte_offset") + pl.col("byte_length")
    return own.group_by("movement").agg(byte_end=end.max(), is_clean_all=pl.col("is_clean").all())

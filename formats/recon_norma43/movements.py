"""Movements: the entries of all statements, read column by column.

In: records with their structure, statements. Out: a row a movement with the columns of ReadLines, and where it
cannot be trusted the cause: field, code, reason, hint.

Source: AEB, Cuaderno 43, records 22, 23 and 24.
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
from recon_norma43.codes import CHEQUE, CONCEPTS, REVERSALS
from recon_norma43.fields import currency, day, signed, size
from recon_norma43.structure import CONCEPT, EXCHANGE, MOVEMENT, UNKNOWN, WIDTH

# The amount ends in column 42: a shorter record was cut off.
_LEAST_WIDTH: Final = 42


def read_movements(
    records: pl.DataFrame, statements: pl.DataFrame, *, needs_closing: bool, is_torn: bool
) -> pl.DataFrame:
    """Read all movements with their complements, in file order.

    Args:
        records: of `with_structure`.
        statements: of `read_statements`.
        needs_closing: movements of an account that is not closed are not to be trusted.
        is_torn: the file may be cut off within its last record.

    Returns:
        a row a movement; `code` is null for those that can be trusted.
    """
    own = records.filter(pl.col("movement").is_not_null())
    account = statements.select("statement", "currency", "decimals", "is_closed")
    heads = own.filter("starts_movement").join(account, on="statement", how="left")
    is_last = pl.col("movement") == (records["movement"][-1] or 0)
    heads = heads.with_columns(
        is_torn=is_last & ~pl.col("is_closed") & is_torn,
        is_unproven=~pl.col("is_closed") & needs_closing,
    )
    pads = bool(
        heads.select(
            ((pl.col("length") > pl.col("width")) & (pl.col("kind") == MOVEMENT)).any()
        ).item()
    )
    return (
        heads.join(_spans(own), on="movement", how="left", maintain_order="left")
        .with_columns(**_zones())
        .with_columns(**_of_movement())
        .pipe(with_fault, _faults(is_padded_file=pads))
        .join(_concepts(own), on="movement", how="left", maintain_order="left")
        .join(_exchanges(own), on="movement", how="left", maintain_order="left")
        .with_columns(
            original_size=size(
                pl.col("original_digits"), exponent_expr(pl.col("original_currency"))
            )
        )
        .with_columns(**_of_exchange())
        .with_columns(
            extras=json_object(pl.col("extras_movement"), pl.col("extras_exchange").fill_null("")),
            remittance=pl.col("remittance").fill_null(""),
        )
    )


@cache
def _zones() -> dict[str, pl.Expr]:
    """Read what several columns need: its size in minor units, document number and references."""
    zones = {"document": cut(43, 52), "reference_1": cut(53, 64), "reference_2": cut(65, 80)}
    return {
        "magnitude": size(cut(29, 42), pl.col("decimals")),
        **{name: plain(pl.when(~is_nothing(text)).then(text)) for name, text in zones.items()},
    }


@cache
def _of_movement() -> dict[str, pl.Expr]:
    concept = cut(23, 24)
    return {
        "booking_date": day(cut(11, 16)),
        "value_date": day(cut(17, 22)),
        "amount": signed(cut(28, 28), pl.col("magnitude")),
        "has_value_date": ~is_nothing(cut(17, 22)),
        "has_sign": cut(28, 28).is_in(("1", "2")),
        "bank_reference": pl.col("document"),
        "cheque_number": pl.when(concept == CHEQUE).then("document"),
        "customer_reference": plain(
            pl.concat_str("reference_1", "reference_2", separator=" ", ignore_nulls=True)
        ),
        "transaction_code": plain(cut(23, 27)),
        "transaction_text": concept.replace_strict(
            list(CONCEPTS), list(CONCEPTS.values()), default=None, return_dtype=pl.String
        ),
        "is_reversal": concept.is_in(REVERSALS),
        "extras_movement": json_members(
            {
                "branch": plain(cut(7, 10)),
                "free": plain(cut(3, 6)),
                "reference_1": pl.col("reference_1"),
                "reference_2": pl.col("reference_2"),
            }
        ),
    }


def _faults(*, is_padded_file: bool) -> tuple[Fault, ...]:
    """List what makes a movement uncertain, the gravest first.

    Where the file keeps its trailing blanks, a movement of another length lost or won a character somewhere, and
    nothing in its columns of digits would show it.
    """
    has_length = (
        pl.col("length") == WIDTH
        if is_padded_file
        else pl.col("width").is_between(_LEAST_WIDTH, WIDTH)
    )
    ask = "ask the bank for the file again"
    return (
        Fault(pl.col("kind") == UNKNOWN, "record", "unknown-record", "it is of no kind of record that the format has", ask),
        Fault(pl.col("is_orphan"), "record", "no-movement", "it completes a movement (22) that is not there", ask),
        Fault(~pl.col("is_clean_all"), "record", "control-character", "it or a complement holds a control character", ask),
        Fault(~has_length, "record", "record-length", f"it is not {WIDTH} characters long", ask),
        Fault(pl.col("currency").is_null(), "currency", "no-account", "its account (11) cannot be read, or its currency is unknown", ask),
        Fault(pl.col("booking_date").is_null(), "operation date", "no-date", "columns 11 to 16 are no day", ask),
        Fault(pl.col("value_date").is_null() & pl.col("has_value_date"), "value date", "no-date", "columns 17 to 22 are no day", ask),
        Fault(pl.col("amount").is_null() & ~pl.col("has_sign"), "debit or credit", "no-sign", "column 28 is neither 1 (debit) nor 2 (credit)", ask),
        Fault(pl.col("amount").is_null(), "amount", "no-amount", "columns 29 to 42 are no amount of the account's currency", ask),
        Fault(pl.col("is_torn"), "record", "cut-off", "the file ends within it or its complements", ask),
        Fault(pl.col("is_unproven"), "statement", "statement-not-closed", "the totals of its account (33) are missing: the file may be cut off", ask),
    )  # fmt: skip


def _spans(own: pl.DataFrame) -> pl.DataFrame:
    """Give the bytes of a movement with its complements, and whether all of it is text."""
    end = pl.col("byte_offset") + pl.col("byte_length")
    return own.group_by("movement").agg(byte_end=end.max(), is_clean_all=pl.col("is_clean").all())


def _concepts(own: pl.DataFrame) -> pl.DataFrame:
    """Join the concepts of a movement: two fields of 38 a record, that flow on where they are full."""
    return (
        own.filter((pl.col("kind") == CONCEPT) & ~pl.col("is_orphan"))
        .group_by("movement", maintain_order=True)
        .agg(text=cut(5, WIDTH).str.join(""))
        .select("movement", remittance=plain(pl.col("text")))
    )


def _exchanges(own: pl.DataFrame) -> pl.DataFrame:
    return (
        own.filter((pl.col("kind") == EXCHANGE) & ~pl.col("is_orphan"))
        .unique("movement", keep="first", maintain_order=True)
        .select(
            "movement",
            original_currency=currency(cut(5, 7)),
            original_digits=cut(8, 21),
            exchange_record=plain(cut(3, WIDTH)),
        )
    )


@cache
def _of_exchange() -> dict[str, pl.Expr]:
    magnitude = pl.col("original_size")
    is_read = magnitude.is_not_null()
    sign = pl.when(pl.col("amount") < 0).then(-1).otherwise(1)
    return {
        "original_amount": magnitude * sign,
        "original_currency": pl.when(is_read).then("original_currency"),
        "extras_exchange": json_members(
            {"exchange_record": pl.when(~is_read).then("exchange_record")}
        ),
    }

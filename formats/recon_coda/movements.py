"""Movements: every record 21 with its parts, read column by column.

In: records with their structure, statements. Out: a row a movement with the columns of ReadLines, and where it
cannot be trusted the cause: field, code, reason, hint. Which of them are details of others: `bookings`.

Source: Febelfin CODA 2.6, records 2.1 to 2.3.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import Fault, cut, is_nothing, plain, with_fault
from recon_coda.codes import CANCELLATIONS, COMMON, FAMILIES, OPERATIONS
from recon_coda.communications import of_communication, of_original
from recon_coda.fields import day, signed, size
from recon_coda.forms import present, told
from recon_coda.information import read_information
from recon_coda.structure import MOVEMENT, PARTS, UNKNOWN, WIDTH

ASK: Final = "ask the bank for the file again"
_SECOND, _THIRD = PARTS[:2]


def read_movements(
    records: pl.DataFrame, statements: pl.DataFrame, *, needs_closing: bool
) -> pl.DataFrame:
    """Read all movements, bookings and details alike, in file order.

    Args:
        records: of `with_structure`.
        statements: of `read_statements`.
        needs_closing: movements of a statement that is not closed are not to be trusted.

    Returns:
        a row a movement; `code` is null for those that can be trusted.
    """
    own = records.filter(pl.col("movement").is_not_null())
    stated = statements.select("statement", "currency", "is_closed", "is_separate", "version")
    joined = own.filter("starts_movement").join(
        stated, on="statement", how="left", maintain_order="left"
    )
    for part in (_spans(own), _second_parts(own), _third_parts(own), read_information(own)):
        joined = joined.join(part, on="movement", how="left", maintain_order="left")
    return (
        joined.with_columns(is_unproven=~pl.col("is_closed") & needs_closing)
        .with_columns(**_of_movement())
        .pipe(_with_communication)
        .with_columns(**of_original())
        .with_columns(**_of_parties())
        .pipe(with_fault, _faults())
    )


def _with_communication(movements: pl.DataFrame) -> pl.DataFrame:
    """Add what communications say: columns, and for the extras what structured ones say beyond them."""
    read = movements.with_columns(**of_communication(present(movements)))
    said = told(read.filter(pl.col("told_form").is_not_null()))
    return read.join(said, on="movement", how="left", maintain_order="left")


@cache
def _of_movement() -> dict[str, pl.Expr]:
    pair, operation = cut(55, 58), cut(57, 58)
    text = pl.coalesce(
        pair.replace_strict(
            list(OPERATIONS), list(OPERATIONS.values()), default=None, return_dtype=pl.String
        ),
        operation.replace_strict(
            list(COMMON), list(COMMON.values()), default=None, return_dtype=pl.String
        ),
    )
    family = cut(55, 56).replace_strict(
        list(FAMILIES), list(FAMILIES.values()), default=None, return_dtype=pl.String
    )
    is_structured = cut(62, 62) == "1"
    communication = pl.concat_str(
        cut(63, 115), pl.col("text_2").fill_null(" " * 53), pl.col("text_3").fill_null("")
    )
    return {
        "detail": cut(7, 10),
        "type": cut(54, 54),
        "category": cut(59, 61),
        "bank_reference": plain(cut(11, 31)),
        "amount": signed(cut(32, 32), size(cut(33, 47), pl.col("currency"))),
        "thousandths": signed(cut(32, 32), cut(33, 47).cast(pl.Int64, strict=False)),
        "value_date": day(cut(48, 53)),
        "has_value_date": ~is_nothing(cut(48, 53)),
        "booking_date": day(cut(116, 121)),
        "transaction_code": cut(54, 61),
        "transaction_text": pl.concat_str(family, text, separator=": ", ignore_nulls=True),
        "form": pl.when(is_structured).then(cut(63, 65)),
        "communication": pl.when(is_structured)
        .then(communication.str.slice(3))
        .otherwise(communication),
        "is_cancellation": operation.is_in(CANCELLATIONS),
    }


def _spans(own: pl.DataFrame) -> pl.DataFrame:
    """Give the bytes of a movement with its parts, and whether all of them are whole and there once."""
    end = pl.col("byte_offset") + pl.col("byte_length")
    return own.group_by("movement").agg(
        byte_end=end.max(),
        is_whole_all=pl.col("is_whole").all(),
        is_repeated=((pl.col("kind") == _SECOND).sum() > 1) | ((pl.col("kind") == _THIRD).sum() > 1),
    )  # fmt: skip


def _second_parts(own: pl.DataFrame) -> pl.DataFrame:
    return _parts(own, _SECOND).select("movement", **_of_second())


@cache
def _of_second() -> dict[str, pl.Expr | str]:
    reason, category, purpose = cut(114, 117), cut(118, 121), cut(122, 125)
    has_return = cut(113, 113).is_in(("1", "2", "3", "4", "5"))
    is_reason = has_return & reason.str.contains("^[A-Z]{2}[A-Z0-9]{2}$")
    # Before version 2 these columns were the bank's own.
    is_coded = _is_code_or_blank(purpose) & _is_code_or_blank(category) & (has_return | (cut(113, 117) == "     "))  # fmt: skip
    return {
        "text_2": cut(11, 63),
        "reference": plain(cut(64, 98)),
        "payer_bank": plain(cut(99, 109)),
        "return_type": pl.when(is_coded & has_return).then(cut(113, 113)),
        "return_code": pl.when(is_coded & is_reason).then(reason),
        "category_purpose": pl.when(is_coded).then(category.str.strip_chars().replace("", None)),
        "purpose_code": pl.when(is_coded).then(purpose.str.strip_chars().replace("", None)),
        "zone_22": pl.when(~is_coded | (has_return & ~is_reason)).then(plain(cut(110, 125))),
    }


def _is_code_or_blank(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"^(?:[A-Z]{4}|\s{4})$")


def _third_parts(own: pl.DataFrame) -> pl.DataFrame:
    return _parts(own, _THIRD).select("movement", **_of_third())


@cache
def _of_third() -> dict[str, pl.Expr | str]:
    zone = cut(11, 47)
    account = zone.str.extract(r"^([A-Z0-9]+)( |$)", 1)
    currency = zone.str.tail(3)
    has_form = zone.str.contains(r"^[A-Z0-9]* *([A-Z]{3})?$")
    return {
        "text_3": cut(83, 125),
        "payer_account": pl.when(~is_nothing(account)).then(account.str.strip_chars()),
        "stated_name": plain(cut(48, 82)),
        "counterparty_currency": pl.when(currency.str.contains("^[A-Z]{3}$") & has_form).then(
            currency
        ),
        "zone_23": pl.when(~has_form).then(plain(zone)),
    }


def _parts(own: pl.DataFrame, kind: str) -> pl.DataFrame:
    return own.filter((pl.col("kind") == kind) & ~pl.col("is_foreign")).unique(
        "movement", keep="first", maintain_order=True
    )


@cache
def _of_parties() -> dict[str, pl.Expr]:
    """The customer's reference is the payer's own on receipts, and ours on payments."""
    end_to_end = pl.col("reference")
    is_given = ~end_to_end.str.contains("^NOT ?PROVIDED$")
    is_payment = pl.col("amount") < 0
    return {
        "payer_name": pl.coalesce("stated_name", "informed_name", "terminal_name"),
        "end_to_end_id": pl.when(is_given).then(end_to_end),
        "customer_reference": pl.when(is_given & is_payment).then(end_to_end),
        "return_reason": pl.coalesce("return_code", "debit_reason"),
        "is_reversal": pl.col("return_type").is_not_null()
        | pl.col("debit_reason").is_not_null()
        | pl.col("is_cancellation"),
        "original_amount": pl.col("original_size")
        * pl.when(is_payment).then(-1).otherwise(1),
        "remittance": pl.coalesce("text_said", "information", pl.lit("")),
        "information_rest": pl.when(pl.col("text_said").is_not_null()).then("information"),
    }  # fmt: skip


@cache
def _faults() -> tuple[Fault, ...]:
    """List what makes a movement uncertain, the gravest first."""
    return (
        Fault(pl.col("kind") == UNKNOWN, "record", "unknown-record", "it is of no kind of record that the format has", ASK),
        Fault(pl.col("kind") != MOVEMENT, "record", "no-movement", "it is part of a movement (21) that is not there", ASK),
        Fault(~pl.col("is_whole_all"), "record", "record-length", f"it or a part of it is not {WIDTH} characters of text", ASK),
        Fault(pl.col("is_repeated"), "record", "repeated-record", "a part of it (22, 23) stands there twice", ASK),
        Fault(pl.col("currency").is_null(), "currency", "no-account", "its account (1) cannot be read, or its currency is unknown", ASK),
        Fault(pl.col("booking_date").is_null(), "entry date", "no-date", "columns 116 to 121 are no day", ASK),
        Fault(pl.col("value_date").is_null() & pl.col("has_value_date"), "value date", "no-date", "columns 48 to 53 are no day", ASK),
        Fault(pl.col("amount").is_null() & ~cut(32, 32).is_in(("0", "1")), "debit or credit", "no-sign", "column 32 is neither 0 (credit) nor 1 (debit)", ASK),
        Fault(pl.col("amount").is_null(), "amount", "no-amount", "columns 33 to 47 are no amount of the account's currency", ASK),
        Fault(pl.col("is_unproven"), "statement", "statement-not-closed", "its statement has no new balance (8) and no trailer (9): the file may be cut off", ASK),
    )  # fmt: skip

"""Transactions (records 16): one row each, with the reason why it cannot be read where it cannot.

In: records 16 with the headers of their group and account. Out: columns of ReadLines and `code`, `field`, `reason`
(null where the row is sound).

Source: BAI Cash Management Balance Reporting Specifications, Version 2: record 16, funds type.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import AMOUNT_LIMIT, exponents, json_members, json_object
from recon_bai2 import codes, narrative
from recon_bai2.records import DAMAGED, FULL, MARKS, OPEN, SLASH, as_text, without_marks
from recon_bai2.structure import NAI, read_date
from recon_bai2.summary import DISTRIBUTIONS, FUNDS, minor

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOUND_FUNDS: Final = rf"^{FUNDS}$"
# What stands behind a D: how many pairs of days and amount, and the pairs.
_D_TAIL: Final = rf"(?s)^({DISTRIBUTIONS})(?:,(.*))?$"
_SLICE: Final = 20_000
# What ReadLines takes from here; the reader adds places.
COLUMNS: Final = (
    "statement_index", "record", "line_number", "byte_offset", "byte_length", "status",
    "bank_reference", "booking_date", "value_date", "amount", "currency", "payer_name",
    "payer_account", "payer_bank", "remittance", "end_to_end_id", "customer_reference",
    "cheque_number", "transaction_code", "transaction_text", "return_reason", "is_reversal",
    "extras",
)  # fmt: skip
# What batches, checks and rejects need beside the line.
_FACTS: Final = (
    "type_code", "written", "size", "sign", "has_known_funds", "record_code", "body", "field",
    "code", "reason",
)  # fmt: skip
_PADDING: Final = f" {FULL}{SLASH}{OPEN}"


def read_details(records: pl.DataFrame, own: Mapping[str, int]) -> pl.DataFrame:
    """Read the records 16.

    Args:
        records: body, dialect, date (of the group), currency, group_status, is_in_account, and places.
        own: signs of the bank's own type codes.

    Returns:
        COLUMNS, and type_code, written, size, sign, has_known_funds, body; code, field and reason of what is wrong.
    """
    # In slices, so that memory does not hold every intermediate column of a large file at once.
    parts = [_read(part, own) for part in records.iter_slices(_SLICE)] or [_read(records, own)]
    return pl.concat(parts)


def _read(records: pl.DataFrame, own: Mapping[str, int]) -> pl.DataFrame:
    fields = _split(records)
    text = fields.select(as_text(pl.col("text").fill_null("")).alias("text"))["text"]
    plain = text.str.replace_all(OPEN, " ", literal=True)
    if plain.str.contains("  ", literal=True).any():
        plain = plain.str.replace_all(r"\s+", " ")
    type_code, funds = pl.col("type_code"), pl.col("funds").fill_null("")
    read = fields.with_columns(
        plain.str.strip_chars().alias("remittance"),
        sign=codes.sign(type_code, pl.col("dialect"), own),
        has_known_funds=(funds.str.len_bytes() == 0) | funds.str.contains(_SOUND_FUNDS),
        transaction_text=codes.transaction_text(),
        is_reversal=codes.is_reversing(type_code),
        amount=minor(pl.col("written"), AMOUNT_LIMIT),
    )
    is_moneyless = pl.col("sign") == 0
    no_amount = pl.when(is_moneyless & (pl.col("written") == "")).then(0)
    is_booked = pl.col("group_status").is_in(["", "1"]) & ~is_moneyless
    return (
        read.with_columns(
            *narrative.other_party(text, pl.col("sign") == 1),
            size=pl.coalesce("amount", no_amount),
            status=pl.when(is_booked).then(pl.lit("booked")).otherwise(pl.lit("information")),
        )
        .with_columns(*_of_codes(), amount=pl.col("size") * pl.col("sign"))
        .with_columns(extras=_extras(), **_verdict())
        .select(*COLUMNS, *_FACTS)
    )


def _split(records: pl.DataFrame) -> pl.DataFrame:
    """Split the fields; what is text begins behind the references, and may hold commas."""
    first = pl.col("body").str.splitn(",", 4).struct
    rows = records.with_columns(
        type_code=_bare(first.field("field_0")),
        written=_bare(first.field("field_1")),
        funds=_bare(first.field("field_2")),
        rest=first.field("field_3"),
    )
    rows = _without_availability(rows)
    bai2 = pl.col("rest").str.splitn(",", 3).struct
    is_nai = pl.col("dialect") == NAI
    # NAI has one reference only.
    nai = pl.col("rest").str.splitn(",", 2).struct
    customer = pl.when(~is_nai).then(bai2.field("field_1"))
    text = pl.when(is_nai).then(nai.field("field_1")).otherwise(bai2.field("field_2"))
    return rows.with_columns(
        bank_reference=_bare(bai2.field("field_0")),
        customer_reference=_bare(customer),
        text=text,
    ).drop("rest")


def _without_availability(rows: pl.DataFrame) -> pl.DataFrame:
    """Take what a funds type S, V or D brings with it out of `rest`, and put it into `funds`."""
    rest = pl.col("rest")
    for mark, width in (("S", 3), ("V", 2)):
        has_mark = pl.col("funds").str.to_uppercase() == mark
        if rows.select(has_mark.any()).item():
            parts = rest.str.splitn(",", width + 1).struct
            brought = [_bare(parts.field(f"field_{at}")) for at in range(width)]
            rows = rows.with_columns(
                funds=pl.when(has_mark)
                .then(pl.concat_str("funds", *brought, separator=",", ignore_nulls=True))
                .otherwise("funds"),
                rest=pl.when(has_mark).then(parts.field(f"field_{width}")).otherwise(rest),
            )
    has_pairs = pl.col("funds").str.to_uppercase() == "D"
    if rows.select(has_pairs.any()).item():
        tail = without_marks(rest).str.extract(_D_TAIL, 1)
        # The marks of the text are kept: what the pairs take away is counted in commas.
        behind = rest.str.extract(_D_TAIL.replace(",", f",{MARKS}?"), 2)
        rows = rows.with_columns(
            funds=pl.when(has_pairs & tail.is_not_null())
            .then(pl.concat_str("funds", tail, separator=","))
            .otherwise("funds"),
            rest=pl.when(has_pairs & tail.is_not_null()).then(behind).otherwise(rest),
        )
    return rows


def _bare(field: pl.Expr) -> pl.Expr:
    return field.str.strip_chars(_PADDING)


@cache
def _of_codes() -> list[pl.Expr]:
    """Columns whose meaning the type code gives."""
    # NAI has one reference; it is the number of a cheque there.
    is_nai = pl.col("dialect") == NAI
    number = pl.when(is_nai).then("bank_reference").otherwise("customer_reference")
    is_cheque = (pl.col("type_code") == codes.CHEQUE_PAID) & number.str.contains(r"^[0-9]+$")
    returned = pl.when(pl.col("is_reversal")).then(narrative.ach_return(pl.col("remittance")))
    dated = pl.col("funds").str.extract(r"^[Vv],([0-9]+)(?:,|$)", 1)
    return [
        pl.coalesce("cheque_stated", pl.when(is_cheque).then(number)).alias("cheque_number"),
        pl.col("date").alias("booking_date"),
        pl.col("type_code").alias("transaction_code"),
        codes.return_reason(returned).alias("return_reason"),
        returned.alias("ach_return"),
        read_date(dated).alias("value_date"),
        *(_filled(pl.col(name)).alias(name) for name in ("bank_reference", "customer_reference")),
    ]


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


@cache
def _extras() -> pl.Expr:
    status = pl.when(~pl.col("group_status").is_in(["", "1"])).then(pl.col("group_status"))
    return json_object(
        json_members(
            {
                "ach_return": pl.col("ach_return"),
                "funds": _filled(pl.col("funds")),
                "group_status": status,
            }
        )
    )


@cache
def _verdict() -> dict[str, pl.Expr]:
    """Say what is wrong with a row, the first thing only."""
    written, code = pl.col("written"), pl.col("type_code")
    quoted = pl.concat_str(pl.lit("'"), written.fill_null("").str.head(40), pl.lit("'"))
    is_no_sign = pl.col("sign").is_null()
    is_signed = (pl.col("size") < 0) | ((pl.col("sign") == 0) & (pl.col("size") != 0))
    unknown = ~pl.col("currency").is_in(list(exponents()))
    causes: list[tuple[pl.Expr, str, str, pl.Expr | str]] = [
        (
            pl.col("record_code") == DAMAGED,
            "record code",
            "damaged-record",
            "the line looks like a transaction, but its record code is none",
        ),
        (
            ~pl.col("is_in_account"),
            "record code",
            "outside-account",
            "the transaction stands outside any account (03 to 49)",
        ),
        (unknown, "currency", "unknown-currency", "the account's currency is no ISO 4217 code"),
        (
            pl.col("booking_date").is_null(),
            "as-of date",
            "no-date",
            "the as-of date of its group (02) is no day of the calendar",
        ),
        (
            ~code.str.contains(r"^[0-9]{3}$").fill_null(value=False),
            "type code",
            "no-type-code",
            "the type code is no number of three digits",
        ),
        (
            is_no_sign,
            "type code",
            "unknown-sign",
            pl.concat_str(pl.lit("type code "), code, pl.lit(" says neither credit nor debit")),
        ),
        (
            pl.col("size").is_null(),
            "amount",
            "no-amount",
            pl.concat_str(quoted, pl.lit(" is no amount in whole minor units")),
        ),
        (
            is_signed,
            "amount",
            "signed-amount",
            pl.concat_str(quoted, pl.lit(" contradicts its type code, which gives the sign")),
        ),
    ]

    def first(values: list[pl.Expr | str]) -> pl.Expr:
        return pl.coalesce(
            *(
                pl.when(cause[0]).then(pl.lit(value) if isinstance(value, str) else value)
                for cause, value in zip(causes, values, strict=True)
            )
        )

    return {
        "field": first([cause[1] for cause in causes]),
        "code": first([cause[2] for cause in causes]),
        "reason": first([cause[3] for cause in causes]),
    }

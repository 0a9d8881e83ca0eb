"""Turn transactions into the columns of lines; what has no column becomes named extras.

In: the transactions of one piece, as text. Out: lines whose amount is still text, because its decimal mark is decided
over the whole file.

Source: OFX 2.1.1 section 11.4.3 (statement transaction), 11.4.4 (transaction types), 5.2 (currencies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_ofx.records import placed
from recon_ofx.values import read_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon_ofx.records import Piece

    Told = Mapping[str, pl.Series]

_NAMES: Final = ("EXTDNAME", "NAME", "EXTDPAYEE.NAME", "PAYEE.NAME", "PAYEE")
_BLANK: Final = r"\s"
_NO_TEXT: Final = pl.lit(None, dtype=pl.String)
_NO_DAY: Final = pl.lit(None, dtype=pl.Date)
_IS_CODE: Final = pl.col("ORIGCURRENCY.CURSYM").str.contains("^[A-Za-z]{3}$")
# The first that holds stands.
_FAULT: Final = (
    pl.when(pl.col("amount_text").is_null())
    .then(pl.lit("missing-amount"))
    .when(pl.col("date_text").is_null())
    .then(pl.lit("missing-date"))
    .when(pl.col("booking_date").is_null())
    .then(pl.lit("no-date"))
)
# A value with a column of its own is told once more where the column does not tell all of it, or another was told first.
_FURTHER: Final = {
    "DTPOSTED": pl.col("DTPOSTED").str.len_bytes() != len("YYYYMMDD"),
    "DTTRAN": ~pl.col("is_pending") | (pl.col("DTTRAN").str.len_bytes() != len("YYYYMMDD")),
    "DTAVAIL": pl.col("value_date").is_null(),
    "CHKNUM": pl.col("CHKNUM") != pl.col("cheque_number"),
    "CORRECTFITID": pl.lit(True),
    "CORRECTACTION": pl.lit(True),
    "ORIGCURRENCY.CURSYM": ~_IS_CODE,
    **{name: pl.col(name) != pl.col("payer_name") for name in _NAMES[1:]},
}
_AFTER: Final = {
    "CCACCTTO.ACCTID": "BANKACCTTO.ACCTID",
    "ORIGCURRENCY.CURRATE": "CURRENCY.CURRATE",
}
# The columns with values too long to stand in the frame itself.
_LONG: Final = (
    "date_text", "payer_name", "bank_reference", "remittance", "customer_reference",
    "cheque_number", "amount_text",
)  # fmt: skip


def draft_lines(piece: Piece) -> pl.DataFrame:
    """Give a row a transaction: the columns of a line, and amount_text, currency_text, date_text, fault.

    A column that says nothing of any transaction is left out.
    """
    told = piece.fields
    read = pl.DataFrame([*piece.records, *(told[name].alias(name) for name in told)])
    read = read.with_columns(
        payer_name=_first(told, *_NAMES),
        amount_text=_first(told, "TRNAMT"),
        date_text=_posted(told),
        cheque_number=_first(told, "CHECKNUM", "CHKNUM"),
        transaction_code=_first(told, "TRNTYPE").str.to_uppercase(),
    )
    has_value_date = "DTAVAIL" in told
    read = read.with_columns(
        booking_date=read_days(read["date_text"]),
        value_date=read_days(told["DTAVAIL"]) if has_value_date else _NO_DAY,
    )
    kept = ("offset", "length", "booking_date", "value_date", "transaction_code")
    columns = {name: pl.col(name) for name in (*kept, "payer_name", "cheque_number", "amount_text")}
    columns |= {
        "fault": _fault(told),
        # The date as written is needed only where it is none.
        "date_text": pl.when(pl.col("booking_date").is_null()).then("date_text"),
        "status": _status(told),
        "is_reversal": _upper(told, "CORRECTACTION").eq_missing(pl.lit("DELETE")),
        "bank_reference": _first(told, "FITID"),
        "payer_account": _without_blanks(told, "BANKACCTTO.ACCTID", "CCACCTTO.ACCTID"),
        "payer_bank": _without_blanks(told, "BANKACCTTO.BANKID"),
        # NAME is "the payee or the description of the transaction": without a memo it is all the text there is.
        "remittance": pl.coalesce(_first(told, "MEMO"), "payer_name", pl.lit("")),
        "customer_reference": _first(told, "REFNUM"),
        "exchange_rate": _first(told, "CURRENCY.CURRATE", "ORIGCURRENCY.CURRATE"),
        "original_currency": _original_currency(told),
        "currency_text": _upper(told, "CURRENCY.CURSYM", "CURRENCY"),
    }
    # A copy: else its few characters keep the text of the whole piece in memory.
    columns |= {name: pl.concat_str(columns[name], pl.lit("")) for name in _LONG}
    lines = read.select(**columns, extras=_extras(read, piece.others, told))
    is_told = [column.null_count() < len(lines) or lines.is_empty() for column in lines]
    return lines.select(column for column, is_any in zip(lines, is_told, strict=True) if is_any)


def _first(told: Told, *names: str) -> pl.Expr:
    """Give the first value that a row has; fields that no row has cost nothing."""
    known = [name for name in names if name in told]
    return pl.coalesce(known) if known else _NO_TEXT


def _upper(told: Told, *names: str) -> pl.Expr:
    return _first(told, *names).str.to_uppercase()


def _without_blanks(told: Told, *names: str) -> pl.Expr:
    return _first(told, *names).str.replace_all(_BLANK, "")


def _posted(told: Told) -> pl.Expr:
    """Give the day of the booking; only what is pending may have the day of the transaction instead."""
    posted = _first(told, "DTPOSTED")
    if "DTTRAN" not in told:
        return posted
    return pl.when("is_pending").then(_first(told, "DTPOSTED", "DTTRAN")).otherwise(posted)


def _fault(told: Told) -> pl.Expr:
    """Name what makes a record unreadable, apart from its amount."""
    fault = _FAULT
    if "CURRENCY.CURRATE" in told:
        has_code = _first(told, "CURRENCY.CURSYM").is_not_null()
        is_rate_alone = pl.col("CURRENCY.CURRATE").is_not_null() & ~has_code
        fault = fault.when(is_rate_alone).then(pl.lit("missing-currency"))
    return pl.coalesce("fault", fault)


def _status(told: Told) -> pl.Expr:
    """Say what is booked: a hold is not yet, and a correction changes an earlier entry and is none itself."""
    is_correction = _first(told, "CORRECTFITID", "CORRECTACTION").is_not_null()
    is_held = pl.col("is_pending") | pl.col("transaction_code").eq_missing(pl.lit("HOLD"))
    return (
        pl.when(is_correction)
        .then(pl.lit("information"))
        .when(is_held)
        .then(pl.lit("pending"))
        .otherwise(pl.lit("booked"))
    )


def _original_currency(told: Told) -> pl.Expr:
    if "ORIGCURRENCY.CURSYM" not in told:
        return _NO_TEXT
    return pl.when(_IS_CODE).then(_upper(told, "ORIGCURRENCY.CURSYM"))


def _extras(read: pl.DataFrame, others: pl.DataFrame, told: Told) -> pl.Series:
    """Collect what has no column as a JSON object a row: `CORRECTFITID`, `DTUSER`, `PAYEE.CITY`, a second `NAME`."""
    parts = [others]
    if len(others):
        shown = read.select("row", "payer_name")
        others = others.join(shown, on="row", how="left", maintain_order="left")
        # A name told twice is no further fact.
        is_new = pl.col("value").ne_missing(pl.col("payer_name"))
        parts = [others.filter(is_new).select("row", "name", "value")]
    further = {name: condition for name, condition in _FURTHER.items() if name in told}
    further |= {
        name: pl.col(first).is_not_null()
        for name, first in _AFTER.items()
        if name in told and first in told
    }
    for name, condition in further.items():
        said = read.select(
            "row",
            pl.lit(name).alias("name"),
            pl.col(name).alias("value"),
            (condition & pl.col(name).is_not_null()).alias("is_said"),
        )
        parts.append(said.filter("is_said").drop("is_said"))
    objects = as_json(pl.concat(parts))
    return placed(objects["row"].to_numpy(), objects["extras"], len(read))


def with_member(name: str, value: pl.Series) -> pl.Expr:
    """Add one member to `extras`, behind the others, where it has a value; such a value has nothing to escape."""
    member = pl.concat_str(pl.lit(f'"{name}": "'), pl.lit(value), pl.lit('"}'))
    others = pl.col("extras").str.strip_suffix("}")
    opened = pl.concat_str(others, pl.lit(", ")).fill_null("{")
    return pl.coalesce(pl.concat_str(opened, member), "extras")


def as_json(parts: pl.DataFrame) -> pl.DataFrame:
    """Write rows of row, name and value as one JSON object a row, in `extras`; equal names share a value.

    >>> as_json(pl.DataFrame({"row": [1, 1], "name": ["SIC", "DTUSER"], "value": ["9", "2026"]}))["extras"].item()
    '{"DTUSER": "2026", "SIC": "9"}'
    """
    row = parts["row"].to_numpy()
    is_one_each = (row[1:] > row[:-1]).all()
    if not is_one_each:
        parts = parts.sort("row", "name", maintain_order=True)
        parts = parts.group_by("row", "name", maintain_order=True).agg(
            pl.col("value").str.join(" ")
        )
    value = parts["value"]
    # Control characters are refused in files, and names of tags have nothing to escape.
    if value.str.contains_any(['"', "\\"]).any():
        value = value.str.replace_many(["\\", '"'], ["\\\\", '\\"'])
    member = pl.concat_str(pl.lit('"'), "name", pl.lit('": "'), value, pl.lit('"'))
    objects = parts.select("row", extras=member)
    if not is_one_each:
        objects = objects.group_by("row", maintain_order=True).agg(pl.col("extras").str.join(", "))
    return objects.with_columns(extras=pl.concat_str(pl.lit("{"), "extras", pl.lit("}")))

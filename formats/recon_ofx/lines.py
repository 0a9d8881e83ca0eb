"""Turn transactions into the columns of lines; what has no column becomes named extras.

In: the transactions of one piece, as text. Out: lines whose amount is still text, because its decimal mark is decided
over the whole file.

Source: OFX 2.1.1 section 11.4.3 (statement transaction), 11.4.4 (transaction types), 5.2 (currencies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_ofx.values import date_expr

if TYPE_CHECKING:
    from recon_ofx.records import Piece


_IS_CODE: Final = pl.col("ORIGCURRENCY.CURSYM").str.contains("^[A-Za-z]{3}$")
# Columns with values too long to stand in the frame itself.
_LONG: Final = (
    "date_text", "payer_name", "bank_reference", "remittance", "customer_reference",
    "cheque_number", "amount_text",
)  # fmt: skip


def draft_lines(piece: Piece) -> pl.DataFrame:
    """Give a row a transaction: the columns of a line, and amount_text, currency_text, fault."""
    told = _told(piece.records)
    name = _first(told, "EXTDNAME", "NAME", "EXTDPAYEE.NAME", "PAYEE.NAME", "PAYEE")
    posted = (
        pl.when(pl.col("is_pending"))
        .then(pl.coalesce("DTPOSTED", "DTTRAN"))
        .otherwise(pl.col("DTPOSTED"))
    )
    read = piece.records.with_columns(
        payer_name=name,
        date_text=posted,
        booking_date=date_expr(posted),
        value_date=date_expr(pl.col("DTAVAIL")),
        transaction_code=pl.col("TRNTYPE").str.to_uppercase(),
        cheque_number=_first(told, "CHECKNUM", "CHKNUM"),
    )
    extras = _extras(read, piece.others, told)
    lines = read.select(
        "row",
        "offset",
        "length",
        "booking_date",
        "value_date",
        "payer_name",
        "transaction_code",
        "cheque_number",
        fault=pl.coalesce("fault", _fault()),
        # The date as written is needed only where it is none.
        date_text=pl.when(pl.col("booking_date").is_null()).then("date_text"),
        status=_status(),
        is_reversal=pl.col("CORRECTACTION").str.to_uppercase().eq("DELETE").fill_null(False),
        bank_reference="FITID",
        payer_account=_first(told, "BANKACCTTO.ACCTID", "CCACCTTO.ACCTID").str.replace_all(
            r"\s", ""
        ),
        payer_bank=pl.col("BANKACCTTO.BANKID").str.replace_all(r"\s", ""),
        # NAME is "the payee or the description of the transaction": without a memo it is all the text there is.
        remittance=pl.coalesce("MEMO", "payer_name", pl.lit("")),
        customer_reference="REFNUM",
        exchange_rate=_first(told, "CURRENCY.CURRATE", "ORIGCURRENCY.CURRATE"),
        original_currency=pl.when(_IS_CODE).then(pl.col("ORIGCURRENCY.CURSYM").str.to_uppercase()),
        amount_text="TRNAMT",
        currency_text=_first(told, "CURRENCY.CURSYM", "CURRENCY").str.to_uppercase(),
    )
    joined = lines.join(extras, on="row", how="left", maintain_order="left").drop("row")
    long = _told(joined).intersection(_LONG)
    return joined.with_columns(_detached(name) for name in joined.columns if name in long)


def _told(frame: pl.DataFrame) -> frozenset[str]:
    """Name the columns in which any row says something."""
    return frozenset(
        column.name for column in frame.iter_columns() if column.null_count() < len(frame)
    )


def _first(told: frozenset[str], *names: str) -> pl.Expr:
    """Give the first value that a row has; columns without any value cost nothing."""
    return pl.coalesce([name for name in names if name in told] or names[:1])


def _detached(name: str) -> pl.Expr:
    """Copy a column of text: else its few characters keep the text of the whole piece in memory."""
    return pl.concat_str(name, pl.lit("")).alias(name)


def _fault() -> pl.Expr:
    """Name what makes a record unreadable, apart from its amount."""
    is_rate_alone = pl.col("CURRENCY.CURRATE").is_not_null() & pl.col("CURRENCY.CURSYM").is_null()
    return (
        pl.when(pl.col("TRNAMT").is_null())
        .then(pl.lit("missing-amount"))
        .when(pl.col("date_text").is_null())
        .then(pl.lit("missing-date"))
        .when(pl.col("booking_date").is_null())
        .then(pl.lit("no-date"))
        .when(is_rate_alone)
        .then(pl.lit("missing-currency"))
    )


def _status() -> pl.Expr:
    """Say what is booked: a hold is not yet, and a correction changes an earlier entry and is none itself."""
    is_correction = pl.any_horizontal(pl.col("CORRECTFITID", "CORRECTACTION").is_not_null())
    is_held = pl.col("is_pending") | pl.col("transaction_code").eq("HOLD").fill_null(False)
    return (
        pl.when(is_correction)
        .then(pl.lit("information"))
        .when(is_held)
        .then(pl.lit("pending"))
        .otherwise(pl.lit("booked"))
    )


def _extras(read: pl.DataFrame, others: pl.DataFrame, told: frozenset[str]) -> pl.DataFrame:
    """Collect what has no column as a JSON object a row: `CORRECTFITID`, `DTUSER`, `PAYEE.CITY`, a second `NAME`."""
    is_shown = pl.col("value") == pl.col("payer_name")
    shown = read.select("row", "payer_name")
    # A name told twice is no further fact.
    others = others.join(shown, on="row", how="left", maintain_order="left")
    parts = [others.filter(is_shown.ne_missing(True)).select("row", "name", "value")]
    is_a_day = pl.col("DTPOSTED").str.contains(r"^[0-9]{8}$")
    further = {
        "DTPOSTED": ~is_a_day,
        "DTTRAN": ~pl.col("is_pending") | (pl.col("DTTRAN").str.len_bytes() != 8),
        "DTAVAIL": pl.col("value_date").is_null(),
        "CHKNUM": pl.col("CHKNUM") != pl.col("cheque_number"),
        "CORRECTFITID": pl.lit(True),
        "CORRECTACTION": pl.lit(True),
        "CCACCTTO.ACCTID": pl.col("BANKACCTTO.ACCTID").is_not_null(),
        "ORIGCURRENCY.CURSYM": ~_IS_CODE,
        "ORIGCURRENCY.CURRATE": pl.col("CURRENCY.CURRATE").is_not_null(),
    }
    names = ("NAME", "EXTDPAYEE.NAME", "PAYEE.NAME", "PAYEE")
    further |= {name: pl.col(name) != pl.col("payer_name") for name in names}
    for name, condition in further.items():
        if name in told:
            parts.append(
                read.filter(condition & pl.col(name).is_not_null()).select(
                    "row", pl.lit(name).alias("name"), pl.col(name).alias("value")
                )
            )
    return as_json(pl.concat(parts), "row")


def as_json(parts: pl.DataFrame, key: str) -> pl.DataFrame:
    """Write rows of key, name and value as one JSON object a key, in `extras`; equal names share a value."""
    members = parts.sort(key, "name", maintain_order=True)
    is_same = pl.col(key) == pl.col(key).shift(1)
    if members.select((is_same & (pl.col("name") == pl.col("name").shift(1))).any()).item():
        members = members.group_by(key, "name", maintain_order=True).agg(
            pl.col("value").str.join(" ")
        )
    quoted = members.select(
        key,
        member=pl.concat_str(
            pl.lit('"'), "name", pl.lit('": "'), _escaped(members["value"]), pl.lit('"')
        ),
    )
    if quoted.select(is_same.any()).item():
        quoted = quoted.group_by(key, maintain_order=True).agg(pl.col("member").str.join(", "))
    return quoted.select(key, extras=pl.concat_str(pl.lit("{"), "member", pl.lit("}")))


def _escaped(text: pl.Series) -> pl.Series:
    """Escape for JSON; control characters are refused in files, and names of tags have nothing to escape."""
    if not text.str.contains(r'["\\\\]').any():
        return text
    return text.str.replace_many(["\\", '"'], ["\\\\", '\\"'])

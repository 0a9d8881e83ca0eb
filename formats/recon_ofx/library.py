"""The tolerant reading: what our grammar rejects, the library ofxparse may confirm, statement by statement.

In: judged records. Out: the same, with faults lifted where the library reads the whole statement as we do. The library
is quadratic in the number of tags and cubic in the length of an amount, shifts days by time zones, and returns nothing
for a file that is cut: it gets small documents, in a limited child process, and is believed only where it agrees.
An amount is always read by our own grammar, and a day is always the first eight digits as written.
"""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import ChildFailed, call_in_child, format_minor_expr
from recon_ofx.text import AND, GREATER, LESS, NOTHING
from recon_ofx.values import AMOUNT_WIDTH

if TYPE_CHECKING:
    from recon_ofx.text import Text

LIBRARY: Final = "ofxparse"
RECORD_LIMIT: Final = 2_000
RAW_LIMIT: Final = 16 * 1024

_HEAD: Final = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\nCHARSET:NONE\n\n"
    "<OFX><STMTRS><BANKTRANLIST>"
)
_TAIL: Final = "</BANKTRANLIST></STMTRS></OFX>"
_DOUBTS: Final = ("no-date", "not-closed")
_CHILD: Final = "recon_ofx.library_child:read"
_NO_ID: Final = "-"  # the library refuses an empty id
_SHOWN: Final = str.maketrans({LESS: "&lt;", GREATER: "&gt;", AND: "&amp;", NOTHING: None})


def confirmed(judged: pl.DataFrame, text: Text) -> tuple[pl.DataFrame, list[int], list[str]]:
    """Ask the library about records that are not closed, or have something behind the day.

    Args:
        judged: statement_index, fault, amount, booking_date, date_text, bank_reference, place and currency.
        text: where the records stand.

    Returns:
        the records, with day and without fault where the library confirms them; the statements that it confirmed;
        findings.
    """
    if not judged["fault"].is_in(_DOUBTS).any():
        return judged, [], []
    written = pl.col("date_text").str.head(8).str.to_date("%Y%m%d", strict=False)
    day = pl.coalesce("booking_date", written)
    is_candidate = (
        pl.col("fault").is_in(_DOUBTS)
        & pl.col("amount").is_not_null()
        & day.is_not_null()
        & (pl.col("amount_text").str.len_bytes() <= AMOUNT_WIDTH)
        & (pl.col("length") <= RAW_LIMIT)
    )
    asked = judged.with_columns(day=day, is_candidate=is_candidate.fill_null(False))
    statements = asked.filter("is_candidate")["statement_index"].unique()
    if statements.is_empty():
        return judged, [], []
    # Elsewhere in the statement there may be nothing that we reject: the library must agree on all of it.
    sound = pl.col("fault").is_null() | pl.col("is_candidate")
    small = (
        asked.filter(pl.col("statement_index").is_in(statements.implode()))
        .group_by("statement_index", maintain_order=True)
        .agg(is_sound=sound.all(), records=pl.len())
        .filter(pl.col("is_sound") & (pl.col("records").cum_sum() <= RECORD_LIMIT))
    )
    parts = [asked.filter(statement_index=index) for index in small["statement_index"]]
    if not parts:
        return judged, [], []
    try:
        readings = call_in_child(_CHILD, [_document(p, text) for p in parts])
    except ChildFailed as failure:
        return judged, [], [f"{LIBRARY} was asked about rejected records and failed: {failure}"]
    agreed = [
        int(part["statement_index"][0])
        for part, reading in zip(parts, readings, strict=True)
        if reading is not None and _comparable(reading) == _comparable(_facts(part))
    ]
    lifted = pl.col("is_candidate") & pl.col("statement_index").is_in(agreed)
    asked = asked.with_columns(
        fault=pl.when(~lifted).then(pl.col("fault")),
        booking_date=pl.when(lifted).then(pl.col("day")).otherwise(pl.col("booking_date")),
    )
    return asked.drop("day", "is_candidate"), agreed, _findings(asked.filter(lifted))


def _findings(lifted: pl.DataFrame) -> list[str]:
    if lifted.is_empty():
        return []
    named = ", ".join(str(number) for number in lifted["record"].head(5))
    return [f"{len(lifted)} records ({named}) break the grammar; {LIBRARY} reads them as we do"]


def _comparable(told: list[list[str]]) -> list[tuple[Decimal, str, str]]:
    return [(Decimal(amount), day, identifier) for amount, day, identifier in told]


def _facts(part: pl.DataFrame) -> list[list[str]]:
    """Give amount, day and id of each record as the library must tell them."""
    return [
        [amount, day, identifier]
        for amount, day, identifier in part.select(
            _amount(), pl.col("day").dt.strftime("%Y%m%d"), _identifier()
        ).iter_rows()
    ]


def _amount() -> pl.Expr:
    return format_minor_expr(pl.col("amount"), pl.col("currency"))


def _identifier() -> pl.Expr:
    return pl.col("bank_reference").fill_null(_NO_ID)


def _document(part: pl.DataFrame, text: Text) -> str:
    """Write a statement for the library: in doubt the bank's own text, else the facts in canonical form."""
    rows = part.select(
        "is_candidate", "offset", "length", "bank_reference",
        amount=_amount(), day=pl.col("day").dt.strftime("%Y%m%d"), id=_identifier(),
    )  # fmt: skip
    return f"{_HEAD}{''.join(_record(row, text) for row in rows.iter_rows(named=True))}{_TAIL}"


def _record(row: dict[str, Any], text: Text) -> str:
    if not row["is_candidate"]:
        return (
            f"<STMTTRN><DTPOSTED>{row['day']}</DTPOSTED><TRNAMT>{row['amount']}</TRNAMT>"
            f"<FITID>{escape(row['id'])}</FITID></STMTTRN>"
        )
    raw = text.data[row["offset"] : row["offset"] + row["length"]]
    return raw.decode(text.encoding).translate(_SHOWN)

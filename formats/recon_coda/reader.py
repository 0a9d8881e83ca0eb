"""From a file to frames: split, structure, read, resolve bookings. In: one file. Out: ParsedStatements, or MalformedFile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    NO_CURRENCY,
    Delivered,
    MalformedFile,
    Place,
    chosen,
    deliver,
    numbered,
    refuse_unknown,
    split_columns,
    with_line_count,
)
from recon_coda.bookings import LINE, with_roles
from recon_coda.movements import read_movements
from recon_coda.proof import findings_of
from recon_coda.statements import read_statements
from recon_coda.structure import COUNTED, WIDTH, with_structure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile

_OPTIONS: Final = ("closing_balance", "encoding")
_LINE_COLUMNS: Final = (
    "statement_index", "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
    "amount", "currency", "payer_name", "payer_account", "payer_bank", "remittance", "ultimate_debtor",
    "ultimate_creditor", "end_to_end_id", "mandate_id", "creditor_id", "structured_reference",
    "customer_reference", "cheque_number", "transaction_code", "transaction_text", "purpose_code",
    "return_reason", "charges", "original_amount", "original_currency", "exchange_rate", "batch",
    "is_reversal", "extras",
)  # fmt: skip


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one CODA file.

    Raises:
        MalformedFile: the file holds no account; or none that is closed, where the policy wants that.
        ConfigurationError: an option is unknown or has another value than it may have.
    """
    refuse_unknown("coda", options, _OPTIONS)
    closing = chosen("coda", options, "closing_balance", ("required", "optional"))
    needs_closing = closing == "required"
    records = split_columns(source, options.get("encoding"), width=WIDTH, counted=COUNTED)
    structured = with_structure(records.frame)
    statements = read_statements(structured)
    _check_whole(source, statements, needs_closing=needs_closing)
    movements = read_movements(structured, statements, needs_closing=needs_closing)
    resolved = with_roles(movements)
    told = int((resolved["role"] != LINE).fill_null(value=False).sum())
    is_line = pl.col("role") == LINE
    delivered = numbered(resolved.filter(is_line | pl.col("code").is_not_null()))
    counted = records.counted + int(resolved["is_orphan"].sum()) - told
    return deliver(
        source,
        Delivered(_statement_rows(statements, delivered), delivered, _LINE_COLUMNS),
        reader="coda",
        counted=counted,
        findings=(*records.findings, *findings_of(structured, statements, resolved)),
    )


def _check_whole(source: SourceFile, statements: pl.DataFrame, *, needs_closing: bool) -> None:
    if statements["account"].is_null().all():
        raise MalformedFile(
            "the file holds no account (record 1) that can be read", place=Place(source.name)
        )
    if needs_closing and not statements["is_closed"].any():
        raise MalformedFile(
            "no statement of the file is closed (records 8 and 9); the file may be cut off",
            place=Place(source.name),
            hint="ask the bank for the file again",
        )


def _statement_rows(statements: pl.DataFrame, delivered: pl.DataFrame) -> pl.DataFrame:
    kind = pl.when("is_separate").then(pl.lit("notification")).otherwise(pl.lit("final"))
    return with_line_count(statements, delivered).select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(NO_CURRENCY),
        kind.alias("kind"),
        "statement_number",
        "opening_balance",
        "opening_date",
        "closing_balance",
        "closing_date",
        "line_count",
        pl.concat_str(pl.lit("version "), "version").alias("dialect"),
        "extras",
    )

"""From a file to frames: split, structure, read, prove. In: one file. Out: ParsedStatements, or MalformedFile."""

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
from recon_norma43.movements import read_movements
from recon_norma43.proof import end_findings, statement_findings
from recon_norma43.statements import read_statements
from recon_norma43.structure import COUNTED, WIDTH, with_structure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile

_OPTIONS: Final = ("closing_balance", "encoding")
_LINE_COLUMNS: Final = (
    "statement_index", "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
    "amount", "currency", "remittance", "customer_reference", "cheque_number", "transaction_code",
    "transaction_text", "original_amount", "original_currency", "is_reversal", "extras",
)  # fmt: skip


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one file of Norma 43.

    Raises:
        MalformedFile: the file holds no account at all; or none that is closed, where the policy wants that.
        ConfigurationError: an option is unknown or has another value than it may have.
    """
    refuse_unknown("norma43", options, _OPTIONS)
    closing = chosen("norma43", options, "closing_balance", ("required", "optional"))
    needs_closing = closing == "required"
    records = split_columns(source, options.get("encoding"), width=WIDTH, counted=COUNTED)
    structured = with_structure(records.frame)
    statements = read_statements(structured)
    _check_whole(source, statements, needs_closing=needs_closing)
    movements = numbered(
        read_movements(structured, statements, needs_closing=needs_closing, is_torn=records.is_torn)
    )
    counted = records.counted + int(movements["is_orphan"].sum())
    findings = (
        *records.findings,
        *end_findings(records.frame),
        *statement_findings(statements, movements),
    )
    return deliver(
        source,
        Delivered(_statement_rows(statements, movements), movements, _LINE_COLUMNS),
        reader="norma43",
        counted=counted,
        findings=findings,
    )


def _check_whole(source: SourceFile, statements: pl.DataFrame, *, needs_closing: bool) -> None:
    if statements["head_line"].is_null().all() and statements["account_totals"].is_null().all():
        raise MalformedFile("the file holds no account (record 11)", place=Place(source.name))
    if needs_closing and not statements["is_closed"].any():
        raise MalformedFile(
            "no account of the file is closed (record 33); the file may be cut off",
            place=Place(source.name),
            hint="ask the bank for the file again",
        )


def _statement_rows(statements: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    is_known = pl.col("currency").is_not_null()
    return with_line_count(statements, movements).select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(NO_CURRENCY),
        pl.when(is_known).then("opening_balance").alias("opening_balance"),
        "opening_date",
        pl.when(is_known).then("closing_balance").alias("closing_balance"),
        "closing_date",
        "line_count",
        "extras",
    )

"""From a file to frames: split, structure, read. In: one file. Out: ParsedStatements, or MalformedFile."""

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
from recon_cfonb.findings import findings_of
from recon_cfonb.movements import read_movements
from recon_cfonb.statements import read_statements, statement_extras
from recon_cfonb.structure import COUNTED, WIDTH, with_structure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile

_OPTIONS: Final = ("closing_balance", "encoding")
_LINE_COLUMNS: Final = (
    "statement_index", "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
    "amount", "currency", "payer_name", "payer_account", "remittance", "ultimate_debtor", "ultimate_creditor",
    "end_to_end_id", "instruction_id", "mandate_id", "creditor_id", "structured_reference", "cheque_number",
    "transaction_code", "transaction_text", "purpose_code", "charges", "original_amount",
    "original_currency", "exchange_rate", "is_reversal", "extras",
)  # fmt: skip


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one file of CFONB 120.

    Raises:
        MalformedFile: the file holds no movement and no balance; or none that is closed, where the policy wants that.
        ConfigurationError: an option is unknown or has another value than it may have.
    """
    refuse_unknown("cfonb", options, _OPTIONS)
    closing = chosen("cfonb", options, "closing_balance", ("required", "optional"))
    needs_closing = closing == "required"
    records = split_columns(source, options.get("encoding"), width=WIDTH, counted=COUNTED)
    structured = with_structure(records.frame)
    statements = read_statements(structured)
    _check_whole(source, statements, needs_closing=needs_closing)
    movements = numbered(
        read_movements(structured, statements, needs_closing=needs_closing, is_torn=records.is_torn)
    )
    counted = records.counted + int(movements["is_orphan"].sum())
    return deliver(
        source,
        Delivered(_statement_rows(statements, movements), movements, _LINE_COLUMNS),
        reader="cfonb",
        counted=counted,
        findings=(*records.findings, *findings_of(statements, movements)),
    )


def _check_whole(source: SourceFile, statements: pl.DataFrame, *, needs_closing: bool) -> None:
    if statements["account"].is_null().all():
        raise MalformedFile(
            "the file holds no balance (01, 07) and no movement (04)", place=Place(source.name)
        )
    if needs_closing and not statements["is_closed"].any():
        raise MalformedFile(
            "no account of the file is closed (record 07); the file may be cut off",
            place=Place(source.name),
            hint="ask the bank for the file again",
        )


def _statement_rows(statements: pl.DataFrame, movements: pl.DataFrame) -> pl.DataFrame:
    return with_line_count(statements, movements).select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(NO_CURRENCY),
        "opening_balance",
        pl.col("date").alias("opening_date"),
        "closing_balance",
        pl.col("date_new").alias("closing_date"),
        "line_count",
        statement_extras().alias("extras"),
    )

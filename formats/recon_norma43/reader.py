"""From a file to frames: split, structure, read, prove. In: one file. Out: ParsedStatements, or MalformedFile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    Place,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
)
from recon_norma43.movements import read_movements
from recon_norma43.proof import end_findings, statement_findings
from recon_norma43.statements import UNKNOWN_CURRENCY, read_statements
from recon_norma43.structure import with_structure
from recon_norma43.text import FILLER, split_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import SourceFile

_EXCERPT: Final = 120
_LINE_COLUMNS: Final = (
    "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
    "amount", "currency", "remittance", "customer_reference", "cheque_number", "transaction_code",
    "transaction_text", "original_amount", "original_currency", "is_reversal", "extras",
)  # fmt: skip


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one file of Norma 43.

    Raises:
        MalformedFile: the file holds no account at all; or none that is closed, where the policy wants that.
        ConfigurationError: an option is unknown or has another value than it may have.
    """
    needs_closing = _needs_closing(options)
    records = split_records(source, options.get("encoding"))
    structured = with_structure(records.frame)
    statements = read_statements(structured)
    _check_whole(source, statements, needs_closing=needs_closing)
    movements = read_movements(
        structured, statements, needs_closing=needs_closing, is_torn=records.is_torn
    ).with_columns(record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    counted = records.counted + int(movements["is_orphan"].sum())
    assert counted == movements.height, (counted, movements.height)
    findings = (
        *records.findings,
        *end_findings(records.frame),
        *statement_findings(statements, movements),
    )
    return ParsedStatements(
        completed(_statement_rows(statements, movements), ReadStatements),
        completed(_line_rows(movements), ReadLines),
        completed(_reject_rows(source.name, movements), Rejects),
        "norma43",
        findings,
    )


def _needs_closing(options: Mapping[str, Any]) -> bool:
    unknown = sorted(set(options) - {"closing_balance", "encoding"})
    if unknown:
        raise ConfigurationError(f"[formats.norma43] has no option {', '.join(unknown)}")
    value = options.get("closing_balance", "optional")
    if value not in {"required", "optional"}:
        message = f"[formats.norma43] closing_balance is {value!r}: neither required nor optional"
        raise ConfigurationError(message)
    return bool(value == "required")


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
    counts = movements.group_by("statement").agg(line_count=pl.len().cast(pl.Int64))
    is_known = pl.col("currency").is_not_null()
    return statements.join(counts, on="statement", how="left", maintain_order="left").select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(UNKNOWN_CURRENCY),
        pl.when(is_known).then("opening_balance").alias("opening_balance"),
        "opening_date",
        pl.when(is_known).then("closing_balance").alias("closing_balance"),
        "closing_date",
        pl.col("line_count").fill_null(0),
        "extras",
    )


def _line_rows(movements: pl.DataFrame) -> pl.DataFrame:
    length = (pl.col("byte_end") - pl.col("byte_offset")).alias("byte_length")
    return (
        movements.filter(pl.col("code").is_null())
        .with_columns(length)
        .select(pl.col("statement").alias("statement_index"), *_LINE_COLUMNS)
    )


def _reject_rows(file: str, movements: pl.DataFrame) -> pl.DataFrame:
    excerpt = pl.col("text").str.replace_all(FILLER, "", literal=True).str.strip_chars_end()
    return movements.filter(pl.col("code").is_not_null()).select(
        pl.lit(file).alias("file"),
        "record",
        "line_number",
        "field",
        "code",
        "reason",
        excerpt.str.head(_EXCERPT).alias("excerpt"),
        "hint",
    )

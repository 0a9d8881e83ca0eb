"""From a file to frames: split, structure, read, resolve bookings. In: one file. Out: ParsedStatements, or MalformedFile."""

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
from recon_coda.bookings import LINE, with_roles
from recon_coda.movements import read_movements
from recon_coda.proof import findings_of
from recon_coda.statements import UNKNOWN_CURRENCY, read_statements
from recon_coda.structure import with_structure
from recon_coda.text import FILLER, split_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import SourceFile

_EXCERPT: Final = 120
_LINE_COLUMNS: Final = (
    "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
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
    needs_closing = _needs_closing(options)
    records = split_records(source, options.get("encoding"))
    structured = with_structure(records.frame)
    statements = read_statements(structured)
    _check_whole(source, statements, needs_closing=needs_closing)
    movements = read_movements(structured, statements, needs_closing=needs_closing)
    resolved = with_roles(movements)
    told = int((resolved["role"] != LINE).fill_null(value=False).sum())
    delivered = resolved.filter((pl.col("role") == LINE) | pl.col("code").is_not_null())
    counted = records.counted + int(resolved["is_orphan"].sum()) - told
    assert counted == delivered.height, (counted, delivered.height)
    numbered = delivered.with_columns(record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return ParsedStatements(
        completed(_statement_rows(statements, numbered), ReadStatements),
        completed(_line_rows(numbered), ReadLines),
        completed(_reject_rows(source.name, numbered), Rejects),
        "coda",
        (*records.findings, *findings_of(structured, statements, resolved)),
    )


def _needs_closing(options: Mapping[str, Any]) -> bool:
    unknown = sorted(set(options) - {"closing_balance", "encoding"})
    if unknown:
        raise ConfigurationError(f"[formats.coda] has no option {', '.join(unknown)}")
    value = options.get("closing_balance", "optional")
    if value not in {"required", "optional"}:
        message = f"[formats.coda] closing_balance is {value!r}: neither required nor optional"
        raise ConfigurationError(message)
    return bool(value == "required")


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
    counts = delivered.group_by("statement").agg(line_count=pl.len().cast(pl.Int64))
    kind = pl.when("is_separate").then(pl.lit("notification")).otherwise(pl.lit("final"))
    return statements.join(counts, on="statement", how="left", maintain_order="left").select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(UNKNOWN_CURRENCY),
        kind.alias("kind"),
        "statement_number",
        "opening_balance",
        "opening_date",
        "closing_balance",
        "closing_date",
        pl.col("line_count").fill_null(0),
        pl.concat_str(pl.lit("version "), "version").alias("dialect"),
        "extras",
    )


def _line_rows(delivered: pl.DataFrame) -> pl.DataFrame:
    length = (pl.col("byte_end") - pl.col("byte_offset")).alias("byte_length")
    return (
        delivered.filter(pl.col("code").is_null())
        .with_columns(length)
        .select(pl.col("statement").alias("statement_index"), *_LINE_COLUMNS)
    )


def _reject_rows(file: str, delivered: pl.DataFrame) -> pl.DataFrame:
    excerpt = pl.col("text").str.replace_all(FILLER, "", literal=True).str.strip_chars_end()
    return delivered.filter(pl.col("code").is_not_null()).select(
        pl.lit(file).alias("file"),
        "record",
        "line_number",
        "field",
        "code",
        "reason",
        excerpt.str.head(_EXCERPT).alias("excerpt"),
        "hint",
    )

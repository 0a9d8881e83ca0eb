"""From a file to frames: split, structure, read. In: one file. Out: ParsedStatements, or MalformedFile."""

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
from recon_cfonb.findings import findings_of
from recon_cfonb.movements import read_movements
from recon_cfonb.statements import UNKNOWN_CURRENCY, read_statements, statement_extras
from recon_cfonb.structure import with_structure
from recon_cfonb.text import FILLER, split_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import SourceFile

_EXCERPT: Final = 120
_LINE_COLUMNS: Final = (
    "record", "line_number", "byte_offset", "byte_length", "bank_reference", "booking_date", "value_date",
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
    return ParsedStatements(
        completed(_statement_rows(statements, movements), ReadStatements),
        completed(_line_rows(movements), ReadLines),
        completed(_reject_rows(source.name, movements), Rejects),
        "cfonb",
        (*records.findings, *findings_of(statements, movements)),
    )


def _needs_closing(options: Mapping[str, Any]) -> bool:
    unknown = sorted(set(options) - {"closing_balance", "encoding"})
    if unknown:
        raise ConfigurationError(f"[formats.cfonb] has no option {', '.join(unknown)}")
    value = options.get("closing_balance", "optional")
    if value not in {"required", "optional"}:
        message = f"[formats.cfonb] closing_balance is {value!r}: neither required nor optional"
        raise ConfigurationError(message)
    return bool(value == "required")


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
    counts = movements.group_by("statement").agg(line_count=pl.len().cast(pl.Int64))
    return statements.join(counts, on="statement", how="left", maintain_order="left").select(
        pl.col("statement").alias("statement_index"),
        pl.col("account").fill_null(""),
        pl.col("currency").fill_null(UNKNOWN_CURRENCY),
        "opening_balance",
        pl.col("date").alias("opening_date"),
        "closing_balance",
        pl.col("date_new").alias("closing_date"),
        pl.col("line_count").fill_null(0),
        statement_extras().alias("extras"),
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

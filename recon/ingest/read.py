"""Gather what the formats read, file by file, into the run's statements, lines and rejects."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.lines import ReadLines
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy

    from recon.protocols import ParsedStatements

_STATEMENT_ID_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file as it was delivered and read."""

    file: str
    sha256: str
    format: str
    parsed: ParsedStatements


@dataclass(frozen=True, slots=True)
class Gathered:
    """All deliveries as three frames; statements and lines carry the id of their statement."""

    statements: pl.DataFrame
    lines: pl.DataFrame
    rejects: dy.DataFrame[Rejects]


def gather(deliveries: Sequence[Delivery]) -> Gathered:
    """Put all deliveries together in an order that does not depend on how they were named on the call."""
    ordered = sorted(deliveries, key=lambda delivery: (delivery.file, delivery.sha256))
    statements, lines, rejects = [], [], [Rejects.create_empty()]
    for delivery in ordered:
        marks = {"file": delivery.file, "statement_prefix": _statement_prefix(delivery)}
        own = [pl.lit(value).alias(name) for name, value in marks.items()]
        reader = [
            pl.lit(delivery.format).alias("format"),
            pl.col("reader").fill_null(delivery.parsed.reader),
        ]
        statements.append(delivery.parsed.statements.with_columns(*own, *reader))
        account = delivery.parsed.statements.select("statement_index", "account", "kind")
        read = delivery.parsed.lines.join(account, on="statement_index", how="left")
        lines.append(read.with_columns(*own))
        rejects.append(delivery.parsed.rejects)
    return Gathered(
        statements=_with_statement_id(_concat(statements, _EMPTY_STATEMENTS)),
        lines=_with_statement_id(_concat(lines, _EMPTY_LINES)),
        rejects=Rejects.validate(pl.concat(rejects)),
    )


def _statement_prefix(delivery: Delivery) -> str:
    """Two deliveries of the same bytes under two names stay two deliveries."""
    name = hashlib.sha256(delivery.file.encode()).hexdigest()[:4]
    return f"{delivery.sha256[:_STATEMENT_ID_DIGITS]}-{name}"


def _with_statement_id(frame: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("statement_index").cast(pl.String).str.pad_start(6, "0")
    joined = pl.concat_str("statement_prefix", pl.lit("/"), number)
    return frame.with_columns(statement_id=joined).drop("statement_prefix")


def _concat(frames: list[pl.DataFrame], empty: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([empty, *(frame.select(empty.columns) for frame in frames)])


_MARKS: Final = {"file": pl.String, "statement_prefix": pl.String}
_EMPTY_STATEMENTS: Final = ReadStatements.create_empty().with_columns(
    *(pl.lit("").alias(name) for name in (*_MARKS, "format"))
)
_EMPTY_LINES: Final = ReadLines.create_empty().with_columns(
    *(pl.lit("").alias(name) for name in ("account", "kind", *_MARKS))
)

"""Deliver what a format read: every record is a line or a reject, and all of them were counted.

In: a row a record, with its fault or none. Out: ParsedStatements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from recon.frames.complete import completed
from recon.frames.lines import ReadLines
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements
from recon.protocols import ParsedStatements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.protocols import SourceFile

_EXCERPT: Final = 120


class Fault(NamedTuple):
    """What may be wrong with a record: where `is_so` holds, the record is rejected with these words."""

    is_so: pl.Expr
    field: str
    code: str
    reason: str
    hint: str


_NO_FAULT: Final = [pl.lit(None, dtype=pl.String).alias(name) for name in Fault._fields[1:]]


class Delivered(NamedTuple):
    """What a format read, as frames.

    `statements`: columns of ReadStatements. `records`: a row a record with columns of ReadLines and of Rejects, whose
    `code` is null where the record is sound. `line_columns`: which of them a line has.
    """

    statements: pl.DataFrame
    records: pl.DataFrame
    line_columns: Sequence[str]


def with_fault(records: pl.DataFrame, faults: Sequence[Fault]) -> pl.DataFrame:
    """Add field, code, reason and hint of the first fault that a record has; null where it has none."""
    first = pl.coalesce(
        pl.when(fault.is_so).then(pl.lit(index, pl.Int64)) for index, fault in enumerate(faults)
    )
    words = pl.DataFrame(
        [(index, *fault[1:]) for index, fault in enumerate(faults)],
        schema={"fault": pl.Int64, **dict.fromkeys(Fault._fields[1:], pl.String)},
        orient="row",
    )
    marked = records.with_columns(fault=first)
    if marked["fault"].null_count() == marked.height:
        return marked.with_columns(_NO_FAULT).drop("fault")
    return marked.join(words, on="fault", how="left", maintain_order="left").drop("fault")


def deliver(
    source: SourceFile, read: Delivered, *, reader: str, counted: int, findings: Sequence[str]
) -> ParsedStatements:
    """Give lines and rejects apart.

    Args:
        source: the file.
        read: what was read out of it.
        reader: the name of what read it.
        counted: the records of the file, however they were read.
        findings: what is to be said beside them.
    """
    lines, rejects = read.records, read.records.clear()
    if lines["code"].null_count() < lines.height:
        is_sound = pl.col("code").is_null()
        lines, rejects = lines.filter(is_sound), lines.filter(~is_sound)
    stated = int(read.statements["line_count"].sum())
    delivered = lines.height + rejects.height
    assert counted == stated == delivered, f"{counted} counted, {stated} stated, {delivered} read"
    return ParsedStatements(
        statements=completed(read.statements, ReadStatements),
        lines=completed(lines[list(read.line_columns)], ReadLines),
        rejects=completed(_named(rejects, source.name) if rejects.height else [], Rejects),
        reader=reader,
        findings=tuple(findings),
    )


def _named(rejects: pl.DataFrame, file: str) -> pl.DataFrame:
    return rejects.select(
        "record", "line_number", "field", "code", "reason", "hint",
        file=pl.lit(file), excerpt=pl.col("excerpt").str.head(_EXCERPT),
    )  # fmt: skip

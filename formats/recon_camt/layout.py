"""Lay out what was read in the columns of the contract. In: lines, rejects and statements as they are decided. Out: frames, findings.

Lines may come block by block: what numbers those of a block is how many records and entries stand before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import ReadLines, completed
from recon_camt.dates import with_dates_marked
from recon_camt.document import LineCounter
from recon_camt.reading import FAULT_SCHEMA

if TYPE_CHECKING:
    import dataframely as dy
    from numpy.typing import NDArray

    from recon_camt.document import Document
    from recon_camt.signs import StatementFinding

_HINT: Final = "look at the raw record; if the bank wrote it so, tell the bank"
_BATCH_PARTS: Final = ("detail", "charges", "difference")


class Before(NamedTuple):
    """How many records and entries stand before some lines."""

    records: int = 0
    entries: int = 0


_FIRST: Final = Before()


def numbered(
    lines: pl.DataFrame, faults: pl.DataFrame, before: Before = _FIRST
) -> tuple[pl.DataFrame, pl.DataFrame, Before]:
    """Number lines and rejects together as they stand in the file, and the entries of batches.

    Returns:
        lines with record, entry and batch; rejects with record; and what stands before those behind them.
    """
    start = np.concatenate([lines["start"].to_numpy(), faults["start"].to_numpy()])
    order = np.argsort(start, kind="stable")
    record = np.empty(len(start), np.int64)
    record[order] = np.arange(1, len(start) + 1) + before.records
    ordinal = np.empty(len(start), np.int64)
    ordinal[order] = np.cumsum(np.diff(start[order], prepend=-1) != 0) + before.entries
    is_batch = pl.col("part").is_in(_BATCH_PARTS)
    last = int(ordinal.max()) if len(ordinal) else before.entries
    return (
        lines.with_columns(
            record=pl.Series(record[: len(lines)]), entry=pl.Series(ordinal[: len(lines)])
        ).with_columns(batch=pl.when(is_batch).then("entry")),
        faults.with_columns(record=pl.Series(record[len(lines) :], dtype=pl.Int64)),
        Before(before.records + len(start), last),
    )


def final_lines(
    document: Document, lines: pl.DataFrame, counter: LineCounter
) -> dy.DataFrame[ReadLines]:
    """Give numbered lines as they are shown: what dates them is named, and where they stand."""
    places = places_of(
        document, lines["raw_start"].to_numpy(), lines["raw_stop"].to_numpy(), counter
    )
    names = ("line_number", "byte_offset", "byte_length")
    placed = lines.with_columns(**dict(zip(names, places, strict=True)))
    return completed(shown_lines(with_dates_marked(placed)), ReadLines)


def places_of(
    document: Document,
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    counter: LineCounter,
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Give text line, place in the file and length of raw records; null where the encoding hides the places."""
    line_number = pl.Series(_line_numbers(counter, start))
    begin, end = document.places(start), document.places(stop)
    if begin is None or end is None:
        unknown = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(start))
        return line_number, unknown, unknown
    return line_number, pl.Series(begin), pl.Series(end - begin)


def _line_numbers(counter: LineCounter, start: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty(len(start), np.int64)
    if not len(start):
        return found
    order = np.argsort(start, kind="stable")
    found[order] = counter.lines(start[order])
    return found


def shown_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of ReadLines."""
    kept = lines.rename({"statement": "statement_index"})
    return kept.drop(
        "start", "sequence", "part", "raw_start", "raw_stop", "entry", "date_source", "settled_text"
    )


def shown_rejects(document: Document, faults: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Lay out rejected entries and balances; a balance is no record of the file."""
    if not len(faults) and not len(doubts):
        return pl.DataFrame()
    every = pl.concat([faults, doubts.cast(FAULT_SCHEMA)], how="diagonal").sort("start")
    places = _line_numbers(LineCounter(document.data), every["start"].to_numpy())
    return every.select(
        file=pl.lit(document.name),
        record="record",
        line_number=pl.when(pl.col("start") >= 0).then(pl.lit(pl.Series(places))),
        field="field",
        code="code",
        reason=_clipped("reason", 200),
        excerpt=_clipped("excerpt", 120),
        hint=pl.lit(_HINT),
    )


def _clipped(name: str, limit: int) -> pl.Expr:
    text = pl.col(name)
    cut = text.str.slice(0, limit - 1) + "…"
    return pl.when(text.str.len_chars() > limit).then(cut).otherwise(text)


def dialect_of(document: Document) -> str:
    """Name the version of the message, or else its kind."""
    kinds = {"BkToCstmrStmt": "camt.053", "BkToCstmrAcctRpt": "camt.052"}
    return document.version or kinds.get(document.message, "camt.054")


def shown_statements(
    statements: pl.DataFrame, counts: NDArray[np.int64], *, reader: pl.Expr, dialect: pl.Expr
) -> pl.DataFrame:
    """Lay out statements; `counts` says how many lines and rejects each has."""
    columns = ("statement_index", "account", "currency", "kind", "statement_number", "page")
    balances = ("opening_balance", "opening_date", "closing_balance", "closing_date", "extras")
    return statements.select(
        *columns,
        *balances,
        line_count=pl.Series(counts),
        reader=reader,
        dialect=dialect,
    )


def told_of(finding: StatementFinding) -> str:
    """Say of which statement of the file a finding is."""
    return f"statement {finding.statement + 1}: {finding.text}"


def counted_findings(counts: pl.DataFrame, statements: pl.DataFrame) -> list[str]:
    """Say what was done to the lines of a file, with counts, and which balances are in doubt."""
    found = []
    number = pl.col("count").sum()
    sources = counts.drop_nulls("date_source").group_by("date_source").agg(number)
    found += [
        f"{count} lines have no booking date; {source} stands in"
        for source, count in sources.sort("count", "date_source", descending=[True, False]).rows()
    ]
    for part, what in (
        ("charges", "batches are less their charges, which are lines of their own"),
        ("difference", "batches differ from their details; the difference is a line of its own"),
        ("kept", "batches have details without certain amounts; each is one line"),
    ):
        count = counts.filter(pl.col("part") == part)["count"].sum()
        if count:
            found.append(f"{count} {what}")
    for name in ("opening", "closing"):
        if statements[f"{name}_doubt"].null_count() == len(statements):
            continue
        doubtful = statements.filter(pl.col(f"{name}_doubt").is_not_null())
        found += [
            f"statement {row['statement_index'] + 1}: several balances {row[f'{name}_doubt']} of one day differ; "
            f"none is taken as the {name} one"
            for row in doubtful.to_dicts()
        ]
    return found


def line_counts(sums: pl.DataFrame, faults: pl.DataFrame, count: int) -> NDArray[np.int64]:
    """Count lines and rejects of each statement."""
    counted = np.bincount(faults["statement"].to_numpy(), minlength=count)
    counted[sums["statement"].to_numpy()] += sums["lines"].to_numpy()
    return counted

"""Finish a reading: records and places, statements with balances, findings. In: a Reading. Out: ParsedStatements."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import (
    MalformedFile,
    ParsedStatements,
    Place,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponents,
)
from recon_camt.dates import with_dates, with_dates_marked
from recon_camt.declared import declared_findings
from recon_camt.noise import with_proven_rounding
from recon_camt.reading import FAULT_SCHEMA
from recon_camt.signs import with_proven_reversals, with_proven_signs
from recon_camt.statements import read_statements

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recon_camt.document import Document
    from recon_camt.reading import Reading
    from recon_camt.signs import StatementFinding
    from recon_camt.statements import StatementTexts

FAST: Final = "camt"
TOLERANT: Final = "camt-lxml"
_HINT: Final = "look at the raw record; if the bank wrote it so, tell the bank"
_BATCH_PARTS: Final = ("detail", "charges", "difference")


def finished(document: Document, reading: Reading, currency: str | None) -> ParsedStatements:
    """Make the frames of a document.

    Raises:
        MalformedFile: it holds no statement.
    """
    told = reading.told()
    if not len(told.statements):
        raise MalformedFile(
            "the file holds no statement",
            place=Place(document.name),
            hint="the message is empty; ask the bank for the statements themselves",
        )
    read = dated(told, reading, currency)
    lines, faults = read.lines, read.faults
    again = partial(
        read_statements, told, reading.paths, read.currencies, currency, is_rounded=True
    )
    statements, doubts, rounded = with_proven_rounding(
        (read.statements, read.doubts), again, lines, faults["statement"]
    )
    statements, signed = with_proven_signs(statements, lines)
    lines, flipped = with_proven_reversals(lines, statements)
    lines, faults = numbered(lines, faults)
    lines = with_dates_marked(_with_places(document, lines))
    rejects = _rejects(document, faults, doubts)
    declared = declared_findings(statements, lines, faults)
    findings = (
        *document.findings,
        *(told_of(one) for one in (*rounded, *signed, *flipped, *declared)),
        *counted_findings(lines, statements),
    )
    readers = np.isin(np.arange(len(statements)), sorted(reading.tolerant))
    return ParsedStatements(
        statements=completed(
            shown_statements(
                statements,
                pl.concat([lines["statement"], faults["statement"]]),
                reader=pl.when(pl.Series(readers)).then(pl.lit(TOLERANT)).otherwise(pl.lit(FAST)),
                dialect=pl.lit(dialect_of(document)),
            ),
            ReadStatements,
        ),
        lines=completed(shown_lines(lines), ReadLines),
        rejects=completed(rejects if len(rejects) else [], Rejects),
        reader=TOLERANT if reading.tolerant else FAST,
        findings=findings,
    )


class Dated(NamedTuple):
    """Lines that all have a date, entries that are rejects, statements with their balances, and faults of these.

    `currencies` are those of each statement's entries where they have one.
    """

    lines: pl.DataFrame
    faults: pl.DataFrame
    statements: pl.DataFrame
    doubts: pl.DataFrame
    currencies: pl.Series


def dated(told: StatementTexts, reading: Reading, currency: str | None) -> Dated:
    """Read the statements, and put the lines in order with their dates; all of it is decided by statement."""
    lines = pl.concat(reading.lines)
    # Blocks come in order; only entries of the tolerant reader stand behind those of their block.
    if not lines["start"].is_sorted():
        lines = lines.sort("start", "sequence", maintain_order=True)
    faults = pl.concat(reading.faults)
    if len(faults):
        faults = faults.sort("start", maintain_order=True)
    _check_counts(lines, faults, reading.entries)
    currencies = _currencies(lines, faults, len(told.statements))
    statements, doubts = read_statements(told, reading.paths, currencies, currency)
    lines, undated = with_dates(lines, statements)
    if len(undated):
        faults = pl.concat([faults, undated]).sort("start", maintain_order=True)
    return Dated(lines, faults, statements, doubts, currencies)


def _check_counts(lines: pl.DataFrame, faults: pl.DataFrame, entries: int) -> None:
    """Every entry is lines or one reject, never both and never neither."""
    good, bad = lines["start"].n_unique(), len(faults)
    assert good + bad == entries, f"{entries} entries, {good} became lines and {bad} rejects"


def _currencies(lines: pl.DataFrame, faults: pl.DataFrame, count: int) -> pl.Series:
    """Give the currency of each statement's entries where they have one."""
    entries = [frame.lazy().select("statement", "currency") for frame in (lines, faults)]
    one = (
        pl.concat(entries)
        .filter(pl.col("currency").is_in(list(exponents())))
        .group_by("statement")
        .agg(pl.col("currency").unique())
        .filter(pl.col("currency").list.len() == 1)
        .with_columns(pl.col("currency").list.first())
    )
    every = pl.LazyFrame({"statement": np.arange(count)})
    joined = every.join(one, on="statement", how="left", maintain_order="left")
    return joined.select("currency").collect().to_series()


def numbered(lines: pl.DataFrame, faults: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number lines and rejects together as they stand in the file, and the entries of batches."""
    start = np.concatenate([lines["start"].to_numpy(), faults["start"].to_numpy()])
    order = np.argsort(start, kind="stable")
    record = np.empty(len(start), np.int64)
    record[order] = np.arange(1, len(start) + 1)
    ordinal = np.empty(len(start), np.int64)
    ordinal[order] = np.cumsum(np.diff(start[order], prepend=-1) != 0)
    is_batch = pl.col("part").is_in(_BATCH_PARTS)
    return (
        lines.with_columns(
            record=pl.Series(record[: len(lines)]), entry=pl.Series(ordinal[: len(lines)])
        ).with_columns(batch=pl.when(is_batch).then("entry")),
        faults.with_columns(record=pl.Series(record[len(lines) :], dtype=pl.Int64)),
    )


def _with_places(document: Document, lines: pl.DataFrame) -> pl.DataFrame:
    places = places_of(document, lines["raw_start"].to_numpy(), lines["raw_stop"].to_numpy())
    names = ("line_number", "byte_offset", "byte_length")
    return lines.with_columns(**dict(zip(names, places, strict=True)))


def places_of(
    document: Document, start: NDArray[np.int64], stop: NDArray[np.int64]
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Give text line, place in the file and length of raw records; null where the encoding hides the places."""
    line_number = pl.Series(_line_numbers(document, start))
    begin, end = document.places(start), document.places(stop)
    if begin is None or end is None:
        unknown = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(start))
        return line_number, unknown, unknown
    return line_number, pl.Series(begin), pl.Series(end - begin)


def _line_numbers(document: Document, start: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty(len(start), np.int64)
    if not len(start):
        return found
    order = np.argsort(start, kind="stable")
    found[order] = document.lines(start[order])
    return found


def shown_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of ReadLines."""
    kept = lines.rename({"statement": "statement_index"})
    return kept.drop(
        "start", "sequence", "part", "raw_start", "raw_stop", "entry", "date_source", "settled_text"
    )


def _rejects(document: Document, faults: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Lay out rejected entries and balances; a balance is no record of the file."""
    if not len(faults) and not len(doubts):
        return pl.DataFrame()
    every = pl.concat([faults, doubts.cast(FAULT_SCHEMA)], how="diagonal").sort("start")
    return every.select(
        file=pl.lit(document.name),
        record="record",
        line_number=pl.when(pl.col("start") >= 0).then(
            pl.lit(pl.Series(_line_numbers(document, every["start"].to_numpy())))
        ),
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
    statements: pl.DataFrame, counted: pl.Series, *, reader: pl.Expr, dialect: pl.Expr
) -> pl.DataFrame:
    """Lay out statements; `counted` has the statement of each line and each reject."""
    columns = ("statement_index", "account", "currency", "kind", "statement_number", "page")
    balances = ("opening_balance", "opening_date", "closing_balance", "closing_date", "extras")
    return statements.select(
        *columns,
        *balances,
        line_count=pl.Series(np.bincount(counted.to_numpy(), minlength=len(statements))),
        reader=reader,
        dialect=dialect,
    )


def told_of(finding: StatementFinding) -> str:
    """Say of which statement of the file a finding is."""
    return f"statement {finding.statement + 1}: {finding.text}"


def counted_findings(lines: pl.DataFrame, statements: pl.DataFrame) -> list[str]:
    """Say what was done to the lines of a file, with counts, and which balances are in doubt."""
    found = []
    sources = lines["date_source"].drop_nulls().value_counts(sort=True)
    found += [
        f"{count} lines have no booking date; {source} stands in"
        for source, count in sources.rows()
    ]
    for part, what in (
        ("charges", "batches are less their charges, which are lines of their own"),
        ("difference", "batches differ from their details; the difference is a line of its own"),
        ("kept", "batches have details without certain amounts; each is one line"),
    ):
        count = (lines["part"] == part).sum()
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

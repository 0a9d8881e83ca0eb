"""Finish a reading: records and places, statements with balances, findings. In: a Reading. Out: ParsedStatements.

Each step is one of some lines (dated, numbered, placed, shown) or of what all lines tell together (recon_camt.sums), so
that `finished` takes them with all lines at once and recon_camt.stream block by block.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import (
    MalformedFile,
    ParsedStatements,
    Place,
    ReadStatements,
    Rejects,
    completed,
)
from recon_camt.dates import with_dates
from recon_camt.declared import declared_findings
from recon_camt.document import LineCounter
from recon_camt.layout import (
    counted_findings,
    dialect_of,
    final_lines,
    line_counts,
    numbered,
    shown_rejects,
    shown_statements,
    told_of,
)
from recon_camt.noise import with_proven_rounding
from recon_camt.signs import proven_reversals, with_proven_signs, with_reversals_flipped
from recon_camt.statements import read_statements
from recon_camt.sums import mentioned, of_entries, only_currencies, told_by

if TYPE_CHECKING:
    from collections.abc import Callable

    import dataframely as dy

    from recon_camt.document import Document
    from recon_camt.reading import Reading
    from recon_camt.signs import StatementFinding
    from recon_camt.statements import StatementTexts
    from recon_camt.sums import Mentioned, Told

FAST: Final = "camt"
TOLERANT: Final = "camt-lxml"


def finished(document: Document, reading: Reading, currency: str | None) -> ParsedStatements:
    """Make the frames of a document.

    Raises:
        MalformedFile: it holds no statement.
    """
    read = dated(statements_of(document, reading), reading, currency)
    told = told_by(read.lines)
    known = decided(read.strict, reading, told.sums, read.faults)
    lines = with_reversals_flipped(read.lines, known.flipped)
    lines, faults, _ = numbered(lines, read.faults)
    rest = all_but_lines(document, reading, known, told, faults, lambda: of_entries(lines))
    return ParsedStatements(
        rest.statements,
        final_lines(document, lines, LineCounter(document.data)),
        rest.rejects,
        rest.reader,
        rest.findings,
    )


def statements_of(document: Document, reading: Reading) -> StatementTexts:
    """Give all that a document says of its statements.

    Raises:
        MalformedFile: it holds none.
    """
    told = reading.told()
    if not len(told.statements):
        raise MalformedFile(
            "the file holds no statement",
            place=Place(document.name),
            hint="the message is empty; ask the bank for the statements themselves",
        )
    return told


class Strict(NamedTuple):
    """Statements as they are written, and the faults of their balances.

    `currencies` are those of each statement's entries where they have one, `fallback` is what the policy names.
    """

    told: StatementTexts
    statements: pl.DataFrame
    doubts: pl.DataFrame
    currencies: pl.Series
    fallback: str | None


class Dated(NamedTuple):
    """Lines that all have a date, entries that are rejects, and the statements as they are written."""

    lines: pl.DataFrame
    faults: pl.DataFrame
    strict: Strict


def dated(told: StatementTexts, reading: Reading, currency: str | None) -> Dated:
    """Read the statements, and put the lines in order with their dates; all of it is decided by statement."""
    lines, faults = reading.taken(), reading.rejected()
    strict = read_strictly(told, reading, mentioned(lines), faults, currency)
    lines, undated = with_dates(lines, strict.statements)
    return Dated(lines, with_undated(faults, undated), strict)


def read_strictly(
    told: StatementTexts,
    reading: Reading,
    said: Mentioned,
    faults: pl.DataFrame,
    currency: str | None,
) -> Strict:
    """Read the statements; every entry is lines or one reject, never both and never neither.

    Args:
        told: what the document says of them.
        reading: all of the document.
        said: what all lines mention.
        faults: all entries that are rejects, before lines are dated.
        currency: what the policy names.
    """
    good, bad, entries = said.entries, len(faults), reading.entries
    assert good + bad == entries, f"{entries} entries, {good} became lines and {bad} rejects"
    mentions = pl.concat([said.currencies, faults.select("statement", "currency")])
    currencies = only_currencies(mentions, len(told.statements))
    statements, doubts = read_statements(told, reading.paths, currencies, currency)
    return Strict(told, statements, doubts, currencies, currency)


def with_undated(faults: pl.DataFrame, undated: pl.DataFrame) -> pl.DataFrame:
    """Put the entries without date among those that are rejects, in order."""
    if not len(undated):
        return faults
    return pl.concat([faults, undated]).sort("start", maintain_order=True)


class Decided(NamedTuple):
    """Statements with the balances that the entries prove, faults that are left, and whose reversals are flipped."""

    statements: pl.DataFrame
    doubts: pl.DataFrame
    flipped: list[int]
    findings: tuple[StatementFinding, ...]


def decided(strict: Strict, reading: Reading, sums: pl.DataFrame, faults: pl.DataFrame) -> Decided:
    """Decide what balances and entries prove of each other.

    Args:
        strict: the statements as they are written.
        reading: all of the document.
        sums: what all dated lines of each statement move.
        faults: all entries that are rejects.
    """
    again = partial(
        read_statements,
        strict.told,
        reading.paths,
        strict.currencies,
        strict.fallback,
        is_rounded=True,
    )
    statements, doubts, rounded = with_proven_rounding(
        (strict.statements, strict.doubts), again, sums, faults["statement"]
    )
    statements, signed = with_proven_signs(statements, sums)
    flipped, said = proven_reversals(statements, sums)
    return Decided(statements, doubts, flipped, (*rounded, *signed, *said))


class AllButLines(NamedTuple):
    """What is read of a file beside its lines, as ParsedStatements has it."""

    statements: dy.DataFrame[ReadStatements]
    rejects: dy.DataFrame[Rejects]
    reader: str
    findings: tuple[str, ...]


def all_but_lines(
    document: Document,
    reading: Reading,
    known: Decided,
    told: Told,
    faults: pl.DataFrame,
    add_up: Callable[[], pl.DataFrame],
) -> AllButLines:
    """Lay out statements, rejects and findings.

    Args:
        document: the document.
        reading: all of it, read.
        known: what its statements prove.
        told: what all dated lines tell.
        faults: all entries that are rejects, with their records.
        add_up: gives the sums of all entries as they are shown.
    """
    statements = known.statements
    declared = declared_findings(statements, add_up, faults)
    readers = np.isin(np.arange(len(statements)), sorted(reading.tolerant))
    rejects = shown_rejects(document, faults, known.doubts)
    shown = shown_statements(
        statements,
        line_counts(told.sums, faults, len(statements)),
        reader=pl.when(pl.Series(readers)).then(pl.lit(TOLERANT)).otherwise(pl.lit(FAST)),
        dialect=pl.lit(dialect_of(document)),
    )
    return AllButLines(
        completed(shown, ReadStatements),
        completed(rejects if len(rejects) else [], Rejects),
        TOLERANT if reading.tolerant else FAST,
        (
            *document.findings,
            *(told_of(one) for one in (*known.findings, *declared)),
            *counted_findings(told.counts, statements),
        ),
    )

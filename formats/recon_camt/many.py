"""Read many small documents as if they were one. In: files. Out: what each says; None where one must be read by itself.

The tags of each document are found and proved by themselves; the steps from texts to frames, whose price does not depend
on how few rows they have, are taken once for all of them. Nothing that one document says decides anything of another: what
is decided by the whole file, and whatever is unusual, is left to the reader of one file.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import (
    MalformedFile,
    ParsedStatements,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    read_small_together,
)
from recon_camt.dates import with_dates_marked
from recon_camt.declared import declared_findings
from recon_camt.document import LineCounter, open_document
from recon_camt.finish import FAST, dated
from recon_camt.layout import (
    counted_findings,
    dialect_of,
    numbered,
    places_of,
    shown_lines,
    shown_statements,
    told_of,
)
from recon_camt.paths import Level, Paths, TooManyPaths
from recon_camt.places import joined
from recon_camt.reader import checked_options
from recon_camt.reading import FAULT_SCHEMA, Reading
from recon_camt.shapes import Shapes
from recon_camt.signs import is_unsigned, proven_reversals, with_reversals_flipped
from recon_camt.structure import FastReader
from recon_camt.sums import of_entries, told_by
from recon_camt.tags import BeyondGrammar, KnownTags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from recon.api import SmallFile, SourceFile
    from recon_camt.document import Document
    from recon_camt.finish import Dated
    from recon_camt.places import Piece
    from recon_camt.signs import StatementFinding

# Real messages have some 300 different tags and paths, and a day has messages of several banks.
_USUAL: Final = 2_000
# What a document says in one of these lines is told with counts of the whole file.
_COUNTED: Final = ("charges", "difference", "kept")


class _Member(NamedTuple):
    """A document that was found plain: its file, where it begins in the row of all, what was found."""

    file: SmallFile[SourceFile]
    base: int
    document: Document
    piece: Piece


def read_many(
    sources: Sequence[SourceFile], options: Mapping[str, Any]
) -> list[ParsedStatements | None]:
    """Read files, each as `read` would alone.

    Raises:
        ConfigurationError: an option is unknown or of no use.
    """
    currency, encoding = checked_options(options)
    return read_small_together(
        sources,
        lambda source: source,
        lambda group: _read_group(group, currency, encoding),
    )


def _read_group(
    group: list[SmallFile[SourceFile]], currency: str | None, encoding: str | None
) -> Iterator[tuple[SmallFile[SourceFile], ParsedStatements]]:
    left = group
    while left:
        members, paths, left = _members(left, encoding)
        # What one alone gains is nothing.
        if len(members) > 1:
            for member, parsed in _read_together(members, paths, currency):
                yield member.file, parsed


def _members(
    group: list[SmallFile[SourceFile]], encoding: str | None
) -> tuple[list[_Member], Paths, list[SmallFile[SourceFile]]]:
    """Find the tags of documents, up to one with more paths than any message has: it is left alone.

    Returns:
        the plain documents, the paths they share, and the files behind the one that ended the row.
    """
    members: list[_Member] = []
    paths, readers, base = Paths(), dict[bytes, FastReader](), 0
    for at, file in enumerate(group):
        try:
            document = open_document(file.opened, encoding)
        except MalformedFile:
            continue
        prefix = document.prefix
        if prefix not in readers:
            readers[prefix] = FastReader(paths, KnownTags(prefix), Shapes(prefix, paths))
        piece = _piece(readers[prefix], document, base)
        # Tables of all tags and paths are gone through for each document: one of thousands would tire all behind it.
        if len(readers[prefix].known.tags) > _USUAL:
            del readers[prefix]
        if len(paths) > _USUAL:
            return members, paths, group[at + 1 :]
        if piece is not None:
            members.append(_Member(file, base, document, piece))
            base += len(document.data)
    return members, paths, []


def _piece(fast: FastReader, document: Document, base: int) -> Piece | None:
    """Find the tags of one document; None where it is not plain, or says something outside of its message."""
    try:
        piece = fast.read(document.data[document.start : document.stop], base + document.start)
    except (BeyondGrammar, TooManyPaths):
        piece = None
    is_whole = not fast.open_elements
    fast.open_elements = []
    if piece is None or not is_whole or not len(piece.owners[Level.STATEMENT]):
        return None
    is_outside = fast.paths.levels().take(piece.path) == Level.OUTSIDE
    return None if is_outside.any() else piece


class _Whole(NamedTuple):
    """Frames of all documents, numbered as in the file of each; and where the rows of each begin and the last end."""

    statements: pl.DataFrame
    lines: pl.DataFrame
    statement_bounds: list[int]
    line_bounds: list[int]


def _read_together(
    members: list[_Member], paths: Paths, currency: str | None
) -> Iterator[tuple[_Member, ParsedStatements]]:
    reading = Reading(paths, currency)
    starts = [one.base + one.document.start for one in members]
    reading.add(joined([one.piece for one in members], starts, paths), starts[0])
    told = reading.told()
    read = dated(told, reading, currency)
    statements = read.strict.statements
    bases = np.array([one.base for one in members], np.int64)
    member_of = np.searchsorted(bases, told.statements.start, side="right") - 1
    is_plain = _plain_members(read, member_of, len(members))
    of_line = member_of[read.lines["statement"].to_numpy()]
    lines = read.lines.filter(pl.Series(is_plain[of_line], dtype=pl.Boolean))
    of_line = of_line[is_plain[of_line]]
    chosen, flipped = proven_reversals(statements, told_by(lines).sums)
    lines = with_reversals_flipped(lines, chosen)
    declared = declared_findings(statements, lambda: of_entries(lines), read.faults)
    whole = _numbered(members, statements, lines, (member_of, of_line))
    findings = _findings((*flipped, *declared), member_of, whole.statement_bounds)
    counted = _with_counts(statements, lines, (member_of, of_line))
    none = completed([], Rejects)
    for number, member in enumerate(members):
        if not is_plain[number]:
            continue
        of_statements, of_lines = (
            slice(*bounds[number : number + 2])
            for bounds in (whole.statement_bounds, whole.line_bounds)
        )
        said = findings.get(number, [])
        if number in counted:
            said += counted_findings(
                told_by(lines[of_lines]).counts,
                statements[of_statements].with_columns(
                    pl.col("statement_index") - of_statements.start
                ),
            )
        yield (
            member,
            ParsedStatements(
                statements=completed(whole.statements[of_statements], ReadStatements),
                lines=completed(whole.lines[of_lines], ReadLines),
                rejects=none,
                reader=FAST,
                findings=(*member.document.findings, *said),
            ),
        )


def _plain_members(read: Dated, member_of: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Say which documents have no reject, and no balance whose sign other statements of its file may prove."""
    unsigned = read.strict.statements.filter(is_unsigned())["statement_index"]
    doubts = read.strict.doubts["statement"]
    odd = pl.concat([read.faults["statement"], doubts, unsigned]).to_numpy()
    is_plain = np.ones(count, np.bool_)
    is_plain[member_of[odd]] = False
    return is_plain


def _numbered(
    members: list[_Member],
    statements: pl.DataFrame,
    lines: pl.DataFrame,
    of: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> _Whole:
    """Number the rows of each document as if it were alone.

    Args:
        members: the documents.
        statements: of all of them.
        lines: of all of them, in order.
        of: the document of each statement and of each line.
    """
    every = np.arange(len(members) + 1)
    statement_bounds, line_bounds = (np.searchsorted(one, every) for one in of)
    counts = np.bincount(lines["statement"].to_numpy(), minlength=len(statements))
    lines, _, _ = numbered(lines, FAULT_SCHEMA.to_frame())
    entries_before = np.append(0, lines["entry"].to_numpy())[line_bounds[:-1]]
    of_line = of[1]
    lines = lines.with_columns(
        pl.col("record") - pl.Series(line_bounds[:-1][of_line]),
        pl.col("batch") - pl.Series(entries_before[of_line]),
        pl.col("statement") - pl.Series(statement_bounds[:-1][of_line]),
    )
    lines = shown_lines(with_dates_marked(_with_places(members, lines, line_bounds.tolist())))
    dialects = [dialect_of(one.document) for one in members]
    shown = shown_statements(
        statements,
        counts,
        reader=pl.lit(FAST),
        dialect=pl.lit(pl.Series(dialects)[of[0]]),
    ).with_columns(pl.col("statement_index") - pl.Series(statement_bounds[:-1][of[0]]))
    return _Whole(
        completed(shown, ReadStatements),
        completed(lines, ReadLines),
        statement_bounds.tolist(),
        line_bounds.tolist(),
    )


def _with_places(members: list[_Member], lines: pl.DataFrame, bounds: list[int]) -> pl.DataFrame:
    start, stop = lines["raw_start"].to_numpy(), lines["raw_stop"].to_numpy()
    placed = [
        places_of(
            one.document,
            start[first:last] - one.base,
            stop[first:last] - one.base,
            LineCounter(one.document.data),
        )
        for one, (first, last) in zip(members, pairwise(bounds), strict=True)
    ]
    return lines.with_columns(
        **{
            name: pl.concat([one[nth] for one in placed])
            for nth, name in enumerate(("line_number", "byte_offset", "byte_length"))
        }
    )


def _findings(
    found: Iterable[StatementFinding], member_of: NDArray[np.int64], bounds: list[int]
) -> dict[int, list[str]]:
    by_member: dict[int, list[str]] = {}
    for one in found:
        member = int(member_of[one.statement])
        renumbered = one._replace(statement=one.statement - bounds[member])
        by_member.setdefault(member, []).append(told_of(renumbered))
    return by_member


def _with_counts(
    statements: pl.DataFrame,
    lines: pl.DataFrame,
    of: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> set[int]:
    """Name the documents of whose lines or balances something is told with counts."""
    is_told = pl.col("date_source").is_not_null() | pl.col("part").is_in(_COUNTED)
    is_doubted = pl.col("opening_doubt").is_not_null() | pl.col("closing_doubt").is_not_null()
    return {
        *of[0][
            statements.select(is_doubted).to_series().fill_null(value=False).to_numpy()
        ].tolist(),
        *of[1][lines.select(is_told).to_series().fill_null(value=False).to_numpy()].tolist(),
    }

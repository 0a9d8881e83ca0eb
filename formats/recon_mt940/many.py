"""Read many small files as if they were one. In: files. Out: what each says; None where one must be read by itself.

Files that passed the gate are laid one behind the other, each closed by an end of message, and read in one pass. A file
that has anything to remark, reject or complain of is left to the reader of one file; so is one whose text could run into
its neighbour's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl

from recon.api import (
    ParsedStatements,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    read_small_together,
)
from recon_mt940.chunk import lay_out, located, notes_of, of_schema, statements_of, understand
from recon_mt940.gate import Gated, pass_gate
from recon_mt940.heading import Where
from recon_mt940.reader import READER, check_options
from recon_mt940.record import owner_or_self
from recon_mt940.remarks import text_remark, told
from recon_mt940.scan import END_OF_MESSAGE, TAG, scan
from recon_mt940.tokens import positions
from recon_mt940.totals import check_totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recon.api import SmallFile, SourceFile
    from recon_mt940.chunk import Scanned
    from recon_mt940.heading import Defaults
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Flags, Numbers

_END: Final = b"-\n"
_TOTALS: Final = (TAG["90C"], TAG["90D"])


class _Row(NamedTuple):
    """Files laid one behind the other: where each begins, in bytes and lines, and where the last ends."""

    gated: Gated
    bytes_: Numbers
    lines: Numbers


def read_many(
    sources: Sequence[SourceFile], options: Mapping[str, Any]
) -> list[ParsedStatements | None]:
    """Read files, each as `read` would alone.

    Raises:
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    encoding, defaults = check_options(options)

    def opened(source: SourceFile) -> Gated | None:
        gated = pass_gate(source, encoding)
        return gated if gated.data and gated.offset is not None else None

    return read_small_together(
        sources,
        opened,
        lambda members: _read_together(members, defaults),
        kind=lambda gated: gated.encoding,
    )


def _read_together(
    members: list[SmallFile[Gated]], defaults: Defaults
) -> list[tuple[SmallFile[Gated], ParsedStatements]]:
    row = _laid(members)
    fields = scan(row.gated, (0, len(row.gated.data)), 0)
    begins = _begins(fields, row)
    if not begins.all():
        kept = [one for one, is_kept in zip(members, begins.tolist(), strict=True) if is_kept]
        return _read_together(kept, defaults) if len(kept) > 1 else []
    where = Where("", 0)
    found = understand(fields, row.gated.encoding, where, defaults)
    lines = lay_out(found, found.entries, 0)
    notes = notes_of(found)
    totals = check_totals(located(found, notes), lines, found.headings, where)
    of_message = _file_of(fields.line[np.searchsorted(fields.message, range(fields.messages))], row)
    is_plain = np.ones(len(members), np.bool_)
    is_plain[of_message[_odd_messages(found, lines, [one.message for one in totals])]] = False
    is_plain[_ends_in_entry(found, row)] = False
    statements = statements_of(found, notes, pl.lit(None, dtype=pl.String))
    read = _cut(members, row, of_message, statements, lines)
    said = _remarks(fields, row)
    return [
        (member, replace(parsed, findings=(*member.opened.findings, *said.get(at, ()))))
        for at, (member, parsed) in enumerate(zip(members, read, strict=True))
        if is_plain[at]
    ]


def _laid(members: list[SmallFile[Gated]]) -> _Row:
    pieces, feeds, starts, lines = [], [], [0], [0]
    for one in members:
        data = one.opened.data if one.opened.data.endswith(b"\n") else one.opened.data + b"\n"
        pieces += [data, _END]
        at = starts[-1]
        end = at + len(data)
        own = one.opened.feeds + at
        own = own if len(own) and own[-1] == end - 1 else np.append(own, end - 1)
        feeds += [own, np.array([end + len(_END) - 1])]
        starts.append(end + len(_END))
        lines.append(lines[-1] + len(own) + 1)
    gated = Gated("", b"".join(pieces), members[0].opened.encoding, 0, (), np.concatenate(feeds))
    return _Row(gated, np.array(starts), np.array(lines))


def _file_of(line: Numbers, row: _Row) -> Numbers:
    return np.searchsorted(row.lines, line, side="right") - 1


def _own_fields(fields: Fields, row: _Row) -> tuple[Numbers, Numbers]:
    """Give the fields and ends of messages that stand in files, each with its file; not the ends between files."""
    file = _file_of(fields.line, row)
    own = positions(fields.line != row.lines[1:][file] - 1)
    return own, file[own]


def _begins(fields: Fields, row: _Row) -> Flags:
    """Say which files begin with `:20:`, which begins a message whatever stands before it."""
    own, file = _own_fields(fields, row)
    own, file = (one[fields.tag[own] != END_OF_MESSAGE] for one in (own, file))
    first = np.full(len(row.lines) - 1, -1, np.int64)
    first[file[::-1]] = fields.tag[own[::-1]]
    begins: Flags = first == TAG["20"]
    return begins


def _remarks(fields: Fields, row: _Row) -> dict[int, list[str]]:
    """Say of each file where it has odd text."""
    said: dict[int, list[str]] = {}
    for what, lines in fields.findings:
        for file, own in _by_file(lines, row):
            remark = text_remark(fields, what, own, -int(row.lines[file]))
            said.setdefault(file, []).append(told(remark))
    return said


def _by_file(lines: Numbers, row: _Row) -> Iterator[tuple[int, Numbers]]:
    file = _file_of(lines, row)
    for one in np.unique(file).tolist():
        yield one, lines[file == one]


def _ends_in_entry(found: Scanned, row: _Row) -> Numbers:
    """Give the files that end within an entry: where it ends is seen by the end of the file alone."""
    own, file = _own_fields(found.fields, row)
    last = np.full(len(row.lines) - 1, -1, np.int64)
    last[file] = own
    return positions(owner_or_self(found.records)[last] >= 0)


def _odd_messages(found: Scanned, lines: pl.DataFrame, doubted: list[int]) -> Numbers:
    """Give the messages of which something is to be said: a reject, a remark, a total that does not agree.

    A remark is made of every message that nothing proves whole, so that a file that is cut off is among them.
    """
    fields, headings = found.fields, found.headings
    is_odd = lines.select(
        pl.col("fault").is_not_null() | pl.col("value_date").is_null()
    ).to_series()
    total = fields.message[np.isin(fields.tag, _TOTALS)]
    is_bare = headings["is_interim"].to_numpy() & ~np.isin(np.arange(fields.messages), total)
    has_no_balance = pl.col("opening_balance").is_null() | pl.col("closing_balance").is_null()
    is_remarked = ~pl.col("is_known") | (~pl.col("is_interim") & has_no_balance)
    return np.concatenate(
        [
            lines["message"].filter(is_odd).to_numpy(),
            positions(is_bare | headings.select(is_remarked).to_series().to_numpy()),
            np.array(doubted, np.int64),
        ]
    )


def _cut(
    members: list[SmallFile[Gated]],
    row: _Row,
    of_message: Numbers,
    statements: pl.DataFrame,
    lines: pl.DataFrame,
) -> Iterator[ParsedStatements]:
    """Give each file its own rows, numbered as if it were alone."""
    every = np.arange(len(members) + 1)
    of_line = of_message[lines["message"].to_numpy()]
    statement_bounds, line_bounds = (
        np.searchsorted(of_message, every),
        np.searchsorted(of_line, every),
    )
    offsets = np.array([one.opened.offset or 0 for one in members]) - row.bytes_[:-1]
    lines = lines.with_columns(
        statement_index=pl.col("message") - pl.Series(statement_bounds[of_line]),
        record=pl.col("index") - pl.Series(line_bounds[of_line] - 1),
        line_number=pl.col("line") - pl.Series(row.lines[of_line] - 1),
        byte_offset=pl.col("byte_offset") + pl.Series(offsets[of_line]),
    )
    statements = statements.with_columns(
        pl.col("statement_index") - pl.Series(statement_bounds[of_message])
    )
    all_statements = completed(of_schema(statements, ReadStatements), ReadStatements)
    all_lines = completed(of_schema(lines, ReadLines), ReadLines)
    none = completed([], Rejects)
    for at in range(len(members)):
        own_statements, own_lines = (
            slice(*bounds[at : at + 2].tolist()) for bounds in (statement_bounds, line_bounds)
        )
        yield ParsedStatements(
            statements=completed(all_statements[own_statements], ReadStatements),
            lines=completed(all_lines[own_lines], ReadLines),
            rejects=none,
            reader=READER,
        )

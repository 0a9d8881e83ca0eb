"""Read a camt document from disk with memory that does not grow with its entries. In: an open file. Out: statements, then lines.

The file is gone through in pieces, as the reader of one file does it, and the lines of each block are put on disk as far
as a text decides them. What the whole document decides is decided by sums of all blocks (recon_camt.sums); the blocks are
then finished one by one. What stays in memory beside a block: the texts of statements, some numbers of each, and rejects.

A file whose bytes are not the text itself (an encoding other than UTF-8), and one that only the tolerant reader can read
as a whole, is read by `read`, in memory, and given as one block.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from recon.api import StreamedStatements
from recon_camt.dates import with_dates
from recon_camt.document import LineCounter, described, is_plain
from recon_camt.finish import all_but_lines, decided, read_strictly, statements_of, with_undated
from recon_camt.layout import Before, final_lines, numbered
from recon_camt.paths import Paths, TooManyPaths
from recon_camt.reader import checked_options, read, read_blocks
from recon_camt.reading import Reading
from recon_camt.signs import with_reversals_flipped
from recon_camt.spool import Spool
from recon_camt.sums import added_up, all_mentioned, all_told, mentioned, of_entries, told_by
from recon_camt.tags import BeyondGrammar
from recon_camt.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import dataframely as dy

    from recon.api import ReadLines, SourceStream
    from recon_camt.document import Document
    from recon_camt.finish import AllButLines
    from recon_camt.sums import Mentioned, Told

# What dates, counts and sums need of a line.
_DATED_BY: Final = ("statement", "start", "status", "booking_date", "date_source", "settled_text")
_SUMMED: Final = (*_DATED_BY, "amount", "currency", "is_reversal", "part")
_ADDED_UP: Final = (*_DATED_BY, "amount", "original_amount", "currency", "is_reversal")


@contextmanager
def read_stream(source: SourceStream, options: Mapping[str, Any]) -> Iterator[StreamedStatements]:
    """Read one camt.052, camt.053 or camt.054 file in pieces; it says just what `read` says.

    Raises:
        MalformedFile: as `read` does, before the first line is given.
        ConfigurationError: an option is unknown or of no use.
    """
    currency, encoding = checked_options(options)
    data = Window(source.file, source.name)
    with TemporaryDirectory(prefix="recon-") as folder:
        spooled = None
        if is_plain(data, encoding):
            spooled = _spooled(described(source.name, data), currency, Spool(Path(folder)))
        if spooled is None:
            yield _whole(source, options)
            return
        rest, lines = _finished(spooled, currency)
        yield StreamedStatements(rest.statements, lines, rest.rejects, rest.reader, rest.findings)


def _whole(source: SourceStream, options: Mapping[str, Any]) -> StreamedStatements:
    parsed = read(source.whole(), options)
    return StreamedStatements(
        parsed.statements, iter([parsed.lines]), parsed.rejects, parsed.reader, parsed.findings
    )


@dataclass(frozen=True, slots=True)
class _Spooled:
    """A document whose lines lie on disk: where each block of them ends in the text, and what all of them mention."""

    document: Document
    reading: Reading
    spool: Spool
    ends: list[int]
    said: Mentioned


def _spooled(document: Document, currency: str | None, spool: Spool) -> _Spooled | None:
    """Read all texts; None where the fast reader cannot."""
    reading = Reading(Paths(), currency)
    ends, said = [], []
    try:
        for end in read_blocks(document, reading):
            lines = reading.taken()
            spool.add(lines)
            said.append(mentioned(lines))
            ends.append(end)
    except (BeyondGrammar, TooManyPaths):
        return None
    return _Spooled(document, reading, spool, ends, all_mentioned(said))


class _Block(NamedTuple):
    """What is known of a block before it is finished: what stands before it, and its entries that are rejects."""

    before: Before
    faults: pl.DataFrame


def _finished(
    spooled: _Spooled, currency: str | None
) -> tuple[AllButLines, Iterator[dy.DataFrame[ReadLines]]]:
    """Decide all that the whole document decides, and give the rest and the lines that are still to come."""
    document, reading, spool = spooled.document, spooled.reading, spooled.spool
    faults = reading.rejected()
    told = statements_of(document, reading)
    strict = read_strictly(told, reading, spooled.said, faults, currency)
    blocks, said = _dated(spooled, strict.statements, faults)
    faults = pl.concat([one.faults for one in blocks])
    known = decided(strict, reading, said.sums, faults)

    def add_up() -> pl.DataFrame:
        return added_up(
            [
                of_entries(
                    with_reversals_flipped(with_dates(lines, strict.statements)[0], known.flipped)
                )
                for lines in spool.blocks(_ADDED_UP)
            ]
        )

    rest = all_but_lines(document, reading, known, said, faults, add_up)

    def lines() -> Iterator[dy.DataFrame[ReadLines]]:
        counter = LineCounter(document.data)
        for block, raw in zip(blocks, spool.blocks(), strict=True):
            dated, _ = with_dates(raw, strict.statements)
            flipped = with_reversals_flipped(dated, known.flipped)
            shown, _, _ = numbered(flipped, block.faults, block.before)
            yield final_lines(document, shown, counter)

    return rest, lines()


def _dated(
    spooled: _Spooled, statements: pl.DataFrame, faults: pl.DataFrame
) -> tuple[list[_Block], Told]:
    """Go through the lines once: which have no date, what they add up to, and how rejects are numbered among them."""
    blocks, said = [], []
    before, begin = Before(), 0
    for end, raw in zip(spooled.ends, spooled.spool.blocks(_SUMMED), strict=True):
        lines, undated = with_dates(raw, statements)
        own = faults.filter(pl.col("start").is_between(begin, end, closed="left"))
        _, own, after = numbered(lines, with_undated(own, undated), before)
        blocks.append(_Block(before, own))
        said.append(told_by(lines))
        before, begin = after, end
    return blocks, all_told(said)

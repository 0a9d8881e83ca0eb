"""Read a whole camt document: the fast reader block by block, the tolerant one for what it does not accept.

In: one file. Out: ParsedStatements. Memory beyond the file and the frames is that of one block. Each entry that stands
in the bytes is lines or one reject, asserted against a count of its own.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recon.api import ConfigurationError, MalformedFile, exponents
from recon_camt.document import Document, open_document
from recon_camt.finish import finished
from recon_camt.paths import Level, Paths, TooManyPaths
from recon_camt.places import Piece, joined
from recon_camt.reading import Reading
from recon_camt.shapes import Shapes
from recon_camt.spans import Span, find_entries
from recon_camt.structure import FastReader
from recon_camt.tags import BeyondGrammar, KnownTags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from recon.api import ParsedStatements, SourceFile

_OPTIONS: Final = frozenset({"currency", "encoding"})
# Bytes of a piece, whose tags are found at once; pieces of a block, whose lines are made at once.
PIECE: Final = 1 << 20
BLOCK: Final = 8
# Of the first piece the shapes of entries are learned, so it is no larger than that takes.
_FIRST: Final = 1 << 17
_CHUNK: Final = 5_000
_ROUNDS: Final = 6


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one camt.052, camt.053 or camt.054 file.

    Raises:
        MalformedFile: not legible, cut off, not well-formed outside its entries, or without statement.
        ConfigurationError: an option is unknown or of no use.
    """
    currency, encoding = checked_options(options)
    document = open_document(source, encoding)
    try:
        reading: Reading | None = _read_fast(document, currency)
    except BeyondGrammar:
        reading = None
    try:
        reading = reading or _read_tolerantly(document, currency)
    except TooManyPaths:
        raise MalformedFile(
            "the document has thousands of different elements", place=document.place(document.start)
        ) from None
    return finished(document, reading, currency)


def checked_options(options: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Give the currency and the encoding that the policy names.

    Raises:
        ConfigurationError: an option is unknown or of no use.
    """
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise ConfigurationError(
            f"[formats.camt] has no option {unknown[0]!r}",
            hint=f"it has: {', '.join(sorted(_OPTIONS))}",
        )
    currency = options.get("currency")
    if currency is not None and currency not in exponents():
        raise ConfigurationError(
            f"`currency` of [formats.camt] is no ISO 4217 currency: {currency!r}"
        )
    encoding = options.get("encoding")
    if encoding is not None and not isinstance(encoding, str):
        raise ConfigurationError(f"`encoding` of [formats.camt] is no name: {encoding!r}")
    return currency, encoding


# ---------------------------------------------------------------- the fast reader


def _read_fast(document: Document, currency: str | None) -> Reading:
    reading = Reading(Paths(), currency)
    for _ in read_blocks(document, reading):
        pass
    return reading


def read_blocks(document: Document, reading: Reading) -> Iterator[int]:
    """Read a document block by block, adding each to a reading; gives the place where each ends.

    Raises:
        BeyondGrammar: what is odd stands outside entries, so that the tolerant reader must read all of it.
        TooManyPaths: it has more kinds of elements than any message.
    """
    fast = FastReader(
        reading.paths, KnownTags(document.prefix), Shapes(document.prefix, reading.paths)
    )
    space = document.name_spaces()
    pieces = _pieces(document)
    while block := list(islice(pieces, BLOCK)):
        parts, odd = [], []
        for start, stop in block:
            part, others = _fast_part(fast, document.data[start:stop], start, document.prefix)
            parts.append(part)
            odd += others
        starts = [start for start, _ in block]
        reading.add(joined(parts, starts, reading.paths), starts[0])
        if odd:
            from recon_camt.tolerant import read_entries  # noqa: PLC0415 -- loads lxml

            statements = reading.statements_at([span.start for span in odd])
            parent = reading.statement_path(statements[-1])
            found, broken = read_entries(
                document.data, odd, statements, [space] * len(odd), reading.paths, parent
            )
            reading.add_tolerant(found, broken, statements, odd)
        yield block[-1][1]
    if fast.open_elements:
        raise BeyondGrammar("elements are not closed")


def _pieces(document: Document) -> Iterator[tuple[int, int]]:
    """Cut the document behind entries, so that a piece has whole ones."""
    prefix = document.prefix + b":" if document.prefix else b""
    end_tag = b"</" + prefix + b"Ntry>"
    start, size = document.start, min(PIECE, _FIRST)
    while start < document.stop:
        stop = document.data.rfind(end_tag, start, min(start + size, document.stop))
        if stop < 0:
            stop = document.data.find(end_tag, start, document.stop)
        is_last = stop < 0 or start + size >= document.stop
        stop = document.stop if is_last else stop + len(end_tag)
        # Blanks between entries would begin the next piece.
        while not is_last and document.data[stop : stop + 1].isspace():
            stop += 1
        yield start, stop
        start, size = stop, PIECE


def _fast_part(
    fast: FastReader, block: bytes, offset: int, prefix: bytes
) -> tuple[Piece, list[Span]]:
    """Read a block; entries that are beyond the grammar are blanked out and given back.

    Raises:
        BeyondGrammar: what is odd stands outside entries.
    """
    odd: set[int] = set()
    spans: list[Span] = []
    for _ in range(_ROUNDS):
        try:
            part = fast.read(_without(block, [spans[index] for index in sorted(odd)]), offset)
            return part, [
                Span(one.start + offset, one.stop + offset, one.is_closed)
                for one in (spans[index] for index in sorted(odd))
            ]
        except BeyondGrammar as reason:
            spans = spans or find_entries(block, prefix, 0, len(block))
            odd = _more_odd(odd, spans, reason, offset)
    raise BeyondGrammar("odd in too many ways")


def _more_odd(odd: set[int], spans: list[Span], reason: BeyondGrammar, offset: int) -> set[int]:
    every = set(range(len(spans)))
    if odd == every:
        raise reason
    if reason.positions is None:
        return every
    starts = np.array([span.start for span in spans])
    places = reason.positions - offset
    index = np.searchsorted(starts, places, side="right") - 1
    found = {
        one
        for one, place in zip(index.tolist(), places.tolist(), strict=True)
        if one >= 0 and place < spans[one].stop
    }
    return odd | found if found - odd else every


def _without(block: bytes, spans: list[Span]) -> bytes:
    """Blank out spans, so that everything else keeps its place."""
    if not spans:
        return block
    changed = bytearray(block)
    for span in spans:
        changed[span.start : span.stop] = b" " * (span.stop - span.start)
    return bytes(changed)


# ---------------------------------------------------------------- the tolerant reader


def _read_tolerantly(document: Document, currency: str | None) -> Reading:
    from recon_camt.tolerant import Illegible, read_entries, read_skeleton  # noqa: PLC0415 -- loads lxml

    reading = Reading(Paths(), currency)
    data = document.data[:]
    spans = find_entries(data, document.prefix, document.start, document.stop)
    try:
        skeleton, spaces = read_skeleton(_skeleton(document, spans), reading.paths)
    except Illegible as reason:
        raise MalformedFile(
            f"the document is not well-formed outside its entries: {reason}",
            place=document.place(document.start),
            hint="fetch the file again; if it is as the bank made it, tell the bank",
        ) from None
    statements = skeleton.owners[Level.ENTRY].parent
    if len(statements) != len(spans):
        raise MalformedFile(
            f"{abs(len(spans) - len(statements))} entries stand outside any statement",
            place=document.place(document.start),
        )
    reading.add_skeleton(skeleton)
    parent = int(skeleton.owners[Level.STATEMENT].path[0]) if len(statements) else 0
    for at in range(0, max(len(spans), 1), _CHUNK):
        chosen = slice(at, at + _CHUNK)
        of = statements[chosen].tolist()
        part, broken = read_entries(data, spans[chosen], of, spaces[chosen], reading.paths, parent)
        reading.add_tolerant(part, broken, of, spans[chosen])
    return reading


def _skeleton(document: Document, spans: list[Span]) -> bytes:
    """Give the document with empty entries."""
    prefix = document.prefix + b":" if document.prefix else b""
    pieces, at = [], document.start
    for span in spans:
        pieces += [document.data[at : span.start], b"<", prefix, b"Ntry/>"]
        at = span.stop
    pieces.append(document.data[at : document.stop])
    return b"".join(pieces)

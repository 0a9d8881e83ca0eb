"""Know the entries that have the very same tags as one before them. In: a piece of plain XML. Out: which, and where.

Banks' programs write entries by the thousand with the same tags, and only the texts differ. Such a sequence of tags is a
shape: it is learned from an entry that was read and proved well-formed tag by tag, and another entry has it only if all
its tags are the same, byte by byte, with nothing but blanks between them where the shape has no text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from recon_camt.paths import PARENT_LEVELS, TEXT_LIMIT, Level
from recon_camt.tags import is_blank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recon_camt.paths import Paths
    from recon_camt.places import Found

_WORD: Final = 8
_MASKS: Final = np.array([(1 << (8 * count)) - 1 for count in range(_WORD + 1)], np.uint64)
# Of each tag, only as many bytes are marked as the shortest ones have: behind them may be text.
_MARKED: Final = _MASKS[4]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MIXES: Final = np.cumprod(np.full(1 << 12, _MIX))
_NOTHING: Final = np.uint64(0)
# It does not pay to learn from few entries, from huge ones, or to look for hundreds of shapes.
_SMALLEST_PIECE: Final = 1 << 16
_FEWEST: Final = 8
_MOST_TAGS: Final = 512
_MOST_SHAPES: Final = 128


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a piece.

    Places of all `<` and of the end, and a word of each; numbers of each entry's first and last tag; and a mark of each
    entry: those whose marks differ have different tags, equal marks prove nothing.
    """

    tags: NDArray[np.int64]
    word: NDArray[np.uint64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    mark: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Words:
    """Eight bytes of each of some tags: numbers of the tags, how far behind `<` they begin, what they are, where masked."""

    tag: NDArray[np.int64]
    offset: int
    word: NDArray[np.uint64]
    mask: NDArray[np.uint64]

    def are(self, read: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Say which rows are these."""
        same: NDArray[np.bool_] = ((read & self.mask) == self.word).all(axis=1)
        return same


@dataclass(frozen=True, slots=True)
class Slot:
    """An element of a shape that owns texts: its level, the slot of its parent, its path, its first and last tag."""

    level: Level
    parent: int
    path: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A sequence of tags, from the begin tag of an entry to its end tag; slot 0 is the entry itself.

    Of each text: `path`, `slot` of its owner, `tag` it stands in or behind, `offset` from the tag's beginning, and
    `length`; -1 if it goes up to the next tag.
    """

    lengths: NDArray[np.int64]
    head: Words
    words: tuple[Words, ...]
    has_text: NDArray[np.bool_]
    slots: tuple[Slot, ...]
    path: NDArray[np.int32]
    slot: tuple[int, ...]
    tag: NDArray[np.int64]
    offset: NDArray[np.int64]
    length: NDArray[np.int64]

    def members(
        self, entries: Entries, rows: NDArray[np.int64], buffer: NDArray[np.uint8]
    ) -> Members:
        """Find out which entries have this shape, of some that have its mark."""
        count = len(self.lengths)
        # Another sequence of tags may have the mark too.
        rows = rows[entries.last[rows] - entries.first[rows] == count - 1]
        first = entries.first[rows]
        at = sliding_window_view(entries.tags, count + 1)[first]
        is_same = self.head.are(sliding_window_view(entries.word, count)[first])
        for words in self.words:
            is_same &= words.are(_windows(buffer)[at.take(words.tag, axis=1) + words.offset])
        begin = at[:, :-1] + self.lengths
        gaps = at[:, 1:] - begin
        if gaps.size and gaps.max() > TEXT_LIMIT:
            is_same &= (gaps <= TEXT_LIMIT).all(axis=1)
        self._check_between(buffer, begin, gaps, is_same)
        return Members(self, rows[is_same], at[is_same])

    def _check_between(
        self,
        buffer: NDArray[np.uint8],
        begin: NDArray[np.int64],
        gaps: NDArray[np.int64],
        is_same: NDArray[np.bool_],
    ) -> None:
        """Let go the entries with more than blanks where the shape has no text."""
        # What stands behind the entry is no part of it.
        column = np.flatnonzero(~self.has_text[:-1])
        gap = gaps.take(column, axis=1)
        if gap.any():
            row, nth = np.nonzero((gap > 0) & is_same[:, None])
            start = begin[row, column[nth]]
            is_same[row[~is_blank(buffer, start, start + gap[row, nth])]] = False


@dataclass(frozen=True, slots=True)
class Members:
    """Entries of one shape: their numbers in the piece, and a row for each with the places of its tags and of the next."""

    shape: Shape
    entry: NDArray[np.int64]
    at: NDArray[np.int64]


@dataclass(slots=True)
class Shapes:
    """The shapes of a document so far, by their marks."""

    prefix: bytes
    paths: Paths
    known: dict[int, Shape] = field(default_factory=dict)

    @property
    def prefix_length(self) -> int:
        """How many bytes the prefix and its colon have."""
        return len(self.prefix) + 1 if self.prefix else 0

    def entries(self, piece: bytes) -> Entries | None:
        """Find the entries of a piece; None where they are not plain, or too few to care."""
        if len(piece) < _SMALLEST_PIECE:
            return None
        prefix = self.prefix + b":" if self.prefix else b""
        buffer = padded(piece, len(prefix))
        tags = np.flatnonzero(buffer == ord("<"))
        # From the last byte that a prefix leaves: `<Ntry>` or `:Ntry>`.
        word = _windows(buffer)[tags + len(prefix)]
        first, last = (
            np.flatnonzero((word & _MASKS[len(one)]) == int.from_bytes(one, "little"))
            for one in ((mark + prefix + b"Ntry>")[len(prefix) :] for mark in (b"<", b"</"))
        )
        if not len(first) or len(first) != len(last):
            return None
        if (first >= last).any() or (last[:-1] >= first[1:]).any():
            return None
        begun = int(first[0])
        nth = np.arange(begun, len(tags)) - np.repeat(first, np.diff(first, append=len(tags)))
        mixed = np.append((word[begun:] & _MARKED) * _MIXES.take(nth, mode="wrap"), _NOTHING)
        bounds = np.column_stack([first, last + 1]).ravel() - begun
        mark = np.add.reduceat(mixed, bounds)[::2]
        return Entries(np.append(tags, len(piece)), word, first, last, mark)

    def learn(
        self, piece: bytes, entries: Entries, others: NDArray[np.int64], found: Found
    ) -> None:
        """Learn the shapes of entries that were read tag by tag.

        Args:
            piece: the bytes.
            entries: all its entries.
            others: the numbers of those that have no known shape.
            found: what was read of them, with places in the piece.
        """
        marks = entries.mark[others].tolist()
        for mark, count in Counter(marks).most_common(_MOST_SHAPES - len(self.known)):
            entry = int(others[marks.index(mark)])
            tags = entries.last[entry] - entries.first[entry] + 1
            if count >= _FEWEST and mark not in self.known and tags <= _MOST_TAGS:
                at = entries.tags[entries.first[entry] : entries.last[entry] + 1]
                self.known[mark] = _shape(piece, at, found, self)


def padded(piece: bytes, more: int = 0) -> NDArray[np.uint8]:
    """Give the bytes with so many behind them that a word can be read at each place."""
    return np.frombuffer(piece + bytes(_WORD + more), np.uint8)


def _windows(buffer: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Give the eight bytes from each place on as a number."""
    return np.ndarray((len(buffer) - _WORD + 1,), "<u8", buffer, strides=(1,))


def _shape(piece: bytes, at: NDArray[np.int64], found: Found, shapes: Shapes) -> Shape:
    """Describe an entry whose tags stand at these places."""
    texts = [piece[one : piece.index(b">", one) + 1] for one in at.tolist()]
    lengths = np.array([len(text) for text in texts], np.int64)
    start, stop = int(at[0]), int(at[-1] + lengths[-1])
    slots: list[Slot] = []
    slot_of: dict[tuple[Level, int], int] = {}
    for level in (Level.ENTRY, Level.DETAIL, Level.STRUCTURED):
        owners = found.owners[level]
        for row in np.flatnonzero((owners.start >= start) & (owners.start < stop)).tolist():
            slot_of[level, row] = len(slots)
            parent = slot_of.get((PARENT_LEVELS[level], int(owners.parent[row])), 0)
            first = int(np.searchsorted(at, owners.start[row]))
            last = int(np.searchsorted(at, owners.stop[row])) - 1
            slots.append(Slot(level, parent, int(owners.path[row]), first, last))
    said = found.places
    rows = np.flatnonzero((said.start >= start) & (said.start <= stop))
    tag = np.searchsorted(at, said.start[rows], side="right") - 1
    offset = said.start[rows] - at[tag]
    is_behind = offset == lengths[tag]
    has_text = np.zeros(len(at), bool)
    has_text[tag[is_behind]] = True
    head = shapes.prefix_length
    others = (*range(0, head, _WORD), *range(head + _WORD, int(lengths.max()), _WORD))
    owner = zip(said.path[rows].tolist(), said.owner[rows].tolist(), strict=True)
    return Shape(
        lengths=lengths,
        head=_words(texts, head),
        words=tuple(_words(texts, offset) for offset in others),
        has_text=has_text,
        slots=tuple(slots),
        path=said.path[rows],
        slot=tuple(slot_of[shapes.paths.level(path), number] for path, number in owner),
        tag=tag,
        offset=offset,
        length=np.where(is_behind, -1, said.stop[rows] - said.start[rows]),
    )


def _words(texts: list[bytes], offset: int) -> Words:
    """Give a word of all tags that are so long."""
    tag = [index for index, text in enumerate(texts) if len(text) > offset]
    parts = [texts[index][offset : offset + _WORD] for index in tag]
    word = np.array([int.from_bytes(part, "little") for part in parts], np.uint64)
    return Words(np.array(tag), offset, word, _MASKS[[len(part) for part in parts]])

"""Cut bytes into tokens with array operations: the one place that works below the level of text.

In: bytes as arrays, positions in them. Out: gathered bytes, columns of text. Statements are cut as bytes because the
structure of MT940 is ASCII in every encoding: a field, a sub-field or a keyword is a position, and the text between two
positions is decoded once, when it is whole. Single bytes are read by `take`, in about half the time of an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Bytes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint8]]"
Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"

# Ends a token. The gate refuses control characters, so that no text can hold it.
END: Final = 0x1E
# Stands in the place of a byte that is no text, until `without_erased` takes it out.
ERASED: Final = 0x1F
BLANK: Final = 0x20
NEWLINE: Final = 0x0A
RETURN: Final = 0x0D
# Reading a word at the last byte must not run out of the array.
PADDING: Final = 16
_WINDOW_BYTES: Final = 8
_CACHED_BYTES: Final = 256 * 1024
# So many places at once stay in the cache, with all that is worked out of them.
_MATCHED: Final = 8192
# Below that, the start of a reader costs more than it saves.
_MANY_BYTES: Final = 64 * 1024
# 2**64 over the golden ratio: multiples of it scatter well.
_GOLDEN: Final = 0x9E3779B97F4A7C15


def positions(flags: Flags) -> Numbers:
    """Give the indices of what is true."""
    # Without the steps of flatnonzero around it: it is asked some hundred times a chunk.
    return flags.nonzero()[0]


def places(text: Bytes, byte: int) -> Numbers:
    """Give the places of one byte, block by block: a block stays in the processor's cache."""
    blocks = range(0, len(text), _CACHED_BYTES)
    found = [positions(text[start : start + _CACHED_BYTES] == byte) + start for start in blocks]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def count_below(text: Bytes, byte: int) -> int:
    """Count the bytes below one, block by block."""
    blocks = range(0, len(text), _CACHED_BYTES)
    return sum(int(np.count_nonzero(text[at : at + _CACHED_BYTES] < byte)) for at in blocks)


def one_of(characters: str) -> Flags:
    """Make a table of 256 flags, true for these ASCII characters: `one_of("?>")[text]`."""
    table = np.zeros(256, dtype=np.bool_)
    table[np.frombuffer(characters.encode("ascii"), dtype=np.uint8)] = True
    return table


UPPER_OR_DIGIT: Final = one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def first_of_run(keys: Numbers) -> Flags:
    """Mark each element whose predecessor is another one."""
    flags = np.ones(len(keys), dtype=np.bool_)
    flags[1:] = keys[1:] != keys[:-1]
    return flags


def gather(text: Bytes, starts: Numbers, ends: Numbers) -> Bytes:
    """Put ranges of bytes together in their given order, with padding behind the last."""
    if len(starts) == 0:
        return np.zeros(PADDING, dtype=np.uint8)
    lengths = ends - starts
    size = int(lengths.sum())
    # A mask costs a quick step a byte of the text, an index slow ones a byte that is kept.
    is_dense = size * 16 > ends[-1] - starts[0] and bool((starts[1:] >= ends[:-1]).all())
    if is_dense and ends[-1] + PADDING <= len(text):
        edges = np.empty(2 * len(starts), dtype=np.int64)
        edges[::2], edges[1::2] = starts, ends
        # What stands behind the last range is taken along as the padding, which spares a copy.
        edges[-1] += PADDING
        is_kept = np.zeros(2 * len(starts) - 1, dtype=np.bool_)
        is_kept[::2] = True
        kept = text[starts[0] : edges[-1]][np.repeat(is_kept, np.diff(edges))]
        kept[-PADDING:] = 0
        return kept
    shift = starts - (np.cumsum(lengths) - lengths)
    kept = text[np.arange(size) + np.repeat(shift, lengths)]
    return np.concatenate([kept, np.zeros(PADDING, dtype=np.uint8)])


def squeeze(text: Bytes, tokens: int) -> Bytes:
    """Make each run of white space one blank, and none at the edges of a token; gives gathered tokens without their padding.

    Args:
        text: gathered tokens; it is written to.
        tokens: how many there are.

    The gate lets no other control character through, so that all below a blank is white space or END.
    """
    text = text[:-PADDING]
    if count_below(text, BLANK) > tokens:
        text[(text < BLANK) & (text != END)] = BLANK
    is_blank, is_low = text == BLANK, text <= BLANK
    if (
        not ((is_blank[1:] & is_low[:-1]) | (is_low[1:] & is_blank[:-1])).any()
        and not is_blank[:1].any()
    ):
        return text
    low = positions(is_low)
    is_end = text[low] == END
    beside = low[1:] == low[:-1] + 1
    # Of a run of blanks the first stays; of a run that touches an END only the END.
    dropped = np.append(len(text) > 0 and low[:1] == 0, beside) & ~is_end
    left = positions(~dropped)
    touches = low[left[1:]] - low[left[:-1]] == np.diff(left)
    dropped[left[:-1][touches & is_end[left[1:]] & ~is_end[left[:-1]]]] = True
    kept = np.ones(len(text), dtype=np.bool_)
    kept[low[dropped]] = False
    squeezed: Bytes = text[kept]
    return squeezed


def owned(at: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Give the positions that stand in one of the ranges, and the range of each; both are ascending."""
    first, behind = np.searchsorted(at, starts), np.searchsorted(at, ends)
    count = behind - first
    shift = first - (np.cumsum(count) - count)
    which = np.repeat(np.arange(len(starts)), count)
    return at[np.arange(len(which)) + shift[which]], which


def first_within(at: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Give the first of the ascending positions that stands in each range, and the ranges that have one."""
    # Behind the last position stands one that is in no range.
    first = np.append(at, np.iinfo(np.int64).max)[np.searchsorted(at, starts)]
    which = positions(first < ends)
    return first[which], which


def past(text: Bytes, at: Numbers, letters: Flags) -> Numbers:
    """Give the first place from each position on where none of the letters stands."""
    behind = at.copy()
    left = positions(letters.take(text.take(behind)))
    while len(left):
        behind[left] += 1
        left = left[letters.take(text.take(behind[left]))]
    return behind


def erase(text: Bytes, starts: Numbers, ends: Numbers) -> None:
    """Write ERASED into short ranges."""
    while len(starts):
        size = ends - starts
        shortest = int(size.min())
        for offset in range(shortest):
            text[offset:][starts] = ERASED
        longer = size > shortest
        starts, ends = starts[longer] + shortest, ends[longer]


def without_erased(text: Bytes) -> Bytes:
    """Take out what `erase` wrote."""
    return np.frombuffer(bytearray(text).translate(None, bytes([ERASED])), dtype=np.uint8)


def texts(blocks: Sequence[Bytes], encoding: str, end: int = END) -> pl.Series:
    """Decode tokens, each closed by `end`, into a column of text, which may be in several pieces."""
    whole = b"".join(block.data for block in blocks)
    if not whole:
        return pl.Series(dtype=pl.String)
    if len(whole) < _MANY_BYTES:
        return pl.Series(whole[:-1].decode(encoding).split(chr(end)), dtype=pl.String)
    has_lines = end != NEWLINE and b"\n" in whole
    if has_lines or b"\r" in whole:
        return pl.Series([whole[:-1].decode(encoding)]).str.split(chr(end)).explode()
    # Polars cuts lines at half the cost of a split; a return at the end of a line would be a part of the end.
    lines = whole if end == NEWLINE else whole.replace(bytes([end]), b"\n")
    lines = lines if encoding in {"ascii", "utf-8"} else lines.decode(encoding).encode()
    return pl.read_lines(lines).to_series().alias("")


def range_texts(text: Bytes, starts: Numbers, ends: Numbers, encoding: str) -> pl.Series:
    """Decode ranges of bytes, behind each of which another byte stands."""
    return texts([closed_ranges(text, starts, ends)[:-PADDING]], encoding).rechunk()


def closed_ranges(text: Bytes, starts: Numbers, ends: Numbers) -> Bytes:
    """Put ranges of bytes together, each closed by END, as `gather` does."""
    gathered = gather(text, starts, ends + 1)
    gathered[np.cumsum(ends - starts + 1) - 1] = END
    return gathered


def scattered(values: pl.Series, rows: Numbers, count: int) -> pl.Series:
    """Put texts into their rows of a column, null elsewhere."""
    if len(rows) == count:
        return values
    where = np.full(count, -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    return with_null(values)[where]


def with_null(values: pl.Series) -> pl.Series:
    """Add the null that the index -1 gives, for no text."""
    # In one piece: of a column in two, Polars gathers at a sixth of the speed.
    return pl.concat([values, pl.Series([None], dtype=pl.String)], rechunk=True)


class Words:
    """A closed list of ASCII words of at most seven bytes, found at given positions."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        """Keep the words by length, each with the number that stands for it, in a table without collisions.

        Lengths are tried in the order in which the words name them: what is frequent comes first, and a word that begins
        another one behind it.
        """
        self._tables = [
            _Table.of({word: number for word, number in numbers.items() if len(word) == length})
            for length in dict.fromkeys(len(word) for word in numbers)
        ]

    def match(self, text: Bytes, at: Numbers) -> tuple[Numbers, Numbers]:
        """Give number and length of the longest word that begins at each position, -1 and 0 where none does."""
        # A word of the processor begins at every byte.
        windows = np.ndarray((len(text) - 7,), dtype="<u8", buffer=text.data, strides=(1,))
        number, size = np.empty((2, len(at)), dtype=np.int64)
        for start in range(0, len(at), _MATCHED):
            block = slice(start, start + _MATCHED)
            self._match_block(windows[at[block]], number[block], size[block])
        return number, size

    def _match_block(
        self, packed: np.ndarray[tuple[int], np.dtype[np.uint64]], number: Numbers, size: Numbers
    ) -> None:
        """Match the beginnings of texts; `number` and `size` are written to."""
        # Most texts begin with a word of the first length: theirs are written in one go.
        first, *others = self._tables
        slot, is_hit = first.look_up(packed)
        number[:], size[:] = first.numbers[slot], first.length
        left = positions(~is_hit)
        number[left], size[left] = -1, 0
        for table in others:
            if len(left) == 0:
                break
            slot, is_hit = table.look_up(packed[left])
            # Indices gather several columns faster than flags.
            hit, missed = positions(is_hit), positions(~is_hit)
            own = left[hit]
            number[own], size[own] = table.numbers[slot[hit]], table.length
            left = left[missed]


@dataclass(frozen=True, slots=True)
class _Table:
    """Words of one length: the highest bits of the product of word and factor are the word's own slot."""

    length: int
    mask: np.uint64
    factor: np.uint64
    shift: np.uint64
    keys: np.ndarray[tuple[int], np.dtype[np.uint64]]
    numbers: Numbers

    @classmethod
    def of(cls, words: Mapping[str, int]) -> _Table:
        length = len(next(iter(words)))
        assert length < _WINDOW_BYTES, words
        own = [int.from_bytes(word.encode("ascii"), "little") for word in words]
        bits = (4 * len(words)).bit_length()
        # Any odd factor serves that gives each word a slot of its own: one in a few does.
        factor, slot = next(
            (factor, slot)
            for factor in ((odd * _GOLDEN) % 2**64 | 1 for odd in count(1))
            if len(set(slot := [word * factor % 2**64 >> 64 - bits for word in own])) == len(own)
        )
        # Words are shorter than a window, so that no text has the key of an empty slot.
        keys = np.full(2**bits, 2**64 - 1, dtype=np.uint64)
        numbers = np.full(2**bits, -1, dtype=np.int64)
        keys[slot], numbers[slot] = own, list(words.values())
        mask, shift = np.uint64(256**length - 1), np.uint64(64 - bits)
        return cls(length, mask, np.uint64(factor), shift, keys, numbers)

    def look_up(self, packed: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> tuple[Numbers, Flags]:
        """Give the slot of each beginning of a text, and whether the word of that slot stands there."""
        prefix = packed & self.mask
        slot = ((prefix * self.factor) >> self.shift).view(np.int64)
        return slot, self.keys[slot] == prefix


class Widths:
    """Width of ranges in characters: bytes less the continuation bytes of UTF-8."""

    def __init__(self, text: Bytes, encoding: str) -> None:
        """Find the continuation bytes, where the encoding has them."""
        is_wide = encoding == "utf-8" and bool((text >= 0x80).any())
        self._more = positions((text & 0xC0) == 0x80) if is_wide else None

    def of(self, starts: Numbers, ends: Numbers) -> Numbers:
        """Give the number of characters in each range."""
        if self._more is None:
            return ends - starts
        more = np.searchsorted(self._more, ends) - np.searchsorted(self._more, starts)
        return ends - starts - more

"""Cut bytes into tokens with array operations: the one place that works below the level of text.

In: bytes as arrays, positions in them. Out: gathered bytes, columns of text. Statements are cut as bytes because the
structure of MT940 is ASCII in every encoding: a field, a sub-field or a keyword is a position, and the text between two
positions is decoded once, when it is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

Bytes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint8]]"
Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"

# Ends a token. The gate refuses control characters, so that no text can hold it.
END: Final = 0x1E
BLANK: Final = 0x20
NEWLINE: Final = 0x0A
# Reading a word at the last byte must not run out of the array.
PADDING: Final = 16
_WORD_BYTES: Final = 8


def positions(flags: Flags) -> Numbers:
    """Give the indices of what is true."""
    return np.flatnonzero(flags)


def one_of(characters: str) -> Flags:
    """Make a table of 256 flags, true for these ASCII characters: `one_of("?>")[text]`."""
    table = np.zeros(256, dtype=np.bool_)
    table[np.frombuffer(characters.encode("ascii"), dtype=np.uint8)] = True
    return table


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
    # A mask costs a step a byte of the text, an index three a byte that is kept.
    is_dense = size * 3 > ends[-1] - starts[0] and bool((starts[1:] >= ends[:-1]).all())
    if is_dense:
        edges = np.empty(2 * len(starts), dtype=np.int64)
        edges[::2], edges[1::2] = starts, ends
        is_kept = np.zeros(2 * len(starts) - 1, dtype=np.bool_)
        is_kept[::2] = True
        kept = text[starts[0] : ends[-1]][np.repeat(is_kept, np.diff(edges))]
    else:
        shift = starts - (np.cumsum(lengths) - lengths)
        kept = text[np.arange(size) + np.repeat(shift, lengths)]
    return np.concatenate([kept, np.zeros(PADDING, dtype=np.uint8)])


def squeeze(text: Bytes) -> Bytes:
    """Make each run of white space one blank, and none at the edges of a token; gives gathered tokens without their padding.

    The gate lets no other control character through, so that all below a blank is white space or END.
    """
    text = text[:-PADDING]
    low = positions(text < BLANK)
    text[low[text[low] != END]] = BLANK
    edges = positions(text <= BLANK)
    is_doubled = bool((edges[1:] == edges[:-1] + 1).any())
    if not is_doubled and not (len(text) and text[0] == BLANK):
        return text
    # Of a run of blanks the first stays, of a run that touches an END only that: all others are looked at alone.
    blank, edge = text == BLANK, text <= BLANK
    drop = np.zeros(len(text), dtype=np.bool_)
    drop[1:] = blank[1:] & edge[:-1]
    drop[0] = blank[0]
    single = text[~drop]
    before_end = np.append((single[:-1] == BLANK) & (single[1:] == END), False)[: len(single)]
    squeezed: Bytes = single[~before_end]
    return squeezed


def owned(at: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Give the positions that stand in one of the ranges, and the range of each; both are ascending."""
    first, behind = np.searchsorted(at, starts), np.searchsorted(at, ends)
    count = behind - first
    shift = first - (np.cumsum(count) - count)
    which = np.repeat(np.arange(len(starts)), count)
    return at[np.arange(len(which)) + shift[which]], which


def interleave(owner: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Place cuts behind the beginnings of their owners, all in order of the text.

    Args:
        owner: the owner of each cut, ascending; an owner may have none.
        count: number of owners.

    Returns:
        The places of the owners' beginnings, and those of the cuts.
    """
    cuts = np.arange(len(owner)) + owner + 1
    before = np.searchsorted(owner, np.arange(count))
    return np.arange(count) + before, cuts


def texts(text: Bytes, encoding: str) -> pl.Series:
    """Decode tokens, each closed by END, into a column of text."""
    closed = positions(text == END)
    if len(closed) == 0:
        return pl.Series(dtype=pl.String)
    decoded = text[: closed[-1]].tobytes().decode(encoding)
    return pl.Series([decoded]).str.split(chr(END)).explode()


def range_texts(text: Bytes, starts: Numbers, ends: Numbers, encoding: str) -> pl.Series:
    """Decode ranges of bytes, behind each of which another byte stands."""
    return texts(closed_ranges(text, starts, ends), encoding)


def closed_ranges(text: Bytes, starts: Numbers, ends: Numbers) -> Bytes:
    """Put ranges of bytes together, each closed by END, as `gather` does."""
    gathered = gather(text, starts, ends + 1)
    gathered[np.cumsum(ends - starts + 1) - 1] = END
    return gathered


class Words:
    """A closed list of ASCII words of at most eight bytes, found at given positions."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        """Keep the words by length, each with the number that stands for it."""
        self._tables = []
        for length in sorted({len(word) for word in numbers}, reverse=True):
            words = sorted(word for word in numbers if len(word) == length)
            keys = [int.from_bytes(word.encode("ascii"), "big") for word in words]
            found = np.array([numbers[word] for word in words], dtype=np.int64)
            self._tables.append((length, np.array(keys, dtype=np.uint64), found))

    def match(self, text: Bytes, at: Numbers) -> tuple[Numbers, Numbers]:
        """Give number and length of the word that begins at each position, -1 and 0 where none does."""
        # A word of the processor begins at every byte.
        windows = np.ndarray((len(text) - 7,), dtype="<u8", buffer=text.data, strides=(1,))
        packed = windows[at].byteswap()
        number = np.full(len(at), -1, dtype=np.int64)
        size = np.zeros(len(at), dtype=np.int64)
        left = np.arange(len(at))
        for length, keys, found in self._tables:
            prefix = packed >> np.uint64(8 * (_WORD_BYTES - length))
            slot = np.searchsorted(keys[:-1], prefix)
            hit = keys[slot] == prefix
            own = left[hit]
            number[own] = found[slot[hit]]
            size[own] = length
            left, packed = left[~hit], packed[~hit]
        return number, size


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

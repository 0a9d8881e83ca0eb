"""Find the tags of a block of plain XML, all at once. In: bytes. Out: arrays, one value for each tag.

Fast because banks' files repeat a hundred different tags a million times: each different tag is parsed once, by the
grammar of XML, and every other one is known by its bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAG_LIMIT: Final = 64 * 1024
_WORD: Final = 8
_WORDS: Final = 4
_SHORT: Final = _WORD * _WORDS
_LONG_TAGS: Final = 256
_DIFFERENT_TAGS: Final = 4096
_ATTRIBUTES: Final = 4
_SLOT_BITS: Final = 20
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MASKS: Final = np.array([(1 << (8 * count)) - 1 for count in range(_WORD + 1)], np.uint64)

_TAG: Final = re.compile(
    rb"(?:([A-Za-z_][A-Za-z0-9_.-]*):)?([A-Za-z_][A-Za-z0-9_.-]*)"
    rb"""((?:[ \t\r\n]+[A-Za-z_][A-Za-z0-9_.:-]*[ \t\r\n]*=[ \t\r\n]*(?:"[^"<&]*"|'[^'<&]*'))*)[ \t\r\n]*"""
)
_ATTRIBUTE: Final = re.compile(
    rb"""([A-Za-z_][A-Za-z0-9_.:-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')"""
)


class BeyondGrammar(Exception):  # a signal between our own rooms, never an answer to a user
    """The block has what the fast grammar does not accept; another reader must speak."""

    def __init__(self, reason: str, positions: NDArray[np.int64] | None = None) -> None:
        """Keep what it is, and where; None where no place can be told."""
        super().__init__(reason)
        self.positions = positions


class Attribute(NamedTuple):
    """An attribute: its name, and where in the tag's text its value begins and ends."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One different tag: its local name, and its attributes without name spaces."""

    name: str
    attributes: tuple[Attribute, ...]


@dataclass(slots=True)
class KnownTags:
    """All different tags of a document so far. A name is known by a small number, for arrays."""

    prefix: bytes
    tags: list[Tag | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    name_of_tag: list[int] = field(default_factory=list)
    # One more than the number of the tag that has a slot, 0 for none yet.
    slots: NDArray[np.int32] = field(
        default_factory=lambda: np.zeros(1 << _SLOT_BITS, np.int32), repr=False
    )
    _words: list[NDArray[np.uint64]] = field(default_factory=list)
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _name_numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: bytes) -> int:
        """Give the number of a tag by its text between `<` or `</` and `>`."""
        found = self._numbers.get(text)
        if found is None:
            found = len(self.tags)
            if found > _DIFFERENT_TAGS:
                raise BeyondGrammar("too many different tags")
            self._numbers[text] = found
            tag = self._parse(text)
            padded = text[:_SHORT].ljust(_SHORT, b"\0") + len(text).to_bytes(_WORD, "little")
            self._words.append(np.frombuffer(padded, "<u8"))
            self.tags.append(tag)
            self.name_of_tag.append(self.name_number(tag.name if tag else ""))
        return found

    def words(self) -> NDArray[np.uint64]:
        """Give a row for the first words of all tags, one for the second ones, ... and one for their lengths."""
        return np.array(self._words, np.uint64).reshape(-1, _WORDS + 1).T.copy()

    def name_number(self, name: str) -> int:
        """Give the number of a local name."""
        found = self._name_numbers.get(name)
        if found is None:
            found = self._name_numbers[name] = len(self.names)
            self.names.append(name)
        return found

    def _parse(self, text: bytes) -> Tag | None:
        """Parse one tag; None if it is none of the plain grammar."""
        found = _TAG.fullmatch(text)
        if not found or (found[1] or b"") != self.prefix:
            return None
        pairs = list(_ATTRIBUTE.finditer(text, found.start(3), found.end(3)))
        keys = [pair[1] for pair in pairs]
        is_root = found[2] == b"Document"
        declares = any(key.split(b":")[0] == b"xmlns" for key in keys)
        kept = [pair for pair in pairs if pair[1].split(b":")[0] not in {b"xmlns", b"xsi"}]
        is_odd = any(b":" in pair[1] for pair in kept) or len(kept) > _ATTRIBUTES
        if is_odd or (declares and not is_root) or len(set(keys)) < len(keys):
            return None
        attributes = tuple(
            Attribute(pair[1].decode(), *pair.span(3 if pair[2] is None else 2)) for pair in kept
        )
        return Tag(found[2].decode(), attributes)


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a block in order: places of `<` and `>`, kind, number of the different tag and of its name."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    is_close: NDArray[np.bool_]
    is_empty: NDArray[np.bool_]
    tag: NDArray[np.int64]
    name: NDArray[np.int64]


def find_tags(block: bytes, known: KnownTags) -> Tags:
    """Find all tags of a block that begins with one.

    Raises:
        BeyondGrammar: something is no plain tag.
    """
    buffer = np.frombuffer(block + bytes(_SHORT + _WORD), np.uint8)
    start = np.flatnonzero(buffer == ord("<"))
    stop = _stops(buffer, start)
    is_close = buffer.take(start + 1) == ord("/")
    is_empty = buffer.take(stop - 1) == ord("/")
    begin = start + 1 + is_close
    length = stop - begin - is_empty
    # As a number without sign, a negative length is a huge one.
    odd = ((length - 1).view(np.uint64) >= TAG_LIMIT) | (is_close & is_empty)
    if odd.any():
        raise BeyondGrammar("a tag that is empty or huge", start[odd])
    tag = _numbers(block, buffer, begin, length, known)
    if None in known.tags:
        is_unknown = np.array([one is None for one in known.tags], bool).take(tag)
        if is_unknown.any():
            raise BeyondGrammar("a tag that is not plain", start[is_unknown])
    name = np.array(known.name_of_tag, np.int64).take(tag)
    has_attributes = np.array([bool(one and one.attributes) for one in known.tags], bool)
    odd = is_close & has_attributes.take(tag)
    if odd.any():
        raise BeyondGrammar("an end tag with attributes", start[odd])
    return Tags(start, stop, is_close, is_empty, tag, name)


def _stops(buffer: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the `>` of each `<`; a bare `>` in text is legal and is none."""
    ends = np.flatnonzero(buffer == ord(">"))
    if len(ends) != len(start):
        place = np.searchsorted(ends, start)
        if len(place) and place[-1] == len(ends):
            raise BeyondGrammar("a tag without end", start[-1:])
        ends = ends[place]
    if (ends < start).any() or (ends[:-1] > start[1:]).any():
        raise BeyondGrammar("a tag inside a tag")
    return ends


def _numbers(
    block: bytes,
    buffer: NDArray[np.uint8],
    begin: NDArray[np.int64],
    length: NDArray[np.int64],
    known: KnownTags,
) -> NDArray[np.int64]:
    """Give the number of each tag; equal bytes get equal numbers.

    Each tag of up to 32 bytes is four words of eight bytes. A hash of them finds the slot of a known tag, and the words
    themselves are then compared with its words, so no two different tags can pass for one.
    """
    windows = np.ndarray((len(buffer) - _WORD + 1,), "<u8", buffer, strides=(1,))
    head = windows[begin] & _MASKS.take(length, mode="clip")
    mixed, words = head * _MIX, []
    for index in range(1, _WORDS):
        rows = np.flatnonzero(length > _WORD * index)
        size = length.take(rows) - _WORD * index
        word = windows[begin.take(rows) + _WORD * index] & _MASKS.take(size, mode="clip")
        mixed[rows] = (mixed.take(rows) ^ word) * _MIX
        words.append((rows, word))
    slot = (mixed >> np.uint64(64 - _SLOT_BITS)).view(np.int64)
    is_long = np.flatnonzero(length > _SHORT)
    if len(is_long) > _LONG_TAGS:
        raise BeyondGrammar("many long tags", begin[is_long])
    number = np.subtract(known.slots.take(slot), 1, dtype=np.int64)
    is_new = number < 0
    if is_new.any():
        for index in _firsts(slot, is_new).tolist():
            at = int(begin[index])
            known.slots[slot[index]] = known.number(block[at : at + int(length[index])]) + 1
        number = np.subtract(known.slots.take(slot), 1, dtype=np.int64)
    for index in is_long.tolist():
        at = int(begin[index])
        number[index] = known.number(block[at : at + int(length[index])])
    of_tag = known.words()
    is_same = length == of_tag[_WORDS].view(np.int64).take(number)
    is_same &= head == of_tag[0].take(number)
    for of_tag_here, (rows, word) in zip(of_tag[1:_WORDS], words, strict=True):
        is_same[rows] &= of_tag_here.take(number.take(rows)) == word
    is_same[is_long] = True
    if not is_same.all():
        raise BeyondGrammar("tags that share a slot", begin[~is_same])
    return number


def _firsts(slot: NDArray[np.int64], is_new: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give one tag of each slot that has no number yet."""
    rows = np.flatnonzero(is_new)
    rows = rows[np.argsort(slot[rows], kind="stable")]
    return rows[np.diff(slot[rows], prepend=-1) > 0]


def is_blank(
    buffer: NDArray[np.uint8], begin: NDArray[np.int64], until: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which stretches of bytes, none of them empty and in ascending order, are blank.

    Control characters must have been excluded before: then what is not above a blank is one.
    """
    if not len(begin):
        return np.empty(0, bool)
    bounds = np.column_stack([begin, until]).ravel()
    # The last stretch may end where the bytes end, which is no place in them.
    highest = np.maximum.reduceat(buffer, bounds if bounds[-1] < len(buffer) else bounds[:-1])
    blank: NDArray[np.bool_] = highest[::2] <= ord(" ")
    return blank

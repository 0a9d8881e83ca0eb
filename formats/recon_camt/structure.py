"""The fast reader: from the tags of a piece to its texts, with a proof that the piece is well-formed.

In: a piece of plain XML that continues open elements. Out: owners and places of texts, and the elements still open. At
each depth, begin and end tags must alternate and bear the same names, which is what well-formed means; it is checked for
all at once. Entries of a known shape are not read tag by tag (see recon_camt.shapes).

Source: Extensible Markup Language 1.0, fifth edition, sections 2.2 (characters), 3 (elements), 4.6 (entities).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from recon_camt.leaves import Owners
from recon_camt.paths import DEPTH_LIMIT, PARENT_LEVELS, TEXT_LIMIT, Level
from recon_camt.places import Found, Piece, Places, cut_out
from recon_camt.reduced import Reduced, reduced, whole
from recon_camt.tags import BeyondGrammar, KnownTags, Tags, find_tags, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from recon_camt.paths import Paths
    from recon_camt.shapes import Shapes

_OTHER_REFERENCE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
_PATH_TABLE_LIMIT: Final = 1 << 24
_BLANKS: Final = (9, 10, 13, 32)
_FORBIDDEN: Final = ((b"]", b"]]>"), (b"\xef", b"\xef\xbf\xbe"), (b"\xef", b"\xef\xbf\xbf"))


@dataclass(slots=True)
class FastReader:
    """Reads the pieces of one document one after the other."""

    paths: Paths
    known: KnownTags
    shapes: Shapes
    open_elements: list[str] = field(default_factory=list)

    def read(self, piece: bytes, offset: int) -> Piece:
        """Read the next piece; a piece that fails may be read again, changed.

        Args:
            piece: begins with a tag and ends behind one, or behind blanks.
            offset: the piece's place in the document.

        Returns:
            its texts, and its owners with places in the document.

        Raises:
            BeyondGrammar: the piece is not plain, or not well-formed.
        """
        try:
            _check_characters(piece)
            left = reduced(piece, self.shapes)
            found, still_open = self._read(left)
            if not left.fits(found):
                left = whole(piece)
                found, still_open = self._read(left)
        except BeyondGrammar as odd:
            if odd.positions is not None:
                odd.positions = odd.positions + offset
            raise
        self.open_elements = still_open
        if left.entries:
            self.shapes.learn(piece, left.entries, left.others, found)
        return cut_out(left.restored(found, self.paths), piece, offset)

    def _read(self, left: Reduced) -> tuple[Found, list[str]]:
        """Read what is left of a piece tag by tag; places are those in the whole piece."""
        prefix = self.known.prefix + b":" if self.known.prefix else b""
        head = b"".join(b"<" + prefix + name.encode() + b">" for name in self.open_elements)
        block = head + left.data
        try:
            tags = find_tags(block, self.known)
            tree = _build(tags, self.paths, self.known)
            found = _found(block, tags, tree, self)
            _check_entries(tags, found, self.known)
        except BeyondGrammar as odd:
            if odd.positions is not None:
                odd.positions = left.places(odd.positions - len(head))
            raise
        return _mapped(found, lambda places: left.places(places - len(head))), tree.still_open


def _mapped(found: Found, new: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Found:
    """Give the same with other places."""
    owners = {
        level: Owners(one.parent, one.path, new(one.start), new(one.stop))
        for level, one in found.owners.items()
    }
    said = found.places
    return Found(owners, Places(said.path, said.owner, new(said.start), new(said.stop)))


def _check_characters(piece: bytes) -> None:
    buffer = np.frombuffer(piece, np.uint8)
    blanks = sum(np.count_nonzero(buffer == one) for one in _BLANKS[:3])
    if np.count_nonzero(buffer < ord(" ")) != blanks:
        is_control = (buffer < ord(" ")) & ~np.isin(buffer, _BLANKS)
        raise BeyondGrammar("control characters", np.flatnonzero(is_control))
    # One byte is found many times faster than three, and most pieces do not have it.
    for first, mark in _FORBIDDEN:
        if first in piece and mark in piece:
            raise BeyondGrammar("characters that XML forbids", np.array([piece.find(mark)]))
    # The five entities of XML itself; a reference to a character is rare and read by the other reader.
    if b"&" in piece:
        at = [found.start() for found in _OTHER_REFERENCE.finditer(piece)]
        if at:
            raise BeyondGrammar("references", np.array(at))


def _check_entries(tags: Tags, found: Found, known: KnownTags) -> None:
    """Check that every begin tag of an entry, wherever it stands, is an entry of a statement."""
    begun = np.count_nonzero(~tags.is_close & (tags.name == known.name_number("Ntry")))
    if begun != len(found.owners[Level.ENTRY]):
        raise BeyondGrammar("entries in unusual places")


@dataclass(frozen=True, slots=True)
class _Tree:
    """The path of each begin tag (0 for others), the tag that ends it, and the names of elements left open."""

    path: NDArray[np.int32]
    end: NDArray[np.int64]
    still_open: list[str]


def _build(tags: Tags, paths: Paths, known: KnownTags) -> _Tree:
    """Give each element its path, depth by depth, and check that its end tag bears its name."""
    # An empty element, which no end tag is, opens nothing.
    step = 1 - 2 * tags.is_close.view(np.int8) - tags.is_empty.view(np.int8)
    has_empty = bool(tags.is_empty.any())
    depth = np.cumsum(step, dtype=np.int32) + (tags.is_close | tags.is_empty)
    if len(depth) and (depth.min() < 1 or depth.max() > DEPTH_LIMIT):
        is_odd = (depth < 1) | (depth > DEPTH_LIMIT)
        raise BeyondGrammar("unbalanced or too deep", tags.start[np.flatnonzero(is_odd)])
    order = np.argsort(depth.astype(np.uint8), kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(depth, minlength=1)))
    path = np.zeros(len(depth), np.int32)
    end = np.full(len(depth), -1, np.int64)
    still_open: list[str] = []
    above = np.empty(0, np.int64)
    for level in range(1, len(bounds) - 1):
        rows = order[bounds[level] : bounds[level + 1]]
        events = rows[~tags.is_empty.take(rows)] if has_empty else rows
        opened, closed = events[0::2], events[1::2]
        is_other = tags.name.take(opened[: len(closed)]) != tags.name.take(closed)
        if is_other.any():
            raise BeyondGrammar("end tags of another name", tags.start[closed[is_other]])
        end[opened[: len(closed)]] = closed
        if len(opened) > len(closed):
            still_open.append(known.names[tags.name[opened[-1]]])
        begun = rows[~tags.is_close.take(rows)] if has_empty else opened
        owner = above.take(np.searchsorted(above, begun) - 1) if level > 1 else begun
        path[begun] = _child_paths(path.take(owner), tags.name.take(begun), paths, known)
        above = opened
    end[tags.is_empty] = np.flatnonzero(tags.is_empty)
    return _Tree(path, end, still_open)


def _child_paths(
    parent: NDArray[np.int32], name: NDArray[np.int64], paths: Paths, known: KnownTags
) -> NDArray[np.int32]:
    count = len(known.names)
    if len(paths) * count > _PATH_TABLE_LIMIT:
        raise BeyondGrammar("too many different elements")
    table = np.zeros(len(paths) * count, np.int32)
    code = parent.astype(np.int64) * count + name
    table[code] = 1
    for one in np.flatnonzero(table).tolist():
        table[one] = paths.child(one // count, known.names[one % count])
    paths_of: NDArray[np.int32] = table[code]
    return paths_of


def _found(block: bytes, tags: Tags, tree: _Tree, reader: FastReader) -> Found:
    opens = reader.paths.openers().take(tree.path)
    opened = {level: np.flatnonzero(opens == level) for level in PARENT_LEVELS}
    owners = {level: _owners(level, opened, tags, tree) for level in PARENT_LEVELS}
    leaf = np.flatnonzero((tree.end - np.arange(len(tree.end))) == 1)
    _check_between(block, tags, leaf)
    said = [
        (leaf, tree.path[leaf], tags.stop[leaf] + 1, tags.start[leaf + 1]),
        *_attributes(tags, tree, reader),
    ]
    node, path, start, stop = (np.concatenate(columns) for columns in zip(*said, strict=True))
    level = reader.paths.levels().take(path)
    owner = np.zeros(len(node), np.int64)
    for one, at in opened.items():
        rows = np.flatnonzero(level == one)
        owner[rows] = np.searchsorted(at, node.take(rows), side="right") - 1
    return Found(owners, Places(path, owner, start, stop))


def _owners(
    level: Level, opened: dict[Level, NDArray[np.int64]], tags: Tags, tree: _Tree
) -> Owners:
    rows = opened[level]
    above = opened.get(PARENT_LEVELS[level])
    parent = np.zeros(len(rows), np.int64) if above is None else np.searchsorted(above, rows) - 1
    stop = np.where(tree.end[rows] >= 0, tags.stop[tree.end[rows]] + 1, -1)
    return Owners(parent, tree.path[rows], tags.start[rows], stop)


def _check_between(block: bytes, tags: Tags, leaf: NDArray[np.int64]) -> None:
    """Check that nothing but blanks stands between tags, except in leaves, whose texts have a length limit."""
    begin = tags.stop + 1
    until = np.append(tags.start[1:], len(block))
    is_leaf = np.zeros(len(begin), bool)
    is_leaf[leaf] = True
    too_long = is_leaf & (until - begin > TEXT_LIMIT)
    if too_long.any():
        raise BeyondGrammar("a text beyond the limit", begin[too_long])
    gaps = np.flatnonzero(~is_leaf & (until > begin))
    if not len(gaps):
        return
    is_stray = ~is_blank(np.frombuffer(block, np.uint8), begin[gaps], until[gaps])
    if is_stray.any():
        raise BeyondGrammar("text between elements", begin[gaps[is_stray]])


def _attributes(
    tags: Tags, tree: _Tree, reader: FastReader
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]]:
    """Give the attributes as texts of paths of their own (`Amt@Ccy`), the first ones, the second ones, ..."""
    known = [tag.attributes if tag else () for tag in reader.known.tags]
    for index in range(max(map(len, known), default=0)):
        nth = [several[index] if len(several) > index else None for several in known]
        at = np.flatnonzero(np.array([one is not None for one in nth], bool)[tags.tag])
        tag = tags.tag[at]
        keys = sorted({one.name for one in nth if one})
        key = np.array([keys.index(one.name) if one else 0 for one in nth], np.int64)[tag]
        code = tree.path[at] * len(keys) + key
        path_of_code = np.zeros(len(reader.paths) * len(keys), np.int32)
        for one in np.flatnonzero(np.bincount(code)).tolist():
            name = f"@{keys[one % len(keys)]}"
            path_of_code[one] = reader.paths.child(one // len(keys), name)
        begin, end = (
            tags.start[at] + 1 + np.array([one[part] if one else 0 for one in nth], np.int64)[tag]
            for part in (1, 2)
        )
        yield at, path_of_code.take(code), begin, end

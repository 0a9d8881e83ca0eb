"""The fast reader: from the tags of a block to its texts, with a proof that the block is well-formed.

In: a block of plain XML that continues open elements. Out: a Part, and the elements still open. At each depth, begin
and end tags must alternate and bear the same names, which is what well-formed means; it is checked for all at once.

Source: Extensible Markup Language 1.0, fifth edition, sections 2.2 (characters), 3 (elements), 4.6 (entities).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_camt.leaves import Owners, Part, Texts
from recon_camt.paths import DEPTH_LIMIT, Level
from recon_camt.tags import BeyondGrammar, KnownTags, Tags, find_tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recon_camt.paths import Paths

TEXT_LIMIT: Final = 64 * 1024
PARENT_LEVELS: Final = {
    Level.MESSAGE: Level.OUTSIDE,
    Level.STATEMENT: Level.MESSAGE,
    Level.BALANCE: Level.STATEMENT,
    Level.ENTRY: Level.STATEMENT,
    Level.DETAIL: Level.ENTRY,
    Level.STRUCTURED: Level.DETAIL,
}
_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_OTHER_REFERENCE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
_PATH_TABLE_LIMIT: Final = 1 << 24
_BLANKS: Final = (9, 10, 13, 32)
_FORBIDDEN: Final = ((b"]", b"]]>"), (b"\xef", b"\xef\xbf\xbe"), (b"\xef", b"\xef\xbf\xbf"))


@dataclass(slots=True)
class FastReader:
    """Reads the blocks of one document one after the other."""

    paths: Paths
    known: KnownTags
    open_elements: list[str] = field(default_factory=list)

    def read(self, block: bytes, offset: int) -> Part:
        """Read the next block; a block that fails may be read again, changed.

        Args:
            block: begins with a tag and ends behind one, or behind blanks.
            offset: the block's place in the document.

        Raises:
            BeyondGrammar: the block is not plain, or not well-formed.
        """
        prefix = self.known.prefix + b":" if self.known.prefix else b""
        head = b"".join(b"<" + prefix + name.encode() + b">" for name in self.open_elements)
        whole = head + block
        shift = offset - len(head)
        try:
            _check_characters(whole)
            tags = find_tags(whole, self.known)
            tree = _build(tags, self.paths, self.known)
            part = _part(whole, tags, tree, self)
            _check_entries(tags, part, self.known)
        except BeyondGrammar as odd:
            if odd.positions is not None:
                odd.positions = odd.positions + shift
            raise
        self.open_elements = tree.still_open
        for owners in part.owners.values():
            owners.start[:] += shift
            owners.stop[:] += shift
        return part


def _check_characters(block: bytes) -> None:
    buffer = np.frombuffer(block, np.uint8)
    blanks = sum(block.count(bytes([one])) for one in _BLANKS[:3])
    if np.count_nonzero(buffer < 32) != blanks:
        is_control = (buffer < 32) & ~np.isin(buffer, _BLANKS)
        raise BeyondGrammar("control characters", np.flatnonzero(is_control))
    # One byte is found many times faster than three, and most blocks do not have it.
    for first, mark in _FORBIDDEN:
        if first in block and mark in block:
            raise BeyondGrammar("characters that XML forbids", np.array([block.find(mark)]))
    # The five entities of XML itself; a reference to a character is rare and read by the other reader.
    if b"&" in block:
        at = [found.start() for found in _OTHER_REFERENCE.finditer(block)]
        if at:
            raise BeyondGrammar("references", np.array(at))


def _check_entries(tags: Tags, part: Part, known: KnownTags) -> None:
    """Check that every begin tag of an entry, wherever it stands, is an entry of a statement."""
    begun = np.count_nonzero(~tags.is_close & (tags.name == known.name_number("Ntry")))
    if begun != len(part.owners[Level.ENTRY]):
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


def _part(block: bytes, tags: Tags, tree: _Tree, reader: FastReader) -> Part:
    opens = reader.paths.openers().take(tree.path)
    opened = {level: np.flatnonzero(opens == level) for level in PARENT_LEVELS}
    owners = {level: _owners(level, opened, tags, tree) for level in PARENT_LEVELS}
    leaf = np.flatnonzero((tree.end - np.arange(len(tree.end))) == 1)
    _check_between(block, tags, leaf)
    path = [tree.path[leaf]]
    text = [_texts(block, tags, leaf)]
    node = [leaf]
    for at, attribute_path, values in _attributes(tags, tree, reader):
        node.append(at)
        path.append(attribute_path)
        text.append(values)
    nodes, all_paths = np.concatenate(node), np.concatenate(path)
    level = reader.paths.levels().take(all_paths)
    owner = np.zeros(len(nodes), np.int64)
    for one, at in opened.items():
        rows = np.flatnonzero(level == one)
        owner[rows] = np.searchsorted(at, nodes.take(rows), side="right") - 1
    kept = pl.concat(text)
    is_said = kept != ""
    if is_said.all():
        return Part(owners, Texts(all_paths, owner, kept))
    rows = np.flatnonzero(is_said.to_numpy())
    return Part(owners, Texts(all_paths[rows], owner[rows], kept.gather(rows)))


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
    bounds = np.column_stack([begin[gaps], until[gaps]]).ravel()
    buffer = np.frombuffer(block, np.uint8)
    # The last gap may end where the block ends, which is no place in it.
    highest = np.maximum.reduceat(buffer, bounds if bounds[-1] < len(block) else bounds[:-1])
    # No control characters are left, so what is not above a blank is one.
    stray = gaps[highest[::2] > ord(" ")]
    if len(stray):
        raise BeyondGrammar("text between elements", begin[stray])


def _texts(block: bytes, tags: Tags, leaf: NDArray[np.int64]) -> pl.Series:
    """Cut out all texts of leaves in one step: their bytes, each with the `<` behind it, split there."""
    # Lengths of what is left out and of what is cut out, by turns.
    bounds = np.column_stack([tags.stop[leaf] + 1, tags.start[leaf + 1] + 1]).ravel()
    lengths = np.diff(bounds, prepend=0, append=len(block))
    chosen = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    text = np.frombuffer(block, np.uint8)[chosen].tobytes()
    pieces = pl.Series([text.decode()], dtype=pl.String).str.split("<").list.explode()
    pieces = pieces.head(len(leaf))
    if b"&" in text:
        pieces = pieces.str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))
    return cleaned(pieces) if _is_untidy(text) else pieces


def _is_untidy(texts: bytes) -> bool:
    """Say whether a text, each ended by `<`, has a line end or a tab, or a blank at one of its ends."""
    marks = (b"\n", b"\r", b"\t", b" <", b"< ")
    return texts.startswith(b" ") or any(mark in texts for mark in marks)


def cleaned(texts: pl.Series) -> pl.Series:
    """Strip texts, and make one blank of each line end or run of blanks around it."""
    if texts.str.contains(r"[\n\r\t]").any():
        texts = texts.str.replace_all(r"[ \t]*[\n\r\t]+\s*", " ")
    return texts.str.strip_chars(" \t\r\n")


def _attributes(
    tags: Tags, tree: _Tree, reader: FastReader
) -> list[tuple[NDArray[np.int64], NDArray[np.int32], pl.Series]]:
    """Give the attributes as texts of paths of their own (`Amt@Ccy`), the first ones, the second ones, ..."""
    known = [tag.attributes if tag else () for tag in reader.known.tags]
    found = []
    for index in range(max(map(len, known), default=0)):
        has_one = np.array([len(pairs) > index for pairs in known], bool)
        at = np.flatnonzero(has_one[tags.tag])
        keys = sorted({pairs[index][0] for pairs in known if len(pairs) > index})
        key = np.array(
            [keys.index(pairs[index][0]) if len(pairs) > index else 0 for pairs in known], np.int32
        )[tags.tag[at]]
        code = tree.path[at].astype(np.int64) * len(keys) + key
        path_of_code = np.zeros(len(reader.paths) * len(keys), np.int32)
        for one in np.flatnonzero(np.bincount(code)).tolist():
            name = f"@{keys[one % len(keys)]}"
            path_of_code[one] = reader.paths.child(one // len(keys), name)
        values = [pairs[index][1] if len(pairs) > index else "" for pairs in known]
        text = cleaned(pl.Series(values, dtype=pl.String)).gather(tags.tag[at])
        found.append((at, path_of_code.take(code), text))
    return found

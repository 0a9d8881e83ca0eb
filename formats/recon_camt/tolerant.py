"""The tolerant reader: lxml, entry by entry, for all XML that the fast grammar does not accept.

In: the bytes of entries, or a whole document without them. Out: a Part as the fast reader gives it, and what could not
be parsed. One broken entry takes no other with it. lxml is hardened: no entities, no network, no document type, and no
text or tree beyond its own limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from lxml import etree

from recon_camt.leaves import Owners, Part, Texts, by_path
from recon_camt.paths import DEPTH_LIMIT, PARENT_LEVELS, TEXT_LIMIT, Level
from recon_camt.places import cleaned
from recon_camt.spans import find_details

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recon_camt.document import Text
    from recon_camt.paths import Paths
    from recon_camt.spans import Span

# lxml does not say at which byte an element stands.
NO_PLACE: Final = -1
_SCHEMA_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"


class Illegible(ValueError):
    """The bytes are no XML that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that could not be parsed, and why."""

    span: Span
    reason: str


@dataclass(slots=True)
class _Collected:
    """Owners and texts as they are met, in document order."""

    paths: Paths
    path: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    owners: dict[Level, list[tuple[int, int, int, int]]] = field(
        default_factory=lambda: {level: [] for level in PARENT_LEVELS}
    )

    def part(self) -> Part:
        """Give all as a Part; texts that are blank say nothing."""
        text = cleaned(pl.Series(self.text, dtype=pl.String))
        path, owner = np.array(self.path, np.int32), np.array(self.owner, np.int64)
        rows = np.flatnonzero((text != "").to_numpy())
        rows = rows[by_path(path[rows], owner[rows])]
        texts = Texts(path[rows], owner[rows], text[rows])
        owners = {}
        for level, found in self.owners.items():
            table = np.array(found, np.int64).reshape(-1, 4)
            owners[level] = Owners(
                table[:, 0].copy(),
                table[:, 1].astype(np.int32),
                table[:, 2].copy(),
                table[:, 3].copy(),
            )
        return Part(owners, texts)


def parser() -> etree.XMLParser:
    """Make a parser that resolves nothing, loads nothing and keeps its limits."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


def read_skeleton(data: bytes, paths: Paths) -> tuple[Part, list[Mapping[str | None, str]]]:
    """Read a document whose entries are empty.

    Returns:
        its part, with an entry for each empty one; and the name spaces in scope at each entry.

    Raises:
        Illegible: it is not well-formed.
    """
    root = _parsed(data)
    found = _Collected(paths)
    spaces: list[Mapping[str | None, str]] = []
    for level, element in _walk(root, 0, found, None):
        if level is Level.ENTRY:
            spaces.append(element.nsmap)
    return found.part(), spaces


def read_entries(
    data: Text,
    spans: Sequence[Span],
    statements: Sequence[int],
    spaces: Sequence[Mapping[str | None, str]],
    paths: Paths,
    parent: int,
) -> tuple[Part, list[Broken]]:
    """Read entries one by one.

    Args:
        data: the document.
        spans: where the entries stand.
        statements: the statement of each.
        spaces: the name spaces in scope at each.
        paths: the names of paths.
        parent: the path of a statement.

    Returns:
        the part of those that could be parsed, and the others.
    """
    found, broken = _Collected(paths), []
    for span, statement, space in zip(spans, statements, spaces, strict=True):
        try:
            _read_entry(data[span.start : span.stop], span, statement, space, found, parent)
        except Illegible as reason:
            broken.append(Broken(span, str(reason)))
    return found.part(), broken


def _read_entry(
    piece: bytes,
    span: Span,
    statement: int,
    space: Mapping[str | None, str],
    found: _Collected,
    parent: int,
) -> None:
    if not span.is_closed:
        raise Illegible("the entry is not closed: its end tag is missing")
    declared = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{escape(uri)}"' for prefix, uri in space.items()
    )
    head = f"<w{declared}>".encode()
    root = _parsed(head + piece + b"</w>")
    [entry] = root
    one = _Collected(found.paths)
    for _ in _walk(entry, parent, one, etree.QName(entry).namespace or ""):
        pass
    if len(one.owners[Level.ENTRY]) != 1 or any(len(text) > TEXT_LIMIT for text in one.text):
        raise Illegible(f"the entry has a text of more than {TEXT_LIMIT:,} characters")
    _append(found, one, statement, span, piece)


def _append(found: _Collected, one: _Collected, statement: int, span: Span, piece: bytes) -> None:
    """Add what one entry has, numbered on from what is there."""
    base = {level: len(rows) for level, rows in found.owners.items()}
    places = iter(_detail_places(piece, span.start))
    for level, rows in one.owners.items():
        above = PARENT_LEVELS[level]
        for parent, path, _, _ in rows:
            if level is Level.ENTRY:
                row = (statement, path, span.start, span.stop)
            elif level is Level.DETAIL:
                start, stop = next(places, (span.start, span.stop))
                row = (parent + base[above], path, start, stop)
            else:
                row = (parent + base[above], path, span.start, span.stop)
            found.owners[level].append(row)
    levels = [found.paths.level(path) for path in one.path]
    found.path += one.path
    found.owner += [owner + base[level] for owner, level in zip(one.owner, levels, strict=True)]
    found.text += one.text


def _detail_places(piece: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Give the place of each detail of an entry; of the whole entry where comments or CDATA could mislead."""
    if b"<!" in piece or b"<?" in piece:
        return
    for start, stop in find_details(piece):
        yield start + offset, stop + offset


def _parsed(data: bytes) -> etree._Element:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Illegible("a document type declaration, which is never read")
    try:
        return etree.fromstring(data, parser())
    except etree.XMLSyntaxError as error:
        raise Illegible(str(error.msg or error).split(", line ")[0][:200]) from None


def _walk(
    root: etree._Element, parent: int, found: _Collected, space: str | None
) -> Iterator[tuple[Level, etree._Element]]:
    """Collect an element and all below it; yields those that open a level.

    Raises:
        Illegible: the nesting is deeper than any message's.
    """
    stack = [(root, parent, 1, space)]
    while stack:
        element, above, depth, own = stack.pop()
        if depth > DEPTH_LIMIT:
            raise Illegible(f"elements are nested more than {DEPTH_LIMIT} deep")
        name = etree.QName(element)
        # Above the message any name space may stand; below it, a foreign one makes another name.
        is_foreign = own is not None and (name.namespace or "") != own
        word = f"{{{name.namespace or ''}}}{name.localname}" if is_foreign else name.localname
        path = found.paths.child(above, word)
        level = found.paths.level(path)
        if found.paths.opens(path):
            rows = found.owners[level]
            rows.append(
                (len(found.owners.get(PARENT_LEVELS[level], ())) - 1, path, NO_PLACE, NO_PLACE)
            )
            if level is Level.MESSAGE:
                own = name.namespace or ""
            yield level, element
        owner = max(len(found.owners.get(level, ())) - 1, 0)
        _collect(element, path, owner, found)
        stack.extend((child, path, depth + 1, own) for child in reversed(element))


def _collect(element: etree._Element, path: int, owner: int, found: _Collected) -> None:
    """Take an element's own text, and its attributes as paths of their own."""
    pieces = [element.text, *(child.tail for child in element)]
    said = [piece for piece in pieces if piece and not piece.isspace()]
    if said:
        found.path.append(path)
        found.owner.append(owner)
        found.text.append(" ".join(said))
    for key, value in element.attrib.items():
        if not key.startswith(_SCHEMA_INSTANCE):
            found.path.append(found.paths.child(path, f"@{etree.QName(key).localname}"))
            found.owner.append(owner)
            found.text.append(value)

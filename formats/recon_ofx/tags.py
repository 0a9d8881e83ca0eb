"""The grammar of OFX: a tree of aggregates and values, for SGML (1.x) and XML (2.x) alike.

In: the text of one file. Out: the tree. Values may lack their end tag, aggregates may not: an aggregate that is
closed out of order, twice or never means that the file was cut or tampered with, and refuses it.

Source: OFX 1.6 section 2.3 (SGML), OFX 2.1.1 section 2.3 (XML).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from html.entities import html5
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE_LIMIT: Final = 64 * 1024
DEPTH_LIMIT: Final = 32

# Aggregates on the way to a transaction: each must be opened and closed in order.
AGGREGATES: Final = frozenset(
    [
        "OFX",
        "SIGNONMSGSRSV1",
        "SONRS",
        "STATUS",
        "FI",
        "BANKMSGSRSV1",
        "CREDITCARDMSGSRSV1",
        "INVSTMTMSGSRSV1",
        "STMTTRNRS",
        "CCSTMTTRNRS",
        "INVSTMTTRNRS",
        "STMTRS",
        "CCSTMTRS",
        "INVSTMTRS",
        "BANKACCTFROM",
        "CCACCTFROM",
        "INVACCTFROM",
        "BANKTRANLIST",
        "BANKTRANLISTP",
        "INVTRANLIST",
        "INVBANKTRAN",
        "STMTTRN",
        "STMTTRNP",
        "BANKACCTTO",
        "CCACCTTO",
        "CURRENCY",
        "ORIGCURRENCY",
        "LEDGERBAL",
        "AVAILBAL",
        "BALLIST",
        "BAL",
    ]
)
# Values that we read: they end at the next tag, whatever else the file closes.
VALUES: Final = frozenset(
    [
        "CODE",
        "SEVERITY",
        "MESSAGE",
        "CURDEF",
        "ACCTID",
        "BANKID",
        "BRANCHID",
        "ACCTTYPE",
        "ACCTKEY",
        "BROKERID",
        "TRNTYPE",
        "DTPOSTED",
        "DTUSER",
        "DTAVAIL",
        "TRNAMT",
        "FITID",
        "CORRECTFITID",
        "CORRECTACTION",
        "SRVRTID",
        "CHECKNUM",
        "CHKNUM",
        "REFNUM",
        "SIC",
        "PAYEEID",
        "NAME",
        "EXTDNAME",
        "MEMO",
        "CURSYM",
        "CURRATE",
        "BALAMT",
        "DTASOF",
        "DTSTART",
        "DTEND",
        "TRNUID",
        "DTSERVER",
        "LANGUAGE",
        "ORG",
        "FID",
    ]
)

# An end tag or a start tag, the latter with attributes at most as XML name spaces have them.
_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9_.]*)(?:\s+[\w:.-]+=\"[^\"<>]*\")*\s*(?P<empty>/?)>"
)
_ENTITY: Final = re.compile(
    r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,30}));"
)


@dataclass(slots=True)
class Node:
    """An aggregate or a value: its tag in capitals, where it stands, its text and its children."""

    name: str
    start: int
    end: int
    text: str
    children: list[Node] = field(default_factory=list)

    def first(self, *names: str) -> Node | None:
        """Give the first direct child of one of these names."""
        return next((child for child in self.children if child.name in names), None)

    def value(self, *names: str) -> str | None:
        """Give the text of the first direct child of these names that has any, None without one."""
        return next((c.text for c in self.children if c.name in names and c.text), None)

    def find_all(self, *names: str) -> Iterator[Node]:
        """Give all nodes of these names below this one, in file order, none inside another."""
        pending = list(reversed(self.children))
        while pending:
            node = pending.pop()
            if node.name in names:
                yield node
            else:
                pending.extend(reversed(node.children))


@dataclass(frozen=True, slots=True)
class Document:
    """The tree of one file, with the means to count and to name places independently of it."""

    file: str
    root: Node
    text: str
    line_starts: tuple[int, ...]
    transaction_starts: tuple[int, ...]
    stray_text: tuple[str, ...]

    def line_number(self, offset: int) -> int:
        """Give the number of the text line at an offset, from 1."""
        return bisect_right(self.line_starts, offset)

    def place(self, node: Node) -> Place:
        """Give the place of a node."""
        return Place(self.file, self.line_number(node.start))

    def excerpt(self, node: Node) -> str:
        """Give the text where a node begins, to the end of its line."""
        return self.text[node.start : node.start + 120].split("\n", 1)[0].strip()

    def count_transactions(self, node: Node) -> int:
        """Count the `<STMTTRN>` in the text of a node: a count that owes nothing to the tree."""
        starts = self.transaction_starts
        return bisect_left(starts, node.end) - bisect_left(starts, node.start)


def read_document(file: str, text: str) -> Document:
    """Build the tree of a file.

    Raises:
        MalformedFile: no OFX document, an aggregate not closed or closed out of order, a transaction inside another,
            or a value beyond VALUE_LIMIT.
    """
    builder = _Builder(file, text)
    builder.build()
    return Document(
        file=file,
        root=builder.root,
        text=text,
        line_starts=(0, *(found.end() for found in re.finditer("\n", text))),
        transaction_starts=tuple(
            found.start() for found in re.finditer(r"<STMTTRN(?=[\s/>])", text, re.IGNORECASE)
        ),
        stray_text=tuple(builder.stray_text),
    )


class _Builder:
    """One pass over the tags with a stack of what is open."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.root = Node("", 0, len(text), "")
        self.stack = [self.root]
        self.stray_text: list[str] = []
        self.closed_names = {name.upper() for name in re.findall(r"</([A-Za-z0-9_.]+)\s*>", text)}

    def build(self) -> None:
        found = _TAG.search(self.text)
        while found:
            following = _TAG.search(self.text, found.end())
            end = following.start() if following else len(self.text)
            if end - found.end() > VALUE_LIMIT:
                message = f"the value of <{found['name']}> has more than {VALUE_LIMIT:,} characters"
                raise self._malformed(message, found.start())
            content = self.text[found.end() : end]
            if found["end"]:
                self._close(found["name"].upper(), found, content)
            else:
                self._open(found["name"].upper(), found, content)
            found = following
        self._leave_value()
        if len(self.stack) > 1:
            node = self.stack[-1]
            raise self._malformed(f"<{node.name}> is not closed: the file is cut off", node.start)
        if self.root.first("OFX") is None:
            raise MalformedFile("the file holds no <OFX> document", place=Place(self.file))

    def _open(self, name: str, found: re.Match[str], content: str) -> None:
        self._leave_value()
        if name == "STMTTRN" and any(node.name == "STMTTRN" for node in self.stack):
            raise self._malformed("a transaction stands inside another one", found.start())
        node = Node(name, found.start(), found.end() + len(content), clean(content))
        self.stack[-1].children.append(node)
        if found["empty"] or name in AGGREGATES:
            self._note_stray(content)
        if found["empty"]:
            node.text = ""
            return
        if len(self.stack) > DEPTH_LIMIT:
            message = f"tags are nested deeper than {DEPTH_LIMIT} levels"
            raise self._malformed(message, found.start())
        self.stack.append(node)

    def _close(self, name: str, found: re.Match[str], content: str) -> None:
        if self.stack[-1].name != name:
            self._leave_value()
        if self.stack[-1].name != name:
            self._close_outer(name, found)
        if self.stack[-1].name == name:
            self.stack.pop().end = found.end()
        self._note_stray(content)

    def _close_outer(self, name: str, found: re.Match[str]) -> None:
        """Close what is open inside `name`, if nothing of it matters; ignore the end of an unknown tag."""
        if not any(node.name == name for node in self.stack):
            if name in AGGREGATES:
                raise self._malformed(f"</{name}> closes nothing", found.start())
            return
        while self.stack[-1].name != name:
            node = self.stack.pop()
            if node.name in AGGREGATES:
                raise self._malformed(f"<{node.name}> is not closed before </{name}>", node.start)

    def _leave_value(self) -> None:
        """Close an open value: it has no end tag, or none that counts."""
        node = self.stack[-1]
        is_value = node.name in VALUES or (
            node.name not in AGGREGATES and (node.text or node.name not in self.closed_names)
        )
        if is_value and len(self.stack) > 1:
            self.stack.pop()

    def _note_stray(self, content: str) -> None:
        if content.strip():
            self.stray_text.append(clean(content)[:60])

    def _malformed(self, reason: str, offset: int) -> MalformedFile:
        number = self.text.count("\n", 0, offset) + 1
        excerpt = self.text[offset : offset + 120].split("\n", 1)[0]
        return MalformedFile(reason, place=Place(self.file, number), excerpt=excerpt)


def clean(text: str) -> str:
    """Decode the entities of a value once, and squeeze its blanks; a bare `&` is text.

    >>> clean(" AT&T &amp; Sons  &lt;x&gt; ")
    'AT&T & Sons <x>'
    """
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return " ".join(text.split())


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return html5.get(f"{name};", found[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    # A reference to a control character or to none at all stays as the text that it is.
    is_character = 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return chr(code) if is_character and code != 0x7F else found[0]

"""Build the tree of what stands around the transactions: statements, accounts, balances, answers of the bank.

In: the tags outside transactions, in file order. Out: the tree. Values may lack their end tag, aggregates may not: an
aggregate that is closed out of order or never means that the file was cut or tampered with, and refuses it.

Source: OFX 1.6 section 2.3 (SGML), OFX 2.1.1 section 2.3 (XML).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile
from recon_ofx.vocabulary import EMPTY, END, OUTER, STATEMENTS, TRANSACTIONS, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recon_ofx.text import Text

DEPTH_LIMIT: Final = 32
NODE_LIMIT: Final = 2_000_000

_OUTER: Final = frozenset((*OUTER, *TRANSACTIONS))
_VALUES: Final = frozenset(VALUES)


@dataclass(slots=True)
class Node:
    """An aggregate or a value: its tag in capitals, its text, its children, its place, and the transactions in it.

    `first` and `last` count the transactions of the file before its start and before its end, which is at `end`.
    """

    name: str
    text: str
    offset: int
    first: int
    last: int
    end: int
    children: list[Node] = field(default_factory=list)

    def child(self, *names: str) -> Node | None:
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


# tag, kind, value, offset, transactions before it
Tag = tuple[str, int, str, int, int]


class Builder:
    """One pass over the tags with a stack of what is open."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.root = Node("", "", 0, 0, 0, len(text.data))
        self.stack = [self.root]
        self.stray_text: list[str] = []
        self.findings: list[str] = []
        self._count = 0

    def build(self, tags: Iterable[Tag], closed_names: frozenset[str], transactions: int) -> Node:
        """Build the tree.

        Args:
            tags: all tags outside transactions, in file order.
            closed_names: the names that have an end tag somewhere.
            transactions: their number in the file.

        Raises:
            MalformedFile: an aggregate not closed or closed out of order, or nested too deep.
        """
        for tag in tags:
            self._count += 1
            if tag[1] == END:
                self._close(tag, closed_names)
            else:
                self._open(tag, closed_names)
        self._leave_value(closed_names)
        if len(self.stack) > 1:
            node = self.stack[-1]
            raise self._malformed(f"<{node.name}> is not closed: the file is cut off", node)
        self.root.last = transactions
        return self.root

    def _open(self, tag: Tag, closed_names: frozenset[str]) -> None:
        self._leave_value(closed_names)
        name, kind, value, offset, before = tag
        node = Node(name, value, offset, before, before, offset)
        self.stack[-1].children.append(node)
        if self._count > NODE_LIMIT:
            raise self._malformed(f"more than {NODE_LIMIT:,} tags stand outside transactions", node)
        if value and (kind == EMPTY or name in _OUTER):
            self._note_stray(value)
        if kind == EMPTY:
            node.text = ""
            return
        if len(self.stack) > DEPTH_LIMIT:
            raise self._malformed(f"tags are nested deeper than {DEPTH_LIMIT} levels", node)
        self.stack.append(node)

    def _close(self, tag: Tag, closed_names: frozenset[str]) -> None:
        name, _, value, offset, before = tag
        if self.stack[-1].name != name:
            self._leave_value(closed_names)
        if self.stack[-1].name != name:
            self._close_outer(Node(name, value, offset, before, before, offset))
        if self.stack[-1].name == name:
            closed = self.stack.pop()
            closed.last, closed.end = before, offset
        if value:
            self._note_stray(value)

    def _close_outer(self, end: Node) -> None:
        """Close what is open inside an aggregate, if nothing of it matters; ignore the end of an unknown tag."""
        name = end.name
        if not any(node.name == name for node in self.stack):
            if name in _OUTER and not self._closes_again(end):
                raise self._malformed(f"</{name}> closes nothing", end)
            return
        while self.stack[-1].name != name:
            node = self.stack.pop()
            node.last, node.end = end.first, end.offset
            if node.name in _OUTER:
                raise self._malformed(f"<{node.name}> is not closed before </{name}>", node)

    def _closes_again(self, end: Node) -> bool:
        """Say whether this closes a list of transactions a second time, with all of them in their statement."""
        parent = self.stack[-1]
        is_again = (
            end.name == "BANKTRANLIST"
            and parent.name in STATEMENTS
            and parent.child("BANKTRANLIST") is not None
        )
        if is_again:
            place = self.text.place(end.offset)
            self.findings.append(f"{place}: BANKTRANLIST is closed a second time")
        return is_again

    def _leave_value(self, closed_names: frozenset[str]) -> None:
        """Close an open value: it has no end tag, or none that counts."""
        node = self.stack[-1]
        is_value = node.name in _VALUES or (
            node.name not in _OUTER and (node.text or node.name not in closed_names)
        )
        if is_value and len(self.stack) > 1:
            self.stack.pop()

    def _note_stray(self, value: str) -> None:
        self.stray_text.append(value[:60])

    def _malformed(self, reason: str, node: Node) -> MalformedFile:
        return MalformedFile(
            reason,
            place=self.text.place(node.offset),
            excerpt=self.text.excerpt(node.offset),
        )

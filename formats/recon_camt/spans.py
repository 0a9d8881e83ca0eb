"""Find where entries stand in the bytes of a document, whatever state they are in. In: bytes. Out: spans.

A comment, a CDATA section or a processing instruction may hold anything that looks like an entry; those are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_DETAIL = re.compile(rb"<(/?)(?:[A-Za-z_][\w.-]*:)?TxDtls(?=[\s/>])[^>]*>")
_ASIDES = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}


class Span(NamedTuple):
    """The bytes of one entry; one that is not closed ends where the next one or its statement's end begins."""

    start: int
    stop: int
    is_closed: bool


def find_entries(data: bytes, prefix: bytes, start: int, stop: int) -> list[Span]:
    """Find every entry between two places, in order."""
    spans: list[Span] = []
    begun: int | None = None
    for at, kind, end in _marks(data, prefix, start, stop):
        if kind == b"Ntry":
            if begun is not None:
                spans.append(Span(begun, at, is_closed=False))
            is_empty = data[end - 2 : end] == b"/>"
            if is_empty:
                spans.append(Span(at, end, is_closed=True))
            begun = None if is_empty else at
        elif begun is not None:
            is_closed = kind == b"/Ntry"
            spans.append(Span(begun, end if is_closed else at, is_closed))
            begun = None
    if begun is not None:
        spans.append(Span(begun, stop, is_closed=False))
    return spans


def _marks(data: bytes, prefix: bytes, start: int, stop: int) -> Iterator[tuple[int, bytes, int]]:
    """Give place, kind and end of each tag that begins or ends an entry or ends a statement."""
    name = re.escape(prefix + b":") if prefix else b""
    mark = re.compile(
        rb"<(?:!--|!\[CDATA\[|\?|" + name + rb"(Ntry)(?=[\s/>])|"
        rb"/" + name + rb"(Ntry|Stmt|Rpt|Ntfctn)(?=[\s>]))"
    )
    at = start
    while found := mark.search(data, at, stop):
        aside = _ASIDES.get(found[0])
        end = data.find(aside or b">", found.end(), stop)
        # What is not closed runs to the end; the parser says so in its words.
        at = stop if end < 0 else end + len(aside or b">")
        if aside is None:
            kind = found[1] or b"/" + found[2]
            yield found.start(), kind, at


def find_details(entry: bytes) -> list[tuple[int, int]]:
    """Find where the details of one well-formed entry stand that has no comments or CDATA."""
    found, begun = [], 0
    for tag in _DETAIL.finditer(entry):
        if tag[1]:
            found.append((begun, tag.end()))
        elif tag[0].endswith(b"/>"):
            found.append((tag.start(), tag.end()))
        else:
            begun = tag.start()
    return found

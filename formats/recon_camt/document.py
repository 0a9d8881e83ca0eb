"""The bytes of a camt document, made safe to read. In: a file. Out: UTF-8 bytes with their places, or a refusal.

The bytes are in memory, or on disk behind a window (recon_camt.window): nothing here asks for more of them than a slice.

A document type declaration is refused by its bytes, before any parser sees it: it is the door of external entities and
of entity bombs, and no bank sends one. It can only stand before the root element; behind it, it is no XML at all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from recon.api import MalformedFile, Place, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from recon.api import SourceFile

_DECLARATION: Final = re.compile(
    rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNSAFE_ENCODINGS: Final = re.compile(
    r"utf-?7|.*escape.*|idna|punycode|hz.*|iso.?2022.*", re.IGNORECASE
)
_SLICE: Final = 1 << 20
_HEAD: Final = 1 << 16
_LINE_END: Final = ord("\n")
_DECLARED: Final = re.compile(
    rb"""\sxmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')"""
)
_NAME: Final = re.compile(rb"[^\s/<>]+")
_END_TAG: Final = re.compile(rb"[ \t\r\n]*>")
_WHOLE_ENTRY: Final = re.compile(rb"</(?:[\w.-]+:)?Ntry\s*>")
_ASIDE: Final = re.compile(rb"<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>", re.DOTALL)
_VERSION: Final = re.compile(rb"camt\.05[234]\.001\.[0-9]{2}")
_MESSAGES: Final = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")
_MESSAGE_START: Final = re.compile(
    rb"<(?:([A-Za-z_][\w.-]*):)?("
    + b"|".join(name.encode() for name in _MESSAGES)
    + rb")(?:V[0-9]{2})?(?=[\s/>])"
)


class Text(Protocol):
    """Bytes, wherever they lie: what `bytes` has of this is enough."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., stop: int = ..., /) -> int:
        """Find the first place of some bytes; -1 if there is none."""
        ...

    def rfind(self, sub: bytes, start: int = ..., stop: int = ..., /) -> int:
        """Find the last place of some bytes; -1 if there is none."""
        ...


@dataclass(frozen=True)
class Document:
    """One camt document.

    `data` is UTF-8; the root element begins at `start` and the text ends at `stop`. `offset` is the place of the first
    byte of `data` in the file; None where the file has a wide encoding, so that places in `data` are none in the file.
    """

    name: str
    data: Text
    start: int
    stop: int
    offset: int | None
    prefix: bytes
    message: str
    version: str | None
    findings: tuple[str, ...]
    is_transcoded: bool

    @cached_property
    def _continuations(self) -> NDArray[np.int64]:
        """Places of the bytes that UTF-8 has and the file's one-byte encoding has not."""
        buffer = np.frombuffer(self.data[:], np.uint8)
        return np.flatnonzero((buffer & 0xC0) == 0x80)

    def places(self, offsets: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Turn places in `data` into places in the file; None where that cannot be known."""
        if self.offset is None:
            return None
        if self.is_transcoded:
            offsets = offsets - np.searchsorted(self._continuations, offsets)
        return offsets + self.offset

    def name_spaces(self) -> dict[str | None, str]:
        """Give the name spaces that the document declares before its message."""
        found = _message(self.data, self.start)
        assert found is not None
        head = self.data[self.start : self.data.find(b">", found[0], self.stop) + 1]
        return {
            (prefix.decode() or None): (double or single).decode()
            for prefix, double, single in _DECLARED.findall(head)
        }

    def place(self, offset: int) -> Place:
        """Give file and line of one place in `data`."""
        return Place(self.name, 1 + _count(self.data, b"\n", offset))


class LineCounter:
    """Counts the text lines of a document once from its beginning to its end, as far as it is asked."""

    def __init__(self, data: Text) -> None:
        """Begin at the first line."""
        self._data = data
        self._at, self._line = 0, 1

    def lines(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the text line, from 1, of each place; places ascend, and none lies before what was asked last."""
        found, before = np.empty(len(offsets), np.int64), 0
        last = int(offsets[-1]) if len(offsets) else 0
        # By slices, so that a table of all line ends never stands in memory.
        while self._at <= last:
            piece = self._data[self._at : self._at + _SLICE]
            stop = min(self._at + max(len(piece), 1), last + 1)
            ends = np.flatnonzero(np.frombuffer(piece, np.uint8)[: stop - self._at] == _LINE_END)
            upto = int(np.searchsorted(offsets, stop))
            found[before:upto] = self._line + np.searchsorted(ends + self._at, offsets[before:upto])
            self._at, self._line, before = stop, self._line + len(ends), upto
        found[before:] = self._line
        return found


def open_document(source: SourceFile, encoding: str | None) -> Document:
    """Make one file safe to read.

    Args:
        source: the file.
        encoding: what the policy declares; None to believe the file.

    Raises:
        MalformedFile: not legible, a document type declaration, or no camt message.
    """
    data = source.data
    stated = _stated(data)
    if stated and _UNSAFE_ENCODINGS.fullmatch(stated):
        raise MalformedFile(
            f"the file says its encoding is {stated}, in which markup can hide",
            place=Place(source.name, 1),
            hint="ask for UTF-8",
        )
    if is_plain(data, encoding):
        return described(source.name, data)
    decoded = decode(source, encoding, stated=stated)
    text = decoded.text.encode()
    document = described(source.name, text)
    is_same = decoded.encoding == "utf-8"
    return replace(
        document,
        offset=decoded.mark_bytes if is_same or decoded.is_single_byte else None,
        findings=(*decoded.findings, *document.findings),
        is_transcoded=not is_same,
    )


def is_plain(data: Text, encoding: str | None) -> bool:
    """Say whether a file's bytes are the text itself: it is UTF-8, and neither itself nor the policy says otherwise."""
    stated = _stated(data)
    is_utf8 = stated is None or stated.lower() in {"utf-8", "utf8", "us-ascii", "ascii"}
    return encoding is None and is_utf8 and _is_legible_utf8(data)


def described(name: str, data: Text) -> Document:
    """Find the message in a UTF-8 text, and the end of its root element.

    Raises:
        MalformedFile: a document type declaration, no camt message, cut off, or more than one document.
    """
    root = _root(name, data)
    found = _message(data, root)
    if found is None:
        raise MalformedFile(
            "the file holds no camt.052, camt.053 or camt.054 message",
            place=Place(name),
            hint="ask the bank for account statements; this is another XML file, or it is cut off",
        )
    begin, message = found
    stop, trailing = _end(name, data, root)
    version = _VERSION.search(data[root:begin])
    return Document(
        name=name,
        data=data,
        start=root,
        stop=stop,
        offset=0,
        prefix=message[1] or b"",
        message=message[2].decode(),
        version=version[0].decode() if version else None,
        findings=trailing,
        is_transcoded=False,
    )


def _stated(data: Text) -> str | None:
    found = _DECLARATION.match(data[:_HEAD].removeprefix(codecs.BOM_UTF8))
    return found[1].decode() if found else None


def _is_legible_utf8(data: Text) -> bool:
    head = data[:_HEAD]
    if head.startswith(_WIDE_MARKS) or b"\x00" in head:
        return False
    if isinstance(data, bytes) and data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _SLICE):
            piece = data[start : start + _SLICE]
            # Nearly all pieces are ASCII, which need not be decoded unless a character is under way.
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _by_tags(data: Text, start: int) -> Iterator[tuple[int, bytes]]:
    """Cut a text into slices before tags, so that no tag is cut: where each begins, and its bytes."""
    size = _SLICE
    while start < len(data):
        piece = data[start : start + size]
        cut = piece.rfind(b"<", 1)
        if start + len(piece) >= len(data):
            cut = len(piece)
        if cut > 0:
            yield start, piece[:cut]
            start, size = start + cut, _SLICE
        else:
            size *= 2


def _message(data: Text, start: int) -> tuple[int, re.Match[bytes]] | None:
    """Find where the message begins, and its tag."""
    for at, piece in _by_tags(data, start):
        found = _MESSAGE_START.search(piece)
        if found:
            return at + found.start(), found
    return None


def _count(data: Text, mark: bytes, stop: int) -> int:
    """Count a byte in front of a place."""
    return sum(
        data[at : min(at + _SLICE, stop)].count(mark)
        for at in range(0, min(stop, len(data)), _SLICE)
    )


def _end(source: str, data: Text, root: int) -> tuple[int, tuple[str, ...]]:
    """Find the end of the root element, and say what stands behind it.

    Raises:
        MalformedFile: the file ends before its root element does, or a second document follows.
    """
    found = _NAME.match(data[root + 1 : root + _HEAD])
    name = found[0] if found else b""
    at = data.rfind(b"</" + name)
    behind = data[at + 2 + len(name) :] if at >= 0 else b""
    end = _END_TAG.match(behind)
    if at < 0 or end is None:
        entries = sum(len(_WHOLE_ENTRY.findall(piece)) for _, piece in _by_tags(data, 0))
        raise MalformedFile(
            f"the file is cut off: it does not end with </{name.decode(errors='replace')}>",
            place=Place(source, _count(data, b"\n", len(data)) + 1),
            excerpt=data[max(len(data) - 60, 0) :].decode(errors="replace"),
            hint=f"{entries} whole entries stand before the cut, and none is read; fetch the file again",
        )
    first = data.find(b"</" + name, root)
    if first != at:
        raise MalformedFile(
            f"a second document follows the first one: </{name.decode(errors='replace')}> stands there twice",
            place=Place(source, _count(data, b"\n", first) + 1),
            hint="give each document as a file of its own",
        )
    stop = len(data) - len(behind) + end.end()
    left = _ASIDE.sub(b"", behind[end.end() :]).strip(b" \t\r\n\x00\x1a")
    if b"<" in left:
        raise MalformedFile(
            "other elements follow the document",
            place=Place(source, _count(data, b"\n", stop) + 1),
            hint="give each document as a file of its own",
        )
    note = f"{len(left)} bytes behind the end of the document were left out"
    return stop, (note,) if left else ()


def _root(source: str, data: Text) -> int:
    """Find the root element behind the declaration, comments and processing instructions."""
    at = 0
    while True:
        at = data.find(b"<", at)
        if at >= 0 and data[at : at + 2] == b"<?":
            closing, inside = b"?>", at + 2
        elif at >= 0 and data[at : at + 4] == b"<!--":
            closing, inside = b"-->", at + 4
        else:
            break
        end = data.find(closing, inside)
        if end < 0:
            at = -1
            break
        at = end + len(closing)
    if at < 0:
        raise MalformedFile("the file has no element", place=Place(source))
    if data[at : at + 2] == b"<!":
        raise MalformedFile(
            "the file has a document type declaration, which is never read",
            place=Place(source, _count(data, b"\n", at) + 1),
            excerpt=data[at : at + 60].decode(errors="replace").partition("\n")[0],
            hint="camt messages have none: ask the sender what this file is",
        )
    return at

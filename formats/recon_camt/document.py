"""The bytes of a camt document, made safe to read. In: a file. Out: UTF-8 bytes with their places, or a refusal.

A document type declaration is refused by its bytes, before any parser sees it: it is the door of external entities and
of entity bombs, and no bank sends one. It can only stand before the root element; behind it, it is no XML at all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from recon.api import MalformedFile, Place, decode

if TYPE_CHECKING:
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
_DECLARED: Final = re.compile(
    rb"""\sxmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')"""
)
_NAME: Final = re.compile(rb"[^\s/<>]+")
_END_TAG: Final = re.compile(rb"[ \t\r\n]*>")
_ASIDE: Final = re.compile(rb"<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>", re.DOTALL)
_VERSION: Final = re.compile(rb"camt\.05[234]\.001\.[0-9]{2}")
_MESSAGES: Final = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")
_MESSAGE_START: Final = re.compile(
    rb"<(?:([A-Za-z_][\w.-]*):)?("
    + b"|".join(name.encode() for name in _MESSAGES)
    + rb")(?:V[0-9]{2})?(?=[\s/>])"
)


@dataclass(frozen=True)
class Document:
    """One camt document.

    `data` is UTF-8; the root element begins at `start` and the text ends at `stop`. `offset` is the place of the first
    byte of `data` in the file; None where the file has a wide encoding, so that places in `data` are none in the file.
    """

    name: str
    data: bytes
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
        buffer = np.frombuffer(self.data, np.uint8)
        return np.flatnonzero((buffer & 0xC0) == 0x80)

    def places(self, offsets: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Turn places in `data` into places in the file; None where that cannot be known."""
        if self.offset is None:
            return None
        if self.is_transcoded:
            offsets = offsets - np.searchsorted(self._continuations, offsets)
        return offsets + self.offset

    def lines(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the text line, from 1, of each place in `data`; `offsets` ascend."""
        found, line, before = np.empty(len(offsets), np.int64), 1, 0
        # By slices, so that a table of all line ends never stands in memory.
        for start in range(0, len(self.data), _SLICE):
            stop = min(start + _SLICE, len(self.data))
            piece = np.frombuffer(self.data, np.uint8, count=stop - start, offset=start)
            ends = np.flatnonzero(piece == 10) + start
            upto = int(np.searchsorted(offsets, stop))
            found[before:upto] = line + np.searchsorted(ends, offsets[before:upto])
            line, before = line + len(ends), upto
        found[before:] = line
        return found

    def name_spaces(self) -> dict[str | None, str]:
        """Give the name spaces that the document declares before its message."""
        begin = _MESSAGE_START.search(self.data, self.start)
        assert begin is not None
        head = self.data[self.start : self.data.find(b">", begin.start(), self.stop) + 1]
        return {
            (prefix.decode() or None): (double or single).decode()
            for prefix, double, single in _DECLARED.findall(head)
        }

    def place(self, offset: int) -> Place:
        """Give file and line of one place in `data`."""
        return Place(self.name, 1 + self.data.count(b"\n", 0, offset))


def open_document(source: SourceFile, encoding: str | None) -> Document:
    """Make one file safe to read.

    Args:
        source: the file.
        encoding: what the policy declares; None to believe the file.

    Raises:
        MalformedFile: not legible, a document type declaration, or no camt message.
    """
    data, offset, findings, is_transcoded = _legible(source, encoding)
    root = _root(source, data)
    message = _MESSAGE_START.search(data, root)
    if message is None:
        raise MalformedFile(
            "the file holds no camt.052, camt.053 or camt.054 message",
            place=Place(source.name),
            hint="ask the bank for account statements; this is another XML file, or it is cut off",
        )
    stop, trailing = _end(source, data, root)
    version = _VERSION.search(data, root, message.start())
    return Document(
        name=source.name,
        data=data,
        start=root,
        stop=stop,
        offset=offset,
        prefix=message[1] or b"",
        message=message[2].decode(),
        version=version[0].decode() if version else None,
        findings=(*findings, *trailing),
        is_transcoded=is_transcoded,
    )


def _legible(
    source: SourceFile, encoding: str | None
) -> tuple[bytes, int | None, tuple[str, ...], bool]:
    """Give the text as UTF-8, where it begins in the file, findings, and whether it was another encoding."""
    data = source.data
    stated = _stated(data)
    if stated and _UNSAFE_ENCODINGS.fullmatch(stated):
        raise MalformedFile(
            f"the file says its encoding is {stated}, in which markup can hide",
            place=Place(source.name, 1),
            hint="ask for UTF-8",
        )
    is_utf8 = stated is None or stated.lower() in {"utf-8", "utf8", "us-ascii", "ascii"}
    if encoding is None and is_utf8 and _is_legible_utf8(data):
        return data, 0, (), False
    decoded = decode(source, encoding, stated=stated)
    text = decoded.text.encode()
    is_same = decoded.encoding == "utf-8"
    offset = decoded.mark_bytes if is_same or decoded.is_single_byte else None
    return text, offset, decoded.findings, not is_same


def _stated(data: bytes) -> str | None:
    found = _DECLARATION.match(data[:_HEAD].removeprefix(codecs.BOM_UTF8))
    return found[1].decode() if found else None


def _is_legible_utf8(data: bytes) -> bool:
    if data.startswith(_WIDE_MARKS) or b"\x00" in data[:_HEAD]:
        return False
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _SLICE):
            decoder.decode(data[start : start + _SLICE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _end(source: SourceFile, data: bytes, root: int) -> tuple[int, tuple[str, ...]]:
    """Find the end of the root element, and say what stands behind it.

    Raises:
        MalformedFile: the file ends before its root element does, or a second document follows.
    """
    found = _NAME.match(data, root + 1)
    name = found[0] if found else b""
    at = data.rfind(b"</" + name)
    end = _END_TAG.match(data, at + 2 + len(name)) if at >= 0 else None
    if end is None:
        entries = len(re.findall(rb"</(?:[\w.-]+:)?Ntry\s*>", data))
        raise MalformedFile(
            f"the file is cut off: it does not end with </{name.decode(errors='replace')}>",
            place=Place(source.name, data.count(b"\n") + 1),
            excerpt=data[-60:].decode(errors="replace"),
            hint=f"{entries} whole entries stand before the cut, and none is read; fetch the file again",
        )
    if data.find(b"</" + name, root) != at:
        raise MalformedFile(
            f"a second document follows the first one: </{name.decode(errors='replace')}> stands there twice",
            place=Place(source.name, data.count(b"\n", 0, data.find(b"</" + name, root)) + 1),
            hint="give each document as a file of its own",
        )
    behind = _ASIDE.sub(b"", data[end.end() :]).strip(b" \t\r\n\x00\x1a")
    if b"<" in behind:
        raise MalformedFile(
            "other elements follow the document",
            place=Place(source.name, data.count(b"\n", 0, end.end()) + 1),
            hint="give each document as a file of its own",
        )
    note = f"{len(behind)} bytes behind the end of the document were left out"
    return end.end(), (note,) if behind else ()


def _root(source: SourceFile, data: bytes) -> int:
    """Find the root element behind the declaration, comments and processing instructions."""
    at = 0
    while True:
        at = data.find(b"<", at)
        if data.startswith(b"<?", at):
            closing, inside = b"?>", at + 2
        elif data.startswith(b"<!--", at):
            closing, inside = b"-->", at + 4
        else:
            break
        end = data.find(closing, inside)
        if end < 0:
            at = -1
            break
        at = end + len(closing)
    if at < 0:
        raise MalformedFile("the file has no element", place=Place(source.name))
    if data.startswith(b"<!", at):
        raise MalformedFile(
            "the file has a document type declaration, which is never read",
            place=Place(source.name, data.count(b"\n", 0, at) + 1),
            excerpt=data[at : at + 60].decode(errors="replace").partition("\n")[0],
            hint="camt messages have none: ask the sender what this file is",
        )
    return at

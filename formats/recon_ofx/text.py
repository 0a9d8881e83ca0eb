"""From bytes to the text of an OFX document: encoding, control characters, comments and CDATA.

In: the bytes of one file. Out: bytes of equal length and line breaks, in one encoding, in which every `<` is markup or a
bare sign. The header is read for its encoding and version only, because real headers are missing, on one line, or
wrong in every other respect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile, Place, decode, refuse_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from recon.api import Decoded, SourceFile

HEADER_LIMIT: Final = 4 * 1024
_PIECE: Final = 4 * 1024 * 1024
# What CHARSET:NONE, and a header that is wrong, stand for in practice; a rarer page must be named.
_PAGES: Final = ("cp1252",)
_HINT: Final = "name the bank's encoding in the policy: `encoding` under [formats.ofx]"

# Stand-ins of equal length for what a comment or CDATA section hides; control characters are refused in files.
NOTHING, LESS, GREATER, AND = "\x04", "\x01", "\x02", "\x03"

ROOT: Final = re.compile(rb"<OFX[\s>]", re.IGNORECASE)
_XML_ENCODING: Final = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# Real headers stand on one line, without anything between their members.
_OFX_ENCODING: Final = re.compile(rb"ENCODING:[ ]*([A-Za-z0-9-]+?)(?=\s|CHARSET|$)")
_OFX_CHARSET: Final = re.compile(rb"CHARSET:[ ]*(?:ISO-?)?([0-9-]+)(?=\s|COMPRESSION|$)")
_UTF8_NAMES: Final = frozenset({b"UTF-8", b"UTF8", b"UNICODE"})
_PADDING: Final = b"\x00\x1a\r\n\t "
_DOCTYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HIDDEN: Final = bytes(code if code in b"\r\n" else ord(NOTHING) for code in range(256))
_LITERAL: Final = bytes.maketrans(b"<>&", (LESS + GREATER + AND).encode())


@dataclass(frozen=True, slots=True)
class Text:
    """One file as it is tokenised; offsets in `data` are those of the file where `is_original`."""

    file: str
    data: bytes
    encoding: str  # utf-8, or one with a byte a character
    begin: int  # where <OFX> stands
    is_original: bool
    has_sections: bool
    breaks: npt.NDArray[np.uint32]  # where lines end
    findings: list[str] = field(default_factory=list)

    @property
    def header(self) -> str:
        """What stands before the document."""
        return self.data[: min(self.begin, HEADER_LIMIT)].decode("latin-1")

    def line_numbers(self, offsets: pl.Series) -> pl.Series:
        """Give the numbers of the text lines at offsets, from 1."""
        return pl.Series(np.searchsorted(self.breaks, offsets.to_numpy()) + 1)

    def place(self, offset: int) -> Place:
        """Give the place of an offset, for messages."""
        return Place(self.file, int(np.searchsorted(self.breaks, offset)) + 1)

    def excerpt(self, begin: int, end: int | None = None) -> str:
        """Give the text from an offset to the end of its line."""
        raw = self.data[begin : min(begin + 480, len(self.data) if end is None else end)]
        raw = raw.translate(
            bytes.maketrans((LESS + GREATER + AND).encode(), b"<>&"), NOTHING.encode()
        )
        lines = raw.decode(self.encoding, "replace").strip().splitlines()
        return lines[0].strip()[:120] if lines else ""

    def chunks(self, size: int) -> Iterator[tuple[int, bytes]]:
        """Cut the document before transactions, into pieces of about `size` bytes with their offsets."""
        begin, start = self.begin, re.compile(rb"<STMTTRN(?=[\s/>P])", re.IGNORECASE)
        while begin < len(self.data):
            found = start.search(self.data, begin + size)
            end = found.start() if found else len(self.data)
            yield begin, self.data[begin:end]
            begin = end


def read_text(source: SourceFile, encoding: str | None = None) -> Text:
    """Decode a file strictly and take out comments and CDATA sections.

    Args:
        source: name and bytes.
        encoding: what the policy names.

    Raises:
        MalformedFile: too large, undecodable, control characters, a document type, an open comment or CDATA section,
            or no document at all.
        ConfigurationError: the policy names no encoding.
    """
    decoded = decode(source, encoding, stated=_stated(source.data), pages=_PAGES, hint=_HINT)
    refuse_controls(source.name, decoded.text)
    data, used = _bytes(source, decoded)
    is_original = data is source.data
    if data[-64:].rstrip(b"\r\n\t ").endswith((b"\x00", b"\x1a")):
        # What fills up the end of files of old systems; other files are not copied.
        data = data.rstrip(_PADDING)
    # The single sign is found, or not, in no time.
    has_markup = b"!" in data and b"<!" in data
    has_sections = has_markup and (b"<!--" in data or b"<![CDATA[" in data)
    if has_sections:
        data = _without_sections(source.name, data)
    if has_markup and (found := _DOCTYPE.search(data)):
        reason = "a document type or entity is declared; OFX has none"
        raise _malformed(source.name, data, found.start(), reason)
    root = ROOT.search(data)
    if root is None:
        raise MalformedFile("the file holds no <OFX> document", place=Place(source.name))
    return Text(
        file=source.name,
        data=data,
        encoding=used,
        begin=root.start(),
        is_original=is_original,
        has_sections=has_sections,
        breaks=_line_breaks(data),
        findings=list(decoded.findings),
    )


def _stated(data: bytes) -> str | None:
    """Give the encoding that the file's own header names, None where it names none."""
    head = data[:HEADER_LIMIT]
    if declared := _XML_ENCODING.search(head):
        return declared[1].decode("ascii")
    encoding, charset = _OFX_ENCODING.search(head), _OFX_CHARSET.search(head)
    if encoding and encoding[1].upper() in _UTF8_NAMES:
        return "utf-8"
    if charset is None:
        return None
    # 1252 is a page of Windows, 8859-1 one of ISO.
    number = charset[1].decode("ascii")
    return f"iso-{number}" if number.startswith("8859") else f"cp{number}"


def _bytes(source: SourceFile, decoded: Decoded) -> tuple[bytes, str]:
    """Give the bytes to read and their encoding: the bank's own wherever `<` is one byte in them, else UTF-8."""
    if decoded.encoding == "utf-8":
        return source.data, "utf-8"
    # As many characters as bytes: a page with a byte a character, in which offsets survive decoding.
    if len(decoded.text.rstrip(_PADDING.decode())) == len(source.data.rstrip(_PADDING)):
        return source.data, decoded.encoding
    return decoded.text.encode(), "utf-8"


def _line_breaks(data: bytes) -> npt.NDArray[np.uint32]:
    """Find where lines end: at LF wherever the file has one, at CR in files of old systems."""
    mark = b"\n" if b"\n" in data else b"\r"
    whole = np.frombuffer(data, np.uint8)
    found = [
        (np.flatnonzero(whole[start : start + _PIECE] == mark[0]) + start).astype(np.uint32)
        for start in range(0, len(data), _PIECE)
    ]
    return np.concatenate(found)


def _without_sections(file: str, data: bytes) -> bytes:
    """Hide comments, and the markup in CDATA, behind stand-ins: one pass, and every offset stays."""
    parts: list[bytes] = []
    position = 0
    opening = re.compile(rb"<!--|<!\[CDATA\[")
    while found := opening.search(data, position):
        is_comment = found[0] == b"<!--"
        closing = b"-->" if is_comment else b"]]>"
        end = data.find(closing, found.end())
        if end < 0:
            raise _malformed(file, data, found.start(), f"{found[0].decode()} is not closed")
        content = data[found.end() : end]
        shown = content.translate(_HIDDEN if is_comment else _LITERAL)
        blank = NOTHING.encode()
        parts += [data[position : found.start()], blank * len(found[0]), shown, blank * 3]
        position = end + len(closing)
    return b"".join([*parts, data[position:]])


def _malformed(file: str, data: bytes, offset: int, reason: str) -> MalformedFile:
    start = data.rfind(b"\n", 0, offset) + 1
    number = data.count(b"\n", 0, offset) + 1
    excerpt = data[start : start + 200].split(b"\n", 1)[0].decode("utf-8", "replace")
    return MalformedFile(reason, place=Place(file, number, offset - start + 1), excerpt=excerpt)

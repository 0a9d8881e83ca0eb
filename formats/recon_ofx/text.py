"""From bytes to the text of an OFX document: size, encoding, control characters, comments and CDATA.

In: the bytes of one file. Out: bytes of equal length and line breaks, in one encoding, in which every `<` is markup or a
bare sign. The header is read for its encoding and version only, because real headers are missing, on one line, or
wrong in every other respect.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from recon.api import SourceFile

SIZE_LIMIT: Final = 512 * 1024 * 1024
HEADER_LIMIT: Final = 4 * 1024
_PIECE: Final = 4 * 1024 * 1024

# Stand-ins of equal length for what a comment or CDATA section hides; control characters are refused in files.
NOTHING, LESS, GREATER, AND = "\x04", "\x01", "\x02", "\x03"

ROOT: Final = re.compile(rb"<OFX[\s>]", re.IGNORECASE)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_ENCODING: Final = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_OFX_ENCODING: Final = re.compile(rb"ENCODING:[ ]*([A-Za-z0-9-]+?)(?=\s|CHARSET|$)")
_UTF8_NAMES: Final = frozenset({"UTF-8", "UTF8", "UNICODE"})
_CONTROLS: Final = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_CONTROL: Final = re.compile(rb"[" + re.escape(_CONTROLS) + rb"]")
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

    def chunks(self, size: int) -> Iterator[tuple[int, str]]:
        """Cut the document before transactions, into texts of about `size` bytes with their offsets."""
        begin, start = self.begin, re.compile(rb"<STMTTRN(?=[\s/>P])", re.IGNORECASE)
        while begin < len(self.data):
            found = start.search(self.data, begin + size)
            end = found.start() if found else len(self.data)
            yield begin, self.data[begin:end].decode(self.encoding)
            begin = end


def read_text(source: SourceFile) -> Text:
    """Decode a file strictly and take out comments and CDATA sections.

    The order of belief is: byte order mark, XML declaration, UTF-8 wherever the bytes are UTF-8, Windows-1252
    (which the header values 1252, ISO-8859-1 and NONE all stand for in practice).

    Raises:
        MalformedFile: too large, undecodable, control characters, a document type, an open comment or CDATA section,
            or no document at all.
    """
    if len(source.data) > SIZE_LIMIT:
        message = f"the file has {len(source.data):,} bytes; the limit is {SIZE_LIMIT:,}"
        raise MalformedFile(message, place=Place(source.name))
    findings: list[str] = []
    encoding = _encoding(source, findings)
    data, used = source.data, "utf-8"
    if encoding == "utf-8" or _has_a_byte_a_character(encoding):
        used = encoding
        _check_decodes(source, encoding)
    else:
        data = _transcoded(source, encoding)
    is_original = data is source.data
    # Files of old systems end with a mark that is a control character; other files are not copied.
    data = data.rstrip(b"\x1a\r\n ") if data[-64:].rstrip().endswith(b"\x1a") else data
    _check_controls(source.name, data)
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
        findings=findings,
    )


def _line_breaks(data: bytes) -> npt.NDArray[np.uint32]:
    """Find where lines end: at LF wherever the file has one, at CR in files of old systems."""
    mark = b"\n" if b"\n" in data else b"\r"
    whole = np.frombuffer(data, np.uint8)
    found = [
        (np.flatnonzero(whole[start : start + _PIECE] == mark[0]) + start).astype(np.uint32)
        for start in range(0, len(data), _PIECE)
    ]
    return np.concatenate(found)


def _encoding(source: SourceFile, findings: list[str]) -> str:
    data, head = source.data, source.data[:HEADER_LIMIT]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    declared = _XML_ENCODING.search(head)
    if declared and declared[1].upper() not in {b"UTF-8", b"US-ASCII", b"USASCII", b"ASCII"}:
        name = declared[1].decode("ascii")
        # What is declared as ISO-8859-1 is Windows-1252 in practice, a superset.
        return "cp1252" if name.upper().replace("_", "-") == "ISO-8859-1" else name
    if data.isascii():
        return "utf-8"
    named = _OFX_ENCODING.search(head)
    name = named[1].decode("ascii").upper() if named else ""
    says_utf8 = name in _UTF8_NAMES or declared is not None
    if not _decodes(data, "utf-8"):
        if says_utf8:
            findings.append("the file says UTF-8 but is not; it was read as Windows-1252")
        return "cp1252"
    if not says_utf8:
        findings.append(f"the header says {name or 'nothing'}, the bytes are UTF-8; read as UTF-8")
    return "utf-8"


def _has_a_byte_a_character(encoding: str) -> bool:
    """Say whether offsets survive decoding, and `<` is what it is in ASCII."""
    try:
        return (
            len(bytes(range(256)).decode(encoding, "replace")) == 256
            and b"<>&/\n".decode(encoding) == "<>&/\n"
        )
    except (LookupError, UnicodeDecodeError):
        return False


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_decodes(source: SourceFile, encoding: str) -> None:
    if not source.data.isascii() and not _decodes(source.data, encoding):
        _transcoded(source, encoding)  # names the byte


def _transcoded(source: SourceFile, encoding: str) -> bytes:
    mark = next((mark for mark, name in _BOMS if name == encoding), b"")
    try:
        return source.data.removeprefix(mark).decode(encoding).encode("utf-8")
    except LookupError:
        message = f"the declared encoding {encoding!r} does not exist"
        raise MalformedFile(message, place=Place(source.name, 1)) from None
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        number = source.data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} is no {encoding} text"
        raise MalformedFile(message, place=Place(source.name, number)) from None


def _check_controls(file: str, data: bytes) -> None:
    whole = np.frombuffer(data, np.uint8)
    for start in range(0, len(data), _PIECE):
        piece = whole[start : start + _PIECE]
        allowed = sum(np.count_nonzero(piece == code) for code in b"\t\n\r")
        if np.count_nonzero(piece < 32) + np.count_nonzero(piece == 127) != allowed:
            found = _CONTROL.search(data, start)
            assert found is not None, "a control character was counted but not found"
            reason = f"control character U+{ord(found[0]):04X}"
            raise _malformed(file, data, found.start(), reason)


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

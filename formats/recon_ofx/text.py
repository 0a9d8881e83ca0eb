"""From bytes to the text of an OFX document: size, encoding, control characters, comments and CDATA.

In: the bytes of one file. Out: its text, line for line as in the file, and findings. The header is read for its
encoding only, because real headers are missing, on one line, or wrong in every other respect.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    from recon.api import SourceFile

SIZE_LIMIT: Final = 64 * 1024 * 1024
HEADER_LIMIT: Final = 4 * 1024

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_ENCODING: Final = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_OFX_ENCODING: Final = re.compile(rb"ENCODING:[ ]*([A-Za-z0-9-]+?)(?=\s|CHARSET|$)")
_UTF8_NAMES: Final = frozenset({"UTF-8", "UTF8", "UNICODE"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SECTIONS: Final = (("<![CDATA[", "]]>"), ("<!--", "-->"))


def read_text(source: SourceFile) -> tuple[str, list[str]]:
    """Decode a file strictly and take out comments and CDATA sections.

    The order of belief is: byte order mark, XML declaration, UTF-8 wherever the bytes are UTF-8, Windows-1252
    (which the header values 1252, ISO-8859-1 and NONE all stand for in practice).

    Raises:
        MalformedFile: too large, undecodable, control characters, a document type, an open comment or CDATA section.
    """
    if len(source.data) > SIZE_LIMIT:
        message = f"the file has {len(source.data):,} bytes; the limit is {SIZE_LIMIT:,}"
        raise MalformedFile(message, place=Place(source.name))
    text, findings = _decode(source)
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a\n ")
    found = _CONTROL.search(text)
    if found:
        raise _malformed(source, text, found.start(), f"control character U+{ord(found[0]):04X}")
    found = _DOCTYPE.search(text)
    if found:
        reason = "a document type or entity is declared; OFX has none"
        raise _malformed(source, text, found.start(), reason)
    for opening, closing in _SECTIONS:
        if opening in text:
            text = _without_sections(source, text, opening, closing)
    return text, findings


def _decode(source: SourceFile) -> tuple[str, list[str]]:
    data, head = source.data, source.data[:HEADER_LIMIT]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(source, data[len(mark) :], encoding), []
    declared = _XML_ENCODING.search(head)
    if declared and declared[1].upper() not in {b"UTF-8", b"US-ASCII", b"USASCII"}:
        encoding = declared[1].decode("ascii")
        if encoding.upper().replace("_", "-") == "ISO-8859-1":
            encoding = "cp1252"  # what is declared so is Windows-1252 in practice, a superset
        return _strictly(source, data, encoding), []
    named = _OFX_ENCODING.search(head)
    name = named[1].decode("ascii").upper() if named else ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _strictly(source, data, "cp1252")
        if name in _UTF8_NAMES or declared:
            return text, ["the file says UTF-8 but is not; it was read as Windows-1252"]
        return text, []
    if name not in _UTF8_NAMES and not declared and not text.isascii():
        return text, [f"the header says {name or 'nothing'}, the bytes are UTF-8; read as UTF-8"]
    return text, []


def _strictly(source: SourceFile, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        message = f"the declared encoding {encoding!r} does not exist"
        raise MalformedFile(message, place=Place(source.name, 1)) from None
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} is no {encoding} text"
        raise MalformedFile(message, place=Place(source.name, number)) from None


def _without_sections(source: SourceFile, text: str, opening: str, closing: str) -> str:
    """Replace comments by their line feeds and CDATA by escaped text: one pass, and line numbers stay."""
    parts: list[str] = []
    position = 0
    while (start := text.find(opening, position)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            raise _malformed(source, text, start, f"{opening} is not closed")
        content = text[start + len(opening) : end]
        parts.append(text[position:start])
        if opening == "<!--":
            parts.append("\n" * content.count("\n"))
        else:
            parts.append(content.replace("&", "&amp;").replace("<", "&lt;"))
        position = end + len(closing)
    return "".join([*parts, text[position:]])


def _malformed(source: SourceFile, text: str, offset: int, reason: str) -> MalformedFile:
    start = text.rfind("\n", 0, offset) + 1
    number = text.count("\n", 0, offset) + 1
    excerpt = text[start : start + 200].split("\n", 1)[0]
    return MalformedFile(
        reason, place=Place(source.name, number, offset - start + 1), excerpt=excerpt
    )

"""Turn the bytes of an export into text. In: bytes. Out: text and the encoding's name. Never drops a byte.

The order is that of certainty: a byte order mark, the NUL pattern of UTF-16, strict UTF-8; only then the 8-bit
code pages, of which the one wins that makes header words known (a wrong page gives none).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

from recon.api import MalformedFile, Place
from recon_csv.words import ROLES, plain_words

SIZE_LIMIT: Final = 64 * 1024 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Tried in this order; an equal number of known header words leaves the earlier one.
_PAGES: Final = ("cp1252", "gb18030", "cp1250", "cp1251", "cp852", "mac_roman", "latin-1")
_HEAD: Final = 16_384


@dataclass(frozen=True, slots=True)
class Decoded:
    """The whole text; `is_certain` is false where a code page was chosen by its header words or by default."""

    text: str
    encoding: str
    is_certain: bool


def decode(data: bytes, file: str, encoding: str | None = None) -> Decoded:
    """Decode a file strictly.

    Args:
        data: the whole file.
        file: its name, for the error's place.
        encoding: the declared encoding, None to find it.

    Raises:
        MalformedFile: the file is too large, has bytes that the encoding does not know, or control characters.
    """
    if len(data) > SIZE_LIMIT:
        raise MalformedFile(
            f"the file has {len(data)} bytes, more than the limit of {SIZE_LIMIT}",
            place=Place(file),
        )
    found = _declared(data, file, encoding) if encoding else _find(data)
    if "\x00" in found.text:
        line = found.text.count("\n", 0, found.text.index("\x00")) + 1
        raise MalformedFile("the file holds NUL characters", place=Place(file, line))
    return found


def _declared(data: bytes, file: str, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise MalformedFile(
            f"the profile names the unknown encoding {encoding!r}", place=Place(file)
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MalformedFile(
            f"the file is not in the declared encoding {encoding}: byte {data[error.start]:#04x}",
            place=Place(file, line),
            hint="correct `encoding` in the profile",
        ) from None
    return Decoded(text.removeprefix("\ufeff"), encoding, is_certain=True)


def _find(data: bytes) -> Decoded:
    for mark, name in _MARKS:
        if data.startswith(mark):
            text = _strict(data[len(mark) :], name)
            if text is not None:
                return Decoded(text, name, is_certain=True)
    head = data[:_HEAD]
    if head.count(0) * 3 >= len(head) > 1:
        # Text in Latin letters has every second byte NUL in UTF-16.
        name = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        text = _strict(data, name)
        if text is not None:
            return Decoded(text, name, is_certain=True)
    text = _strict(data, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", is_certain=True)
    return _by_header_words(data)


def _by_header_words(data: bytes) -> Decoded:
    best: tuple[int, str, str] | None = None
    for name in _PAGES:
        text = _strict(data, name)
        if text is None:
            continue
        words = _known_words(text[:_HEAD])
        if best is None or words > best[0]:
            best = (words, name, text)
    # latin-1 knows every byte, so one page has always been found.
    assert best is not None
    return Decoded(best[2], best[1], is_certain=False)


def _known_words(head: str) -> int:
    for delimiter in ";,\t|\"'":
        head = head.replace(delimiter, "\n")
    return len({word for cell in head.split("\n") if (word := plain_words(cell)) in ROLES})


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None

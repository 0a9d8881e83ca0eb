"""Turn the bytes of an export into UTF-8. In: bytes. Out: UTF-8 and the encoding's name. Never drops a byte.

The order is that of certainty: a byte order mark, the NUL pattern of UTF-16, strict UTF-8; only then the 8-bit
code pages, of which the one wins that makes header words known (a wrong page gives none).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

from recon.api import MalformedFile, Place
from recon_csv.words import ROLES, plain_words

SIZE_LIMIT: Final = 256 * 1024 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Tried in this order; an equal number of known header words leaves the earlier one.
_PAGES: Final = ("cp1252", "gb18030", "cp1250", "cp1251", "cp852", "cp850", "mac_roman", "latin-1")
_HEAD: Final = 16_384
_HEAD_OF_TEXT: Final = 65_536
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """The whole text; `is_certain` is false where a code page was chosen by its header words or by default.

    `utf8` is the source itself where that is UTF-8, so that no second copy is held; the text begins at `begin`, behind a
    byte order mark. `source` is None where line ends are not single bytes of the file (UTF-16): no byte place is known then.
    """

    utf8: bytes
    encoding: str
    is_certain: bool
    begin: int = 0
    source: bytes | None = None
    source_begin: int = 0

    @property
    def text(self) -> str:
        """Give the whole text; it is made anew on each call."""
        return self.utf8[self.begin :].decode()

    @property
    def head(self) -> str:
        """Give the first 64 KiB of text; a character that is cut at its end is left out."""
        cut = self.utf8[self.begin : self.begin + _HEAD_OF_TEXT]
        return cut.decode(errors="ignore")


def decode(data: bytes, file: str, encoding: str | None = None) -> Decoded:
    """Decode a file strictly.

    Args:
        data: the whole file.
        file: its name, for the error's place.
        encoding: the declared encoding, None to find it.

    Raises:
        MalformedFile: the file is too large, has bytes that the encoding does not know, or NUL characters.
    """
    if len(data) > SIZE_LIMIT:
        raise MalformedFile(
            f"the file has {len(data)} bytes, more than the limit of {SIZE_LIMIT}",
            place=Place(file),
        )
    found = _declared(data, file, encoding) if encoding else _find(data, file)
    at = found.utf8.find(b"\x00")
    if at >= 0:
        line = found.utf8.count(b"\n", 0, at) + 1
        raise MalformedFile("the file holds NUL characters", place=Place(file, line))
    return found


def _declared(data: bytes, file: str, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise MalformedFile(
            f"the profile names the unknown encoding {encoding!r}", place=Place(file)
        ) from None
    try:
        if name in {"utf-8", "utf-8-sig"}:
            _check_utf8(data)
            return _of_utf8(data)
        text = data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _undecodable(data, file, encoding, error) from None
    return _of_text(text, name, data, is_certain=True)


def _undecodable(data: bytes, file: str, encoding: str, error: UnicodeDecodeError) -> MalformedFile:
    line = data.count(b"\n", 0, error.start) + 1
    if error.end >= len(data) and len(data) - error.start < 4:
        return MalformedFile(
            f"the file ends in the middle of a character of {encoding}: it is cut off",
            place=Place(file, line),
            hint="fetch the file again",
        )
    return MalformedFile(
        f"the file is not in the declared encoding {encoding}: byte {data[error.start]:#04x}",
        place=Place(file, line),
        hint="correct `encoding` in the profile, or save the file again",
    )


def _find(data: bytes, file: str) -> Decoded:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _declared(data, file, name)
    head = data[:_HEAD]
    if head.count(0) * 3 >= len(head) > 1:
        # Text in Latin letters has every second byte NUL in UTF-16.
        name = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        return _declared(data, file, name)
    try:
        _check_utf8(data)
    except UnicodeDecodeError:
        return _by_header_words(data)
    return _of_utf8(data)


def _check_utf8(data: bytes) -> None:
    """Raise UnicodeDecodeError, with its place in the file, where the bytes are no UTF-8; the text is not kept."""
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _BLOCK):
            decoder.decode(data[at : at + _BLOCK], final=at + _BLOCK >= len(data))
    except UnicodeDecodeError:
        data.decode()
        raise


def _of_utf8(data: bytes) -> Decoded:
    begin = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    return Decoded(data, "utf-8", is_certain=True, begin=begin, source=data, source_begin=begin)


def _of_text(text: str, encoding: str, data: bytes, *, is_certain: bool) -> Decoded:
    has_places = "\n\r".encode(encoding, errors="ignore") == b"\n\r"
    return Decoded(text.encode(), encoding, is_certain, source=data if has_places else None)


def _by_header_words(data: bytes) -> Decoded:
    best: tuple[int, str] | None = None
    for name in _PAGES:
        if not _is_in(data, name):
            continue
        words = _known_words(data[:_HEAD].decode(name, errors="ignore"))
        if best is None or words > best[0]:
            best = (words, name)
    # latin-1 knows every byte, so one page has always been found.
    assert best is not None
    return _of_text(data.decode(best[1]), best[1], data, is_certain=False)


def _is_in(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _known_words(head: str) -> int:
    for delimiter in ";,\t|\"'":
        head = head.replace(delimiter, "\n")
    return len({word for cell in head.split("\n") if (word := plain_words(cell)) in ROLES})

"""Lay the text of an export out as UTF-8, which Polars reads. In: bytes. Out: UTF-8, and the file's bytes for places in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recon.api import SourceFile, decode
from recon_csv.words import ROLES, plain_words

_HINT: Final = (
    "name the bank's encoding by `encoding` in a profile under [formats.csv.profiles.NAME]"
)
_HEAD_BYTES: Final = 65_536
_MARKS: Final = ";,\t|\"'"
_LINE_ENDS: Final = (b"\n", b"\r")
_PADDING: Final = b"\x00\x1a\r\n\t "


@dataclass(frozen=True, slots=True)
class Utf8Text:
    """The whole text as UTF-8; it begins at `begin`, behind a byte order mark.

    `utf8` is the file itself where that is UTF-8, so that no second copy is held. `source` is the file where its line ends are single
    bytes, None where no byte place is known (UTF-16). `is_ended` says that a line end or padding stands behind the last record.
    """

    utf8: bytes
    begin: int
    source: bytes | None
    findings: tuple[str, ...] = ()
    is_ended: bool = True

    @property
    def text(self) -> str:
        """Give the whole text; it is made anew on each call."""
        return self.utf8[self.begin :].decode()

    @property
    def head(self) -> str:
        """Give the first 64 KiB of text; a character that is cut at its end is left out."""
        cut = self.utf8[self.begin : self.begin + _HEAD_BYTES]
        return cut.decode(errors="ignore")


def read_text(source: SourceFile, encoding: str | None = None) -> Utf8Text:
    """Decode a file by `recon.api.decode`; of pages whose letters fit, that one counts which makes the most header words known.

    Args:
        source: name and bytes.
        encoding: the declared one, None to find it.

    Raises:
        MalformedFile: too large, bytes that are no text of the encoding, or NUL characters.
        ConfigurationError: `encoding` is none of text.
    """
    decoded = decode(source, encoding, hint=_HINT, known_words=_known_words)
    data = _without_padding(source.data)
    if decoded.encoding in {"utf-8", "utf-8-sig"}:
        is_ended = data.endswith(_LINE_ENDS) or len(data) < len(source.data)
        return Utf8Text(data, decoded.mark_bytes, data, decoded.findings, is_ended)
    has_places = "\n\r".encode(decoded.encoding) == b"\n\r"
    utf8 = decoded.text.encode()
    is_ended = utf8.endswith(_LINE_ENDS) or (has_places and len(data) < len(source.data))
    return Utf8Text(utf8, 0, data if has_places else None, decoded.findings, is_ended)


def _without_padding(data: bytes) -> bytes:
    """Leave out what `decode` leaves out at the end of a file: its places are those of text."""
    # Any other file is not copied.
    return data.rstrip(_PADDING) if b"\x00" in data or b"\x1a" in data else data


def _known_words(head: str) -> int:
    for mark in _MARKS:
        head = head.replace(mark, "\n")
    return len({word for cell in head.split("\n") if (word := plain_words(cell)) in ROLES})

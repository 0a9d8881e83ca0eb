"""From the bytes of a BAI2 file to its text, whole or in pieces, and where each begins. In: one file. Out: text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recon.api import decode, refuse_controls, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.api import SourceFile, Start

LINE_LIMIT: Final = 64 * 1024

_PIECE: Final = 2 * 1024 * 1024
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file, or a piece of it, and where it begins in the file."""

    text: str
    start: Start
    findings: tuple[str, ...] = ()


def read_text(source: SourceFile, encoding: str | None) -> Text:
    """Decode a file; every line ends with a line feed, and no position moves.

    Raises:
        MalformedFile: undecodable, control characters, or a line beyond LINE_LIMIT.
    """
    decoded = decode(source, encoding)
    text = _LONE_RETURN.sub("\n", decoded.text.rstrip("\x1a \t\r\n"))
    refuse_controls(source.name, text, line_limit=LINE_LIMIT)
    return Text(text, start_of(decoded), decoded.findings)


def pieces(whole: Text) -> Iterator[Text]:
    """Cut a text before transactions (16) into pieces, so that only one at a time is held in many columns."""
    text, start, at = whole.text, whole.start, 0
    while at < len(text):
        end = text.find("\n16,", at + _PIECE)
        piece = text[at:] if end < 0 else text[at : end + 1]
        yield Text(piece, start)
        at += len(piece)
        start = start.behind(piece)

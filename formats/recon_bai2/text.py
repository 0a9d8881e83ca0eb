"""From the bytes of a BAI2 file to its physical lines, and where each of them lies in the file.

In: one file. Out: its text, and a frame with a row a line that is not empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import decode, refuse_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.api import SourceFile

LINE_LIMIT: Final = 64 * 1024

_PIECE: Final = 2 * 1024 * 1024
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file.

    `unit` says what one position of the file is: "byte" (UTF-8), "character" (one byte each), or None where the bytes
    cannot be found again (UTF-16). `start` is where the text begins in the file, `first_line` the number of its line.
    """

    text: str
    unit: str | None
    start: int
    findings: tuple[str, ...] = ()
    first_line: int = 1


def read_text(source: SourceFile, encoding: str | None) -> Text:
    """Decode a file; every line ends with a line feed, and no position moves.

    Raises:
        MalformedFile: undecodable, control characters, or a line beyond LINE_LIMIT.
    """
    decoded = decode(source, encoding)
    text = _LONE_RETURN.sub("\n", decoded.text.rstrip("\x1a \t\r\n"))
    refuse_controls(source.name, text, line_limit=LINE_LIMIT)
    unit = "byte" if decoded.encoding == "utf-8" else None
    unit = "character" if decoded.is_single_byte else unit
    return Text(text, unit, decoded.mark_bytes, decoded.findings)


def pieces(whole: Text) -> Iterator[Text]:
    """Cut a text before transactions (16) into pieces, so that only one at a time is held in many columns."""
    text, start, first_line, at = whole.text, whole.start, whole.first_line, 0
    while at < len(text):
        end = text.find("\n16,", at + _PIECE)
        piece = text[at:] if end < 0 else text[at : end + 1]
        yield Text(piece, whole.unit, start, first_line=first_line)
        at += len(piece)
        start += len(piece.encode()) if whole.unit == "byte" else len(piece)
        first_line += piece.count("\n")


def lines_of(text: Text) -> pl.DataFrame:
    """Split a text into its lines: line_number, text (no line end, no padding), byte_offset, byte_end.

    The two places are null where the bytes cannot be found again.
    """
    lines = pl.DataFrame({"raw": pl.Series([text.text]).str.split("\n").explode()})
    raw = pl.col("raw")
    width = _size(raw, text.unit)
    before = width - _size(raw.str.strip_chars_start(" \t"), text.unit)
    return (
        lines.with_columns(
            line_number=pl.int_range(pl.len(), dtype=pl.Int64) + text.first_line,
            byte_offset=(width + 1).cum_sum() - width - 1 + before + text.start,
            text=raw.str.strip_chars(" \t\r"),
        )
        .with_columns(byte_end=pl.col("byte_offset") + _size(pl.col("text"), text.unit))
        .filter(pl.col("text") != "")
        .drop("raw")
    )


def _size(text: pl.Expr, unit: str | None) -> pl.Expr:
    if unit is None:
        return pl.lit(None, dtype=pl.Int64)
    size = text.str.len_bytes() if unit == "byte" else text.str.len_chars()
    return size.cast(pl.Int64)

"""Cut a file into its lines, and say where in the file each of them lies. In: decoded text. Out: a frame of lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from recon.api.text import Decoded

Unit = Literal["byte", "character"]

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Start:
    """Where a text begins in its file.

    `unit` is what one byte of the file is in the text: a byte of UTF-8, a character, or None where the bytes cannot be
    found again (UTF-16). `newline_bytes` is 0 where the line feeds of the text are not in the file.
    """

    unit: Unit | None
    byte_offset: int = 0
    line_number: int = 1
    newline_bytes: int = 1

    def behind(self, piece: str) -> Start:
        """Give the start of what follows a piece of whole lines."""
        size = len(piece.encode()) if self.unit == "byte" else len(piece)
        return replace(
            self,
            byte_offset=self.byte_offset + size,
            line_number=self.line_number + piece.count("\n"),
        )


def start_of(decoded: Decoded, *, newline_bytes: int = 1) -> Start:
    """Give the start of a whole decoded file, behind its byte order mark."""
    several: Unit | None = "byte" if decoded.encoding == "utf-8" else None
    unit: Unit | None = "character" if decoded.is_single_byte else several
    return Start(unit, decoded.mark_bytes, newline_bytes=newline_bytes)


def split_lines(
    text: str, start: Start, *, before: str = "", behind: str = " \t\r", filler: str = ""
) -> pl.DataFrame:
    """Split a text at its line feeds; lines without any sign are left out.

    Args:
        text: lines end with a line feed and nothing else; a carriage return before it counts as padding.
        start: where the text begins in its file.
        before: characters that are stripped from the start of a line.
        behind: characters that are stripped from its end.
        filler: a character of the text that is not in the file.

    Returns:
        text (stripped), line_number, byte_offset and byte_end; the two places are null where they cannot be known.
    """
    raw = pl.col("raw")
    width = _bytes_of(raw, start.unit, filler)
    indent = (
        width - _bytes_of(raw.str.strip_chars_start(before), start.unit, filler) if before else 0
    )
    return (
        pl.DataFrame({"raw": pl.Series([text]).str.split("\n").explode()})
        .with_columns(width=width, indent=indent, text=raw.str.strip_chars_start(before).str.strip_chars_end(behind))
        .select(
            "text",
            line_number=pl.int_range(pl.len(), dtype=pl.Int64) + start.line_number,
            byte_offset=(pl.col("width") + start.newline_bytes).cum_sum()
            - pl.col("width") + pl.col("indent") + (start.byte_offset - start.newline_bytes),
        )
        .with_columns(byte_end=pl.col("byte_offset") + _bytes_of(pl.col("text"), start.unit, filler))
        .filter(pl.col("text").str.strip_chars(" \t" + behind) != "")
    )  # fmt: skip


def _bytes_of(text: pl.Expr, unit: Unit | None, filler: str) -> pl.Expr:
    if unit is None:
        return pl.lit(None, dtype=pl.Int64)
    bare = text.str.replace_all(filler, "", literal=True) if filler else text
    return (bare.str.len_bytes() if unit == "byte" else bare.str.len_chars()).cast(pl.Int64)


def plain_head(head: bytes) -> bytes:
    """Give the head of a file to recognise it by: without mark, and without the zeros of UTF-16."""
    is_wide = head.startswith(_UTF16_MARKS) or b"\x00" in head[:4]
    for mark in (b"\xef\xbb\xbf", *_UTF16_MARKS):
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"") if is_wide else head

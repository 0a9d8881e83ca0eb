"""Cut a file whose fields stand in fixed columns into records: one row a line, nothing dropped in silence.

In: one file. Out: a frame of `RECORDS`. Characters must be as wide as the bank counted them: a record whose bytes, not
characters, fill the width gets blanks of no meaning (`FILLER`) behind each wide character, which `plain` takes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api.records import split_lines, start_of
from recon.api.text import decode
from recon.errors import MalformedFile, Place

if TYPE_CHECKING:
    import re

    from recon.protocols import SourceFile

FILLER: Final = "\x00"
RECORDS: Final = {
    "text": pl.String,  # padded to the width; FILLER behind wide characters
    "length": pl.Int64,  # in columns, as written
    "width": pl.Int64,  # in columns, without trailing blanks
    "line_number": pl.Int64,
    "byte_offset": pl.Int64,  # null where the encoding hides it
    "byte_length": pl.Int64,
    "is_clean": pl.Boolean,  # no control character
}
# The pages of Western Europe: one byte a character, so that columns stand.
_PAGES: Final = ("cp1252", "cp850")
_CONTROL: Final = r"[\x00-\x1F\x7F\x{2028}\x{2029}]"


@dataclass(frozen=True, slots=True)
class ColumnRecords:
    """The records of a file and what is to be said of its text."""

    frame: pl.DataFrame
    counted: int  # records that must become a line or a reject, however they are read
    is_torn: bool  # the last record is short and has no line end: the file may be cut off in it
    findings: tuple[str, ...]


def split_columns(
    source: SourceFile, encoding: str | None, *, width: int, counted: re.Pattern[str]
) -> ColumnRecords:
    r"""Split a file into records, blank lines left out; a file without any line end has a record every `width` columns.

    Args:
        source: name and bytes.
        encoding: what the policy declares, None if nothing.
        width: the columns of a record.
        counted: finds, behind a `\n`, each record that is to be counted apart from the reading.

    Raises:
        MalformedFile: the file is empty, too large, or no text.
        ConfigurationError: the encoding is none.
    """
    decoded = decode(source, encoding, pages=_PAGES)
    text, newline_bytes = _with_lines(decoded.text, width)
    # Only here has the text what is not in the file: fillers between its first lines and the last.
    filler = FILLER if not newline_bytes and not decoded.text.isascii() else ""
    start = start_of(decoded, newline_bytes=newline_bytes)
    frame = _shaped(split_lines(text, start, behind="\r", filler=filler), width)
    if frame.is_empty():
        raise MalformedFile("the file is empty", place=Place(source.name))
    number = len(counted.findall("\n" + text))
    is_torn = bool(text[-1:] not in {"\n", ""} and frame["length"][-1] < width)
    return ColumnRecords(frame, number, is_torn, decoded.findings)


@cache
def cut(first: int, last: int) -> pl.Expr:
    """Give the columns `first` to `last` of the record, both counted from 1 as the standards do."""
    return pl.col("text").str.slice(first - 1, last - first + 1)


def plain(text: pl.Expr) -> pl.Expr:
    """Give a text column without filler and surplus blanks, null where nothing is left."""
    stripped = text.str.replace_all(FILLER, "", literal=True).str.strip_chars()
    # Each step stands once: to look first where a run of blanks is takes longer than to replace none.
    return stripped.str.replace_all("  +", " ").replace("", None)


def numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Number what becomes a line or a reject from 1, and give it its statement, its bytes and an excerpt.

    Args:
        rows: statement, text, byte_offset and byte_end (of the last record that belongs to it).

    Returns:
        the rows with record, statement_index, byte_length and excerpt.
    """
    return rows.with_columns(
        record=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        statement_index="statement",
        byte_length=pl.col("byte_end") - pl.col("byte_offset"),
        excerpt=pl.col("text").str.replace_all(FILLER, "", literal=True).str.strip_chars_end(),
    )


def with_line_count(statements: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add to each statement how many of the rows are of it."""
    counts = rows.group_by("statement").agg(line_count=pl.len().cast(pl.Int64))
    return statements.join(counts, on="statement", how="left", maintain_order="left").with_columns(
        pl.col("line_count").fill_null(0)
    )


def _with_lines(text: str, width: int) -> tuple[str, int]:
    """Give the text with line feeds, and the bytes that one takes: none where the file has no lines."""
    if "\n" in text:
        return text, 1
    if "\r" in text:
        return text.replace("\r", "\n"), 1
    if len(text) % width and len(text.encode()) % width == 0:
        text = pl.select(_filled(pl.lit(text))).item()
    return "\n".join(text[at : at + width] for at in range(0, len(text), width)), 0


def _shaped(lines: pl.DataFrame, width: int) -> pl.DataFrame:
    text = pl.col("text")
    is_counted_in_bytes = (text.str.len_chars() < width) & (text.str.len_bytes() == width)
    is_clean = ~text.str.replace_all(r"([^\x00-\x7F])\x00+", "${1}").str.contains(_CONTROL)
    return (
        lines.with_columns(
            is_clean=is_clean, byte_length=pl.col("byte_end") - pl.col("byte_offset")
        )
        .with_columns(
            text=pl.when(is_counted_in_bytes & pl.col("is_clean"))
            .then(_filled(text))
            .otherwise(text)
        )
        .with_columns(length=text.str.len_chars(), width=text.str.strip_chars_end(" ").str.len_chars())
        .with_columns(text=text.str.pad_end(width))
        .select(pl.col(name).cast(dtype) for name, dtype in RECORDS.items())
    )  # fmt: skip


def _filled(text: pl.Expr) -> pl.Expr:
    """Make each character as wide as its bytes."""
    return (
        text.str.replace_all(r"([\x{80}-\x{7FF}])", "${1}" + FILLER)
        .str.replace_all(r"([\x{800}-\x{FFFF}])", "${1}" + FILLER * 2)
        .str.replace_all(r"([\x{10000}-\x{10FFFF}])", "${1}" + FILLER * 3)
    )

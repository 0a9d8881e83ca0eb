"""From the bytes of a file to its records: one row a line, or a row 120 columns where the file has no lines.

In: the bytes of one file. Out: a frame of `RECORDS` and findings. Fields stand in fixed columns, so characters must be
as wide as the bank counted them: a record whose bytes, not characters, fill the width gets blanks of no meaning
(`FILLER`) behind each wide character, which `plain` takes out again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import MalformedFile, Place, decode

if TYPE_CHECKING:
    from recon.api import Decoded, SourceFile

WIDTH: Final = 120
FILLER: Final = "\x00"

RECORDS: Final = {
    "text": pl.String,  # padded to WIDTH; FILLER behind wide characters
    "length": pl.Int64,  # in columns, as written
    "width": pl.Int64,  # in columns, without trailing blanks
    "line_number": pl.Int64,
    "byte_offset": pl.Int64,  # null where the encoding hides it
    "byte_length": pl.Int64,
    "is_clean": pl.Boolean,  # no control character
}

# Records of their own, or of no known kind: counted apart from the reading. Complements and balances are not.
_COUNTED: Final = re.compile(r"\n(?!01|05|07)(?=[^\n]*[^ \t\r\n])")
# The pages of Western Europe: one byte a character, so that columns stand.
_PAGES: Final = ("cp1252", "cp850")
_BLANK: Final = " \t\r"
_CONTROL: Final = r"[\x00-\x1F\x7F\x{2028}\x{2029}]"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file and what is to be said of its text."""

    frame: pl.DataFrame
    counted: int  # records that must become a line or a reject, however they are read
    is_torn: bool  # the last record is short and has no line end: the file may be cut off in it
    findings: tuple[str, ...]


def split_records(source: SourceFile, encoding: str | None) -> Records:
    """Split a file into records, blank lines left out.

    Args:
        source: name and bytes.
        encoding: what the policy declares, None if nothing.

    Raises:
        MalformedFile: the file is empty, too large, or no text.
        ConfigurationError: the encoding is none.
    """
    decoded = decode(source, encoding, pages=_PAGES)
    text, newline_bytes = _with_lines(decoded.text)
    raw = pl.Series("raw", [text]).str.split("\n").explode()
    counted = len(_COUNTED.findall("\n" + text))
    frame = _shaped(_placed(raw, decoded, newline_bytes))
    if frame.is_empty():
        raise MalformedFile("the file is empty", place=Place(source.name))
    is_torn = bool(text[-1:] not in {"\n", ""} and frame["length"][-1] < WIDTH)
    return Records(frame, counted, is_torn, decoded.findings)


def plain(text: pl.Expr) -> pl.Expr:
    """Give a text column without filler and surplus blanks, null where nothing is left."""
    stripped = text.str.replace_all(FILLER, "", literal=True).str.strip_chars()
    # The expression is dear, and nulls are passed over: only texts that have a run of blanks come to it.
    has_run = stripped.str.contains("  ", literal=True)
    single = pl.when(has_run).then(stripped).str.replace_all(" {2,}", " ")
    return pl.when(stripped != "").then(pl.coalesce(single, stripped))


def _with_lines(text: str) -> tuple[str, int]:
    """Give the text with line feeds, and the bytes that one takes: none where the file has no lines."""
    if "\n" in text:
        return text, 1
    if "\r" in text:
        return text.replace("\r", "\n"), 1
    if len(text) % WIDTH and len(text.encode()) % WIDTH == 0:
        text = pl.select(_filled(pl.lit(text))).item()
    return "\n".join(text[at : at + WIDTH] for at in range(0, len(text), WIDTH)), 0


def _placed(raw: pl.Series, decoded: Decoded, newline_bytes: int) -> pl.DataFrame:
    """Give each line its number and its bytes, which an encoding of several bytes a character hides."""
    bare = pl.col("raw").str.strip_chars_end("\r")
    size, bare_size = (_bytes_of(text, decoded) for text in (pl.col("raw"), bare))
    return (
        raw.to_frame()
        .with_columns(
            line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            step=size.cast(pl.Int64) + newline_bytes,
            byte_length=bare_size.cast(pl.Int64),
            raw=bare,
        )
        .with_columns(byte_offset=pl.col("step").cum_sum() - pl.col("step") + decoded.mark_bytes)
        .filter(pl.col("raw").str.strip_chars(_BLANK) != "")
    )


def _bytes_of(text: pl.Expr, decoded: Decoded) -> pl.Expr:
    if decoded.encoding == "utf-8":
        return text.str.replace_all(FILLER, "", literal=True).str.len_bytes()
    return text.str.len_chars() if decoded.is_single_byte else pl.lit(None)


def _shaped(records: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("raw")
    is_counted_in_bytes = (text.str.len_chars() < WIDTH) & (text.str.len_bytes() == WIDTH)
    is_clean = ~text.str.replace_all(r"([^\x00-\x7F])\x00+", "${1}").str.contains(_CONTROL)
    return (
        records.with_columns(is_clean=is_clean)
        .with_columns(
            text=pl.when(is_counted_in_bytes & is_clean).then(_filled(text)).otherwise(text)
        )
        .with_columns(
            length=pl.col("text").str.len_chars(),
            width=pl.col("text").str.strip_chars_end(" ").str.len_chars(),
        )
        .with_columns(text=pl.col("text").str.pad_end(WIDTH))
        .select(pl.col(name).cast(dtype) for name, dtype in RECORDS.items())
    )


def _filled(text: pl.Expr) -> pl.Expr:
    """Make each character as wide as its bytes."""
    return (
        text.str.replace_all(r"([\x{80}-\x{7FF}])", "${1}" + FILLER)
        .str.replace_all(r"([\x{800}-\x{FFFF}])", "${1}" + FILLER * 2)
        .str.replace_all(r"([\x{10000}-\x{10FFFF}])", "${1}" + FILLER * 3)
    )

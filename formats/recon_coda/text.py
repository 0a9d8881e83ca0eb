"""From the bytes of a file to its records: one row a line, with its place in the file. Nothing is dropped in silence.

In: the bytes of one file. Out: a frame of `RECORDS` and findings. Fields stand in fixed columns, so characters must be
as wide as the bank counted them: a record whose bytes, not characters, fill the width gets blanks of no meaning
(`FILLER`) behind each wide character, which `plain` takes out again.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    from recon.api import SourceFile

SIZE_LIMIT: Final = 512 * 1024 * 1024
WIDTH: Final = 128
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

# Movements, and lines of no known kind: counted apart from the reading.
_COUNTED: Final = re.compile(
    r"^(?!00000|1[0-3]|2[23]|3[123]|4 |8|9 )(?=[^\n]*[^ \t\r\x1a\n])", re.MULTILINE
)
_BLANK: Final = " \t\r\x1a"
_CONTROL: Final = r"[\x00-\x1F\x7F\x{2028}\x{2029}]"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file and what is to be said of its text."""

    frame: pl.DataFrame
    counted: int  # movements and unknown records, however they are read
    findings: tuple[str, ...]


def split_records(source: SourceFile) -> Records:
    """Split a file into records, blank lines left out.

    Raises:
        MalformedFile: the file is empty, beyond SIZE_LIMIT, or UTF-16 that cannot be decoded.
    """
    if len(source.data) > SIZE_LIMIT:
        message = f"the file has more than {SIZE_LIMIT:,} bytes"
        raise MalformedFile(message, place=Place(source.name))
    text, encoding, findings = _decode(source)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    raw = pl.Series("raw", [text]).str.split("\n").explode()
    counted = sum(1 for _ in _COUNTED.finditer(text))
    frame = _shaped(_placed(raw, encoding, _mark_bytes(source)))
    if frame.is_empty():
        raise MalformedFile("the file is empty", place=Place(source.name))
    return Records(frame, counted, findings)


def plain(text: pl.Expr) -> pl.Expr:
    """Give a text column without filler and surplus blanks, null where nothing is left."""
    bare = text.str.replace_all(FILLER, "", literal=True).str.replace_all(r"\s+", " ")
    stripped = bare.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _decode(source: SourceFile) -> tuple[str, str, tuple[str, ...]]:
    data = source.data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), "utf-16", ()
        except UnicodeDecodeError as error:
            message = "the file begins as UTF-16 and does not go on so"
            raise MalformedFile(message, place=Place(source.name)) from error
    try:
        return data.decode("utf-8-sig"), "utf-8", ()
    except UnicodeDecodeError:
        pass
    # In either code page a byte is one column.
    for encoding in ("cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, encoding, (f"the text is not UTF-8; it was read as {encoding}",)
    raise AssertionError("latin-1 decodes every byte")


def _mark_bytes(source: SourceFile) -> int:
    return len(codecs.BOM_UTF8) if source.data.startswith(codecs.BOM_UTF8) else 0


def _placed(raw: pl.Series, encoding: str, mark_bytes: int) -> pl.DataFrame:
    """Give each line its number and bytes; in UTF-16 the bytes are not known."""
    bare = pl.col("raw").str.strip_chars_end("\r\x1a")
    sizes = {"utf-8": "len_bytes", "utf-16": None}.get(encoding, "len_chars")
    size = [getattr(text.str, sizes)() if sizes else pl.lit(None) for text in (pl.col("raw"), bare)]
    return (
        raw.to_frame()
        .with_columns(
            line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            step=size[0].cast(pl.Int64) + 1,
            byte_length=size[1].cast(pl.Int64),
            raw=bare,
        )
        .with_columns(byte_offset=pl.col("step").cum_sum() - pl.col("step") + mark_bytes)
        .filter(pl.col("raw").str.strip_chars(_BLANK) != "")
    )


def _shaped(records: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("raw")
    is_counted_in_bytes = (text.str.len_chars() < WIDTH) & (text.str.len_bytes() == WIDTH)
    wide = (
        text.str.replace_all(r"([\x{80}-\x{7FF}])", "${1}" + FILLER)
        .str.replace_all(r"([\x{800}-\x{FFFF}])", "${1}" + FILLER * 2)
        .str.replace_all(r"([\x{10000}-\x{10FFFF}])", "${1}" + FILLER * 3)
    )
    is_clean = ~text.str.contains(_CONTROL)
    return (
        records.with_columns(is_clean=is_clean)
        .with_columns(text=pl.when(is_counted_in_bytes & is_clean).then(wide).otherwise(text))
        .with_columns(
            length=pl.col("text").str.len_chars(),
            width=pl.col("text").str.strip_chars_end(" ").str.len_chars(),
        )
        .with_columns(text=pl.col("text").str.pad_end(WIDTH))
        .select(pl.col(name).cast(dtype) for name, dtype in RECORDS.items())
    )

"""From the text of a QIF file to sections, records and fields.

In: one file. Out: a frame of fields (section, record, tag, value) and a frame of sections. A record ends with `^`; one
that does not is kept and marked, because its last field may be cut off.

Source: Quicken Interchange Format: `!Type:`, `!Account`, one field a line, its first character the tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import decode, refuse_controls

if TYPE_CHECKING:
    from recon.api import SourceFile

LINE_LIMIT: Final = 64 * 1024
# Sections of transactions; every other one is a list or holds securities.
MONEY: Final = ("bank", "cash", "ccard", "oth a", "oth l")
ACCOUNT: Final = "!account"

_LONE_RETURN: Final = re.compile(r"\r(?!\n)")
_TYPE: Final = r"(?i)^!type:\s*(.*)$"


@dataclass(frozen=True, slots=True)
class Contents:
    """A file taken apart.

    `fields`: section, record, tag, value, in file order. `records`: section, record, line_number, byte_offset,
    byte_length, is_ended. `sections`: section, kind (lower case, None for what is no `!Type:`), header, line_number.
    """

    fields: pl.DataFrame
    records: pl.DataFrame
    sections: pl.DataFrame
    findings: tuple[str, ...]


def read_contents(source: SourceFile, encoding: str | None) -> Contents:
    """Take a file apart.

    Raises:
        MalformedFile: undecodable, control characters, or a line beyond LINE_LIMIT.
    """
    decoded = decode(source, encoding)
    text = _LONE_RETURN.sub("\n", decoded.text)
    refuse_controls(source.name, text, "\x1a", line_limit=LINE_LIMIT)
    unit = "byte" if decoded.encoding == "utf-8" else None
    lines = _lines(text, "character" if decoded.is_single_byte else unit, decoded.mark_bytes)
    is_header, is_end = pl.col("text").str.starts_with("!"), pl.col("text").str.starts_with("^")
    begins = is_header | is_header.shift(1, fill_value=True) | is_end.shift(1, fill_value=True)
    marked = lines.with_columns(
        is_header=is_header, is_end=is_end, section=is_header.cum_sum(), record=begins.cum_sum()
    )
    headers = marked.filter("is_header").select(
        "section",
        "line_number",
        header=pl.col("text").str.strip_chars(),
        kind=pl.col("text").str.extract(_TYPE, 1).str.strip_chars().str.to_lowercase(),
    )
    inside = marked.filter(~pl.col("is_header"))
    return Contents(
        inside.filter(~pl.col("is_end")).select(
            "section", "record", tag=pl.col("text").str.head(1), value=pl.col("text").str.slice(1)
        ),
        _records(inside),
        headers,
        decoded.findings,
    )


def _records(lines: pl.DataFrame) -> pl.DataFrame:
    """Give the place of each record that has a field; a bare `^` is none."""
    return (
        lines.group_by("record", maintain_order=True)
        .agg(
            pl.col("section", "line_number", "byte_offset").first(),
            byte_length=pl.col("byte_end").last() - pl.col("byte_offset").first(),
            is_ended=pl.col("is_end").any(),
            is_empty=pl.col("is_end").all(),
        )
        .filter(~pl.col("is_empty"))
        .drop("is_empty")
    )


def _lines(text: str, unit: str | None, start: int) -> pl.DataFrame:
    """Split a text into lines that are not empty, with their places in bytes (null where they cannot be known)."""
    raw = pl.col("raw")
    width = _size(raw, unit)
    kept = pl.col("text")
    return (
        pl.DataFrame({"raw": pl.Series([text]).str.split("\n").explode()})
        .with_columns(
            line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            byte_offset=(width + 1).cum_sum() - width - 1 + start,
            text=raw.str.strip_chars_end(" \t\r\x1a"),
        )
        .with_columns(byte_end=pl.col("byte_offset") + _size(kept, unit))
        .filter(kept != "")
        .drop("raw")
    )


def _size(text: pl.Expr, unit: str | None) -> pl.Expr:
    if unit is None:
        return pl.lit(None, dtype=pl.Int64)
    return (text.str.len_bytes() if unit == "byte" else text.str.len_chars()).cast(pl.Int64)

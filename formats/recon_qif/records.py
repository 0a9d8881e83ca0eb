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

from recon.api import decode, refuse_controls, split_lines, start_of

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
    lines = split_lines(text, start_of(decoded), behind=" \t\r\x1a")
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

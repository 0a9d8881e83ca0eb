"""From lines to logical records: continuations (88) are joined to the record that they continue.

In: a decoded file. Out: a frame with a row a record (code, body, place), and findings. A line that bears no record
code is text that ran on, unless it looks like a transaction whose code is damaged: that stays a record, to be rejected.

Source: BAI Cash Management Balance Reporting Specifications, Version 2: physical and logical records, record 88.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import MalformedFile, Place, split_lines
from recon_bai2.text import Text, pieces, read_text

if TYPE_CHECKING:
    from recon.api import SourceFile

CODES: Final = ("01", "02", "03", "16", "49", "88", "98", "99")
DAMAGED: Final = "??"
# How a line that continues ended: with `/`, without it, or at the full width of a physical record. Each mark stands
# behind a comma, because the next line begins a field; in text the pair is no comma but a blank, or nothing.
SLASH, OPEN, FULL = "\x1e", "\x1f", "\x1d"
MARKS: Final = f"[{FULL}-{OPEN}]"
DEFAULT_WIDTH: Final = 80

_INLINE: Final = re.compile(r"/[ \t](?=[ \t]*(?:01|02|03|16|49|88|98|99),)")
_RECORD: Final = re.compile(r"^[ \t]*(?:01|02|03|16|49|88|98|99),", re.MULTILINE)
_FILE_COUNT: Final = re.compile(r"(?:^|/)[ \t]*99,[^,\n]*,[^,\n]*,([0-9]{1,12})", re.MULTILINE)
_WIDTH: Final = re.compile(r"\s*01,(?:[^,\n]*,){5}\s*([0-9]{1,5})\s*,")
# Code, type code and amount with one or two characters wrong: `1x,195,10000,` or `16;195;10000;`.
_LOOKS_LIKE_DETAIL: Final = r"^.{1,3}?[^0-9A-Za-z ]?[0-9]{3}[,;:.|][+-]?[0-9]+(?:[,;:.|/]|$)"


@dataclass(frozen=True, slots=True)
class Records:
    """The logical records of a file in file order: code, body, line_number, byte_offset, byte_length, physical."""

    frame: pl.DataFrame
    findings: tuple[str, ...]


def read_records(source: SourceFile, encoding: str | None) -> Records:
    """Read a file into its logical records.

    `body` is what stands behind the record code; `physical` counts the lines that bear a record code.

    Raises:
        MalformedFile: the file is no text, or does not begin with a file header.
    """
    text, inline = _with_inline_records_split(read_text(source, encoding))
    declared = _WIDTH.match(text.text)
    width = int(declared[1]) if declared else DEFAULT_WIDTH
    joined, stray = [], []
    for piece in pieces(text):
        lines = _coded(split_lines(piece.text, piece.start, before=" \t"), width)
        stray.append(lines.filter(pl.col("code").is_null()).select("line_number", "text"))
        joined.append(_joined(lines))
    if not joined or joined[0].is_empty() or joined[0]["code"][0] != "01":
        raise MalformedFile(
            "the file does not begin with a file header (01)",
            place=Place(source.name, 1),
            excerpt=text.text[:120],
        )
    findings = [*text.findings, *inline, *_told_of_stray(pl.concat(stray))]
    return Records(pl.concat(joined), tuple(findings))


def _with_inline_records_split(text: Text) -> tuple[Text, list[str]]:
    """Give records that stand behind another on one line a line of their own, where the file's own count agrees.

    Line ends get lost on the way from a bank; but a payer may also write ` / 16,195,...` into a text. Only the count
    of records in the file trailer tells the two apart.
    """
    if not _INLINE.search(text.text):
        return text, []
    split = _INLINE.sub("/\n", text.text)
    stated = sum(int(found) for found in _FILE_COUNT.findall(split))
    if len(_RECORD.findall(split)) != stated:
        return text, ["text holds what looks like a record; it is read as text"]
    finding = f"records stand on one line; they are read apart, as the file counts {stated} records"
    return Text(split, text.start, text.findings), [finding]


def _coded(lines: pl.DataFrame, width: int) -> pl.DataFrame:
    text = pl.col("text")
    is_coded = text.str.head(3).is_in([f"{code}," for code in CODES])
    damaged = pl.when(text.str.contains(_LOOKS_LIKE_DETAIL)).then(pl.lit(DAMAGED))
    code = pl.when(is_coded).then(text.str.head(2)).otherwise(damaged)
    rest = pl.when(is_coded).then(text.str.slice(3)).otherwise(text)
    has_slash = text.str.ends_with("/")
    is_full = text.str.len_chars() == width
    mark = pl.when(has_slash).then(pl.lit(SLASH)).when(is_full).then(pl.lit(FULL))
    return lines.with_columns(
        code=code,
        piece=rest.str.strip_suffix("/").str.strip_chars_end(" \t"),
        mark=mark.otherwise(pl.lit(OPEN)),
    ).with_columns(
        logical=(pl.col("code").is_not_null() & (pl.col("code") != "88")).cum_sum(),
    )


def _joined(lines: pl.DataFrame) -> pl.DataFrame:
    """Join each record with its continuations."""
    goes_on = pl.col("logical").shift(-1) == pl.col("logical")
    mark = pl.when(goes_on).then(pl.concat_str(pl.lit(","), "mark")).otherwise(pl.lit(""))
    return (
        lines.with_columns(piece=pl.concat_str("piece", mark))
        .group_by("logical", maintain_order=True)
        .agg(
            pl.col("code", "line_number", "byte_offset").first(),
            byte_length=pl.col("byte_end").last() - pl.col("byte_offset").first(),
            physical=pl.col("code").count().cast(pl.Int64),
            body=pl.col("piece").str.join(""),
        )
        .drop("logical")
    )


def _told_of_stray(stray: pl.DataFrame) -> list[str]:
    if stray.is_empty():
        return []
    first = stray.row(0, named=True)
    return [
        (
            f"{len(stray)} lines begin with no record code and are read on from the line before; "
            f"the first is line {first['line_number']}: {first['text'][:60]!r}"
        )
    ]


def without_marks(body: pl.Expr) -> pl.Expr:
    """Give a body of fields alone: each continuation begins a field."""
    return body.str.replace_all(MARKS, "")


def as_text(body: pl.Expr) -> pl.Expr:
    """Give a body of text, each line that was continued behind the mark OPEN; full lines are glued to the next."""
    glued = body.str.replace_all(f",{FULL}", "", literal=True)
    # In this order, since a comma of the text may stand before the one that belongs to the mark.
    opened = glued.str.replace_all(f",{OPEN}", OPEN, literal=True)
    return opened.str.replace_all(f",{SLASH}", OPEN, literal=True)

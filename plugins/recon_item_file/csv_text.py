"""CSV to a table of text; a record that is too short, too long or wrongly quoted is an error, never mended."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from recon.api import Place, UnreadableItems
from recon.api.table import Table, normalise_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.api.table import Reading

_DELIMITERS = ",;\t"
# Python's rows of text weigh ten times the file and keep its garbage collector busy: few at a time.
_CHUNK = 1_000


def read_csv(file: str, data: bytes, reading: Reading, wanted: frozenset[str]) -> Table:
    """Read CSV text; the delimiter is the one with which the header names most of what we look for.

    Raises:
        UnreadableItems: wrong encoding, no header, or a record with another number of cells than the header.
    """
    text = _decode(file, data, reading.encoding)
    delimiter = _find_delimiter(text, wanted)
    raw = split_plain(text, delimiter) or split_quoted(file, text, delimiter)
    if raw is None:
        raise UnreadableItems("the file is empty", place=Place(file), hint="it needs a header line")
    stripped = raw.cells.select(pl.all().str.strip_chars())
    cells = stripped.select(pl.when(pl.all() != "").then(pl.all()))
    return Table(file, raw.header, raw.header_line, cells, raw.lines)


class RawTable(NamedTuple):
    """Cells as they stand in the file, before blanks are taken off."""

    header: tuple[str, ...]
    header_line: int
    cells: pl.DataFrame
    lines: pl.Series


def split_plain(text: str, delimiter: str) -> RawTable | None:
    """Split text without quotes column by column; None when a record needs a closer look.

    It gives what `split_quoted` gives, in a tenth of the time.
    """
    text = text.replace("\r\n", "\n")
    if '"' in text or "\r" in text:
        return None
    rows = pl.DataFrame({"row": text.split("\n")}).with_row_index("line", 1)
    filled = rows.filter(
        pl.col("row").str.replace_all(delimiter, "", literal=True).str.strip_chars() != ""
    )
    width = pl.col("row").str.count_matches(delimiter, literal=True)
    if filled.is_empty() or filled.select(width.n_unique()).item() != 1:
        return None
    row = filled["row"]
    count = row[0].count(delimiter)
    parts = row.str.split_exact(delimiter, count).struct.unnest()
    cells = parts.rename({name: f"{at}" for at, name in enumerate(parts.columns)})
    lines = filled["line"].cast(pl.Int64)
    return RawTable(cells.row(0), lines[0], cells[1:], lines[1:])


def split_quoted(file: str, text: str, delimiter: str) -> RawTable | None:
    """Split any CSV text record by record; None when it has no record at all.

    Raises:
        UnreadableItems: a record is wrongly quoted, or has another number of cells than the header.
    """
    records = _records(file, text, delimiter)
    header_line, header = next(records, (0, []))
    if not header:
        return None
    names = [str(at) for at in range(len(header))]
    parts, lines = (
        [pl.DataFrame(schema=dict.fromkeys(names, pl.String))],
        [pl.Series(dtype=pl.Int64)],
    )
    while chunk := list(islice(records, _CHUNK)):
        numbers, rows = zip(*chunk, strict=True)
        lines.append(pl.Series(numbers, dtype=pl.Int64))
        columns = zip(names, zip(*rows, strict=True), strict=True)
        parts.append(pl.DataFrame({name: list(cells) for name, cells in columns}))
    return RawTable(tuple(header), header_line, pl.concat(parts), pl.concat(lines))


def _decode(file: str, data: bytes, encoding: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-8":
        raise UnreadableItems(
            "the file is UTF-16 text",
            place=Place(file),
            hint='set `encoding = "utf-16"` under [sources.item-file]',
        )
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableItems(
            f"the text is not {encoding}: byte {data[error.start]:#04x} on this line",
            place=Place(file, line),
            excerpt=data.splitlines()[line - 1].decode("ascii", "backslashreplace"),
            hint='for a file of Western Windows set `encoding = "cp1252"` under [sources.item-file]',
        ) from None


def _find_delimiter(text: str, wanted: frozenset[str]) -> str:
    start = text[:65_536].lstrip()

    def named(delimiter: str) -> tuple[int, int]:
        header = next(csv.reader(io.StringIO(start), delimiter=delimiter), [])
        return len({normalise_header(cell) for cell in header} & wanted), len(header)

    return max(_DELIMITERS, key=named)


def _records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record that is not blank with the line on which it begins; all are as wide as the first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin, width = 1, 0
    try:
        for record in reader:
            # Mostly the first cell is filled, so that the rest need not be looked at.
            if record and (record[0].strip() or any(cell.strip() for cell in record)):
                width = width or len(record)
                if len(record) != width:
                    _check_width(file, begin, record, width)
                yield begin, record
            # A record begins on the line after the one on which the last one ended.
            begin = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableItems(
            f"the text is no valid CSV: {error}",
            place=Place(file, begin),
            hint="look for a quote that is not closed or stands inside a cell",
        ) from None


def _check_width(file: str, line: int, record: list[str], width: int) -> None:
    # A trailing delimiter makes blank cells behind the last column; they carry nothing.
    if len(record) > width and not any(cell.strip() for cell in record[width:]):
        del record[width:]
        return
    raise UnreadableItems(
        f"this record has {len(record)} cells, the header {width}",
        place=Place(file, line),
        excerpt=" | ".join(record),
        hint="quote cells that hold the delimiter",
    )

"""Split a text into records and these into columns. In: decoded text. Out: a table of text columns with the place of each record.

Polars splits what is written by the rules of RFC 4180; what is not (wide rows, stray quotes, mixed line ends) is split record by
record. Two counters see every record: the splitter and one that looks at quotes and line ends only. Where they differ, a quote is
open or misplaced, and the file is refused rather than read with two records run into one.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl

from recon.api import MalformedFile, Place
from recon_csv.cells import clean, cleaned, occurring_in
from recon_csv.scan import LINE_LIMIT, find_lines, find_records
from recon_csv.table import CELL_LIMIT, COLUMN_LIMIT, HEAD_RECORDS, Table, check_limits

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable

    from recon_csv.scan import Lines, Positions
    from recon_csv.utf8 import Utf8Text

DELIMITERS: Final = (";", ",", "\t", "|")
_CHUNK: Final = 20_000
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SEPARATOR_LINE: Final = re.compile(
    r"\A\"?sep=([;,\t|:^~])\"?[ \t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE
)


def named_separator(text: str) -> str | None:
    """Give the delimiter that a first line `sep=;` names, as spreadsheets write it."""
    found = _SEPARATOR_LINE.match(text)
    return found[1] if found else None


def split(text: Utf8Text, delimiter: str, file: str, quote: str = '"') -> Table:
    """Split the whole text; blank lines give no record.

    Raises:
        MalformedFile: a limit is passed, or a quote is never closed.
    """
    lines = find_lines(text.utf8, text.begin)
    if len(lines.starts) >= LINE_LIMIT:
        raise MalformedFile(f"the file has more than {LINE_LIMIT} lines", place=Place(file))
    table = _by_polars(text, lines, (delimiter, quote), file)
    table = table or _by_record(text, lines, (delimiter, quote), file)
    if not table.height:
        return table
    last = text.utf8[lines.starts[table.line(table.height - 1) - 1] :].decode()
    cells = next(_reader(_LINE.findall(last), delimiter, quote))
    return replace(table, tail=[clean(cell) for cell in cells], is_ended=text.is_ended)


def split_head(text: str, delimiter: str, quote: str = '"') -> list[list[str]]:
    """Split the first records for a look at them; never raises."""
    lines = (found[0] for found in _LINE.finditer(text[:CELL_LIMIT]))
    reader = _reader(lines, delimiter, quote)
    rows: list[list[str]] = []
    try:
        rows.extend(
            [clean(cell) for cell in row[: COLUMN_LIMIT + 1]]
            for row in islice(reader, HEAD_RECORDS)
            if row
        )
    except csv.Error:
        return []
    return rows


def split_heads(text: str) -> dict[str, list[list[str]]]:
    """Split the first records by the delimiter that the text names, else by each there is."""
    named = named_separator(text)
    return {mark: split_head(text, mark) for mark in ((named,) if named else DELIMITERS)}


def _reader(lines: Iterable[str], delimiter: str, quote: str) -> Reader:
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=None, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote)


# ---------------------------------------------------------------- by Polars


def _by_polars(text: Utf8Text, lines: Lines, written: tuple[str, str], file: str) -> Table | None:
    """Split with Polars; None where the text is not written as it takes it, or where a count differs."""
    delimiter, quote = written
    data = text.utf8
    skipped = _skipped(text)
    used = lines.after(skipped)
    end_of_line = "\r" if used.bare_returns == len(lines.starts) - 1 and used.bare_returns else "\n"
    is_taken = len(used.starts) and delimiter.isascii() and (not quote or quote.isascii())
    if not is_taken or (used.bare_returns and end_of_line == "\n"):
        return None
    records = find_records(data, used, delimiter, quote)
    if records is None or records.is_blank.all():
        return None
    start = int(used.starts[0])
    head_end = int(used.ends[records.last[:HEAD_RECORDS][-1]])
    head = split_head(data[start:head_end].decode(), delimiter, quote)
    width = max(map(len, head), default=0)
    if not width or width > COLUMN_LIMIT:
        return None
    # Polars takes the count of columns from the first record; where that has fewer, one with all of them is set before it.
    is_widest = len(head[0]) == width and not records.is_blank[0]
    widest = b"" if is_widest else (delimiter * (width - 1) + end_of_line).encode()
    body = b"".join((widest, memoryview(data)[start:])) if widest or start else data
    cells = _polars_cells(body, width, (delimiter, quote, end_of_line))
    if cells is None:
        return None
    cells = cells if is_widest else cells.slice(1)
    filled = ~records.is_blank
    if cells.height == len(filled) and not filled.all():
        cells = cells.filter(pl.Series(filled))
    first, last = records.first, records.last
    if not filled.all():
        first, last = first[filled], last[filled]
    if cells.height != len(first):
        return None
    places = _places(text, lines, first + skipped, last + skipped)
    # A cell is no longer than its record. Before they are cleaned: a cell of quotes alone is blank afterwards, however long.
    longest = places["byte_length"].max() if text.source is text.utf8 else CELL_LIMIT + 1
    if cast("int", longest) > CELL_LIMIT:
        check_limits(cells, places["line_number"], file)
    return Table(cleaned(cells, occurring_in(data, delimiter, quote)), places, delimiter, head)


def _polars_cells(data: bytes, width: int, written: tuple[str, str, str]) -> pl.DataFrame | None:
    """Read text columns of a width; null where a cell is absent. None where Polars refuses the text."""
    delimiter, quote, end_of_line = written
    try:
        return pl.read_csv(
            data,
            has_header=False,
            schema={str(at): pl.String for at in range(width)},
            separator=delimiter,
            quote_char=quote or None,
            eol_char=end_of_line,
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None


def _skipped(text: Utf8Text) -> int:
    """Count the lines before the records: one that names the separator."""
    return 1 if named_separator(text.head) else 0


def _places(text: Utf8Text, lines: Lines, first: Positions, last: Positions) -> pl.DataFrame:
    """Give the place of each record in the file, by its first and last text line (from 0)."""
    offsets = lengths = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(first))
    if text.source is not None:
        is_same = text.source is text.utf8
        own = lines if is_same else find_lines(text.source)
        offsets = pl.Series(own.starts[first])
        lengths = pl.Series(own.ends[last] - own.starts[first])
    return pl.DataFrame(
        {
            "line_number": pl.Series(first + 1),
            "byte_offset": offsets,
            "byte_length": lengths,
        }
    )


# ---------------------------------------------------------------- record by record


def _by_record(text: Utf8Text, lines: Lines, written: tuple[str, str], file: str) -> Table:
    """Split with the tolerant reader of the standard library, and count by a pattern beside it."""
    delimiter, quote = written
    whole = text.text
    skipped = _skipped(text)
    found = (line[0] for line in _LINE.finditer(whole))
    reader = _reader(islice(found, skipped, None), delimiter, quote)
    chunks: list[pl.DataFrame] = []
    head: list[list[str]] = []
    first: list[int] = []
    last: list[int] = []
    line = skipped
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                _check_width(row, file, line + 1)
                rows.append(row)
                first.append(line)
                last.append(skipped + reader.line_num - 1)
            line = skipped + reader.line_num
            if len(rows) == _CHUNK:
                head = head or rows[:HEAD_RECORDS]
                chunks.append(_columns(rows))
                rows = []
    except csv.Error as error:
        raise MalformedFile(
            f"a quote is not closed, or a cell is too long to be one: {error}",
            place=Place(file, line + 1),
            hint="look for a quote that is never closed",
        ) from None
    _check_end(text, lines, written, (file, first))
    _check_count(whole, written, file, (skipped, first))
    chunks.append(_columns(rows))
    head = [[clean(cell) for cell in row] for row in head or rows[:HEAD_RECORDS]]
    cells = cleaned(pl.concat(chunks, how="diagonal"), whole)
    places = _places(text, lines, np.array(first, dtype=np.int64), np.array(last, dtype=np.int64))
    return Table(cells, places, delimiter, head)


def _columns(rows: list[list[str]]) -> pl.DataFrame:
    columns = zip_longest(*rows)
    return pl.DataFrame(
        [pl.Series(str(at), column, dtype=pl.String) for at, column in enumerate(columns)]
    )


def _check_width(row: list[str], file: str, line: int) -> None:
    if len(row) > COLUMN_LIMIT:
        raise MalformedFile(
            f"the record has {len(row)} columns, more than the limit of {COLUMN_LIMIT}",
            place=Place(file, line),
        )


def _check_end(
    text: Utf8Text, lines: Lines, written: tuple[str, str], known: tuple[str, list[int]]
) -> None:
    """Refuse a file whose last record ends inside quotes: no record follows by which two counts of them could differ."""
    file, first = known
    if not first or not written[1]:
        return
    last = text.utf8[lines.starts[first[-1]] :].decode()
    found = _open_quote(*written).match(last)
    if found:
        before = _LINE.findall(last[: found.start("quote")] + "x")
        raise MalformedFile(
            "a quote is not closed: the file ends inside it",
            place=Place(file, first[-1] + len(before)),
            hint='fetch the file again if it is cut off, or set `quote = ""` in a profile if the bank quotes nothing',
        )


def _open_quote(delimiter: str, quote: str) -> re.Pattern[str]:
    """Write the pattern of a last record whose last cell begins with a quote that nothing closes."""
    mark, q = re.escape(delimiter), re.escape(quote)
    plain = rf"[^{mark}\r\n]*"
    cell = rf"(?:{_closed(q)}{plain}|(?!{q}){plain})"
    return re.compile(rf"(?:{cell}{mark})*(?P<quote>{q})[^{q}]*(?:{q}{q}[^{q}]*)*\Z")


def _closed(q: str) -> str:
    """Write a quoted cell up to its closing quote, which can be read in one way only.

    No possessive group would do: Python 3.11.2, which Debian 12 has, loses its place in one.
    """
    return rf"{q}[^{q}]*(?:{q}{q}[^{q}]*)*{q}(?!{q})"


def _record_pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    mark, q = re.escape(delimiter), re.escape(quote)
    plain = rf"[^{mark}\r\n]*"
    cell = rf"(?:(?>{q}(?:[^{q}]|{q}{q})*{q}){plain}|{plain})" if quote else plain
    return re.compile(rf"(?>{cell}(?:{mark}{cell})*)(?:\r\n|\r|\n|\Z)")


def _regular_record(delimiter: str, quote: str) -> re.Pattern[str]:
    """Write the pattern of a record in which a quoted cell ends at its closing quote."""
    mark, q = re.escape(delimiter), re.escape(quote)
    plain = rf"[^{mark}\r\n]*"
    cell = rf"(?:{_closed(q)}|(?!{q}){plain})" if quote else plain
    return re.compile(rf"{cell}(?:{mark}{cell})*(?:\r\n|\r|\n|\Z)")


def _check_count(
    text: str, written: tuple[str, str], file: str, split_at: tuple[int, list[int]]
) -> None:
    """Refuse the file where a pattern sees records begin on other lines than the splitter does.

    Args:
        text: the whole text.
        written: delimiter and quote.
        file: its name.
        split_at: the lines before the records, and the line (from 0) on which each record begins.
    """
    skipped, first = split_at
    regular = _regular_record(*written)
    start = sum(len(line[0]) for line in islice(_LINE.finditer(text), skipped))
    line = skipped
    seen = 0
    for found in _record_pattern(*written).finditer(text, start):
        record = found[0]
        count = record.count("\n") + record.count("\r") - record.count("\r\n")
        if record.strip("\r\n"):
            if seen >= len(first) or first[seen] != line:
                break
            seen += 1
            goes_on = re.search("[\r\n]", record.rstrip("\r\n"))
            if goes_on and not regular.fullmatch(record):
                break
        line += count
    else:
        if seen == len(first):
            return
    # The record before the first one that both do not see alike is the one that runs on; or it goes over lines to a quote that
    # closes no cell, and so was the opening one of another.
    at = first[max(min(seen, len(first)) - 1, 0)] if first else skipped
    raise MalformedFile(
        "a quote is not closed: by one count the record that begins here ends elsewhere",
        place=Place(file, at + 1),
        hint='close the quote, or set `quote = ""` in a profile if the bank quotes nothing',
    )

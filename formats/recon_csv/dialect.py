"""Split the text into records. In: text. Out: a table of text cells with the line each record begins on.

Two counters see every record: the splitter and an independent pattern. Where they differ, a quote is open or
misplaced, and the file is refused rather than read with two records run into one.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

from recon.api import MalformedFile, Place

DELIMITERS: Final = (";", ",", "\t", "|")
COLUMN_LIMIT: Final = 512
CELL_LIMIT: Final = 65_536

_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SEPARATOR_LINE: Final = re.compile(r"\A\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_FORMULA_GUARD: Final = re.compile(r'=?"*=?"*([^"]*)"*')


@dataclass(frozen=True, slots=True)
class Table:
    """Records of a delimited text: `rows` are cells, `lines` the text line (from 1) on which each begins."""

    rows: list[list[str]]
    lines: list[int]
    delimiter: str


def named_separator(text: str) -> str | None:
    """Give the delimiter that a first line `sep=;` names, as spreadsheets write it."""
    found = _SEPARATOR_LINE.match(text)
    return found[1] if found else None


def split(text: str, delimiter: str, file: str, quote: str = '"') -> Table:
    """Split the whole text; blank lines give no record.

    Raises:
        MalformedFile: a limit is passed, or a quote is never closed.
    """
    first = 1 if _SEPARATOR_LINE.match(text) else 0
    reader = csv.reader(
        _LINES.findall(text)[first:],
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    line = first + 1
    try:
        for row in reader:
            if row:
                _check_limits(row, file, line)
                rows.append([cell if cell.isalnum() else _clean(cell) for cell in row])
                lines.append(line)
            line = first + reader.line_num + 1
    except csv.Error as error:
        raise MalformedFile(
            f"the record cannot be split: {error}", place=Place(file, line)
        ) from None
    _check_count(text, delimiter, quote, (file, len(rows)))
    return Table(rows, lines, delimiter)


def split_head(text: str, delimiter: str, count: int = 120) -> list[list[str]]:
    """Split the first lines for a look at them; never raises."""
    lines = _LINES.findall(text[:CELL_LIMIT])[:count]
    try:
        return [[_clean(cell) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return []


def _clean(cell: str) -> str:
    """Take off the guards with which exports keep spreadsheets from reading text as a number.

    >>> _clean('="00123"'), _clean("'12-34-56"), _clean(" a "), _clean("=SUM"), _clean("'n Haus")
    ('00123', '12-34-56', 'a', 'SUM', "'n Haus")
    """
    cell = cell.strip("\ufeff \t\r\n\u00a0")
    if cell.startswith(("=", '"')):
        found = _FORMULA_GUARD.fullmatch(cell)
        cell = found[1].strip() if found else cell
    elif cell.startswith("'") and cell[1:2].isdigit():
        cell = cell[1:].removesuffix("'")
    return cell


def _check_limits(row: list[str], file: str, line: int) -> None:
    if len(row) > COLUMN_LIMIT:
        raise MalformedFile(
            f"the record has {len(row)} columns, more than the limit of {COLUMN_LIMIT}",
            place=Place(file, line),
        )
    longest = max(map(len, row))
    if longest > CELL_LIMIT:
        raise MalformedFile(
            f"a cell has {longest} characters, more than the limit of {CELL_LIMIT}",
            place=Place(file, line),
            hint="look for a quote that is never closed",
        )


def count_records(text: str, delimiter: str, quote: str = '"') -> int:
    """Count the records that are not blank lines, independently of the splitter."""
    mark, q = re.escape(delimiter), re.escape(quote)
    plain = rf"[^{mark}\r\n]*"
    cell = rf"(?:(?>{q}(?:[^{q}]|{q}{q})*{q}){plain}|{plain})" if quote else plain
    record = re.compile(rf"(?>{cell}(?:{mark}{cell})*)(?:\r\n|\r|\n|\Z)")
    start = found.end() if (found := _SEPARATOR_LINE.match(text)) else 0
    return sum(1 for hit in record.finditer(text, start) if hit[0].strip("\r\n"))


def _check_count(text: str, delimiter: str, quote: str, counted: tuple[str, int]) -> None:
    file, records = counted
    seen = count_records(text, delimiter, quote)
    if seen != records:
        raise MalformedFile(
            f"the file has {seen} records by one count and {records} by another: a quote is not closed",
            place=Place(file),
            hint='close the quote, or set `quote = ""` in a profile if the bank quotes nothing',
        )

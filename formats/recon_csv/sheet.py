"""Turn the first sheet of a workbook that holds a table into a table of texts. In: the bytes of .xlsx or .xls. Out: a table.

Dates become ISO days, and numbers the up to 15 significant digits that a spreadsheet computes with and shows: binary rests behind
them (-19.989999999999998) are no part of the amount. Numbers come as text and stay decimal. Formulas give their stored value and are never computed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from decimal import ROUND_HALF_UP, Context
from typing import Final, Literal

import fastexcel
import polars as pl

from recon.api import MalformedFile, Place
from recon_csv.cells import cleaned
from recon_csv.columns import find_header
from recon_csv.table import HEAD_RECORDS, Table, check_limits

ZIP_MARK: Final = b"PK\x03\x04"
OLE_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS: Final = re.compile(
    rb"xl/(?:workbook\.xml|worksheets/|sharedStrings\.xml|styles\.xml|theme/)"
)
# The first record of a workbook stream of .xls: BOF, 16 bytes long, version 8 ([MS-XLS] 2.4.21).
_BOF: Final = b"\x09\x08\x10\x00\x00\x06"

# What a spreadsheet computes with and shows.
_SHOWN: Final = Context(prec=15, rounding=ROUND_HALF_UP)
# LZMA may ask for four gigabytes of dictionary before it writes one byte; office programs write neither it nor bzip2.
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1

FILE_LIMIT: Final = 64 * 1024**2
WRITTEN_LIMIT: Final = 512 * 1024**2
RATIO_LIMIT: Final = 100
RATIO_EXEMPT: Final = 8 * 1024**2
ENTRY_LIMIT: Final = 1000
_BLOCK: Final = 1 << 20
# What the standard library raises on damaged archives. RuntimeError: a version or a feature that it does not know.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
_NUMBER: Final = r"^-?[0-9]+(\.[0-9]+)?$"
_MIDNIGHT: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"


def looks_like_workbook(head: bytes) -> bool:
    """Say whether these are the first bytes of an Excel workbook."""
    if head.startswith(ZIP_MARK):
        return _PARTS.search(head) is not None
    return head.startswith(OLE_MARK) and _BOF in head


def read_workbook(data: bytes, file: str) -> Table:
    """Read the first sheet with the header of a statement, else the first that is not empty.

    Raises:
        MalformedFile: the file is no workbook, passes a limit, or has no filled sheet.
    """
    check_size(data, file)
    try:
        book = fastexcel.read_excel(data)
        tables = (_sheet(book, at, file) for at in range(len(book.sheet_names)))
        filled = [table for table in tables if table is not None]
    except fastexcel.FastExcelError as error:
        raise MalformedFile(
            f"the file cannot be read as Excel: {str(error).splitlines()[0]}",
            place=Place(file),
            hint="open it and save it again as .xlsx",
        ) from None
    if not filled:
        raise MalformedFile("the workbook has no filled sheet", place=Place(file))
    return next((table for table in filled if find_header(table.head) is not None), filled[0])


def check_size(data: bytes, file: str) -> None:
    """Refuse a workbook that unpacks to more than a limit, by unpacking it: what an archive declares of itself may be untrue.

    Raises:
        MalformedFile: a limit is passed, or the archive is broken.
    """
    if len(data) > FILE_LIMIT:
        raise _too_large(file, f"has more than {FILE_LIMIT // 1024**2} MiB")
    if not data.startswith(ZIP_MARK):
        return
    allowed = min(WRITTEN_LIMIT, max(RATIO_EXEMPT, RATIO_LIMIT * len(data)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > ENTRY_LIMIT:
                raise _too_large(file, f"holds more than {ENTRY_LIMIT} parts")
            for entry in archive.infolist():
                _check_entry(entry, file)
                with archive.open(entry) as part:
                    while block := part.read(_BLOCK):
                        allowed -= len(block)
                        if allowed < 0:
                            raise _too_large(file, "unpacks to more than its size explains")
    except _DAMAGES as error:
        raise MalformedFile(
            f"the workbook is broken: {error}", place=Place(file), hint="fetch the file again"
        ) from None


def _check_entry(entry: zipfile.ZipInfo, file: str) -> None:
    """Refuse a part that is locked, or packed otherwise than office programs pack."""
    if entry.flag_bits & _ENCRYPTED:
        raise MalformedFile(
            "the workbook is locked with a password",
            place=Place(file),
            hint="take the password off and save it again",
        )
    if entry.compress_type not in _METHODS:
        raise MalformedFile(
            f"a part of the workbook is packed by method {entry.compress_type}, not by deflate",
            place=Place(file),
            hint="open it and save it again as .xlsx",
        )


def _too_large(file: str, what: str) -> MalformedFile:
    return MalformedFile(
        f"the workbook {what}",
        place=Place(file),
        hint="ask the bank for the export of a shorter period, or for a text format",
    )


def _sheet(book: fastexcel.ExcelReader, at: int, file: str) -> Table | None:
    texts, truths = _load(book, at, "string"), _load(book, at, "boolean")
    texts = texts.rename({name: str(place) for place, name in enumerate(texts.columns)})
    cells = texts.select(
        _written(texts.to_series(place), truths.to_series(place)) for place in range(texts.width)
    )
    lines = pl.Series("line_number", range(1, cells.height + 1), dtype=pl.Int64)
    if not cells.width:
        return None
    check_limits(cells, lines, file)
    cells = cleaned(cells, frozenset(" \t\r\n\u00a0\ufeff='\""))
    is_filled = cells.select(pl.any_horizontal(pl.all() != "")).to_series()
    cells, lines = cells.filter(is_filled), lines.filter(is_filled)
    if not cells.height:
        return None
    nowhere = pl.lit(None, dtype=pl.Int64)
    places = lines.to_frame().with_columns(byte_offset=nowhere, byte_length=nowhere)
    return Table(cells, places, ";", [list(row) for row in cells.head(HEAD_RECORDS).rows()])


def _load(book: fastexcel.ExcelReader, at: int, kind: Literal["string", "boolean"]) -> pl.DataFrame:
    # Without a number of rows to skip, empty rows at the top would not count as rows.
    frame: pl.DataFrame = book.load_sheet(at, header_row=None, skip_rows=0, dtypes=kind).to_polars()
    return frame


def _written(text: pl.Series, truth: pl.Series) -> pl.Series:
    """Give the text of each cell; a number has a truth value, and a text that only looks like a number has none."""
    is_number = text.str.contains(_NUMBER) & truth.is_not_null()
    days = text.str.replace(_MIDNIGHT, "$1")
    at = is_number.fill_null(value=False).arg_true()
    return days.scatter(at, [_digits(digits) for digits in text[at]])


def _digits(text: str) -> str:
    """Write a number as the spreadsheet means it; never so that its point may be taken for a thousands mark.

    >>> _digits("-19.989999999999998"), _digits("1084"), _digits("12.345")
    ('-19.99', '1084', '12.3450')
    """
    shown = format(_SHOWN.create_decimal(text).normalize(_SHOWN), "f")
    _, point, decimals = shown.partition(".")
    return shown + "0" if point and len(decimals) == 3 else shown

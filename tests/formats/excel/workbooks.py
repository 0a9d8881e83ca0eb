"""Write workbooks, and read them by the format `excel` as the engine would."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from recon.api import SourceFile
from recon_csv.excel import ExcelFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api import ParsedStatements


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """Write sheets of rows; dates become cells with a date's number format."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}
    )
    for rows in sheets:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(at, column, cell)
    book.close()
    return out.getvalue()


def read(*sheets: Sequence[Sequence[Any]], **options: Any) -> ParsedStatements:
    return ExcelFormat().read(SourceFile("bank.xlsx", workbook(*sheets)), options)

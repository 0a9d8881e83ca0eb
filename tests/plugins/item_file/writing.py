"""Small files for the item source, in each of its three formats."""

from __future__ import annotations

import zipfile

import polars as pl
import xlsxwriter

from recon_item_file.plugin import ItemFile

HEADER = "item_id,number,currency,open_amount"


def fetch(items, **options):
    return ItemFile().fetch(None, {"items": items, **options})


def write_csv(folder, text, name="items.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(folder, rows, name="items.xlsx", at=(0, 0)):
    """Rows of Python values; a pair (value, format) gives the number format."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Open items")
        for down, row in enumerate(rows):
            for right, cell in enumerate(row):
                value, form = cell if isinstance(cell, tuple) else (cell, None)
                style = book.add_format({"num_format": form}) if form else None
                if isinstance(value, str):
                    sheet.write_string(at[0] + down, at[1] + right, value)
                elif value is not None:
                    sheet.write(at[0] + down, at[1] + right, value, style)
    return path


def change_sheet(path, old, new):
    """Replace text in the first sheet's XML: what no writer of ours would write."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old.encode() in parts[sheet]
    parts[sheet] = parts[sheet].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)


def write_parquet(folder, columns, name="items.parquet"):
    path = folder / name
    pl.DataFrame(columns).write_parquet(path)
    return path

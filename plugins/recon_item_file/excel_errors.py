"""Cells of a sheet that hold no value: errors such as #N/A, and formulas that were never calculated.

The Excel reader gives both as blanks, and a blank due date or discount would be believed. So the sheet's own XML is
looked at, by the shape of its cells only.
"""

from __future__ import annotations

import html
import io
import re
import zipfile

from recon.api.table import BrokenCell

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*\bt=[\"']e[\"'][^>]*)>.{0,2000}?<(?:\w+:)?v>(?P<text>[^<]*)<",
    re.DOTALL,
)
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>(?P<text>[^<]*)</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)([0-9]+)[\"']")
_FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]+)[0-9]+[\"'][^>]*(?<!/)>(?!</)")


def find_broken_cells(data: bytes, sheet: int, header_line: int) -> tuple[BrokenCell, ...]:
    """Find the cells without a value below the header.

    Args:
        data: the .xlsx file.
        sheet: index of the sheet in the workbook.
        header_line: row of the header, from 1.
    """
    xml = _sheet_xml(data, sheet)
    found = list(_ERROR.finditer(xml)) if _has_errors(xml) else []
    if b"<f" in xml or b":f" in xml:
        found += [m for m in _UNCALCULATED.finditer(xml) if not _is_text(m["head"])]
    if not found:
        return ()
    # The reader's first column is the first one with a filled cell, not always A.
    first = min((_ordinal(letters) for letters in set(_FILLED.findall(xml))), default=1)
    cells = []
    for match in found:
        if place := _PLACE.search(match["head"]):
            text = html.unescape((match["text"] or b"a formula").decode("utf-8", "replace"))
            cells.append(BrokenCell(int(place[2]), _ordinal(place[1]) - first, text))
    return tuple(sorted(cell for cell in cells if cell.line > header_line))


def _has_errors(xml: bytes) -> bool:
    return b't="e"' in xml or b"t='e'" in xml


def _is_text(head: bytes) -> bool:
    # A formula whose result is the empty text is calculated.
    return b't="str"' in head or b"t='str'" in head


def _sheet_xml(data: bytes, sheet: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        tag = _SHEET.findall(book.read("xl/workbook.xml"))[sheet]
        wanted = _attribute(tag, rb"\w+:id")
        for relation in _RELATION.findall(book.read("xl/_rels/workbook.xml.rels")):
            if _attribute(relation, rb"Id") == wanted:
                target = _attribute(relation, rb"Target").lstrip("/")
                return book.read(target if target.startswith("xl/") else f"xl/{target}")
    return b""


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb"\s*=\s*[\"']([^\"']*)[\"']", tag)
    return html.unescape(found[1].decode("utf-8", "replace")) if found else ""


def _ordinal(letters: bytes) -> int:
    ordinal = 0
    for letter in letters:
        ordinal = ordinal * 26 + letter - 64
    return ordinal

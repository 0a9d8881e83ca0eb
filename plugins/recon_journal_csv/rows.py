"""Rows of the CSV journal: postings to cells and back.

Text cells are made safe for spreadsheets: one that a spreadsheet would run as a formula gets a leading
apostrophe, and what does not print is shown by its number. Amounts stay numeric.
Source of the rule: OWASP ASVS 1.2.10 (formula injection), CWE-1236.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from recon.api import MalformedFile, Place, format_minor
from recon.api.file_ledger import REVERSAL, Posting, imbalance, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = (
    "entry_key",
    "posting",
    "date",
    "account",
    "role",
    "debit",
    "credit",
    "currency",
    "item_number",
    "customer_id",
    "line_id",
    "description",
    "evidence",
)
_DEBIT, _CREDIT, _CURRENCY = (HEADER.index(name) for name in ("debit", "credit", "currency"))
# A spreadsheet cell holds 32,767 characters; the whole text stands in the run's lines.
CELL_LIMIT = 32_000

# Spreadsheets also run a formula behind blanks and quotes, or one that begins with a full-width sign.
_FORMULA = re.compile("[\\s\"']*[=+@\uff1d\uff0b\uff0d\uff20-]")


def row_of(posting: Posting) -> list[str]:
    """Lay one posting out; exactly one of debit and credit is filled."""
    size = format_minor(abs(posting.amount), posting.currency)
    is_debit = posting.amount >= 0
    return [
        posting.entry_key,
        str(posting.posting),
        posting.date.isoformat(),
        safe_cell(posting.account),
        posting.role,
        size if is_debit else "",
        "" if is_debit else size,
        posting.currency,
        safe_cell(posting.item_number or ""),
        safe_cell(posting.customer_id or ""),
        safe_cell(posting.line_id),
        safe_cell(posting.description),
        safe_cell(posting.evidence),
    ]


def reverse_row(row: Sequence[str]) -> list[str]:
    """Give the opposite posting: debit and credit change places."""
    opposite = [REVERSAL + row[0], *row[1:]]
    opposite[_DEBIT], opposite[_CREDIT] = row[_CREDIT], row[_DEBIT]
    return opposite


def safe_cell(text: str) -> str:
    """Make a text cell one printable line that no spreadsheet runs.

    >>> safe_cell("=1+1"), safe_cell("Invoice 7")
    ("'=1+1", 'Invoice 7')
    """
    plain = visible(text)
    if len(plain) > CELL_LIMIT:
        plain = f"{plain[:CELL_LIMIT]}… ({len(plain)} characters)"
    return f"'{plain}" if _FORMULA.match(plain) else plain


def render_rows(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as CSV: comma, quotes where needed, line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read_rows(text: str, file: str) -> dict[str, list[list[str]]]:
    """Read the journal's rows by entry key.

    Raises:
        MalformedFile: the file is no journal of this layout, with the line.
    """
    if not text:
        return {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[str, list[list[str]]] = {}
    try:
        for row in reader:
            if (reader.line_num == 1 and tuple(row) != HEADER) or len(row) != len(HEADER):
                raise MalformedFile(
                    "the file is no journal that this ledger wrote",
                    place=Place(file, reader.line_num),
                    excerpt=",".join(row),
                    hint="choose another path; a journal's first line is " + ",".join(HEADER),
                )
            if reader.line_num > 1:
                rows.setdefault(row[0], []).append(row)
    except csv.Error as error:
        raise MalformedFile(
            f"the journal is no valid CSV: {error}", place=Place(file, reader.line_num)
        ) from None
    return rows


def imbalance_of(rows: Sequence[Sequence[str]]) -> str:
    """Say to what the rows of one entry add up; '' when they balance."""
    amounts: list[tuple[str, Decimal]] = []
    for row in rows:
        try:
            amount = Decimal(row[_DEBIT] or 0) - Decimal(row[_CREDIT] or 0)
        except InvalidOperation:
            return f"postings add up to no number: {row[_DEBIT] or row[_CREDIT]!r}"
        amounts.append((row[_CURRENCY], amount))
    return imbalance(amounts)

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

    from recon_journal_csv.layout import Layout

# A spreadsheet cell holds 32,767 characters; the whole text stands in the run's lines.
CELL_LIMIT = 32_000
# Document numbers of most programs hold 16 to 20 characters.
_SHORT = 20

# Spreadsheets also run a formula behind blanks and quotes, or one that begins with a full-width sign.
_FORMULA = re.compile("[\\s\"']*[=+@\uff1d\uff0b\uff0d\uff20-]")


def row_of(posting: Posting, layout: Layout) -> list[str]:
    """Lay one posting out; exactly one of debit and credit is filled."""
    size = format_minor(abs(posting.amount), posting.currency)
    is_debit = posting.amount >= 0
    values = {
        "entry_key": posting.entry_key,
        "short_key": posting.entry_key[:_SHORT],
        "posting": str(posting.posting),
        "date": posting.date.strftime(layout.date_format),
        "account": safe_cell(layout.accounts.get(posting.account, posting.account)),
        "role": posting.role,
        "debit": size if is_debit else "",
        "credit": "" if is_debit else size,
        "amount": format_minor(posting.amount, posting.currency),
        "currency": posting.currency,
        "item_number": safe_cell(posting.item_number or ""),
        "customer_id": safe_cell(posting.customer_id or ""),
        "line_id": safe_cell(posting.line_id),
        "description": safe_cell(posting.description),
        "evidence": safe_cell(posting.evidence),
    }
    return [
        column.text if column.text is not None else values[column.value or ""][: column.width]
        for column in layout.columns
    ]


def reverse_row(row: Sequence[str], layout: Layout) -> list[str]:
    """Give the opposite posting: debit and credit change places, an amount its sign."""
    opposite = list(row)
    key, short = layout.at("entry_key"), layout.at("short_key")
    debit, credit, amount = (layout.at(name) for name in ("debit", "credit", "amount"))
    if key is not None:
        opposite[key] = REVERSAL + row[key]
    if short is not None:
        opposite[short] = ("R" + row[short])[:_SHORT]
    if amount is not None:
        opposite[amount] = str(-Decimal(row[amount])) if Decimal(row[amount]) else row[amount]
    elif debit is not None and credit is not None:
        opposite[debit], opposite[credit] = row[credit], row[debit]
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


def render_rows(rows: Sequence[Sequence[str]], layout: Layout) -> str:
    """Write rows as CSV: the delimiter, quotes where needed, line feed."""
    out = io.StringIO()
    csv.writer(out, delimiter=layout.delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read_rows(text: str, file: str, layout: Layout) -> dict[str, list[list[str]]]:
    """Read the journal's rows by entry key.

    Raises:
        MalformedFile: the file is no journal of this layout, with the line.
    """
    if not text:
        return {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    header, key = layout.header, layout.at("entry_key") or 0
    rows: dict[str, list[list[str]]] = {}
    try:
        for row in reader:
            if (reader.line_num == 1 and row != header) or len(row) != len(header):
                raise MalformedFile(
                    "the file is no journal that this ledger wrote",
                    place=Place(file, reader.line_num),
                    excerpt=",".join(row),
                    hint="choose another path; a journal's first line is "
                    + layout.delimiter.join(header),
                )
            if reader.line_num > 1:
                rows.setdefault(row[key], []).append(row)
    except csv.Error as error:
        raise MalformedFile(
            f"the journal is no valid CSV: {error}", place=Place(file, reader.line_num)
        ) from None
    return rows


def imbalance_of(rows: Sequence[Sequence[str]], layout: Layout) -> str:
    """Say to what the rows of one entry add up; '' when they balance."""
    amounts: list[tuple[str, Decimal]] = []
    currency = layout.at("currency")
    for row in rows:
        plus, minus = (row[at] if at is not None else "" for at in _sides(layout))
        try:
            amount = Decimal(plus or 0) - Decimal(minus or 0)
        except InvalidOperation:
            return f"postings add up to no number: {plus or minus!r}"
        amounts.append((row[currency] if currency is not None else "", amount))
    return imbalance(amounts).strip()


def _sides(layout: Layout) -> tuple[int | None, int | None]:
    """Give the columns of debits, or of the signed amount, and of credits."""
    amount = layout.at("amount")
    return (layout.at("debit"), layout.at("credit")) if amount is None else (amount, None)

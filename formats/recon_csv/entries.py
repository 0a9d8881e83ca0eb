"""Tell bookings from the rest: each record is an entry, a part of one, a reject, or counted as no entry with its reason.

In: the records below the header and their layout. Out: all of them, each in one pile. Reads no amount and no date.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from recon_csv.dates import looks_like_date, parse_date
from recon_csv.layout import column_name
from recon_csv.phrases import TOTAL_WORDS, UNBOOKED_STATUSES
from recon_csv.preamble import balance_label
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from recon_csv.dialect import Table
    from recon_csv.layout import Layout

_AMOUNTS: Final = ("amount", "debit", "credit")


@dataclass(slots=True)
class Row:
    """One record that is a booking; `parent` is the booking whose part it is, `remarks` come from rows below it."""

    record: int
    line: int
    cells: list[str]
    parent: Row | None = None
    parts: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that cannot be read: where, in which column, and why."""

    record: int
    line: int
    column: str | None
    code: str
    reason: str
    excerpt: str


@dataclass(slots=True)
class Piles:
    """All records below the header; `around` are those that are no entries, `counted` says why."""

    entries: list[Row] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    around: list[list[str]] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    places: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str, line: int, cells: list[str]) -> None:
        """Count a record as no entry."""
        self.counted[why] += 1
        self.places.setdefault(why, line)
        self.around.append(cells)


def sort_records(table: Table, layout: Layout) -> Piles:
    """Put every record below the header on its pile."""
    piles = Piles()
    body = list(zip(table.rows, table.lines, strict=True))[layout.first_row :]
    dated = [at for at, (row, _) in enumerate(body) if _has_date(row, layout)]
    # Only an unbroken run of balances at either end of the table is no booking.
    rows = table.rows[layout.first_row :]
    ends = {
        at
        for side in (dated, dated[::-1])
        for at in takewhile(lambda at: balance_label(rows[at]) is not None, side)
    }
    for at, (cells, line) in enumerate(body):
        number = at + 1
        why = _no_entry(cells, layout, is_end=at in ends)
        if why:
            piles.leave_out(why, line, cells)
            continue
        last = piles.entries[-1] if piles.entries else None
        if last and _is_part(cells, last, layout):
            last.parts.append(Row(number, line, cells, parent=last))
            continue
        if last and _is_remark(cells, last, layout):
            last.remarks += layout.texts("remittance", cells)
            piles.counted["continuation"] += 1
            piles.places.setdefault("continuation", line)
            continue
        refusal = _refuse(Row(number, line, cells), layout)
        if refusal:
            piles.refusals.append(refusal)
        else:
            piles.entries.append(Row(number, line, cells))
    return piles


def _has_date(cells: list[str], layout: Layout) -> bool:
    text = layout.text("booking_date", cells)
    return looks_like_date(text) or parse_date(text, layout.profile.date_format) is not None


def _amount_texts(cells: list[str], layout: Layout) -> list[str]:
    return [text for field in _AMOUNTS for text in layout.texts(field, cells)]


def _has_amount(cells: list[str], layout: Layout) -> bool:
    return any(layout.text(field, cells) for field in _AMOUNTS if field in layout.columns)


def _no_entry(cells: list[str], layout: Layout, *, is_end: bool) -> str | None:
    """Say why a record is no booking, None if it is one (or should be)."""
    if not any(cells):
        return "blank"
    if layout.header and [c for c in cells if c] == [c for c in layout.header if c]:
        return "repeated header"
    status = layout.text("status", cells)
    if status and (status in layout.profile.unbooked_statuses or _is_unbooked(status)):
        return "not booked"
    if _has_date(cells, layout):
        is_bare = not _has_amount(cells, layout) and not layout.text("detail_amount", cells)
        is_balance = is_end and balance_label(cells)
        return "balance" if is_balance or (is_bare and layout.text("balance", cells)) else None
    return _no_dated_entry(cells, layout)


def _no_dated_entry(cells: list[str], layout: Layout) -> str | None:
    """Say what a record without a date is, None if it should have one."""
    if _is_unbooked(layout.text("booking_date", cells)):
        return "not booked"
    if balance_label(cells):
        return "balance"
    if any(plain_words(cell) in TOTAL_WORDS for cell in cells):
        return "total"
    has_number = any(char.isdigit() for text in _amount_texts(cells, layout) for char in text)
    return None if has_number or layout.text("detail_amount", cells) else "text"


@lru_cache(maxsize=256)
def _is_unbooked(text: str) -> bool:
    return plain_words(text) in UNBOOKED_STATUSES


def _is_part(cells: list[str], last: Row, layout: Layout) -> bool:
    """Say whether a record is a part of the batch above it: its amount stands in the column of parts alone."""
    if not layout.text("detail_amount", cells) or _has_amount(cells, layout):
        return False
    return not layout.text("booking_date", cells) or _is_same_booking(cells, last, layout)


def _is_remark(cells: list[str], last: Row, layout: Layout) -> bool:
    """Say whether a record without any amount goes on with the text of the booking above it."""
    if _has_amount(cells, layout):
        return False
    has_number = layout.text("detail_amount", cells) or layout.text("balance", cells)
    return not has_number and _is_same_booking(cells, last, layout)


def _is_same_booking(cells: list[str], last: Row, layout: Layout) -> bool:
    """Say whether a record has the bank's reference and the date of the booking above it."""
    reference = layout.text("bank_reference", cells)
    return (
        bool(reference)
        and reference == layout.text("bank_reference", last.cells)
        and layout.text("booking_date", cells) == layout.text("booking_date", last.cells)
    )


def _refuse(row: Row, layout: Layout) -> Refusal | None:
    """Refuse what the shape of a record forbids; values are judged when they are read."""
    cells = row.cells

    def refusal(field: str, code: str, reason: str, excerpt: str) -> Refusal:
        return Refusal(row.record, row.line, layout.name(field), code, reason, excerpt)

    if not layout.text("booking_date", cells):
        return refusal("booking_date", "missing-date", "the booking date is empty", ";".join(cells))
    if not _has_amount(cells, layout):
        return refusal(
            "amount", "missing-amount", "the row has a date and no amount", ";".join(cells)
        )
    amounts = _amount_texts(cells, layout) if "debit" in layout.columns else []
    if len(_not_zero(amounts)) > 1:
        return refusal(
            "debit", "two-amounts", "both debit and credit are filled", " / ".join(amounts)
        )
    shifted = _shifted(cells, layout)
    if shifted is not None:
        return Refusal(
            row.record,
            row.line,
            column_name(layout.header, shifted),
            "ragged-row",
            f"the row has {len(cells)} cells, the header {len(layout.header)}: an unquoted delimiter may have split a cell",
            ";".join(cells),
        )
    return None


def _not_zero(amounts: list[str]) -> list[str]:
    return [text for text in amounts if re.search("[1-9]", text)]


def _shifted(cells: list[str], layout: Layout) -> int | None:
    """Give the column where a row that is wider than its header may have been split, None if nothing hints at it.

    Banks do append unnamed text; but an amount of which one half stands in the next cell must never be read.
    """
    if not layout.header or not any(cells[len(layout.header) :]):
        return None
    numbers = [at for name in (*_AMOUNTS, "balance", "fee") for at in layout.columns.get(name, [])]
    after = [at + 1 for at in numbers if at + 1 not in numbers]
    suspects = [*after, *range(len(layout.header), len(cells))]
    return next(
        (at for at in suspects if at < len(cells) and re.fullmatch("[0-9]{1,3}", cells[at])), None
    )

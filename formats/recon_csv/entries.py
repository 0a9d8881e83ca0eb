"""Tell bookings from the rest: each record is an entry, a part of one, a reject, or counted as no entry with its reason.

In: the records below the header and their layout. Out: all of them, each in one pile. Reads no amount and no date.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from itertools import takewhile
from operator import add, or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recon_csv.dates import look_like_dates, read_dates
from recon_csv.fields import field_columns, first_filled
from recon_csv.layout import column_name
from recon_csv.no_entries import (
    AMOUNTS,
    amount_texts,
    has_amount,
    is_not_booked,
    is_pending,
    not_zero,
    why_no_entry,
)
from recon_csv.preamble import balance_label
from recon_csv.tail import why_cut_off
from recon_csv.wide import is_joined, row_width, where_split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recon_csv.layout import Layout
    from recon_csv.table import Table


@dataclass(slots=True)
class Row:
    """One record that is a booking; `parent` is the booking whose part it is, `batch` the number of a booking that its parts replace, `remarks` come from records below it. `cut_off` says why it is no whole row."""

    record: int
    line: int
    cells: list[str]
    parent: Row | None = None
    batch: int | None = None
    parts: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    cut_off: str | None = None


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
    """All records below the header: plain bookings by their place (from 0), other bookings as rows, and the rest.

    `around` are those that are no entries, `counted` says why. `width` is the count of a row's cells, `wider` are the lines of bookings
    with more filled ones.
    """

    plain: NDArray[np.bool_]
    width: int
    wider: list[int] = field(default_factory=list)
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

    def keep(self, row: Row) -> None:
        """Take a plain booking over to the rows, since a record below it adds to it."""
        if self.plain[row.record - 1]:
            self.plain[row.record - 1] = False
            self.entries.append(row)


def sort_records(table: Table, layout: Layout) -> Piles:
    """Put every record below the header on its pile.

    Nearly all records of a real export are plain bookings, which their columns show; only the others are looked at one by one.
    """
    body = table.cells.slice(layout.first_row)
    places = table.places.slice(layout.first_row)
    texts = first_filled(body, layout, "booking_date")
    dates = read_dates(texts, layout.profile.date_format)
    ends = _balances_at_ends(body, _dated(texts, dates))
    width = row_width(table, layout)
    plain = find_plain(body, layout, dates, width)
    plain[list(ends)] = False
    cut_off = why_cut_off(table, layout)
    if cut_off:
        plain[-1] = False
    piles = Piles(plain, width)
    if plain.all():
        return piles
    at_odd = np.flatnonzero(~plain)
    at_plain = np.flatnonzero(plain)
    before = np.searchsorted(at_plain, at_odd) - 1
    odd = body.filter(pl.Series(~plain)).rows()
    lines = places["line_number"].gather(at_odd).to_list()
    above: Row | None = None
    for at, cells_read, line, behind in zip(
        at_odd.tolist(), odd, lines, before.tolist(), strict=True
    ):
        row = Row(at + 1, line, list(cells_read))
        row.cut_off = cut_off if at + 1 == body.height else None
        last = piles.entries[-1] if piles.entries else None
        plain_at = int(at_plain[behind]) if behind >= 0 else -1
        if plain_at >= (last.record if last else 0):
            if above is None or above.record != plain_at + 1:
                above = Row(plain_at + 1, places.item(plain_at, 0), list(body.row(plain_at)))
            last = above
        _sort(row, last, (piles, layout), is_end=at in ends)
    return piles


def _sort(row: Row, last: Row | None, known: tuple[Piles, Layout], *, is_end: bool) -> None:
    """Put one record on its pile; `last` is the booking above it."""
    piles, layout = known
    why = why_no_entry(row.cells, layout, is_end=is_end)
    if why:
        piles.leave_out(why, row.line, row.cells)
        return
    if last and _is_part(row.cells, last, layout):
        piles.keep(last)
        row.parent = last
        last.parts.append(row)
        return
    if last and _is_remark(row.cells, last, layout):
        piles.keep(last)
        last.remarks += layout.texts("remittance", row.cells)
        piles.counted["continuation"] += 1
        piles.places.setdefault("continuation", row.line)
        return
    refusal = _refuse(row, layout, piles.width)
    if refusal:
        piles.refusals.append(refusal)
        return
    piles.entries.append(row)
    if any(row.cells[piles.width :]):
        piles.wider.append(row.line)


def find_plain(
    body: pl.DataFrame, layout: Layout, dates: pl.Series, width: int
) -> NDArray[np.bool_]:
    """Say which records are bookings by their columns alone: a date, an amount on one side, booked, and no wider than the header."""
    amounts = {name: field_columns(body, layout, name) for name in AMOUNTS}
    columns = [column for found in amounts.values() for column in found]
    plain = reduce(or_, [column != "" for column in columns])
    if dates.null_count():
        plain &= dates.is_not_null()
    if amounts["debit"]:
        sides = [column.str.contains("[1-9]").cast(pl.Int8) for column in columns]
        plain &= reduce(add, sides) <= 1
    if "status" in layout.columns:
        status = first_filled(body, layout, "status")
        plain &= ~status.is_in([word for word in status.unique() if is_not_booked(word, layout)])
    for at in range(width, body.width):
        plain &= body.to_series(at) == ""
    return plain.to_numpy(writable=True)


def _dated(texts: pl.Series, dates: pl.Series) -> Sequence[int]:
    """Give the records (from 0) that have a date, though it may be none of the layout's format."""
    if not dates.null_count():
        return range(len(dates))
    return (dates.is_not_null() | look_like_dates(texts)).arg_true().to_list()


def _balances_at_ends(body: pl.DataFrame, dated: Sequence[int]) -> set[int]:
    """Give the dated records in an unbroken run of balances at either end of the table: these alone are no bookings."""
    return {
        at
        for side in (dated, reversed(dated))
        for at in takewhile(lambda at: balance_label(body.row(at)) is not None, side)
    }


def _is_part(cells: list[str], last: Row, layout: Layout) -> bool:
    """Say whether a record is a part of the batch above it: its amount stands in the column of parts alone."""
    if not layout.text("detail_amount", cells) or has_amount(cells, layout):
        return False
    return not layout.text("booking_date", cells) or _is_same_booking(cells, last, layout)


def _is_remark(cells: list[str], last: Row, layout: Layout) -> bool:
    """Say whether a record without any amount goes on with the text of the booking above it."""
    if has_amount(cells, layout):
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


def _refuse(row: Row, layout: Layout, width: int) -> Refusal | None:
    """Refuse what the shape of a record forbids; values are judged when they are read."""
    cells = row.cells

    def refusal(field: str, code: str, reason: str, excerpt: str) -> Refusal:
        return Refusal(row.record, row.line, layout.name(field), code, reason, excerpt)

    damage = _damage(row, layout, width)
    if damage:
        return refusal("booking_date", *damage, ";".join(cells))
    if not layout.text("booking_date", cells) and not is_pending(cells, layout):
        return refusal("booking_date", "missing-date", "the booking date is empty", ";".join(cells))
    if not has_amount(cells, layout):
        return refusal(
            "amount", "missing-amount", "the row has a date and no amount", ";".join(cells)
        )
    amounts = amount_texts(cells, layout) if "debit" in layout.columns else []
    if len(not_zero(amounts)) > 1:
        return refusal(
            "debit", "two-amounts", "both debit and credit are filled", " / ".join(amounts)
        )
    shifted = where_split(cells, layout)
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


def _damage(row: Row, layout: Layout, width: int) -> tuple[str, str] | None:
    """Give the code and the reason why a record is less or more than one row, None if it is one."""
    if row.cut_off:
        return "cut-off", row.cut_off
    if is_joined(row.cells, layout, width):
        return (
            "joined-rows",
            f"the row goes on with another of {width} cells: a line end is lost between them",
        )
    return None

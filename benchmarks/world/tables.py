"""The books' side and the truth as CSV files. In: books and lines. Out: file names and bytes."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.world.render_csv import PROFILE, money
from benchmarks.world.sellers import BRITISH, SELLERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.world.desk import Line
    from benchmarks.world.items import Book, Item

ITEM_COLUMNS = [
    "item_id",
    "kind",
    "number",
    "customer_id",
    "customer_name",
    "currency",
    "amount",
    "open_amount",
    "issue_date",
    "due_date",
    "payment_reference",
    "discount_amount",
    "discount_until",
    "purchase_order",
]
CLOSED_COLUMNS = ["item_id", "kind", "number", "customer_id", "currency", "amount", "issue_date"]
CUSTOMER_COLUMNS = ["customer_id", "name", "country", "iban", "parent_customer_id", "aliases"]
PAST_COLUMNS = [
    "bank_reference",
    "customer_id",
    "item_number",
    "allocated_amount",
    "allocation_kind",
]
BATCH_COLUMNS = [
    "batch_reference",
    "provider",
    "settled_on",
    "currency",
    "net_amount",
    "part_id",
    "kind",
    "customer_id",
    "reference",
    "gross_amount",
    "fee",
]
TRUTH_COLUMNS = [
    "bank_reference",
    "item_number",
    "allocated_amount",
    "kind",
    "fate",
    "scenario",
    "decidable",
    "group",
]


def render_tables(
    books: Sequence[Book], months: Sequence[Sequence[Line]]
) -> Iterator[tuple[str, bytes]]:
    """Write open items, customers, own accounts, closed items, the policy and the truth.

    Yields:
        relative name and bytes of each file.
    """
    items = (_item_row(book, item) for book in books for item in book.items)
    yield "open_items.csv", _table(ITEM_COLUMNS, items)
    closed = (_closed_row(book, item) for book in books for item in book.closed)
    yield "history/closed_items.csv", _table(CLOSED_COLUMNS, closed)
    yield "customers.csv", _table(CUSTOMER_COLUMNS, _customer_rows(books))
    yield "accounts.csv", _table(("account", "currency"), _account_rows())
    yield from render_batches(books, months)
    yield "policy.toml", PROFILE.format(account=BRITISH.account).encode()
    yield "truth.csv", render_truth(months)


def render_batches(
    books: Sequence[Book], months: Sequence[Sequence[Line]]
) -> Iterator[tuple[str, bytes]]:
    """Write what the reports of providers and the slips of deposits tell; no file if there are none.

    Yields:
        relative name and bytes.
    """
    rows = [
        row
        for book, lines in zip(books, months, strict=True)
        for line in lines
        for row in _batch_rows(book.seller.currency, line)
    ]
    if rows:
        yield "batches.csv", _table(BATCH_COLUMNS, rows)


def _batch_rows(currency: str, line: Line) -> Iterator[tuple[str, ...]]:
    batch = line.batch
    if batch is None:
        return
    head = (batch.reference, batch.provider, _day(batch.day), currency, money(batch.net))
    for part in batch.parts:
        tail = (part.part_id, part.kind, part.customer_id, part.reference)
        yield *head, *tail, money(part.gross), money(part.fee)


def render_truth(months: Sequence[Sequence[Line]]) -> bytes:
    """Write the truth as CSV."""
    rows = (row for lines in months for line in lines for row in _truth_rows(line))
    return _table(TRUTH_COLUMNS, rows)


def render_past(books: Sequence[Book], histories: Sequence[Sequence[Line]]) -> bytes:
    """Write the confirmed allocations of the months before as CSV."""
    rows = (
        (
            line.reference,
            book.customers[book.owners[row.number]].customer_id,
            row.number,
            money(row.amount),
            row.kind,
        )
        for book, lines in zip(books, histories, strict=True)
        for line in lines
        for row in (*line.expected, *line.settled)
    )
    return _table(PAST_COLUMNS, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat() if ordinal else ""


def _item_row(book: Book, item: Item) -> tuple[str, ...]:
    customer = book.customers[item.customer]
    return (
        item.item_id,
        item.kind,
        item.number,
        customer.customer_id,
        customer.name,
        item.currency or book.seller.currency,
        money(item.amount),
        money(item.amount),
        _day(item.issued),
        _day(item.due),
        item.reference,
        money(item.discount) if item.discount else "",
        _day(item.discount_until),
        item.purchase_order,
    )


def _closed_row(book: Book, item: Item) -> tuple[str, ...]:
    customer = book.customers[item.customer].customer_id
    currency, amount = book.seller.currency, money(item.amount)
    return item.item_id, item.kind, item.number, customer, currency, amount, _day(item.issued)


def _customer_rows(books: Sequence[Book]) -> Iterator[tuple[str, ...]]:
    for book in books:
        for customer in book.customers:
            parent = ""
            if customer.parent is not None:
                parent = book.customers[customer.parent].customer_id
            account = customer.account if customer.account_known else ""
            habits = customer.habits
            alias = habits.alias.name if habits.alias and habits.alias_is_known else ""
            yield customer.customer_id, customer.name, customer.country, account, parent, alias


def _account_rows() -> Iterator[tuple[str, ...]]:
    for seller in SELLERS:
        yield seller.account, seller.currency
        yield seller.second_account, seller.currency


def _truth_rows(line: Line) -> Iterator[tuple[str, ...]]:
    """Write one row an allocation; a line without any has one row with its fate alone."""
    tail = (line.fate, line.scenario, "true" if line.decidable else "false")
    for row in line.expected:
        yield line.reference, row.number, money(row.amount), row.kind, *tail, row.group
    if not line.expected:
        yield line.reference, "", "", "", *tail, ""

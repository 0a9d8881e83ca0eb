"""What an entry means in a book of GnuCash: its accounts, currency and invoices. In: postings. Out: splits, or a refusal.

A receipt for an invoice of the book goes into the invoice's own lot, as GnuCash's "process payment" does, so that GnuCash itself
says that the invoice is paid. Where the book has no invoices, the receivable is an account as any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recon.api import exponent, format_minor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting

_SETTLING: Final = "receivable"
# SQLite takes at most 32,766 values a statement.
_SOME: Final = 1_000
# Owner 2 is a customer; a bill of a vendor may have the same number.
_INVOICES: Final = """
SELECT i.id, i.post_acc, i.post_lot, i.currency,
       SUM(CASE WHEN s.tx_guid = i.post_txn THEN s.value_num ELSE 0 END), SUM(s.value_num),
       CASE WHEN MIN(s.value_denom) = MAX(s.value_denom) THEN MAX(s.value_denom) ELSE 0 END
FROM invoices i JOIN splits s ON s.lot_guid = i.post_lot
WHERE i.owner_type = 2 AND i.id IN ({marks})
GROUP BY i.guid ORDER BY i.guid
"""


class Account(NamedTuple):
    """An account of the book."""

    guid: str
    commodity: str
    is_placeholder: bool


@dataclass(slots=True)
class Invoice:
    """A posted invoice (or credit note, whose amounts are negative), minor units; `left` is what of it is open."""

    account: str
    lot: str
    currency: str
    total: int
    left: int
    denom: int


@dataclass(slots=True)
class Book:
    """What the book has: accounts by full name, currencies by code, invoices by number."""

    accounts: dict[str, list[Account]] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, list[Invoice]] = field(default_factory=dict)
    has_invoices: bool = False


class Split(NamedTuple):
    """One split: where, how much (minor units), in which lot, and what is said of it."""

    account: str
    amount: int
    lot: str | None
    memo: str
    action: str


def read_book(connection: Any, numbers: Sequence[str]) -> Book:
    """Read the chart, the currencies, and the invoices with these numbers."""
    book = Book()
    query = "SELECT mnemonic, guid FROM commodities WHERE namespace = 'CURRENCY'"
    book.currencies = dict(connection.execute(query).fetchall())
    (root,) = connection.execute("SELECT root_account_guid FROM books").fetchone()
    query = "SELECT guid, name, parent_guid, commodity_guid, placeholder FROM accounts"
    rows = {row[0]: row[1:] for row in connection.execute(query).fetchall()}
    for guid, (_, _, commodity, placeholder) in rows.items():
        if name := _full_name(rows, guid, root):
            account = Account(guid, str(commodity), bool(placeholder))
            book.accounts.setdefault(name, []).append(account)
    book.has_invoices = bool(connection.execute("SELECT 1 FROM invoices LIMIT 1").fetchone())
    for at in range(0, len(numbers), _SOME):
        part = numbers[at : at + _SOME]
        query = _INVOICES.format(marks=", ".join("?" * len(part)))
        for number, *row in connection.execute(query, part).fetchall():
            book.invoices.setdefault(number, []).append(Invoice(*row))
    return book


def refusal(entry: Sequence[Posting], book: Book, accounts: Mapping[str, str]) -> str:
    """Say why the book cannot hold an entry; '' if it can."""
    currency = entry[0].currency
    if len({p.currency for p in entry}) > 1:
        return "an entry of GnuCash is in one currency; post this one by hand"
    if currency not in book.currencies:
        return f"the book has no currency {currency}"
    return next((why for p in entry if (why := _unplaced(p, book, accounts))), "")


def too_much(entry: Sequence[Posting], book: Book) -> str:
    """Say which invoice an entry would pay beyond its amount, and take the entry off what is left; '' if none.

    An entry that takes one back gives its invoices what they had before.
    """
    for p in entry:
        invoice = _invoice(p, book)
        if invoice is None:
            continue
        low, high = sorted((0, invoice.total))
        if not low <= invoice.left + p.amount <= high:
            left = format_minor(abs(invoice.left), p.currency)
            return f"only {left} of invoice {p.item_number} are open"
    for p in entry:
        invoice = _invoice(p, book)
        if invoice is not None:
            invoice.left += p.amount
    return ""


def splits_of(entry: Sequence[Posting], book: Book, accounts: Mapping[str, str]) -> list[Split]:
    """Write the splits of an entry."""
    pays = any(_invoice(p, book) for p in entry)
    action = "Payment" if pays else ""
    splits: list[Split] = []
    for p in entry:
        invoice = _invoice(p, book)
        place = invoice.account if invoice else _place(p, book, accounts)[0].guid
        memo = p.item_number or p.role.replace("_", " ")
        splits.append(Split(place, p.amount, invoice.lot if invoice else None, memo, action))
    return splits


def denominator(currency: str) -> int:
    """Give how many minor units a unit of the currency has."""
    return int(10 ** exponent(currency))


def _full_name(rows: Mapping[str, Any], guid: str, root: str) -> str:
    """Join the names from below the root; '' for the root itself and for templates."""
    names: list[str] = []
    at: str | None = guid
    while at is not None and at != root:
        if at not in rows or len(names) > len(rows):
            return ""
        names.append(str(rows[at][0]))
        at = rows[at][1]
    return ":".join(reversed(names)) if at == root else ""


def _invoice(p: Posting, book: Book) -> Invoice | None:
    found = book.invoices.get(p.item_number or "", []) if p.role == _SETTLING else []
    return found[0] if len(found) == 1 else None


def _place(p: Posting, book: Book, accounts: Mapping[str, str]) -> list[Account]:
    return book.accounts.get(accounts.get(p.account, p.account), [])


def _unplaced(p: Posting, book: Book, accounts: Mapping[str, str]) -> str:
    """Say what a posting lacks in the book; '' if nothing."""
    lacks = ""
    if p.role == _SETTLING and book.has_invoices:
        found = book.invoices.get(p.item_number or "", [])
        if len(found) != 1:
            lacks = f"the book has {len(found) or 'no'} posted invoices {p.item_number}"
        elif found[0].currency != book.currencies[p.currency]:
            lacks = f"invoice {p.item_number} is not in {p.currency}"
        elif found[0].denom != denominator(p.currency):
            lacks = f"invoice {p.item_number} is not in whole minor units"
        return lacks
    places = _place(p, book, accounts)
    name = accounts.get(p.account, p.account)
    if len(places) != 1:
        lacks = f"the book has {len(places) or 'no'} accounts {name}"
    elif places[0].is_placeholder:
        lacks = f"the account {name} of the book is a placeholder"
    elif places[0].commodity != book.currencies[p.currency]:
        lacks = f"the account {name} of the book is not in {p.currency}"
    return lacks

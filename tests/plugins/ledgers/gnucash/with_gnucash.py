"""GnuCash itself, by its own Python: `with_gnucash.py make BOOK COUNT` writes a book, `read BOOK` says what it holds as JSON.

Run by the Python that GnuCash comes with (`python3-gnucash`), never by ours.
"""

from __future__ import annotations

import datetime as dt
import json
import sys

from gnucash import Account, GncNumeric, Session, SessionOpenMode, gnucash_core_c
from gnucash.gnucash_business import Customer, Entry, Invoice


def make(path, count):
    """Write a book in which invoice N is INV-N of (100 + N).00 EUR, posted; a book begins with an empty session."""
    url = f"sqlite3://{path}"
    empty = Session(url, SessionOpenMode.SESSION_NEW_STORE)
    empty.save()
    empty.end()
    empty.destroy()
    session = Session(url, SessionOpenMode.SESSION_NORMAL_OPEN)
    book = session.book
    euro = book.get_table().lookup("CURRENCY", "EUR")

    def account(name, kind, parent):
        made = Account(book)
        parent.append_child(made)
        made.SetName(name)
        made.SetType(kind)
        made.SetCommodity(euro)
        return made

    root = book.get_root_account()
    assets = account("Assets", gnucash_core_c.ACCT_TYPE_ASSET, root)
    account("Bank", gnucash_core_c.ACCT_TYPE_BANK, assets)
    owed = account("Receivable", gnucash_core_c.ACCT_TYPE_RECEIVABLE, assets)
    sales = account("Sales", gnucash_core_c.ACCT_TYPE_INCOME, root)
    expenses = account("Expenses", gnucash_core_c.ACCT_TYPE_EXPENSE, root)
    account("Discounts", gnucash_core_c.ACCT_TYPE_EXPENSE, expenses)
    account("Deposits", gnucash_core_c.ACCT_TYPE_LIABILITY, root)
    customer = Customer(book, "C1", euro, "ACME")
    # GnuCash takes times without a zone.
    day, due = dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 31)  # noqa: DTZ001
    for n in range(1, count + 1):
        invoice = Invoice(book, f"INV-{n}", euro, customer)
        invoice.SetDateOpened(day)
        entry = Entry(book, invoice)
        entry.SetDate(day)
        entry.SetInvAccount(sales)
        entry.SetQuantity(GncNumeric(1))
        entry.SetInvPrice(GncNumeric((100 + n) * 100, 100))
        invoice.PostToAccount(owed, day, due, "", True, False)
    session.save()
    session.end()
    session.destroy()


def read(path):
    """Say which invoices are paid, what their lots have left, and the balance of each account; amounts are of cents."""
    session = Session(f"sqlite3://{path}", SessionOpenMode.SESSION_READ_ONLY)
    book = session.book
    invoices = {}
    n = 0
    while invoice := book.InvoiceLookupByID(f"INV-{(n := n + 1)}"):
        lot = invoice.GetPostedLot()
        invoices[invoice.GetID()] = {"paid": invoice.IsPaid(), "left": cents(lot.get_balance())}
    accounts = {
        one.get_full_name().replace(".", ":"): cents(one.GetBalance())
        for one in book.get_root_account().get_descendants()
    }
    told = {"invoices": invoices, "accounts": accounts}
    session.end()
    session.destroy()
    return told


def cents(number):
    return number.num() * 100 // number.denom()


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    else:
        print(json.dumps(read(sys.argv[2])))  # noqa: T201 - what the caller asked for

"""piecash, in an environment of its own: `with_piecash.py make BOOK` writes a book, `read BOOK` says what it holds as JSON."""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")

import piecash  # noqa: E402 - it warns of the SQLAlchemy that it was written for


def make(path):
    """Write a book without invoices: piecash makes none."""
    book = piecash.create_book(path, currency="EUR")
    euro = book.default_currency
    root = book.root_account
    assets = piecash.Account("Assets", "ASSET", euro, parent=root, placeholder=True)
    piecash.Account("Bank", "BANK", euro, parent=assets)
    piecash.Account("Receivable", "RECEIVABLE", euro, parent=assets)
    expenses = piecash.Account("Expenses", "EXPENSE", euro, parent=root)
    piecash.Account("Discounts", "EXPENSE", euro, parent=expenses)
    piecash.Account("Deposits", "LIABILITY", euro, parent=root)
    book.save()
    book.close()


def read(path):
    """Say each transaction by number with its day and splits, and the balance of each account."""
    book = piecash.open_book(path, readonly=True)
    transactions = {
        one.num: {
            "day": one.post_date.isoformat(),
            "notes": one.notes,
            "splits": {split.account.fullname: str(split.value) for split in one.splits},
        }
        for one in book.transactions
    }
    accounts = {
        one.fullname: str(one.get_balance(natural_sign=False, recurse=False))
        for one in book.accounts
    }
    return {"transactions": transactions, "accounts": accounts}


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        print(json.dumps(read(sys.argv[2])))  # noqa: T201 - what the caller asked for

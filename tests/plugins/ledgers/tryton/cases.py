"""Entries as they are for Tryton: invoice N is of (100 + N).00 EUR, for customer C1 to C10 in turn."""

from __future__ import annotations

import datetime as dt

import recon_tryton.plugin
from recon.api import opposite_key
from tests.plugins.ledgers.oracles import entries_of, entry_rows

(KIND,) = recon_tryton.plugin.recon_register_ledgers()
BANK, RECEIVABLE = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"
DISCOUNT, ON_ACCOUNT = "Expenses:Discounts", "Liabilities:OnAccount"


def connect(url, /, **options):
    """Open the ledger as a policy would; what a kill left behind is a leftover at once, since no test takes ten minutes."""
    ledger = KIND.connect(
        {
            "url": url,
            "database": "erp",
            "user": "admin",
            "password_env": "TRYTON_PASSWORD",
            "journal": "Bank",
            "accounts": {DISCOUNT: "EXPENSE"},
        }
        | options
    )
    ledger._statements.lease = dt.timedelta(0)
    return ledger


def paid(key, number, *, cash=None, discount=0, on_account=0):
    """A receipt for one invoice: in full, in part, with a discount or with a rest on account; minor units."""
    full = (100 + number) * 100
    cash = full - discount + on_account if cash is None else cash
    postings = [
        ("cash", BANK, cash, "EUR"),
        ("receivable", RECEIVABLE, -(cash + discount - on_account), "EUR"),
    ]
    postings += [("discount", DISCOUNT, discount, "EUR")] if discount else []
    postings += [("on_account", ON_ACCOUNT, -on_account, "EUR")] if on_account else []
    return entry_rows(
        key,
        postings,
        line_id=f"L{key}",
        date=dt.date(2026, 1, 20),
        item_number=str(number),
        customer_id=f"C{(number - 1) % 10 + 1}",
    )


def opposite(entry):
    """The entry that takes one back, as the daily run makes it."""
    key = opposite_key(entry[0]["entry_key"])
    return [
        row | {"entry_key": key, "amount": -row["amount"], "date": dt.date(2026, 1, 22)}
        for row in entry
    ]


def told(outcomes):
    """Outcome by key."""
    return dict(outcomes.select("entry_key", "outcome").iter_rows())


EVERY_KIND = (
    ("FULL", {"number": 1}),
    ("SHORT", {"number": 2, "cash": 72_00}),
    ("DISCOUNT", {"number": 3, "discount": 3_00}),
    ("OVER", {"number": 4, "on_account": 20_00}),
)
LEFT = {"1": "0", "2": "30.00", "3": "0", "4": "0"}


def every_kind():
    """One entry of each kind."""
    return entries_of(*(paid(key, **facts) for key, facts in EVERY_KIND))

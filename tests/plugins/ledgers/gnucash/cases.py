"""Entries as they are for a book of GnuCash: invoice N is INV-N of (100 + N).00 EUR."""

from __future__ import annotations

import recon_gnucash.plugin
from tests.plugins.ledgers.oracles import entries_of, entry_rows

(KIND,) = recon_gnucash.plugin.recon_register_ledgers()
BANK, OWED = "Assets:Bank:DE02120300000000202051", "Assets:Receivable"
ACCOUNTS = {BANK: "Assets:Bank", "Liabilities:OnAccount": "Deposits"}


def connect(path, **options):
    return KIND.connect({"book": str(path), "accounts": ACCOUNTS} | options)


def paid(key, n, *, cash=None, discount=0, on_account=0):
    cash = (100 + n) * 100 - discount + on_account if cash is None else cash
    settled = cash + discount - on_account
    rows = [("cash", BANK, cash, "EUR"), ("receivable", OWED, -settled, "EUR")]
    rows += [("discount", "Expenses:Discounts", discount, "EUR")] if discount else []
    rows += [("on_account", "Liabilities:OnAccount", -on_account, "EUR")] if on_account else []
    return entry_rows(key, rows, line_id=f"L{key}", item_number=f"INV-{n}")


def every_kind():
    return entries_of(
        paid("FULL", 1),
        paid("SHORT", 2, cash=72_10),
        paid("DISCOUNT", 3, discount=3_00),
        paid("OVER", 4, on_account=20_00),
    )


def told(outcomes):
    return dict(outcomes.select("entry_key", "outcome").iter_rows())

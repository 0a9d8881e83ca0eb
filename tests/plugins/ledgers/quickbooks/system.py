"""QuickBooks Online and the server that plays it, for tests and for the benchmark."""

from __future__ import annotations

import recon_quickbooks.plugin
from tests.plugins.ledgers.contract import BANK, DISCOUNTS, RECEIVABLE, System
from tests.plugins.ledgers.quickbooks import fake

(KIND,) = recon_quickbooks.plugin.recon_register_ledgers()
ACCOUNTS = {BANK: fake.BANK, DISCOUNTS: fake.DISCOUNT, RECEIVABLE: fake.OWED}
QUICKBOOKS = System(
    kind=KIND,
    books=fake.FakeQuickBooks,
    number="INV/%s",
    options={
        "company": fake.COMPANY,
        "accounts": ACCOUNTS | {"Income:Gains": fake.GAINS},
        "token_env": "QUICKBOOKS_TOKEN",
    },
    variables={"QUICKBOOKS_TOKEN": fake.TOKEN},
    remote=lambda ledger: ledger._gateway._company.remote,
)

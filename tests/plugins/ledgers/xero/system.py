"""Xero and the server that plays it, for tests and for the benchmark."""

from __future__ import annotations

import recon_xero.plugin
from tests.plugins.ledgers.contract import BANK, DISCOUNTS, System
from tests.plugins.ledgers.xero import fake

(KIND,) = recon_xero.plugin.recon_register_ledgers()
ACCOUNTS = {BANK: fake.BANK, DISCOUNTS: fake.DISCOUNT, "Income:Gains": fake.GAINS}
XERO = System(
    kind=KIND,
    books=fake.FakeXero,
    number="INV/%s",
    options={"tenant": fake.TENANT, "accounts": ACCOUNTS, "token_env": "XERO_TOKEN"},
    variables={"XERO_TOKEN": fake.TOKEN},
    remote=lambda ledger: ledger._gateway._xero.remote,
)

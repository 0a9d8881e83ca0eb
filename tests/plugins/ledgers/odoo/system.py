"""Odoo and the server that plays it, for tests and for the benchmark."""

from __future__ import annotations

import recon_odoo.plugin
from tests.plugins.ledgers.contract import BANK, DISCOUNTS, System
from tests.plugins.ledgers.odoo import fake

(KIND,) = recon_odoo.plugin.recon_register_ledgers()
ODOO = System(
    kind=KIND,
    books=fake.FakeOdoo,
    number="INV/%s",
    options={
        "database": "books",
        "journal": "BNK1",
        "accounts": {BANK: "1012", DISCOUNTS: "1013"},
        "api_key_env": "ODOO_KEY",
    },
    variables={"ODOO_KEY": fake.KEY},
    remote=lambda ledger: ledger._gateway._odoo.remote,
)

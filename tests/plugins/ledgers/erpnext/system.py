"""ERPNext and the server that plays it, for tests and for the benchmark."""

from __future__ import annotations

import recon_erpnext.plugin
from tests.plugins.ledgers.contract import BANK, DISCOUNTS, System
from tests.plugins.ledgers.erpnext import fake

(KIND,) = recon_erpnext.plugin.recon_register_ledgers()
KEY, SECRET = fake.TOKEN.removeprefix("token ").split(":")
ERPNEXT = System(
    kind=KIND,
    books=fake.FakeErpnext,
    number="SINV-%s",
    options={
        "company": "Ours",
        "cost_center": "Main - X",
        "accounts": {BANK: "Bank - X", DISCOUNTS: "Discounts - X"},
        "api_key_env": "ERP_KEY",
        "api_secret_env": "ERP_SECRET",
    },
    variables={"ERP_KEY": KEY, "ERP_SECRET": SECRET},
    remote=lambda ledger: ledger._gateway._site.remote,
)

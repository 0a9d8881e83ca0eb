"""Fill an empty Tryton with a company, its chart, a bank journal, customers and posted invoices.

Runs in Tryton's own environment, in process: `python seed.py URI CONFIG INVOICES`. Invoice N is of (100 + N).00 EUR, for one
of ten customers in turn. In: a database with all modules activated. Out: the same, filled.
"""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal

from proteus import Model, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.modules.currency.tests.tools import get_currency

DAY = dt.date(2026, 1, 15)
CUSTOMERS = 10


def main(uri, path, invoices):
    """Fill the database."""
    connection = config.set_trytond(uri, config_file=path)
    create_company(currency=get_currency("EUR"))
    connection._context = Model.get("res.user").get_preferences(True, {})
    create_chart()
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=DAY))
    year.click("create_period")
    accounts = get_accounts()
    for name in ("receivable", "expense", "cash"):
        accounts[name].code = name.upper()
        accounts[name].save()
    journal = Model.get("account.journal").find([("code", "=", "STA")])[0]
    Model.get("account.statement.journal")(
        name="Bank", journal=journal, account=accounts["cash"], validation="balance"
    ).save()
    party = Model.get("party.party")
    customers = []
    for number in range(1, CUSTOMERS + 1):
        customer = party(name=f"Customer {number}", code=f"C{number}")
        customer.save()
        customers.append(customer)
    create_invoices(connection, accounts, customers, int(invoices))


def create_invoices(connection, accounts, customers, count):
    """Create and post them in bulk; a client's way, one after the other, takes twenty times as long."""
    invoice = Model.get("account.invoice")
    draft = invoice(type="out")
    draft.party = customers[0]
    values = [
        {
            "type": "out",
            "company": draft.company.id,
            "currency": draft.currency.id,
            "journal": draft.journal.id,
            "account": accounts["receivable"].id,
            "party": customers[at % CUSTOMERS].id,
            "invoice_address": customers[at % CUSTOMERS].addresses[0].id,
            "invoice_date": DAY,
            "lines": [
                (
                    "create",
                    [
                        {
                            "type": "line",
                            "company": draft.company.id,
                            "currency": draft.currency.id,
                            "quantity": 1,
                            "unit_price": Decimal(101 + at),
                            "account": accounts["revenue"].id,
                            "description": "Goods",
                        }
                    ],
                )
            ],
        }
        for at in range(count)
    ]
    ids = invoice._proxy.create(values, connection.context)
    for begin in range(0, count, 20):
        invoice._proxy.post(ids[begin : begin + 20], connection.context)


if __name__ == "__main__":
    main(*sys.argv[1:])

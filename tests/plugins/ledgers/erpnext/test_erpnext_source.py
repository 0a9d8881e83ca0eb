"""Open Sales Invoices of ERPNext as the books, against the contract server that its ledger is tried against."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import pytest
import stamina

import recon_erpnext.plugin
from recon.api import ConfigurationError, UnreadableItems
from recon.testing import SourceConformance
from tests.plugins.ledgers.day import BANK, comes_round
from tests.plugins.ledgers.erpnext.fake import TOKEN, FakeErpnext
from tests.plugins.ledgers.serving import serving

(SOURCE,) = recon_erpnext.plugin.recon_register_sources()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    key, secret = TOKEN.removeprefix("token ").split(":")
    monkeypatch.setenv("ERP_KEY", key)
    monkeypatch.setenv("ERP_SECRET", secret)
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def site():
    return FakeErpnext(5)


@pytest.fixture
def invoices(site):
    return site.tables["Sales Invoice"]


@pytest.fixture
def url(site):
    with serving(site.answer) as found:
        yield found


def asking(url, **more):
    return {"url": url, "api_key_env": "ERP_KEY", "api_secret_env": "ERP_SECRET"} | more


@pytest.fixture
def fetch(url):
    return lambda as_of=None, **more: SOURCE.fetch(as_of, asking(url, **more))


class TestErpnextItems(SourceConformance):
    source = SOURCE
    options: ClassVar[dict[str, str]] = {}
    broken: ClassVar[dict[str, str]] = asking(NOWHERE)

    @pytest.fixture(autouse=True)
    def _server(self, url, monkeypatch):
        monkeypatch.setattr(type(self), "options", asking(url))


def test_what_is_open_is_an_item_with_its_customer(site, invoices, fetch):
    invoices["SINV-2"] |= {"is_return": 1, "outstanding_amount": Decimal("-12.5"), "po_no": "PO-9"}
    invoices["SINV-2"] |= {"grand_total": Decimal("-12.53"), "rounded_total": Decimal("-12.5")}
    invoices["SINV-3"]["docstatus"] = 0
    invoices["SINV-4"]["outstanding_amount"] = Decimal(0)
    accounts = site.tables["Bank Account"]
    for at, (iban, number, disabled) in enumerate(
        [("DE89 3704 0044 0532 0130 00", None, 0), (None, "4711", 0), ("DE00", None, 1)]
    ):
        accounts[at] = {"party_type": "Customer", "party": "C1", "iban": iban}
        accounts[at] |= {"bank_account_no": number, "disabled": disabled}
    found = fetch()

    columns = ("number", "kind", "customer_id", "currency", "amount", "open_amount")
    assert found.items.select(columns).rows() == [
        ("SINV-1", "invoice", "C1", "EUR", 101_00, 101_00),
        ("SINV-2", "credit_note", "C2", "EUR", -12_50, -12_50),
        ("SINV-5", "invoice", "C5", "EUR", 105_00, 105_00),
    ]
    first, second, _ = found.items.to_dicts()
    assert (first["issue_date"], first["due_date"]) == (dt.date(2026, 1, 15), dt.date(2026, 2, 14))
    assert (first["purchase_order"], second["purchase_order"]) == (None, "PO-9")
    told = found.parties.row(0, named=True)
    assert (told["customer_id"], told["name"]) == ("C1", "Customer 1")
    assert told["accounts"] == ["DE89370400440532013000", "4711"]


def test_what_is_open_is_in_the_currency_of_the_customers_account(invoices, fetch):
    invoices["SINV-1"] |= {"currency": "USD", "grand_total": Decimal("120.00")}
    found = fetch().items.row(0, named=True)

    assert (found["currency"], found["open_amount"], found["amount"]) == ("EUR", 101_00, None)


def test_all_pages_are_read_and_a_page_that_is_cut_is_an_error(site, fetch, monkeypatch):
    monkeypatch.setattr("recon_erpnext.source.PAGE", 2)
    assert fetch().items.height == 5

    whole = site.listed
    cut = lambda doctype, query: {"data": whole(doctype, query)["data"][1:]}  # noqa: E731
    monkeypatch.setattr(site, "listed", cut)
    with pytest.raises(UnreadableItems, match="ERPNext Sales Invoices: there are 5, and"):
        fetch()


def test_a_customer_that_is_not_told_is_an_error(site, fetch):
    del site.tables["Customer"]["C3"]

    with pytest.raises(UnreadableItems, match="such as C3"):
        fetch()


def test_a_company_and_a_day_narrow_what_is_told(invoices, fetch):
    invoices["SINV-1"]["company"] = "Other"
    invoices["SINV-2"]["posting_date"] = "2026-03-01"

    assert fetch(company="Books").items.height == 4
    assert "SINV-2" not in fetch(dt.date(2026, 2, 28)).items["number"]


def test_a_wrong_key_is_an_error_of_the_sources_options(fetch, monkeypatch):
    monkeypatch.setenv("ERP_SECRET", "another")

    with pytest.raises(ConfigurationError) as caught:
        fetch()
    assert "[sources.erpnext]" in caught.value.hint
    assert "another" not in caught.value.render()


@pytest.mark.slow
def test_a_day_begins_and_ends_in_the_same_books(tmp_path):
    site = FakeErpnext(250)
    with serving(site.answer) as found:
        rows = [f'{name} = "{value}"' for name, value in asking(found).items()]
        own = ['company = "Books"', 'cost_center = "Main"', f'accounts = {{ "{BANK}" = "Bank" }}']
        policy = ["[sources.erpnext]", *rows, "[ledgers.erpnext]", *rows, *own]
        comes_round(tmp_path, "erpnext", "\n".join(policy), site.left, "SINV-{}")

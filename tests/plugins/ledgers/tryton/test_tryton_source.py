"""Unpaid invoices of Tryton as the books, against the contract server that is held against a real Tryton."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import pytest
import stamina

from recon.api import ConfigurationError, UnreadableItems
from recon.testing import SourceConformance
from tests.plugins.ledgers.day import comes_round
from tests.plugins.ledgers.tryton.fake import FakeTryton, serving
from tests.plugins.ledgers.tryton.reading import SOURCE, policy, source_options

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", "only-for-tests")
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def books():
    return FakeTryton(5)


@pytest.fixture
def invoices(books):
    return books.tables["account.invoice"]


@pytest.fixture
def url(books):
    with serving(books) as found:
        yield found


@pytest.fixture
def fetch(url):
    return lambda as_of=None, **more: SOURCE.fetch(as_of, source_options(url, **more))


class TestTrytonItems(SourceConformance):
    source = SOURCE
    options: ClassVar[dict[str, str]] = {}
    broken: ClassVar[dict[str, str]] = source_options(NOWHERE)

    @pytest.fixture(autouse=True)
    def _server(self, url, monkeypatch):
        monkeypatch.setattr(type(self), "options", source_options(url))


def test_what_is_open_is_an_item_with_its_customer(books, invoices, fetch):
    invoices[2] |= {"amount_to_pay": Decimal("-12.50"), "total_amount": Decimal("-12.50")}
    invoices[2]["reference"] = "PO-9"
    invoices[3]["state"] = "draft"
    invoices[4]["amount_to_pay"] = Decimal(0)
    lines = books.tables["account.move.line"]
    lines[77] = {"id": 77, "maturity_date": dt.date(2026, 1, 31)}
    lines[78] = {"id": 78, "maturity_date": None}
    invoices[5]["lines_to_pay"] = [-5, 77, 78]
    books.tables["party.address"][1]["country"] = 1
    books.tables["bank.account"][1] = {"id": 1, "owners": [1, 2], "numbers": [1, 2]}
    for ident, number in ((1, "DE89 3704 0044 0532 0130 00"), (2, "4711")):
        books.tables["bank.account.number"][ident] = {"id": ident, "number": number}
    found = fetch()

    columns = ("number", "kind", "customer_id", "currency", "amount", "open_amount", "due_date")
    assert found.items.select(columns).rows() == [
        ("1", "invoice", "C1", "EUR", 101_00, 101_00, dt.date(2026, 2, 14)),
        ("2", "credit_note", "C2", "EUR", -12_50, -12_50, dt.date(2026, 2, 14)),
        ("5", "invoice", "C5", "EUR", 105_00, 105_00, dt.date(2026, 1, 31)),
    ]
    assert found.items["purchase_order"].to_list() == [None, "PO-9", None]
    assert found.parties.row(0, named=True) == {
        "customer_id": "C1", "name": "Customer 1", "country": "DE", "parent_customer_id": None,
        "accounts": ["DE89370400440532013000", "4711"], "aliases": [],
    }  # fmt: skip
    assert found.parties["accounts"].list.len().to_list() == [2, 2, 0, 0]


def test_archived_parties_are_told_too_and_one_without_a_code_has_an_id(books, fetch):
    books.tables["party.party"][1] |= {"active": False, "code": None}

    assert fetch().items["customer_id"].to_list()[0] == "party,1"


def test_all_pages_are_read_and_a_page_that_is_cut_is_an_error(books, fetch, monkeypatch):
    monkeypatch.setattr("recon_tryton.source.PAGE", 2)
    assert fetch().items.height == 5

    whole = books.search_read
    monkeypatch.setattr(books, "search_read", lambda *args: whole(*args)[1:])
    with pytest.raises(UnreadableItems, match="Tryton invoices: there are 5, and"):
        fetch()


@pytest.mark.parametrize("field", ["amount_to_pay", "invoice_date"])
def test_values_of_another_type_are_an_error_that_names_the_invoice(invoices, fetch, field):
    invoices[3][field] = "x"

    with pytest.raises(UnreadableItems, match="Tryton invoices 3: 'x' is no"):
        fetch()


def test_a_company_and_a_day_narrow_what_is_told(invoices, fetch):
    invoices[1]["company"] = "Other"
    invoices[2]["invoice_date"] = dt.date(2026, 3, 1)

    assert fetch(company="Books").items["number"].to_list() == ["2", "3", "4", "5"]
    assert fetch(dt.date(2026, 2, 28)).items["number"].to_list() == ["1", "3", "4", "5"]


def test_a_wrong_password_is_an_error_of_the_sources_options(fetch, monkeypatch):
    monkeypatch.setenv("TRYTON_PASSWORD", "another")

    with pytest.raises(ConfigurationError) as caught:
        fetch()
    assert "[sources.tryton]" in caught.value.hint


@pytest.mark.slow
def test_a_day_begins_and_ends_in_the_same_books(tmp_path):
    books = FakeTryton(250)
    with serving(books) as found:
        comes_round(
            tmp_path,
            "tryton",
            policy(found),
            lambda number: books.tables["account.invoice"][number]["amount_to_pay"],
        )

"""Open invoices of Odoo as the books, against the contract server that its ledger is tried against."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import pytest
import stamina
from polars.testing import assert_frame_equal

import recon_odoo.plugin
from recon.api import ConfigurationError, UnreadableItems
from recon.run.extract import extract_files
from recon.testing import SourceConformance
from recon_item_file.plugin import ItemFile
from tests.plugins.ledgers.day import BANK, comes_round
from tests.plugins.ledgers.odoo.fake import KEY, MOVE, FakeOdoo, partner
from tests.plugins.ledgers.serving import serving

(SOURCE,) = recon_odoo.plugin.recon_register_sources()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("ODOO_KEY", KEY)
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def books():
    return FakeOdoo(5)


@pytest.fixture
def url(books):
    with serving(books.answer) as found:
        yield found


def asking(url, **more):
    return {"url": url, "database": "books", "api_key_env": "ODOO_KEY"} | more


@pytest.fixture
def fetch(url):
    return lambda as_of=None, **more: SOURCE.fetch(as_of, asking(url, **more))


class TestOdooItems(SourceConformance):
    source = SOURCE
    options: ClassVar[dict[str, str]] = {}
    broken: ClassVar[dict[str, str]] = asking(NOWHERE)

    @pytest.fixture(autouse=True)
    def _server(self, url, monkeypatch):
        monkeypatch.setattr(type(self), "options", asking(url))


def test_what_is_open_is_an_item_with_its_customer(books, fetch):
    books.tables[MOVE][2] |= {"move_type": "out_refund", "ref": "PO-9", "payment_reference": False}
    books.tables[MOVE][3]["state"] = "draft"
    books.lines(4)[0]["residual"] = Decimal(0)
    books.lines(5)[0]["residual"] = Decimal("0.1")
    books.tables["res.partner.bank"][1] = {
        "id": 1, "partner_id": 1, "acc_number": "DE89 3704 0044 0532 0130 00", "active": True,
    }  # fmt: skip
    found = fetch()

    columns = ("number", "kind", "customer_id", "currency", "amount", "open_amount")
    assert found.items.select(columns).rows() == [
        ("INV/1", "invoice", "C1", "EUR", 101_00, 101_00),
        ("INV/2", "credit_note", "C2", "EUR", -102_00, -102_00),
        ("INV/5", "invoice", "C5", "EUR", 105_00, 10),
    ]
    first, second, _ = found.items.to_dicts()
    assert (first["issue_date"], first["due_date"]) == (dt.date(2026, 1, 15), dt.date(2026, 2, 14))
    assert (first["payment_reference"], first["purchase_order"]) == ("INV/1", None)
    assert (second["payment_reference"], second["purchase_order"]) == (None, "PO-9")
    assert found.parties.row(0, named=True) == {
        "customer_id": "C1", "name": "Customer 1", "country": "DE", "parent_customer_id": None,
        "accounts": ["DE89370400440532013000"], "aliases": [],
    }  # fmt: skip


def test_archived_customers_and_currencies_are_told_too(books, fetch):
    books.tables["res.partner"][1]["active"] = False
    books.tables[MOVE][1]["currency_id"] = 2
    found = fetch().items.row(0, named=True)

    assert (found["customer_id"], found["currency"], found["open_amount"]) == ("C1", "JPY", 101)


def test_a_reference_that_two_customers_have_is_nobodys_id(books, fetch):
    books.tables["res.partner"][2] = partner(2, "C1")
    books.tables["res.partner"][3] = partner(3, False, parent_id=11)
    books.tables["res.partner"][11] = partner(11, "GROUP")
    # One of two owes nothing today.
    books.tables["res.partner"][12] = partner(12, "C4", active=False)
    found = fetch()

    assert found.items["customer_id"].to_list() == [
        "res.partner,1", "res.partner,2", "res.partner,3", "res.partner,4", "C5",
    ]  # fmt: skip
    parents = dict(found.parties.select("customer_id", "parent_customer_id").rows())
    assert (parents["res.partner,3"], parents["GROUP"]) == ("GROUP", None)


def test_all_pages_are_read_and_a_page_that_is_cut_is_an_error(books, fetch, monkeypatch):
    monkeypatch.setattr("recon_odoo.source.PAGE", 2)
    assert fetch().items.height == 5

    whole = books.search_read
    monkeypatch.setattr(books, "search_read", lambda *args, **more: whole(*args, **more)[:1])
    with pytest.raises(UnreadableItems, match=r"res\.currency|res\.partner"):
        fetch()
    cut = lambda model, **more: whole(model, **more)[1:] if model == MOVE else whole(model, **more)  # noqa: E731
    monkeypatch.setattr(books, "search_read", cut)
    with pytest.raises(UnreadableItems, match="Odoo invoices: there are 5, and"):
        fetch()


def test_accounts_that_are_left_out_are_an_error_too(books, fetch, monkeypatch):
    for at in (1, 2):
        books.tables["res.partner.bank"][at] = {
            "id": at, "partner_id": 1, "acc_number": f"DE{at}", "active": True,
        }  # fmt: skip
    whole = books.search_read
    cut = lambda model, **more: whole(model, **more)[1 if model == "res.partner.bank" else 0 :]  # noqa: E731
    monkeypatch.setattr(books, "search_read", cut)

    with pytest.raises(UnreadableItems, match="Odoo bank accounts: there are 2, and"):
        fetch()


def test_a_company_and_a_day_narrow_what_is_told(books, fetch):
    books.tables[MOVE][1]["company"] = "Other"
    books.tables[MOVE][2]["invoice_date"] = "2026-03-01"

    assert fetch(company="Books").items["number"].to_list() == ["INV/2", "INV/3", "INV/4", "INV/5"]
    assert fetch(dt.date(2026, 2, 28)).items["number"].to_list() == [
        "INV/1",
        "INV/3",
        "INV/4",
        "INV/5",
    ]


def test_a_wrong_key_is_an_error_of_the_sources_options(fetch, monkeypatch):
    monkeypatch.setenv("ODOO_KEY", "another")

    with pytest.raises(ConfigurationError) as caught:
        fetch()
    assert "[sources.odoo]" in caught.value.hint
    assert "another" not in caught.value.render()


def test_what_it_told_reads_back_from_the_files_of_an_extract(books, fetch, tmp_path):
    books.tables["res.partner.bank"][1] = {
        "id": 1, "partner_id": 1, "acc_number": "DE89 3704 0044 0532 0130 00", "active": True,
    }  # fmt: skip
    books.lines(5)[0]["residual"] = Decimal("-0.1")
    told = fetch()
    for name, data in extract_files(told).items():
        (tmp_path / name).write_bytes(data)
    paths = {"items": tmp_path / "open_items.csv", "customers": tmp_path / "customers.csv"}
    again = ItemFile().fetch(None, {name: str(path) for name, path in paths.items()})

    assert_frame_equal(again.items, told.items)
    assert_frame_equal(again.parties, told.parties)


@pytest.mark.slow
def test_a_day_begins_and_ends_in_the_same_books(tmp_path):
    books = FakeOdoo(250)
    with serving(books.answer) as found:
        rows = [f'{name} = "{value}"' for name, value in asking(found).items()]
        own = ['journal = "BNK1"', f'accounts = {{ "{BANK}" = "1012" }}']
        policy = ["[sources.odoo]", *rows, "[ledgers.odoo]", *rows, *own]
        comes_round(tmp_path, "odoo", "\n".join(policy), books.residual, "INV/{}")

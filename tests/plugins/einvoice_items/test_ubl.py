"""Invoices and credit notes of UBL 2 as open items: every amount exact, or an error with the file's name."""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

import recon_einvoice_items.plugin
from recon.api import ConfigurationError, UnreadableItems
from recon.testing import SourceConformance
from recon_einvoice_items.document import read_document

(SOURCE,) = recon_einvoice_items.plugin.recon_register_sources()
SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
CUSTOMER = """<cac:AccountingCustomerParty><cac:Party>
 <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
 <cac:PartyIdentification><cbc:ID>C100</cbc:ID></cac:PartyIdentification>
 <cac:PartyName><cbc:Name>Nordlicht</cbc:Name></cac:PartyName>
 <cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
 <cac:PartyLegalEntity><cbc:RegistrationName>Nordlicht Verlag &amp; Söhne KG</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>"""


def document(kind="Invoice", number="INV-1", payable="119.00", currency="EUR", **more):
    total = more.get("total", payable)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{kind} xmlns="{SPACE}{kind}-2" xmlns:cac="{SPACE}CommonAggregateComponents-2" xmlns:cbc="{SPACE}CommonBasicComponents-2">
 <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{more.get("issued", "2026-03-01")}</cbc:IssueDate>
 {more.get("due", "<cbc:DueDate>2026-03-31</cbc:DueDate>")}
 <cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
 <cac:OrderReference><cbc:ID>PO-7</cbc:ID></cac:OrderReference>
 {more.get("customer", CUSTOMER)}
 <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
  <cbc:PaymentDueDate>2026-04-15</cbc:PaymentDueDate><cbc:PaymentID>RF18539007547034</cbc:PaymentID></cac:PaymentMeans>
 <cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="{currency}">{total}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="{more.get("payable_in", currency)}">{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>
</{kind}>""".encode()


def fetch(folder, as_of=None):
    return SOURCE.fetch(as_of, {"folder": str(folder)})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.xml").write_bytes(document(total="219.00"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.XML").write_bytes(
        document("CreditNote", "CN-1", "7.50", due="", issued="2026-03-05")
    )
    (tmp_path / "a.txt").write_bytes(b"hello")
    return tmp_path


class TestEinvoiceItems(SourceConformance):
    source = SOURCE
    options: ClassVar[dict[str, str]] = {}
    broken: ClassVar[dict[str, str]] = {"folder": "nowhere"}

    @pytest.fixture(autouse=True)
    def _documents(self, folder, monkeypatch):
        monkeypatch.setattr(type(self), "options", {"folder": str(folder)})


def test_an_invoice_is_an_item_with_what_is_payable_open(folder):
    books = fetch(folder)
    credit, invoice = books.items.sort("open_amount").to_dicts()

    assert (invoice["number"], invoice["amount"], invoice["open_amount"]) == (
        "INV-1",
        21_900,
        11_900,
    )
    assert (invoice["kind"], invoice["currency"], invoice["customer_id"]) == (
        "invoice",
        "EUR",
        "C100",
    )
    assert invoice["customer_name"] == "Nordlicht Verlag & Söhne KG"
    assert (invoice["issue_date"], invoice["due_date"]) == (
        dt.date(2026, 3, 1),
        dt.date(2026, 3, 31),
    )
    assert (invoice["payment_reference"], invoice["purchase_order"]) == ("RF18539007547034", "PO-7")
    assert (credit["kind"], credit["open_amount"], credit["amount"]) == ("credit_note", -750, -750)
    assert credit["due_date"] == dt.date(2026, 4, 15)
    assert books.parties.to_dicts() == [
        {"customer_id": "C100", "name": "Nordlicht Verlag & Söhne KG", "country": "DE",
         "parent_customer_id": None, "accounts": [], "aliases": []}
    ]  # fmt: skip


def test_what_is_issued_later_or_was_paid_before_is_not_open(folder):
    (folder / "paid.xml").write_bytes(document(number="INV-2", payable="0.00", total="50.00"))

    assert fetch(folder).items["number"].to_list() == ["CN-1", "INV-1"]
    assert fetch(folder, dt.date(2026, 3, 4)).items["number"].to_list() == ["INV-1"]


@given(st.integers(-(10**12), 10**12), st.sampled_from(["Invoice", "CreditNote"]))
def test_every_amount_comes_through_and_its_sign_says_the_kind(minor, kind):
    sign = -1 if kind == "CreditNote" else 1
    text = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
    item, _ = read_document(document(kind, payable=text), "x.xml")

    assert item.open_amount == sign * minor
    if minor:
        assert (item.kind == "credit_note") == (item.open_amount < 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no XML"),
        (document()[:-40], "no XML"),
        (b"<Order/>", "Order is no invoice or credit note"),
        (document(payable="1.234,00"), "PayableAmount: '1.234,00' is no amount"),
        (document(payable="1.005"), "more than 2 decimals"),
        (document(currency="EURO"), "no ISO 4217 currency"),
        (document(payable_in="USD"), "PayableAmount is in USD, and the document in EUR"),
        (document(issued="01.03.2026"), "IssueDate '01.03.2026' is no date"),
        (document(number=""), "it has no ID"),
    ],
)
def test_what_is_wrong_stops_all_and_names_the_file(folder, data, says):
    (folder / "wrong.xml").write_bytes(data)

    with pytest.raises(UnreadableItems, match=re.escape(says)) as error:
        fetch(folder)
    assert error.value.place.file == "wrong.xml"


def test_an_entity_is_never_resolved(tmp_path):
    (tmp_path / "secret").write_text("from the disk", "utf-8")
    evil = document(number="&e;").replace(
        b'encoding="UTF-8"?>',
        f'encoding="UTF-8"?><!DOCTYPE x [<!ENTITY e SYSTEM "{tmp_path}/secret">]>'.encode(),
    )
    (tmp_path / "evil.xml").write_bytes(evil)

    with pytest.raises(UnreadableItems) as error:
        fetch(tmp_path)
    assert "from the disk" not in str(error.value)


def test_two_documents_of_one_number_are_refused(folder):
    (folder / "again.xml").write_bytes(document(payable="120.00"))

    with pytest.raises(UnreadableItems, match="two documents have the number 'INV-1'"):
        fetch(folder)


@pytest.mark.parametrize("options", [{}, {"folder": "/nowhere"}, {"folder": ".", "depth": 1}])
def test_a_wrong_option_is_named(options):
    with pytest.raises(ConfigurationError, match="folder"):
        SOURCE.fetch(None, options)


def test_a_customer_without_any_number_is_a_name_alone():
    bare = "<cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Zoe</cbc:Name></cac:PartyName></cac:Party></cac:AccountingCustomerParty>"
    item, customer = read_document(document(customer=bare), "x.xml")

    assert (item.customer_id, item.customer_name, customer) == (None, "Zoe", None)


def test_an_invoice_whose_code_is_that_of_a_credit_note_is_one():
    data = document().replace(
        b"<cbc:IssueDate>", b"<cbc:InvoiceTypeCode>381</cbc:InvoiceTypeCode><cbc:IssueDate>"
    )
    item, _ = read_document(data, "x.xml")

    assert (item.kind, item.open_amount) == ("credit_note", -11_900)

"""CII invoices as plain XML and inside PDFs (Factur-X, ZUGFeRD 2): every amount exact, or an error with the file's name."""

from __future__ import annotations

import datetime as dt
import io
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

import recon_einvoice_items.plugin
from recon.api import ConfigurationError, UnreadableItems
from recon_einvoice_items.document import read_document

(SOURCE,) = recon_einvoice_items.plugin.recon_register_sources()
SPACE = "urn:un:unece:uncefact:data:standard:"
BUYER = """<r:ID>C100</r:ID><r:Name>Nordlicht &amp; Söhne KG</r:Name>
 <r:PostalTradeAddress><r:CountryID>DE</r:CountryID></r:PostalTradeAddress>"""


def document(number="INV-1", payable="119.00", code="380", currency="EUR", **more):
    total = more.get("total", payable)
    day = '<u:DateTimeString format="102">{}</u:DateTimeString>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<s:CrossIndustryInvoice xmlns:s="{SPACE}CrossIndustryInvoice:100" xmlns:r="{SPACE}ReusableAggregateBusinessInformationEntity:100" xmlns:u="{SPACE}UnqualifiedDataType:100">
 <s:ExchangedDocument><r:ID>{number}</r:ID><r:TypeCode>{code}</r:TypeCode>
  <r:IssueDateTime>{day.format(more.get("issued", "20260301"))}</r:IssueDateTime></s:ExchangedDocument>
 <s:SupplyChainTradeTransaction>
  <r:ApplicableHeaderTradeAgreement><r:SellerTradeParty><r:Name>We</r:Name></r:SellerTradeParty>
   <r:BuyerTradeParty>{more.get("buyer", BUYER)}</r:BuyerTradeParty>
   <r:BuyerOrderReferencedDocument><r:IssuerAssignedID>PO-7</r:IssuerAssignedID></r:BuyerOrderReferencedDocument>
  </r:ApplicableHeaderTradeAgreement>
  <r:ApplicableHeaderTradeSettlement><r:PaymentReference>RF18539007547034</r:PaymentReference>
   <r:InvoiceCurrencyCode>{currency}</r:InvoiceCurrencyCode>
   <r:SpecifiedTradePaymentTerms>{more.get("terms", "")}<r:DueDateDateTime>{day.format("20260331")}</r:DueDateDateTime></r:SpecifiedTradePaymentTerms>
   <r:SpecifiedTradeSettlementHeaderMonetarySummation>
    <r:TaxTotalAmount currencyID="EUR">19.00</r:TaxTotalAmount>
    <r:GrandTotalAmount>{total}</r:GrandTotalAmount><r:DuePayableAmount>{payable}</r:DuePayableAmount>
   </r:SpecifiedTradeSettlementHeaderMonetarySummation></r:ApplicableHeaderTradeSettlement>
 </s:SupplyChainTradeTransaction></s:CrossIndustryInvoice>""".encode()


def pdf(*attached, password=None):
    """Give a PDF of one page with attachments: name and content."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    for name, data in attached:
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def fetch(tmp_path):
    def read(files):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return SOURCE.fetch(None, {"folder": str(tmp_path)})

    return read


def test_an_invoice_is_an_item_with_what_is_payable_open():
    item, customer = read_document(document(total="219.00"), "a.xml")

    assert item == (
        "INV-1", "invoice", "INV-1", "C100", "Nordlicht & Söhne KG", "EUR", 21_900, 11_900,
        dt.date(2026, 3, 1), dt.date(2026, 3, 31), "RF18539007547034", "PO-7", None, None,
    )  # fmt: skip
    assert customer == ("C100", "Nordlicht & Söhne KG", "DE")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["380", "381", "384", "261", "326"]))
def test_every_amount_comes_through_and_the_code_says_its_sign(minor, code):
    sign = -1 if code in {"381", "261"} else 1
    text = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
    item, _ = read_document(document(payable=text, code=code), "x.xml")

    assert item.open_amount == sign * minor
    if minor:
        assert (item.kind == "credit_note") == (item.open_amount < 0)


def test_a_buyer_without_a_number_is_known_by_its_registration_else_by_name_alone():
    legal = "<r:Name>A</r:Name><r:SpecifiedLegalOrganization><r:ID>HRB 1</r:ID></r:SpecifiedLegalOrganization>"

    assert read_document(document(buyer=legal), "x.xml")[1] == ("HRB 1", "A", None)
    item, customer = read_document(document(buyer="<r:Name>A</r:Name>"), "x.xml")
    assert (item.customer_id, item.customer_name, customer) == (None, "A", None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (document(payable="1.234,00"), "DuePayableAmount: '1.234,00' is no amount"),
        (document(currency="EURO"), "no ISO 4217 currency"),
        (document(issued="01.03.2026"), "DateTimeString '01.03.2026' is no date"),
        (document(number=""), "it has no ID"),
        (document().replace(b"r:DuePayableAmount", b"r:Other"), "it has no DuePayableAmount"),
        (b'<x:CrossIndustryDocument xmlns:x="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "ZUGFeRD 1, which is not read"),
        (b"<Order/>", "Order is no invoice or credit note of UBL 2 or CII"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_the_file(data, says):
    with pytest.raises(UnreadableItems, match=re.escape(says)) as caught:
        read_document(data, "wrong.xml")
    assert caught.value.place.file == "wrong.xml"


@given(st.data())
def test_a_document_that_was_changed_anywhere_is_read_or_refused_and_never_breaks_us(data):
    whole = document()
    at = data.draw(st.integers(0, len(whole) - 1))
    until = data.draw(st.integers(at, min(len(whole), at + 60)))

    with suppress(UnreadableItems):
        read_document(whole[:at] + data.draw(st.binary(max_size=8)) + whole[until:], "x.xml")


def test_the_invoice_in_a_pdf_is_read_and_a_pdf_without_one_is_left_alone(fetch):
    items = fetch(
        {
            "a.pdf": pdf(("Factur-X.xml", document()), ("terms.txt", b"x")),
            "b.PDF": pdf(("xrechnung.xml", document("INV-2", "20.00", code="381"))),
            "letter.pdf": pdf(("table.xml", b"<table/>")),
            "c.xml": document("INV-3", "30.00"),
        }
    ).items

    assert items.select("number", "open_amount").rows() == [
        ("INV-1", 11_900),
        ("INV-2", -2_000),
        ("INV-3", 3_000),
    ]


@pytest.mark.parametrize("spoiled", [b"", b"%PDF-1.7\n", pdf()[:200], pdf(password="x")])
def test_a_pdf_that_cannot_be_read_stops_all_and_is_named(fetch, spoiled):
    with pytest.raises(UnreadableItems, match="the PDF cannot be read") as caught:
        fetch({"a.pdf": pdf(("factur-x.xml", document())), "wrong.pdf": spoiled})
    assert caught.value.place.file == "wrong.pdf"


def test_an_invoice_in_a_pdf_that_is_wrong_names_the_pdf(fetch):
    with pytest.raises(UnreadableItems, match="no XML") as caught:
        fetch({"a.pdf": pdf(("factur-x.xml", document()[:99]))})
    assert caught.value.place.file == "a.pdf"


def test_a_file_that_breaks_the_library_is_found_among_the_others(fetch, monkeypatch):
    from recon.api import ChildFailed
    from recon_einvoice_items import pdf as pdf_of

    asked = []

    def call(_function, payload):
        asked.append(len(payload))
        if b"bad" in payload:
            raise ChildFailed("it ran out of time", reason="cpu")
        return [{"fault": None, "attached": []} for _ in payload]

    monkeypatch.setattr(pdf_of, "call_in_child", call)
    with pytest.raises(UnreadableItems, match="out of time") as caught:
        fetch({"a.pdf": b"1", "b.pdf": b"bad", "c.pdf": b"3"})
    assert caught.value.place.file == "b.pdf"
    assert asked == [3, 1, 2, 1]


def test_without_the_library_the_extra_is_named(fetch, monkeypatch):
    monkeypatch.setattr("recon_einvoice_items.pdf._LIBRARY", "no_such_library")

    with pytest.raises(ConfigurationError) as caught:
        fetch({"a.pdf": pdf()})
    assert "cashrecon[einvoice]" in caught.value.hint

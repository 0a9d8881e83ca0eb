"""One UBL document to one open item and its customer. In: bytes and the file's name. Out: texts and minor units.

Source: OASIS UBL 2.1, Invoice and CreditNote, as EN 16931 and Peppol BIS Billing 3.0 use them (BT numbers in the names of
the business terms there).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from recon.api.xml_tree import parse_xml

if TYPE_CHECKING:
    import datetime as dt

    from recon.api.xml_tree import Element

_SPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMES: Final = {
    "a": f"{_SPACE}CommonAggregateComponents-2",
    "b": f"{_SPACE}CommonBasicComponents-2",
}
# The root tells what a document is; a credit note lowers what is owed.
_ROOTS: Final = {
    ("Invoice", f"{_SPACE}Invoice-2"): ("invoice", 1),
    ("CreditNote", f"{_SPACE}CreditNote-2"): ("credit_note", -1),
}
_PARTY: Final = "a:AccountingCustomerParty/a:Party"
_TOTAL: Final = "a:LegalMonetaryTotal"


class Item(NamedTuple):
    """An open item as its document tells it."""

    item_id: str
    kind: str
    number: str
    customer_id: str | None
    customer_name: str | None
    currency: str
    amount: int | None
    open_amount: int
    issue_date: dt.date | None
    due_date: dt.date | None
    payment_reference: str | None
    purchase_order: str | None


class Customer(NamedTuple):
    """The customer as the document names it."""

    customer_id: str
    name: str | None
    country: str | None


def read_document(data: bytes, name: str) -> tuple[Item, Customer | None]:
    """Read one invoice or credit note.

    Raises:
        UnreadableItems: it is no XML, none of the two, or what an item needs is missing or wrong.
    """
    document = parse_xml(data, name, _NAMES)
    root = (document.name, document.namespace)
    if root not in _ROOTS:
        raise document.wrong(
            f"{document.name} is no invoice or credit note of UBL 2",
            hint="the folder holds UBL documents alone",
        )
    kind, sign = _ROOTS[root]
    return _item(document, kind, sign), _customer(document)


def _item(document: Element, kind: str, sign: int) -> Item:
    number = document.needed("b:ID")
    currency = document.currency("b:DocumentCurrencyCode")
    customer = _customer(document)
    payable = document.amount(f"{_TOTAL}/b:PayableAmount", currency)
    if payable is None:
        raise document.wrong("it has no LegalMonetaryTotal/PayableAmount")
    total = document.amount(f"{_TOTAL}/b:TaxInclusiveAmount", currency)
    return Item(
        item_id=number,
        # A document of the other kind may have a negative sum: what is owed decides.
        kind=kind if payable >= 0 else "credit_note" if sign > 0 else "debit_note",
        number=number,
        customer_id=customer.customer_id if customer else None,
        customer_name=customer.name if customer else document.text(f"{_PARTY}//b:Name"),
        currency=currency,
        amount=None if total is None else sign * total,
        open_amount=sign * payable,
        issue_date=document.day("b:IssueDate"),
        # A credit note has its day with the means of payment.
        due_date=document.day("b:DueDate") or document.day("a:PaymentMeans/b:PaymentDueDate"),
        payment_reference=document.text("a:PaymentMeans/b:PaymentID"),
        purchase_order=document.text("a:OrderReference/b:ID"),
    )


def _customer(document: Element) -> Customer | None:
    """Find the customer: by the seller's own number of it, else by its registration, tax or electronic address."""
    found = document.first(
        f"{_PARTY}/a:PartyIdentification/b:ID",
        f"{_PARTY}/a:PartyLegalEntity/b:CompanyID",
        f"{_PARTY}/a:PartyTaxScheme/b:CompanyID",
        f"{_PARTY}/b:EndpointID",
    )
    if found is None:
        return None
    name = document.first(
        f"{_PARTY}/a:PartyLegalEntity/b:RegistrationName", f"{_PARTY}/a:PartyName/b:Name"
    )
    country = document.text(f"{_PARTY}/a:PostalAddress/a:Country/b:IdentificationCode")
    return Customer(found, name, country.upper() if country and len(country) == 2 else None)

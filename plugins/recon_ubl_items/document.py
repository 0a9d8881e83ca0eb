"""One UBL document to one open item and its customer. In: bytes and the file's name. Out: texts and minor units.

Source: OASIS UBL 2.1, Invoice and CreditNote, as EN 16931 and Peppol BIS Billing 3.0 use them (BT numbers in the names of
the business terms there).
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from lxml import etree

from recon.api import AmountError, Place, UnreadableItems, exponent, exponents, parse_minor

_SPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMES: Final = {
    "a": f"{_SPACE}CommonAggregateComponents-2",
    "b": f"{_SPACE}CommonBasicComponents-2",
}
# The root tells what a document is; a credit note lowers what is owed.
_ROOTS: Final = {
    f"{{{_SPACE}Invoice-2}}Invoice": ("invoice", 1),
    f"{{{_SPACE}CreditNote-2}}CreditNote": ("credit_note", -1),
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
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise UnreadableItems(f"no XML: {error.msg}", place=Place(name, error.lineno)) from None
    if root.tag not in _ROOTS:
        raise UnreadableItems(
            f"{etree.QName(root).localname} is no invoice or credit note of UBL 2",
            place=Place(name),
            hint="the folder holds UBL documents alone",
        )
    document = _Document(root, name)
    kind, sign = _ROOTS[root.tag]
    return _item(document, kind, sign), _customer(document)


def _item(document: _Document, kind: str, sign: int) -> Item:
    number = document.needed("b:ID")
    currency = document.needed("b:DocumentCurrencyCode").upper()
    if currency not in exponents():
        raise document.wrong(f"DocumentCurrencyCode {currency!r} is no ISO 4217 currency")
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


def _customer(document: _Document) -> Customer | None:
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


class _Document:
    """A document and the name of its file, for errors."""

    def __init__(self, root: etree._Element, name: str) -> None:
        self._root = root
        self._name = name

    def wrong(self, message: str) -> UnreadableItems:
        return UnreadableItems(message, place=Place(self._name))

    def text(self, path: str) -> str | None:
        """Give the text of the first element at a path, blanks around it removed; None where it holds nothing."""
        found = self._root.find(path, _NAMES)
        told = " ".join((found.text or "").split()) if found is not None else ""
        return told or None

    def first(self, *paths: str) -> str | None:
        return next((told for path in paths if (told := self.text(path)) is not None), None)

    def needed(self, path: str) -> str:
        told = self.text(path)
        if told is None:
            raise self.wrong(f"it has no {path.rsplit(':', maxsplit=1)[-1]}")
        return told

    def day(self, path: str) -> dt.date | None:
        told = self.text(path)
        if told is None:
            return None
        try:
            return dt.date.fromisoformat(told[:10])
        except ValueError:
            raise self.wrong(f"{path.rsplit(':', maxsplit=1)[-1]} {told!r} is no date") from None

    def amount(self, path: str, currency: str) -> int | None:
        """Give an amount in minor units; its own currency must be the document's."""
        element = self._root.find(path, _NAMES)
        told = self.text(path)
        if element is None or told is None:
            return None
        own = element.get("currencyID", currency).upper()
        if own != currency:
            raise self.wrong(
                f"{path.rsplit(':', maxsplit=1)[-1]} is in {own}, and the document in {currency}"
            )
        try:
            return parse_minor(told, exponent(currency))
        except AmountError as error:
            raise self.wrong(f"{path.rsplit(':', maxsplit=1)[-1]}: {error}") from None


def _parser() -> etree.XMLParser:
    """Make a parser that resolves nothing, loads nothing and keeps its limits."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )

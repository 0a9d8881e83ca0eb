"""One UBL document to one open item and its customer. In: a parsed document. Out: texts and minor units.

Source: OASIS UBL 2.1, Invoice and CreditNote, as EN 16931 and Peppol BIS Billing 3.0 use them (BT numbers in the names of
the business terms there).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon_einvoice_items.item import CREDIT_NOTES, Customer, Item, kind_of
from recon_einvoice_items.terms import best_discount, written_offers

if TYPE_CHECKING:
    from recon.api.xml_tree import Element

_SPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES: Final = {
    "a": f"{_SPACE}CommonAggregateComponents-2",
    "b": f"{_SPACE}CommonBasicComponents-2",
}
ROOTS: Final = frozenset(
    {("Invoice", f"{_SPACE}Invoice-2"), ("CreditNote", f"{_SPACE}CreditNote-2")}
)
_PARTY: Final = "a:AccountingCustomerParty/a:Party"
_TOTAL: Final = "a:LegalMonetaryTotal"


def read_ubl(document: Element) -> tuple[Item, Customer | None]:
    """Read one invoice or credit note; its root is one of `ROOTS`.

    Raises:
        UnreadableItems: what an item needs is missing or wrong.
    """
    return _item(document), _customer(document)


def _item(document: Element) -> Item:
    number = document.needed("b:ID")
    currency = document.currency("b:DocumentCurrencyCode")
    customer = _customer(document)
    payable = document.amount(f"{_TOTAL}/b:PayableAmount", currency)
    if payable is None:
        raise document.wrong("it has no LegalMonetaryTotal/PayableAmount")
    total = document.amount(f"{_TOTAL}/b:TaxInclusiveAmount", currency)
    # A credit note lowers what is owed.
    is_credit = document.name == "CreditNote" or document.text("b:InvoiceTypeCode") in CREDIT_NOTES
    sign = -1 if is_credit else 1
    issued = document.day("b:IssueDate")
    offers = written_offers(document.text("a:PaymentTerms/b:Note"), currency)
    discount = best_discount(offers, sign * payable, issued)
    return Item(
        item_id=number,
        kind=kind_of(sign * payable, is_credit_note=is_credit),
        number=number,
        customer_id=customer.customer_id if customer else None,
        customer_name=customer.name if customer else document.text(f"{_PARTY}//b:Name"),
        currency=currency,
        amount=None if total is None else sign * total,
        open_amount=sign * payable,
        issue_date=issued,
        # A credit note has its day with the means of payment.
        due_date=document.day("b:DueDate") or document.day("a:PaymentMeans/b:PaymentDueDate"),
        payment_reference=document.text("a:PaymentMeans/b:PaymentID"),
        purchase_order=document.text("a:OrderReference/b:ID"),
        discount_amount=discount.amount if discount else None,
        discount_until=discount.until if discount else None,
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

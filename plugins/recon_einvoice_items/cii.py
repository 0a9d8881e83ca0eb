"""One CII document to one open item and its customer. In: a parsed document. Out: texts and minor units.

Source: UN/CEFACT Cross Industry Invoice D16B and D22B, as EN 16931, Factur-X 1, ZUGFeRD 2 and XRechnung use it; the
profiles MINIMUM and BASIC WL have all that an item needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from recon_einvoice_items.item import CREDIT_NOTES, Customer, Item, kind_of

if TYPE_CHECKING:
    from recon.api.xml_tree import Element

_SPACE: Final = "urn:un:unece:uncefact:data:standard:"
NAMES: Final = {
    "s": f"{_SPACE}CrossIndustryInvoice:100",
    "r": f"{_SPACE}ReusableAggregateBusinessInformationEntity:100",
    "u": f"{_SPACE}UnqualifiedDataType:100",
}
ROOTS: Final = frozenset({("CrossIndustryInvoice", NAMES["s"])})
_HEAD: Final = "s:ExchangedDocument"
_DEAL: Final = "s:SupplyChainTradeTransaction"
_AGREED: Final = f"{_DEAL}/r:ApplicableHeaderTradeAgreement"
_SETTLED: Final = f"{_DEAL}/r:ApplicableHeaderTradeSettlement"
_SUMS: Final = f"{_SETTLED}/r:SpecifiedTradeSettlementHeaderMonetarySummation"
_BUYER: Final = f"{_AGREED}/r:BuyerTradeParty"
_DAY: Final = "u:DateTimeString"


def read_cii(document: Element) -> tuple[Item, Customer | None]:
    """Read one invoice or credit note; its root is one of `ROOTS`.

    Raises:
        UnreadableItems: what an item needs is missing or wrong.
    """
    number = document.needed(f"{_HEAD}/r:ID")
    currency = document.currency(f"{_SETTLED}/r:InvoiceCurrencyCode")
    payable = document.amount(f"{_SUMS}/r:DuePayableAmount", currency)
    if payable is None:
        raise document.wrong("it has no DuePayableAmount")
    total = document.amount(f"{_SUMS}/r:GrandTotalAmount", currency)
    is_credit = document.text(f"{_HEAD}/r:TypeCode") in CREDIT_NOTES
    sign = -1 if is_credit else 1
    customer = _customer(document)
    item = Item(
        item_id=number,
        kind=kind_of(sign * payable, is_credit_note=is_credit),
        number=number,
        customer_id=customer.customer_id if customer else None,
        customer_name=document.text(f"{_BUYER}/r:Name"),
        currency=currency,
        amount=None if total is None else sign * total,
        open_amount=sign * payable,
        issue_date=document.day(f"{_HEAD}/r:IssueDateTime/{_DAY}"),
        due_date=document.day(f"{_SETTLED}/r:SpecifiedTradePaymentTerms/r:DueDateDateTime/{_DAY}"),
        payment_reference=document.text(f"{_SETTLED}/r:PaymentReference"),
        purchase_order=document.text(
            f"{_AGREED}/r:BuyerOrderReferencedDocument/r:IssuerAssignedID"
        ),
    )
    return item, customer


def _customer(document: Element) -> Customer | None:
    """Find the customer: by the seller's own number of it, else by its global, registration, tax or electronic address."""
    found = document.first(
        f"{_BUYER}/r:ID",
        f"{_BUYER}/r:GlobalID",
        f"{_BUYER}/r:SpecifiedLegalOrganization/r:ID",
        f"{_BUYER}/r:SpecifiedTaxRegistration/r:ID",
        f"{_BUYER}/r:URIUniversalCommunication/r:URIID",
    )
    if found is None:
        return None
    country = document.text(f"{_BUYER}/r:PostalTradeAddress/r:CountryID")
    return Customer(
        found,
        document.text(f"{_BUYER}/r:Name"),
        country.upper() if country and len(country) == 2 else None,
    )

"""One CII document to one open item and its customer. In: a parsed document. Out: texts and minor units.

Source: UN/CEFACT Cross Industry Invoice D16B and D22B, as EN 16931, Factur-X 1, ZUGFeRD 2 and XRechnung use it; the
profiles MINIMUM and BASIC WL have all that an item needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from recon_einvoice_items.item import CREDIT_NOTES, Customer, Item, kind_of
from recon_einvoice_items.terms import Offer, best_discount, written_offers

if TYPE_CHECKING:
    import datetime as dt

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
_DAYS: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_PERCENT: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,4})?0*", re.ASCII)


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
    issued = document.day(f"{_HEAD}/r:IssueDateTime/{_DAY}")
    discount = best_discount(_offers(document, currency, issued), sign * payable, issued)
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
        issue_date=issued,
        due_date=document.day(f"{_SETTLED}/r:SpecifiedTradePaymentTerms/r:DueDateDateTime/{_DAY}"),
        payment_reference=document.text(f"{_SETTLED}/r:PaymentReference"),
        purchase_order=document.text(
            f"{_AGREED}/r:BuyerOrderReferencedDocument/r:IssuerAssignedID"
        ),
        discount_amount=discount.amount if discount else None,
        discount_until=discount.until if discount else None,
    )
    return item, customer


def _offers(document: Element, currency: str, issued: dt.date | None) -> list[Offer]:
    """Find the discounts, in elements of their own or in words; one that begins on another day is left out."""
    offers: list[Offer] = []
    for terms in document.every(f"{_SETTLED}/r:SpecifiedTradePaymentTerms"):
        offers += written_offers(terms.text("r:Description"), currency)
        for one in terms.every("r:ApplicableTradePaymentDiscountTerms"):
            days = one.text("r:BasisPeriodMeasure[@unitCode='DAY']")
            percent, begins = one.text("r:CalculationPercent"), one.day(f"r:BasisDateTime/{_DAY}")
            if days is None or percent is None or begins not in {None, issued}:
                continue
            if not _DAYS.fullmatch(days) or not _PERCENT.fullmatch(percent):
                raise one.wrong("the discount has no whole days or no percentage")
            offers.append(Offer(int(days), percent, one.amount("r:BasisAmount", currency)))
    return offers


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

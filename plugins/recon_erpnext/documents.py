"""Write an entry as payments of ERPNext. In: postings, and what ERPNext has of all they name. Out: Payment Entries; refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Share, format_minor, shares_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting

INVOICE: Final = "Sales Invoice"
SUBMITTED: Final = 1
_MORE: Final = "+"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go: the company, its cost centre for deductions, our accounts by ERPNext's."""

    company: str
    cost_center: str
    accounts: Mapping[str, str]


@dataclass(slots=True)
class Known:
    """What ERPNext has of all that a batch names.

    `receivable` is the company's usual account, `parts` are payments of these very entries by number and customer, and
    `undoes` maps the key that takes back to the key that is taken back.
    """

    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    receivable: str = ""
    parts: set[tuple[str, str]] = field(default_factory=set)
    undoes: dict[str, str] = field(default_factory=dict)


def part_reference(key: str) -> str:
    """Give the reference number of the payments that are made before an entry's last one."""
    return key + _MORE


def split(entry: Sequence[Posting], known: Known) -> list[Share]:
    """Split an entry by the customers of its invoices."""

    def customer_of(p: Posting) -> str:
        if p.role == "on_account":
            return p.customer_id if p.customer_id in known.customers else ""
        invoice = known.invoices.get(p.item_number or "")
        return str(invoice["customer"]) if invoice else ""

    return shares_of(entry, customer_of)


def payment_of(
    share: Share, cash: Posting, number: str, known: Known, places: Places
) -> dict[str, Any]:
    """Write the payment of a share."""
    paid = Decimal(format_minor(share.cash, cash.currency))
    first = share.settles[0].item_number if share.settles else None
    return {
        "docstatus": SUBMITTED,
        "payment_type": "Receive",
        "company": places.company,
        "posting_date": cash.date.isoformat(),
        "party_type": "Customer",
        "party": share.customer,
        "paid_from": known.invoices[first]["debit_to"] if first else known.receivable,
        "paid_to": places.accounts[cash.account],
        "paid_amount": paid,
        "received_amount": paid,
        "reference_no": number,
        "reference_date": cash.date.isoformat(),
        "custom_remarks": 1,
        "remarks": cash.line_id,
        "references": [
            {
                "reference_doctype": INVOICE,
                "reference_name": p.item_number,
                "allocated_amount": -_amount(p),
            }
            for p in share.settles
        ],
        "deductions": [
            {
                "account": places.accounts[p.account],
                "cost_center": places.cost_center,
                "amount": _amount(p),
            }
            for p in share.differences
        ],
    }


def refusal(entry: Sequence[Posting], known: Known, places: Places) -> str:
    """Say why ERPNext cannot hold an entry; '' if it can."""
    cash = [p for p in entry if p.role == "cash"]
    if len(cash) != 1 or cash[0].amount <= 0:
        return "an entry of ERPNext has one receipt"
    lacks = next((why for p in entry if (why := _unplaced(p, known, places))), "")
    if lacks:
        return lacks
    shares = split(entry, known)
    if any(share.cash <= 0 or not share.customer for share in shares):
        return "it cannot be split into a payment for each of its customers"
    if any(not share.settles for share in shares) and not known.receivable:
        return f"the company {places.company} has no usual receivable account"
    return ""


def _unplaced(p: Posting, known: Known, places: Places) -> str:
    """Say what a posting lacks in ERPNext; '' if nothing."""
    lacks = ""
    if p.role == "receivable":
        invoice = known.invoices.get(p.item_number or "")
        if invoice is None:
            lacks = f"ERPNext has no submitted invoice {p.item_number}"
        elif invoice["currency"] != p.currency:
            lacks = f"{p.item_number} is not in {p.currency}"
    elif p.role == "on_account":
        if p.customer_id not in known.customers:
            lacks = f"ERPNext has no customer {p.customer_id}"
    elif p.account not in places.accounts:
        lacks = f"no account of ERPNext is given for {p.account}"
    return lacks


def _amount(posting: Posting) -> Decimal:
    return Decimal(format_minor(posting.amount, posting.currency))

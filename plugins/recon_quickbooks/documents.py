"""Write an entry as documents of QuickBooks. In: postings, and what QuickBooks has of all they name. Out: payments, journal entries.

A payment is of one customer: it is linked to the invoices that it settles, to the credit notes that were netted, and to a journal
entry for discounts, charges and other differences; what is linked to nothing is unapplied money of the customer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Share, format_minor, shares_of
from recon.api.file_ledger import REVERSAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting

PAYMENT: Final = "Payment"
JOURNAL: Final = "JournalEntry"
# References of QuickBooks hold 21 characters.
_REFERENCE: Final = 20
# An entry of more customers is refused, so that all of its documents can be asked for by name.
MOST_SHARES: Final = 20
_NOTE: Final = "cashrecon"
TAKEN_BACK: Final = "U-"


@dataclass(slots=True)
class Known:
    """What QuickBooks has of all that a batch names; `parts` are documents of these very entries, by reference."""

    invoices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    undoes: dict[str, str] = field(default_factory=dict)


def reference_of(key: str, part: str = "") -> str:
    """Shorten a key to a reference; `part` tells the documents of one entry apart.

    The digits that are left are 68 to 80 bits of a hash.
    """
    plain = f"R-{key.removeprefix(REVERSAL)}" if key.startswith(REVERSAL) else key
    return (part + plain)[:_REFERENCE]


def payment_reference(key: str, at: int, count: int) -> str:
    """Give the reference of the payment of one share: that of the last one is the key's own."""
    return reference_of(key, "" if at == count - 1 else f"P{at}-")


def journal_reference(key: str, at: int) -> str:
    """Give the reference of the journal entry of one share."""
    return reference_of(key, f"J{at}-")


def key_in(payment: Mapping[str, Any]) -> str:
    """Read the whole key that stands in a payment's note; '' where none does."""
    words = str(payment.get("PrivateNote") or "").split()
    return words[words.index(_NOTE) + 1] if _NOTE in words[:-1] else ""


def split(entry: Sequence[Posting], known: Known) -> list[Share]:
    """Split an entry by the customers of its invoices and notes."""

    def customer_of(p: Posting) -> str:
        if p.role == "on_account":
            return p.customer_id if p.customer_id in known.customers else ""
        rows = documents(p, known) or known.invoices.get(p.item_number or "", [])
        return str(rows[0]["CustomerRef"]["value"]) if rows else ""

    return shares_of(entry, customer_of)


def documents(p: Posting, known: Known) -> list[dict[str, Any]]:
    """Give the invoices that a posting settles, or the credit notes that it uses up."""
    table = known.notes if p.amount > 0 else known.invoices
    return table.get(p.item_number or "", []) if p.role == "receivable" else []


def journal_of(
    share: Share, first: Posting, reference: str, accounts: Mapping[str, str]
) -> dict[str, Any] | None:
    """Write the journal entry of a share: its differences against what the customer owes; None where it has none."""
    if not share.differences:
        return None
    lines = [
        _journal_line(p.amount, p.currency, {"value": accounts[p.account]})
        for p in share.differences
    ]
    owed = _owed_account(share)
    total = difference(share)
    if total:
        line = _journal_line(-total, first.currency, {"value": accounts[owed]})
        customer = {"Type": "Customer", "EntityRef": {"value": share.customer}}
        line["JournalEntryLineDetail"]["Entity"] = customer
        lines.append(line)
    return {
        "DocNumber": reference,
        "TxnDate": first.date.isoformat(),
        "CurrencyRef": {"value": first.currency},
        "PrivateNote": f"{_NOTE} {first.entry_key} {first.line_id}",
        "Line": lines,
    }


def payment_of(
    share: Share,
    cash: Posting,
    reference: str,
    known: Known,
    places: tuple[Mapping[str, str], str | None],
) -> dict[str, Any]:
    """Write the payment of a share; `places` are our accounts by QuickBooks' ids, and the id of the share's journal entry."""
    accounts, journal = places
    lines = [
        {
            "Amount": _amount(p.amount, p.currency),
            "LinkedTxn": [
                {
                    "TxnId": documents(p, known)[0]["Id"],
                    "TxnType": "CreditMemo" if p.amount > 0 else "Invoice",
                }
            ],
        }
        for p in share.settles
    ]
    if journal and difference(share):
        linked = [{"TxnId": journal, "TxnType": JOURNAL}]
        lines.append({"Amount": _amount(difference(share), cash.currency), "LinkedTxn": linked})
    return {
        "CustomerRef": {"value": share.customer},
        "TotalAmt": _amount(share.cash, cash.currency),
        "TxnDate": cash.date.isoformat(),
        "PaymentRefNum": reference,
        "PrivateNote": f"{_NOTE} {cash.entry_key} {cash.line_id}",
        "DepositToAccountRef": {"value": accounts[cash.account]},
        "CurrencyRef": {"value": cash.currency},
        "Line": lines,
    }


def difference(share: Share) -> int:
    """Add up what a customer need not pay, minor units."""
    return sum(p.amount for p in share.differences)


def _owed_account(share: Share) -> str:
    """Give our account of what the customer owes."""
    return share.settles[0].account


def _journal_line(minor: int, currency: str, account: dict[str, str]) -> dict[str, Any]:
    detail: dict[str, Any] = {"PostingType": "Debit" if minor > 0 else "Credit"}
    return {
        "Amount": _amount(minor, currency),
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": detail | {"AccountRef": account},
    }


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(format_minor(abs(minor), currency))

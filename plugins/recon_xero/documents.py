"""Write an entry as documents of Xero. In: postings, and what Xero has of all they name. Out: payments and bank transactions.

An invoice is paid out of the bank account, and out of the account of a discount or charge (Xero lets payments be made out of any
account with "enable payments"); a credit note that was netted is refunded out of the bank account, so that the bank's sum is that
of the line. An allocation of a credit note would carry no reference, and be found by nobody; nor does an overpayment, so its line
is described by the key, and it never comes last.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from recon.api import format_minor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting

PAYMENTS: Final = "Payments"
BANK_TRANSACTIONS: Final = "BankTransactions"
# The reference of every document of an entry but the last: only the last one, with the key alone, says that all are there.
_MORE: Final = "+"
_REFUND: Final = "-"
RECEIVED: Final = "RECEIVE"
OVERPAID: Final = "RECEIVE-OVERPAYMENT"
_LONGEST: Final = 3_900
_SETTLES: Final = frozenset({"cash", "receivable", "on_account"})
_DAY: Final = re.compile(r"/Date\((\d+)")


@dataclass(slots=True)
class Known:
    """What Xero has of all that a batch names: by number, by account number, by code or id."""

    invoices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    undoes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Owed:
    """An invoice, and what of it is still to be paid."""

    number: str
    left: Decimal


class Document(NamedTuple):
    """One document: where it is sent, and what it is."""

    endpoint: str
    body: dict[str, Any]


def part_reference(key: str) -> str:
    """Give the reference of the documents that are made before an entry's last one."""
    return key + _MORE


def refund_reference(key: str) -> str:
    """Give the reference of the payment that refunds an entry's overpayment."""
    return key + _REFUND


def account_ref(place: str) -> dict[str, str]:
    """Name an account by its id where it is one (some bank accounts have no code), else by its code."""
    try:
        return {"AccountID": str(UUID(place))}
    except ValueError:
        return {"Code": place}


def amount_of(posting: Posting) -> Decimal:
    """Give the amount of a posting without its sign."""
    return Decimal(format_minor(abs(posting.amount), posting.currency))


def state_of(entry: Sequence[Posting], known: Known) -> str:
    """Give a digest of what is open of an entry's invoices and notes.

    It stands in the idempotency key, so that what was refused in one state is asked anew in another.
    """
    rows = [
        row
        for p in entry
        if p.role == "receivable"
        for row in (known.notes if p.amount > 0 else known.invoices)[p.item_number or ""]
    ]
    told = [(row.get("AmountDue"), row.get("RemainingCredit"), row.get("Status")) for row in rows]
    return hashlib.sha256(str(told).encode()).hexdigest()[:16]


def documents_of(
    entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]
) -> list[Document]:
    """Write the documents of an entry in the order in which they are sent; the last one carries the key alone."""
    (cash,) = [p for p in entry if p.role == "cash"]
    bank = account_ref(accounts[cash.account])
    day = cash.date.isoformat()
    paid = [
        Document(PAYMENTS, body | {"Date": day}) for body in _payments(entry, known, accounts, bank)
    ]
    received = [
        Document(BANK_TRANSACTIONS, body | {"BankAccount": bank, "Date": day})
        for p in entry
        if (body := _received(p, entry, known, accounts))
    ]
    received.sort(key=lambda one: one.body["Type"])
    # What is refused is most often a payment, and an overpayment can only be refunded: it goes before the last payment.
    documents = [*paid[:-1], *received, *paid[-1:]]
    last = len(documents) - 1
    for at, one in enumerate(documents):
        if one.body.get("Type") != OVERPAID:
            one.body["Reference"] = cash.entry_key if at == last else part_reference(cash.entry_key)
    return documents


def mark_of(endpoint: str, row: Mapping[str, Any], known: Known) -> tuple[str, str, str, Decimal]:
    """Tell a document of an entry from its others: by what it settles, out of what, and how much."""
    owner = row.get("Invoice") or row.get("CreditNote") or {}
    settles = str(owner.get("InvoiceID") or owner.get("CreditNoteID") or row.get("Type"))
    account = row.get("Account") or row.get("BankAccount") or {}
    place = known.accounts[str(account.get("AccountID") or account.get("Code"))]["AccountID"]
    amount = row.get("Amount")
    if amount is None:
        line = row["LineItems"][0]
        amount = line.get("LineAmount") or line["UnitAmount"]
    return endpoint, settles, str(place), Decimal(str(amount))


def refund_of(overpayment: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Write the refund of an overpayment (as a bank transaction) out of the account that it came into."""
    return {
        "Overpayment": {"OverpaymentID": overpayment["OverpaymentID"]},
        "Account": {"AccountID": overpayment["BankAccount"]["AccountID"]},
        "Date": day_of(overpayment).isoformat(),
        "Amount": Decimal(str(overpayment["Total"])),
        "Reference": refund_reference(key),
    }


def day_of(row: Mapping[str, Any]) -> dt.date:
    """Read the day of a document: Xero tells milliseconds since 1970, of midnight."""
    found = _DAY.search(str(row["Date"]))
    if found is None:
        return dt.date.fromisoformat(str(row["Date"])[:10])
    return dt.date(1970, 1, 1) + dt.timedelta(milliseconds=int(found[1]))


def key_in(overpayment: Mapping[str, Any]) -> str:
    """Read the key that describes an overpayment's line; '' where none does."""
    lines = overpayment.get("LineItems") or [{}]
    return str(lines[0].get("Description") or " ").partition(" ")[0]


def _received(
    p: Posting, entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]
) -> dict[str, Any] | None:
    """Write the bank transaction of a gain, or of money on account; None for any other posting."""
    is_gain = p.amount < 0 and p.role not in _SETTLES
    if not is_gain and p.role != "on_account":
        return None
    contact = known.contacts.get(p.customer_id or "") or contact_of(entry, known)
    text = (p.description or p.role)[:_LONGEST]
    line: dict[str, Any]
    if p.account in accounts:
        line = {"Description": text, "Quantity": 1, "UnitAmount": amount_of(p)}
        line |= {"AccountCode": accounts[p.account]}
    else:
        line = {"Description": f"{p.entry_key} {text}", "LineAmount": amount_of(p)}
    return {
        "Type": RECEIVED if p.account in accounts else OVERPAID,
        "Contact": {"ContactID": contact},
        "LineAmountTypes": "NoTax",
        "LineItems": [line],
    }


def _payments(
    entry: Sequence[Posting],
    known: Known,
    accounts: Mapping[str, str],
    bank: dict[str, str],
) -> list[dict[str, Any]]:
    """Pay the invoices out of discounts and charges first, then out of the bank account; refund the credit notes."""
    owed = [_Owed(p.item_number or "", amount_of(p)) for p in entry if _pays(p)]
    paid: list[dict[str, Any]] = []
    for p in entry:
        if p.role in _SETTLES or p.amount <= 0:
            continue
        paid += _drawn(owed, amount_of(p), account_ref(accounts[p.account]), known)
    paid += _drawn(owed, sum((one.left for one in owed), Decimal(0)), bank, known)
    for p in entry:
        if p.role == "receivable" and p.amount > 0:
            (note,) = known.notes[p.item_number or ""]
            body = {"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Account": bank}
            paid.append(body | {"Amount": amount_of(p)})
    return paid


def _drawn(
    owed: list[_Owed], amount: Decimal, account: dict[str, str], known: Known
) -> list[dict[str, Any]]:
    """Spend an amount on the invoices in turn."""
    paid: list[dict[str, Any]] = []
    for one in owed:
        part = min(one.left, amount)
        if part <= 0:
            continue
        one.left -= part
        amount -= part
        (invoice,) = known.invoices[one.number]
        body = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": account}
        paid.append(body | {"Amount": part})
    return paid


def _pays(posting: Posting) -> bool:
    return posting.role == "receivable" and posting.amount < 0


def contact_of(entry: Sequence[Posting], known: Known) -> str:
    """Give the contact of an entry's first invoice; '' where it has none."""
    for p in entry:
        if _pays(p):
            return str(known.invoices[p.item_number or ""][0]["Contact"]["ContactID"])
    return ""

"""Read what entries name in Xero, and say what is missing there. In: postings. Out: invoices, notes, contacts, accounts; refusals."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from recon.api import opposite_key
from recon_xero.documents import (
    BANK_TRANSACTIONS,
    PAYMENTS,
    Known,
    account_ref,
    amount_of,
    contact_of,
    documents_of,
    part_reference,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_xero.client import Xero

_OPEN: Final = frozenset({"AUTHORISED", "PAID"})


def look_up(xero: Xero, entries: Sequence[Sequence[Posting]]) -> Known:
    """Read all that the entries name in a handful of calls."""
    known = Known()
    every = [p for entry in entries for p in entry]
    numbers = sorted({p.item_number for p in every if p.item_number})
    for row in xero.find_by("Invoices", "InvoiceNumber", numbers):
        if row.get("Type") == "ACCREC" and row.get("Status") in _OPEN:
            known.invoices.setdefault(row["InvoiceNumber"], []).append(row)
    credited = sorted({p.item_number for p in every if p.item_number and p.amount > 0})
    for row in xero.find_by("CreditNotes", "CreditNoteNumber", credited):
        if row.get("Type") == "ACCRECCREDIT" and row.get("Status") in _OPEN:
            known.notes.setdefault(row["CreditNoteNumber"], []).append(row)
    customers = sorted({p.customer_id for p in every if p.customer_id and p.role == "on_account"})
    for row in xero.find_by("Contacts", "AccountNumber", customers):
        known.contacts[row["AccountNumber"]] = row["ContactID"]
    if entries:
        for row in xero.accounts():
            known.accounts |= {row["AccountID"]: row} | (
                {row["Code"]: row} if row.get("Code") else {}
            )
    known.undoes = _undoes(xero, entries, known)
    return known


def refusal(entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]) -> str:
    """Say why Xero cannot hold an entry; '' if it can."""
    cash = [p for p in entry if p.role == "cash"]
    if len(cash) != 1 or cash[0].amount <= 0:
        return "an entry of Xero has one receipt"
    if len({p.currency for p in entry}) > 1 or any(p.role == "fx_difference" for p in entry):
        return "Xero books exchange differences itself; post this one by hand"
    if sum(p.role == "on_account" for p in entry) > 1:
        return "an entry of Xero has one overpayment"
    lacks = next((why for p in entry if (why := _unplaced(p, known, accounts))), "")
    return lacks or _unpaid(entry, known, accounts) or _unbanked(entry, known, accounts)


def too_much(entry: Sequence[Posting], known: Known) -> str:
    """Say which invoice or note has less open than the entry takes of it; '' if none.

    What an earlier call made of this very entry is open to it.
    """
    own: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in known.parts.get(entry[0].entry_key, []):
        owner = row.get("Invoice") or row.get("CreditNote") or {}
        ident = str(owner.get("InvoiceID") or owner.get("CreditNoteID"))
        own[ident] += Decimal(str(row.get("Amount", 0)))
    for p in entry:
        if p.role != "receivable":
            continue
        (row,) = (known.notes if p.amount > 0 else known.invoices)[p.item_number or ""]
        left = row["RemainingCredit" if p.amount > 0 else "AmountDue"]
        ident = row["CreditNoteID" if p.amount > 0 else "InvoiceID"]
        if Decimal(str(left)) + own[ident] < amount_of(p):
            return f"only {left} of {p.item_number} are open"
    return ""


def _unplaced(p: Posting, known: Known, accounts: Mapping[str, str]) -> str:
    """Say what a posting lacks in Xero; '' if nothing."""
    lacks = ""
    if p.role == "receivable":
        what = "credit notes" if p.amount > 0 else "invoices"
        rows = (known.notes if p.amount > 0 else known.invoices).get(p.item_number or "", [])
        if len(rows) != 1:
            lacks = f"Xero has {len(rows) or 'no'} approved {what} {p.item_number}"
        elif rows[0].get("CurrencyCode") != p.currency:
            lacks = f"{p.item_number} is not in {p.currency}"
    elif p.role == "on_account" and p.account not in accounts:
        if p.customer_id not in known.contacts:
            lacks = f"Xero has no contact with the account number {p.customer_id}"
    elif p.account not in accounts:
        lacks = f"no account of Xero is given for {p.account}"
    else:
        lacks = _unfit(accounts[p.account], p, known)
    return lacks


def _unpaid(entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]) -> str:
    """Say why money for no invoice cannot be held; '' if it can, or if there is an invoice."""
    if contact_of(entry, known):
        return ""
    (rest, *_) = [p for p in entry if p.role == "on_account"] or entry
    if rest.account not in accounts:
        # An overpayment alone would carry no reference, and be found by nobody.
        return f"money for no invoice needs an account of Xero for {rest.account}"
    if rest.customer_id not in known.contacts:
        return f"Xero has no contact with the account number {rest.customer_id}"
    return ""


def _unbanked(entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]) -> str:
    """Say why money for no invoice cannot come into an account: payments go to more accounts than bank transactions do."""
    (cash,) = [p for p in entry if p.role == "cash"]
    place = accounts[cash.account]
    (named,) = account_ref(place).values()
    if known.accounts[named].get("Type") == "BANK":
        return ""
    received = any(d.endpoint == BANK_TRANSACTIONS for d in documents_of(entry, known, accounts))
    return (
        f"the account {place} of Xero is no bank account: it takes payments only"
        if received
        else ""
    )


def _unfit(place: str, p: Posting, known: Known) -> str:
    """Say why payments cannot be made out of an account; '' if they can."""
    (named,) = account_ref(place).values()
    row = known.accounts.get(named)
    if row is None:
        return f"Xero has no account {place}"
    takes = row.get("Type") == "BANK" or row.get("EnablePaymentsToAccount")
    if p.amount > 0 and not takes:
        return f"the account {place} of Xero is not enabled for payments"
    # Xero would turn the amount into the account's currency by a rate of its own, which is not the bank's line.
    held = row.get("CurrencyCode") or p.currency
    if held != p.currency:
        return f"the account {place} of Xero is in {held}, and the money in {p.currency}"
    return ""


def _undoes(xero: Xero, entries: Sequence[Sequence[Posting]], known: Known) -> dict[str, str]:
    """Map the entries that take a posted one back to the key of that one.

    Such an entry takes money out of the bank, and names the invoices or the customer of the one it takes back.
    """
    taking = [e for e in entries if any(p.role == "cash" and p.amount < 0 for p in e)]
    wanted = {entry[0].entry_key for entry in taking}
    named = [p for entry in taking for p in entry]
    invoices = sorted(
        row["InvoiceID"] for p in named for row in known.invoices.get(p.item_number or "", [])
    )
    contacts = sorted(
        known.contacts[p.customer_id] for p in named if p.customer_id in known.contacts
    )
    rows = xero.find_by(PAYMENTS, "Invoice.InvoiceID", invoices, are_ids=True)
    rows += xero.find_by(BANK_TRANSACTIONS, "Contact.ContactID", contacts, are_ids=True)
    keys = {str(row.get("Reference") or "").removesuffix(part_reference("")) for row in rows}
    return {opposite_key(key): key for key in keys if opposite_key(key) in wanted}

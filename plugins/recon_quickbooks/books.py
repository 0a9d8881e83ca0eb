"""Read what entries name in QuickBooks, and say what is missing there. In: postings. Out: invoices, notes, customers; refusals."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import format_minor, opposite_key
from recon_quickbooks.documents import (
    JOURNAL,
    MOST_SHARES,
    PAYMENT,
    TAKEN_BACK,
    Known,
    documents,
    journal_reference,
    key_in,
    payment_reference,
    reference_of,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api import Share
    from recon.api.file_ledger import Posting
    from recon_quickbooks.client import QuickBooks


# What the money of a payment may be put into.
_PURSES: Final = frozenset({"Bank", "Other Current Asset"})


def look_up(
    company: QuickBooks, entries: Sequence[Sequence[Posting]], accounts: Mapping[str, str]
) -> Known:
    """Read all that the entries name in a handful of calls."""
    known = Known()
    every = [p for entry in entries for p in entry]
    numbers = sorted({p.item_number for p in every if p.item_number})
    for row in company.find_by("Invoice", "DocNumber", numbers):
        known.invoices.setdefault(row["DocNumber"], []).append(row)
    credited = sorted({p.item_number for p in every if p.item_number and p.amount > 0})
    for row in company.find_by("CreditMemo", "DocNumber", credited):
        known.notes.setdefault(row["DocNumber"], []).append(row)
    customers = sorted({p.customer_id for p in every if p.customer_id and p.role == "on_account"})
    known.customers = {row["Id"] for row in company.find_by("Customer", "Id", customers)}
    places = sorted(
        {accounts[p.account] for p in every if p.role == "cash" and p.account in accounts}
    )
    known.accounts = {row["Id"]: row for row in company.find_by("Account", "Id", places)}
    known.undoes = _undoes(company, entries, known)
    return known


def look_up_parts(company: QuickBooks, entries: Sequence[Sequence[Posting]], known: Known) -> None:
    """Read what earlier calls made of entries that are several documents."""
    payments: list[str] = []
    journals: list[str] = []
    for entry in entries:
        key, shares = entry[0].entry_key, split(entry, known)
        count = len(shares)
        payments += [payment_reference(key, at, count) for at in range(count - 1)]
        journals += [journal_reference(key, at) for at in range(count) if shares[at].differences]
    for row in company.find_by(PAYMENT, "PaymentRefNum", payments):
        known.parts[row["PaymentRefNum"]] = row
    for row in company.find_by(JOURNAL, "DocNumber", journals):
        known.parts[row["DocNumber"]] = row


def refusal(entry: Sequence[Posting], known: Known, accounts: Mapping[str, str]) -> str:
    """Say why QuickBooks cannot hold an entry; '' if it can."""
    cash = [p for p in entry if p.role == "cash"]
    if len(cash) != 1 or cash[0].amount <= 0:
        return "an entry of QuickBooks has one receipt"
    if len({p.currency for p in entry}) > 1 or any(p.role == "fx_difference" for p in entry):
        return "QuickBooks books exchange differences itself; post this one by hand"
    lacks = next((why for p in entry if (why := _unplaced(p, known, accounts))), "")
    return lacks or _unsplit(split(entry, known), accounts)


def too_much(entry: Sequence[Posting], known: Known) -> str:
    """Say which invoice or note has less open than the entry takes of it; '' if none.

    What an earlier call made of this very entry is open to it.
    """
    key, count = entry[0].entry_key, len(split(entry, known))
    own: defaultdict[str, Decimal] = defaultdict(Decimal)
    for at in range(count - 1):
        for line in known.parts.get(payment_reference(key, at, count), {}).get("Line", []):
            own[line["LinkedTxn"][0]["TxnId"]] += Decimal(str(line["Amount"]))
    for p in entry:
        for row in documents(p, known):
            takes = Decimal(format_minor(abs(p.amount), p.currency))
            if Decimal(str(row["Balance"])) + own[row["Id"]] < takes:
                return f"only {row['Balance']} of {p.item_number} are open"
    return ""


def _unplaced(p: Posting, known: Known, accounts: Mapping[str, str]) -> str:
    """Say what a posting lacks in QuickBooks; '' if nothing."""
    lacks = ""
    if p.role == "receivable":
        rows = documents(p, known)
        what = "credit notes" if p.amount > 0 else "invoices"
        if len(rows) != 1:
            lacks = f"QuickBooks has {len(rows) or 'no'} {what} {p.item_number}"
        elif rows[0].get("CurrencyRef", {}).get("value", p.currency) != p.currency:
            lacks = f"{p.item_number} is not in {p.currency}"
    elif p.role == "on_account":
        if p.customer_id not in known.customers:
            lacks = f"QuickBooks has no customer with the id {p.customer_id}"
    elif p.account not in accounts:
        lacks = f"no account of QuickBooks is given for {p.account}"
    elif p.role == "cash":
        lacks = _unfit(accounts[p.account], p, known)
    return lacks


def _unfit(place: str, p: Posting, known: Known) -> str:
    """Say why money cannot be put into an account; '' if it can."""
    row = known.accounts.get(place)
    if row is None:
        return f"QuickBooks has no account with the id {place}"
    if row.get("AccountType", "Bank") not in _PURSES:
        return f"the account {place} of QuickBooks is no bank account"
    # QuickBooks would turn the amount into the account's currency by a rate of its own, which is not the bank's line.
    held = row.get("CurrencyRef", {}).get("value", p.currency)
    if held != p.currency:
        return f"the account {place} of QuickBooks is in {held}, and the money in {p.currency}"
    return ""


def _unsplit(shares: Sequence[Share], accounts: Mapping[str, str]) -> str:
    """Say why shares cannot be payments; '' if they can."""
    if len(shares) > MOST_SHARES or any(share.cash < 0 for share in shares):
        return "it cannot be split into a payment for each of its customers"
    for share in shares:
        if share.differences and not share.settles:
            return "a discount or charge needs an invoice of its customer"
        owed = share.settles[0].account if share.differences else ""
        if owed and owed not in accounts:
            return f"no account of QuickBooks is given for {owed}"
    return ""


def _undoes(
    company: QuickBooks, entries: Sequence[Sequence[Posting]], known: Known
) -> dict[str, str]:
    """Map the entries that take a posted one back to the key of that one ('' where that has begun).

    Such an entry takes money out of the bank, and names the invoices or the customer of the one it takes back.
    """
    taking = [e for e in entries if any(p.role == "cash" and p.amount < 0 for p in e)]
    wanted = {entry[0].entry_key: entry for entry in taking}
    begun = {reference_of(key, TAKEN_BACK): key for key in wanted}
    found = {
        begun[row["PaymentRefNum"]]: ""
        for row in company.find_by(PAYMENT, "PaymentRefNum", sorted(begun))
    }
    payers: set[str] = {
        p.customer_id for e in taking for p in e if p.customer_id in known.customers
    }
    for entry in taking:
        rows: list[dict[str, Any]] = [
            row for p in entry for row in known.invoices.get(p.item_number or "", [])
        ]
        payers |= {str(row["CustomerRef"]["value"]) for row in rows}
    for row in company.find_by(PAYMENT, "CustomerRef", sorted(payers)):
        key = key_in(row)
        if opposite_key(key) in wanted:
            found.setdefault(opposite_key(key), key)
    return found

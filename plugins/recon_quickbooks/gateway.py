"""An entry in QuickBooks: a payment a customer, linked to what it settles. In: postings. Out: what QuickBooks said.

Most entries are one payment. Where there are more documents, the payment with the entry's own reference is made last: a key is
found only when all are there, what was broken off is gone on with, and what was made of an entry that is refused half-way is
deleted again. Taking an entry back renames its last payment first and voids it last, so that this too can be gone on with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, opposite_key
from recon.api.file_ledger import REVERSAL
from recon.api.remote_ledger import Told
from recon_quickbooks.books import look_up, look_up_parts, refusal, too_much
from recon_quickbooks.documents import (
    JOURNAL,
    MOST_SHARES,
    PAYMENT,
    TAKEN_BACK,
    Known,
    documents,
    journal_of,
    journal_reference,
    key_in,
    payment_of,
    payment_reference,
    reference_of,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_quickbooks.client import QuickBooks

_WRITABLE: Final = (
    "Id",
    "SyncToken",
    "CustomerRef",
    "TotalAmt",
    "TxnDate",
    "DepositToAccountRef",
    "CurrencyRef",
    "ExchangeRate",
    "PrivateNote",
)
_NUMBERS: Final = ("TotalAmt", "ExchangeRate")


class QuickBooksGateway:
    """One company of QuickBooks Online."""

    # A request id is known for a while; only the look-up keeps an entry out for good.
    is_idempotent = False

    def __init__(self, company: QuickBooks, accounts: Mapping[str, str]) -> None:
        """Keep the connection, and our accounts by QuickBooks' ids."""
        self._company = company
        self._accounts = accounts
        self._known = Known()

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Find payments by reference; one that was taken back is found under both keys."""
        asked: dict[str, tuple[str, ...]] = {
            key: (
                reference_of(key),
                reference_of(opposite_key(key), TAKEN_BACK),
                reference_of(REVERSAL + key, TAKEN_BACK),
            )
            for key in keys
        }
        backs = {key: reference_of(key, TAKEN_BACK) for key in keys}
        references = sorted({*backs.values(), *(one for all_ in asked.values() for one in all_)})
        rows = self._company.find_by(PAYMENT, "PaymentRefNum", references)
        by_reference = {row["PaymentRefNum"]: row for row in rows}
        found: dict[str, str] = {}
        for key in keys:
            there = [by_reference[one] for one in asked[key] if one in by_reference]
            back = by_reference.get(backs[key])
            if back is not None and _is_void(back):
                there.append(back)
            if there:
                found[key] = f"{PAYMENT},{there[0]['Id']}"
        return found

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:
        """Read all that the entries name, and say which name something that QuickBooks does not have."""
        known = self._known = look_up(self._company, entries, self._accounts)
        new = [entry for entry in entries if entry[0].entry_key not in known.undoes]
        whys = {entry[0].entry_key: refusal(entry, known, self._accounts) for entry in new}
        held = [entry for entry in new if not whys[entry[0].entry_key]]
        look_up_parts(self._company, held, known)
        whys |= {entry[0].entry_key: too_much(entry, known) for entry in held}
        return {key: why for key, why in whys.items() if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Make the documents that are left, the payment with the key last; one that takes another back undoes that."""
        key = entry[0].entry_key
        if key in self._known.undoes:
            return self.undo(self._known.undoes[key], "", key)
        try:
            made = self._made(entry)
        except Declined as error:
            return self._roll_back(entry, str(error))
        return Told("accepted", None, f"{PAYMENT},{made['Id']}")

    def doubt(self, key: str, remote_id: str) -> str:
        """Ask whether the payment still stands, or is void where it was taken back."""
        rows = self._company.find_by(PAYMENT, "Id", [remote_id.partition(",")[2]])
        if not rows:
            return "it was deleted in QuickBooks"
        if rows[0].get("PaymentRefNum") == reference_of(key, TAKEN_BACK):
            return ""
        return "it was voided in QuickBooks" if _is_void(rows[0]) else ""

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:
        """Rename the last payment and part it from its invoices, void the others, delete journal entries, void it."""
        company, back = self._company, reference_of(as_key, TAKEN_BACK)
        wanted = [back, *([reference_of(key)] if key else [])]
        rows = company.find_by(PAYMENT, "PaymentRefNum", wanted)
        if not rows:
            return Told("rejected", "QuickBooks has no such payment any more")
        last = rows[0]
        remote_id = f"{PAYMENT},{last['Id']}"
        if _is_void(last):
            return Told("accepted", None, remote_id)
        key = key_in(last) or key
        try:
            if last["PaymentRefNum"] != back:
                last = company.update(PAYMENT, _bare(last) | {"PaymentRefNum": back, "Line": []})
            others = [reference_of(key, f"P{at}-") for at in range(MOST_SHARES)]
            for row in company.find_by(PAYMENT, "PaymentRefNum", others):
                self._void(row)
            self._delete_journals(key)
            self._void(last)
        except Declined as error:
            return Told("needs_confirmation", str(error), remote_id)
        return Told("accepted", None, remote_id)

    def _made(self, entry: Sequence[Posting]) -> dict[str, Any]:
        """Make the documents that are not there; gives the last payment."""
        known, key = self._known, entry[0].entry_key
        (cash,) = [p for p in entry if p.role == "cash"]
        shares = split(entry, known)
        # What is refused in one state of its invoices is asked anew in another.
        state = " ".join(
            f"{row['Id']}:{row['SyncToken']}" for p in entry for row in documents(p, known)
        )
        made: dict[str, Any] = {}
        for at, share in enumerate(shares):
            reference = journal_reference(key, at)
            journal = known.parts.get(reference)
            wanted = journal_of(share, cash, reference, self._accounts)
            if wanted and journal is None:
                journal = self._company.create(JOURNAL, wanted, f"{reference} {state}")
            reference = payment_reference(key, at, len(shares))
            if reference in known.parts:
                continue
            places = self._accounts, journal["Id"] if journal else None
            payment = payment_of(share, cash, reference, known, places)
            made = self._company.create(PAYMENT, payment, f"{reference} {state} {places[1]}")
        return made

    def _roll_back(self, entry: Sequence[Posting], reason: str) -> Told:
        """Delete what was made of a refused entry, so that it is there whole or not at all."""
        key = entry[0].entry_key
        try:
            others = [reference_of(key, f"P{at}-") for at in range(MOST_SHARES)]
            for row in self._company.find_by(PAYMENT, "PaymentRefNum", others):
                self._company.update(PAYMENT, _named(row), operation="delete")
            self._delete_journals(key)
        except Declined as error:
            return Told("needs_confirmation", f"{reason}; a part of it stays: {error}")
        return Told("rejected", reason)

    def _delete_journals(self, key: str) -> None:
        references = [journal_reference(key, at) for at in range(MOST_SHARES)]
        for row in self._company.find_by(JOURNAL, "DocNumber", references):
            self._company.update(JOURNAL, _named(row), operation="delete")

    def _void(self, payment: Mapping[str, Any]) -> None:
        """Void a payment: it stays, with nothing on it."""
        if not _is_void(payment):
            row = _named(payment) | {"sparse": True}
            self._company.update(PAYMENT, row, operation="update", include="void")


def _bare(payment: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of a payment is written again; numbers with a fraction are read as text, and are sent as numbers."""
    bare = {name: payment[name] for name in _WRITABLE if name in payment}
    return bare | {name: Decimal(str(bare[name])) for name in _NUMBERS if name in bare}


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"Id": row["Id"], "SyncToken": row["SyncToken"]}


def _is_void(payment: Mapping[str, Any]) -> bool:
    return not Decimal(str(payment["TotalAmt"])) and not payment.get("Line")

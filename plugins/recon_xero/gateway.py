"""An entry in Xero: payments of its invoices, and bank transactions for the rest. In: postings. Out: what Xero said.

Most entries are one payment. Where there are more documents, the last one made carries the entry's key as its reference and the
others the key with a plus: a key is found only when all are there, what was broken off is gone on with, and what was made of an
entry that Xero refuses half-way is deleted again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, opposite_key
from recon.api.file_ledger import REVERSAL
from recon.api.remote_ledger import Told
from recon_xero.books import look_up, refusal, too_much
from recon_xero.client import errors_of
from recon_xero.documents import (
    BANK_TRANSACTIONS,
    PAYMENTS,
    Document,
    Known,
    documents_of,
    part_reference,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_xero.client import Xero

_ID: Final = {PAYMENTS: "PaymentID", BANK_TRANSACTIONS: "BankTransactionID"}
_STANDS: Final = "AUTHORISED"
_DELETED: Final = "DELETED"
_OVERPAID: Final = "RECEIVE-OVERPAYMENT"


class XeroGateway:
    """One organisation of Xero."""

    # Its idempotency keys are forgotten after a while; only the look-up keeps an entry out for good.
    is_idempotent = False
    # Xero allows 60 calls a minute and 5,000 a day, and advises up to 50 documents a call.
    together = 50

    def __init__(self, xero: Xero, accounts: Mapping[str, str]) -> None:
        """Keep the connection, and our accounts by Xero's codes or ids."""
        self._xero = xero
        self._accounts = accounts
        self._known = Known()

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Find documents by their reference, and keys that take one back by what was deleted."""
        found: dict[str, str] = {}
        for endpoint, name in _ID.items():
            for row in self._xero.find_by(endpoint, "Reference", keys):
                found[row.get("Reference") or ""] = f"{endpoint},{row[name]}"
        for endpoint, name in _ID.items():
            if not set(keys) - set(found):
                break
            for row in self._xero.rows(endpoint, f'Status=="{_DELETED}"'):
                key = row.get("Reference") or ""
                for back in {opposite_key(key), REVERSAL + key} & set(keys):
                    found[back] = f"{endpoint},{row[name]}"
        return {key: found[key] for key in keys if key in found}

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:
        """Read all that the entries name, and say which name something that Xero does not have."""
        known = self._known = look_up(self._xero, entries)
        new = [entry for entry in entries if entry[0].entry_key not in known.undoes]
        whys = {entry[0].entry_key: refusal(entry, known, self._accounts) for entry in new}
        held = [entry for entry in new if not whys[entry[0].entry_key]]
        several = [
            entry[0].entry_key
            for entry in held
            if len(documents_of(entry, known, self._accounts)) > 1
        ]
        for endpoint, row in self._standing([part_reference(key) for key in several]):
            key = row["Reference"].removesuffix(part_reference(""))
            known.parts.setdefault(key, []).append(row | {"endpoint": endpoint})
        whys |= {entry[0].entry_key: too_much(entry, known) for entry in held}
        return {key: why for key, why in whys.items() if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Make the documents that are left, the last one alone; an entry that takes one back undoes that one."""
        key = entry[0].entry_key
        if key in self._known.undoes:
            return self.undo(self._known.undoes[key], "", key)
        documents = documents_of(entry, self._known, self._accounts)
        left = _left(documents[:-1], self._known.parts.get(key, []))
        last = documents[-1]
        state = state_of(entry, self._known)
        try:
            for endpoint in _ID:
                bodies = [one.body for one in left if one.endpoint == endpoint]
                if bodies:
                    self._xero.create(
                        endpoint, bodies, f"{part_reference(key)}{len(bodies)}-{state}"
                    )
            (made,) = self._xero.create(last.endpoint, [last.body], f"{key}-{state}")
        except Declined as error:
            return self._roll_back(key, str(error))
        return Told("accepted", None, f"{last.endpoint},{made[_ID[last.endpoint]]}")

    def joins(self, entry: Sequence[Posting]) -> bool:
        """Say whether an entry is one payment."""
        if entry[0].entry_key in self._known.undoes:
            return False
        documents = documents_of(entry, self._known, self._accounts)
        return [one.endpoint for one in documents] == [PAYMENTS]

    def send_together(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, Told]:
        """Make the payments of several entries in one call; each is judged alone."""
        known = self._known
        bodies = [documents_of(entry, known, self._accounts)[0].body for entry in entries]
        states = [(entry[0].entry_key, state_of(entry, known)) for entry in entries]
        key = hashlib.sha256(repr(states).encode()).hexdigest()
        try:
            rows = self._xero.create(PAYMENTS, bodies, key, each=True)
        except Declined:
            # What is wrong with the call as a whole is told of each.
            return {entry[0].entry_key: self.send(entry) for entry in entries}
        said: dict[str, Told] = {}
        for row in rows:
            wrong = errors_of(row)
            ident = f"{PAYMENTS},{row.get('PaymentID')}"
            told = Told("rejected", wrong) if wrong else Told("accepted", None, ident)
            said[str(row.get("Reference"))] = told
        silent = Told("unknown", "Xero did not say what became of it")
        return {entry[0].entry_key: said.get(entry[0].entry_key, silent) for entry in entries}

    def doubt(self, key: str, remote_id: str) -> str:  # noqa: ARG002 - asked by its id
        """Ask whether the last document still stands."""
        endpoint, _, ident = remote_id.partition(",")
        rows = self._xero.find_by(endpoint, _ID[endpoint], [ident], are_ids=True)
        stands = any(row.get("Status") == _STANDS for row in rows)
        return "" if stands else "it was deleted in Xero"

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:
        """Delete the documents, the last one at the end; an overpayment is refunded under the new key."""
        rows = self._standing([part_reference(key), key])
        rows.sort(key=lambda one: (one[1]["Reference"] == key, one[1].get("Type") == _OVERPAID))
        remote_id = ""
        try:
            for endpoint, row in rows:
                remote_id = f"{endpoint},{row[_ID[endpoint]]}"
                if row.get("Type") == _OVERPAID:
                    (made,) = self._xero.create(PAYMENTS, [_refund(row, as_key)], as_key)
                    remote_id = f"{PAYMENTS},{made['PaymentID']}"
                else:
                    self._xero.delete(endpoint, _ID[endpoint], row[_ID[endpoint]])
        except Declined as error:
            return Told("needs_confirmation", str(error))
        if not rows:
            return Told("rejected", "its documents were deleted in Xero")
        return Told("accepted", None, remote_id)

    def _standing(self, references: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
        """Read the documents with one of some references that are not deleted, with their endpoints."""
        return [
            (endpoint, row)
            for endpoint in _ID
            for row in self._xero.find_by(endpoint, "Reference", references)
            if row.get("Status") == _STANDS
        ]

    def _roll_back(self, key: str, reason: str) -> Told:
        """Delete what was made of a refused entry, so that it is there whole or not at all."""
        try:
            for endpoint, row in self._standing([part_reference(key)]):
                self._xero.delete(endpoint, _ID[endpoint], row[_ID[endpoint]])
        except Declined as error:
            return Told("needs_confirmation", f"{reason}; a part of it stays in Xero: {error}")
        return Told("rejected", reason)


def _left(documents: Sequence[Document], made: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Take away the documents that an earlier call made."""
    there = Counter(_mark(row["endpoint"], row) for row in made)
    left: list[Document] = []
    for one in documents:
        mark = _mark(one.endpoint, one.body)
        if there[mark]:
            there[mark] -= 1
        else:
            left.append(one)
    return left


def _mark(endpoint: str, row: Mapping[str, Any]) -> tuple[str, str, str, Decimal]:
    """Tell a document of an entry from its others: by what it settles, out of what, and how much."""
    owner = row.get("Invoice") or {}
    note = row.get("CreditNote") or {}
    account = row.get("Account") or row.get("BankAccount") or {}
    amount = row.get("Amount")
    if amount is None:
        lines = row.get("LineItems") or [{}]
        amount = lines[0].get("LineAmount") or lines[0].get("UnitAmount") or 0
    settles = str(owner.get("InvoiceID") or note.get("CreditNoteID") or row.get("Type"))
    place = str(account.get("Code") or account.get("AccountID"))
    return endpoint, settles, place, Decimal(str(amount))


def _refund(overpayment: Mapping[str, Any], as_key: str) -> dict[str, Any]:
    """Write the refund of an overpayment out of the account that it came into."""
    bank = {"AccountID": overpayment["BankAccount"]["AccountID"]}
    day = str(overpayment["DateString"])[:10]
    return {
        "Overpayment": {"OverpaymentID": overpayment["OverpaymentID"]},
        "Account": bank,
        "Date": day,
        "Amount": Decimal(str(overpayment["Total"])),
        "Reference": as_key,
    }

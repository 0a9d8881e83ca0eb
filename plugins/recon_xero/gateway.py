"""An entry in Xero: payments of its invoices, and bank transactions for the rest. In: postings. Out: what Xero said.

Most entries are one payment. Where there are more documents, the last one made carries the entry's key as its reference and the
others the key with a plus: a key is found only when all are there, what was broken off is gone on with, and what was made of an
entry that Xero refuses half-way is deleted again. Taking one back deletes the last one last, and refunds an overpayment.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, opposite_key
from recon.api.file_ledger import REVERSAL
from recon.api.remote_ledger import Told
from recon_xero.books import look_up, refusal, too_much
from recon_xero.client import errors_of
from recon_xero.documents import (
    BANK_TRANSACTIONS,
    OVERPAID,
    PAYMENTS,
    Document,
    Known,
    day_of,
    documents_of,
    key_in,
    mark_of,
    part_reference,
    refund_of,
    refund_reference,
    state_of,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_xero.client import Xero

_ID: Final = {PAYMENTS: "PaymentID", BANK_TRANSACTIONS: "BankTransactionID"}
_STANDS: Final = "AUTHORISED"
_DELETED: Final = "DELETED"


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
        days = {entry[0].entry_key: entry[0].date for entry in held if self._overpays(entry)}
        for row in self._overpayments(days):
            known.parts.setdefault(key_in(row), []).append(row | {"endpoint": BANK_TRANSACTIONS})
        whys |= {entry[0].entry_key: too_much(entry, known) for entry in held}
        return {key: why for key, why in whys.items() if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Make the documents that are left, the last one alone; an entry that takes one back undoes that one."""
        key = entry[0].entry_key
        if key in self._known.undoes:
            return self.undo(self._known.undoes[key], "", key)
        documents = documents_of(entry, self._known, self._accounts)
        left = _left(documents[:-1], self._known.parts.get(key, []), self._known)
        last = documents[-1]
        state = state_of(entry, self._known)
        try:
            for endpoint in _ID:
                bodies = [one.body for one in left if one.endpoint == endpoint]
                if bodies:
                    self._xero.create(endpoint, bodies, f"{endpoint}-{key}-{len(bodies)}-{state}")
            (made,) = self._xero.create(last.endpoint, [last.body], f"{key}-{state}")
        except Declined as error:
            return self._roll_back(key, entry[0].date, str(error))
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

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:  # noqa: ARG002 - asked by its reference
        """Refund the overpayment, delete the documents, the last one at the end."""
        rows = self._standing([part_reference(key), key])
        rows.sort(key=lambda one: one[1]["Reference"] == key)
        if not rows or rows[-1][1]["Reference"] != key:
            return Told("rejected", "its documents were deleted in Xero")
        endpoint, last = rows[-1]
        day = day_of(last)
        try:
            self._refund(key, day)
            for endpoint, row in rows:
                self._xero.delete(endpoint, _ID[endpoint], row[_ID[endpoint]])
        except Declined as error:
            return Told("needs_confirmation", str(error))
        return Told("accepted", None, f"{endpoint},{last[_ID[endpoint]]}")

    def _overpays(self, entry: Sequence[Posting]) -> bool:
        documents = documents_of(entry, self._known, self._accounts)
        return any(one.body.get("Type") == OVERPAID for one in documents)

    def _overpayments(self, days: Mapping[str, dt.date]) -> list[dict[str, Any]]:
        """Read the overpayments of entries, by key and day, that are not refunded; they carry no reference."""
        rows: list[dict[str, Any]] = []
        for day in sorted(set(days.values())):
            date = f"DateTime({day.year}, {day.month:02}, {day.day:02})"
            where = f'Type=="{OVERPAID}" AND Date=={date}'
            found = self._xero.rows(BANK_TRANSACTIONS, where)
            rows += [row for row in found if row.get("Status") == _STANDS and key_in(row) in days]
        references = sorted({refund_reference(key_in(row)) for row in rows})
        refunds = [row for _, row in self._standing(references)]
        gone = {(row.get("Overpayment") or {}).get("OverpaymentID") for row in refunds}
        return [row for row in rows if row["OverpaymentID"] not in gone]

    def _refund(self, key: str, day: dt.date) -> None:
        for row in self._overpayments({key: day}):
            once = f"refund-{row['OverpaymentID']}"
            self._xero.create(PAYMENTS, [refund_of(row, key)], once)

    def _standing(self, references: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
        """Read the documents with one of some references that are not deleted, with their endpoints."""
        return [
            (endpoint, row)
            for endpoint in _ID
            for row in self._xero.find_by(endpoint, "Reference", references)
            if row.get("Status") == _STANDS
        ]

    def _roll_back(self, key: str, day: dt.date, reason: str) -> Told:
        """Take back what was made of a refused entry, so that it is there whole or not at all."""
        try:
            self._refund(key, day)
            for endpoint, row in self._standing([part_reference(key)]):
                self._xero.delete(endpoint, _ID[endpoint], row[_ID[endpoint]])
        except Declined as error:
            return Told("needs_confirmation", f"{reason}; a part of it stays in Xero: {error}")
        return Told("rejected", reason)


def _left(
    documents: Sequence[Document], made: Sequence[Mapping[str, Any]], known: Known
) -> list[Document]:
    """Take away the documents that an earlier call made."""
    there = Counter(mark_of(row["endpoint"], row, known) for row in made)
    left: list[Document] = []
    for one in documents:
        mark = mark_of(one.endpoint, one.body, known)
        if there[mark]:
            there[mark] -= 1
        else:
            left.append(one)
    return left

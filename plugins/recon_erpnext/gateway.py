"""An entry in ERPNext: a submitted Payment Entry a customer, which references its Sales Invoices. In: postings. Out: what ERPNext said.

Each is made and submitted in one call, so it is there whole or not at all. The reference number of the last one is the entry's
key, of the others the key with a plus: a key is found only when all are there. Nothing in ERPNext keeps a second one with the same
number out, only the look-up does. An entry is taken back by cancelling its payments, the last one last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, opposite_key
from recon.api.file_ledger import REVERSAL
from recon.api.remote_ledger import Told
from recon_erpnext.documents import (
    INVOICE,
    SUBMITTED,
    Known,
    Places,
    part_reference,
    payment_of,
    refusal,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_erpnext.client import Erpnext

PAYMENT: Final = "Payment Entry"
_SUBMITTED, _CANCELLED = SUBMITTED, 2
_IN_FORCE: Final = ["docstatus", "=", _SUBMITTED]


class ErpnextGateway:
    """One site of ERPNext."""

    is_idempotent = False

    def __init__(self, site: Erpnext, places: Places) -> None:
        """Keep the connection and the places."""
        self._site = site
        self._places = places
        self._known = Known()

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Find payments by their number, and keys that take one back by what was cancelled."""
        done = ["docstatus", "in", [_SUBMITTED, _CANCELLED]]
        rows = self._site.find_by(PAYMENT, "reference_no", keys, ("name", "reference_no"), done)
        found = {row["reference_no"]: row["name"] for row in rows}
        if set(keys) - set(found):
            company = ["company", "=", self._places.company]
            gone = ["docstatus", "=", _CANCELLED]
            for row in self._site.search(PAYMENT, [company, gone], ("name", "reference_no")):
                key = row["reference_no"] or ""
                for back in {opposite_key(key), REVERSAL + key} & set(keys):
                    found[back] = row["name"]
        return found

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:
        """Read all that the entries name, and say which name something that ERPNext does not have."""
        known = self._known = self._looked_up([p for entry in entries for p in entry])
        new = [entry for entry in entries if entry[0].entry_key not in known.undoes]
        whys = {entry[0].entry_key: refusal(entry, known, self._places) for entry in new}
        several = [
            part_reference(entry[0].entry_key)
            for entry in new
            if not whys[entry[0].entry_key] and len(split(entry, known)) > 1
        ]
        fields = ("name", "reference_no", "party")
        for row in self._site.find_by(PAYMENT, "reference_no", several, fields, _IN_FORCE):
            known.parts.add((row["reference_no"], row["party"]))
        return {key: why for key, why in whys.items() if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Make and submit the payments that are left; an entry that takes one back cancels those."""
        key, known = entry[0].entry_key, self._known
        if key in known.undoes:
            return self.undo(known.undoes[key], "", key)
        (cash,) = [p for p in entry if p.role == "cash"]
        *others, last = split(entry, known)
        made: dict[str, Any] = {}
        try:
            for share in others:
                if (part_reference(key), share.customer) not in known.parts:
                    body = payment_of(share, cash, part_reference(key), known, self._places)
                    self._site.create(PAYMENT, body)
            made = self._site.create(PAYMENT, payment_of(last, cash, key, known, self._places))
        except Declined as error:
            return self._roll_back(key, str(error), several=bool(others))
        return Told("accepted", None, str(made["name"]))

    def doubt(self, key: str, remote_id: str) -> str:  # noqa: ARG002 - asked by its name
        """Ask whether the payment is still submitted."""
        rows = self._site.search(PAYMENT, [["name", "=", remote_id]], ("docstatus",))
        is_there = bool(rows) and int(rows[0]["docstatus"]) == _SUBMITTED
        return "" if is_there else "it was cancelled in ERPNext"

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:  # noqa: ARG002 - asked by its number
        """Cancel the payments, the one with the key last; their invoices are open again."""
        try:
            for number in (part_reference(key), key):
                for name in self._in_force(number):
                    self._site.cancel(PAYMENT, name)
                    remote_id = name
        except Declined as error:
            return Told("rejected", str(error))
        return Told("accepted", None, remote_id)

    def _looked_up(self, every: Sequence[Posting]) -> Known:
        site, known = self._site, Known()
        lines = sorted({p.line_id for p in every})
        for row in site.find_by(PAYMENT, "remarks", lines, ("reference_no",), _IN_FORCE):
            key = str(row["reference_no"] or "").removesuffix(part_reference(""))
            known.undoes[opposite_key(key)] = key
        numbers = sorted({p.item_number for p in every if p.item_number})
        fields = ("name", "customer", "outstanding_amount", "debit_to", "currency")
        for row in site.find_by(INVOICE, "name", numbers, fields, _IN_FORCE):
            known.invoices[row["name"]] = row
        payers = sorted({p.customer_id for p in every if p.customer_id and p.role == "on_account"})
        known.customers = {
            row["name"] for row in site.find_by("Customer", "name", payers, ("name",))
        }
        if known.customers:
            usual = ("default_receivable_account",)
            for row in site.find_by("Company", "name", [self._places.company], usual):
                known.receivable = str(row["default_receivable_account"] or "")
        return known

    def _in_force(self, number: str) -> list[str]:
        rows = self._site.find_by(PAYMENT, "reference_no", [number], ("name",), _IN_FORCE)
        return [str(row["name"]) for row in rows]

    def _roll_back(self, key: str, reason: str, *, several: bool) -> Told:
        """Cancel what was made of a refused entry, so that it is there whole or not at all."""
        try:
            for name in self._in_force(part_reference(key)) if several else ():
                self._site.cancel(PAYMENT, name)
        except Declined as error:
            return Told("needs_confirmation", f"{reason}; a part of it stays: {error}")
        return Told("rejected", reason)

"""An entry in ERPNext: a submitted Payment Entry that references its Sales Invoices. In: postings. Out: what ERPNext said.

It is made and submitted in one call, so it is there whole or not at all. Its reference number is the entry's key; nothing in
ERPNext keeps a second one with the same number out, only the look-up does. It is taken back by cancelling it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, format_minor, opposite_key
from recon.api.file_ledger import REVERSAL
from recon.api.remote_ledger import Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_erpnext.client import Erpnext

PAYMENT: Final = "Payment Entry"
INVOICE: Final = "Sales Invoice"
_SUBMITTED, _CANCELLED = 1, 2


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go: the company, its cost centre for deductions, our accounts by ERPNext's."""

    company: str
    cost_center: str
    accounts: Mapping[str, str]


@dataclass(slots=True)
class Known:
    """What ERPNext has of all that a batch names; `undoes` maps the key that takes back to the payment."""

    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    undoes: dict[str, str] = field(default_factory=dict)


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
        site, known = self._site, Known()
        self._known = known
        every = [p for entry in entries for p in entry]
        lines = sorted({p.line_id for p in every})
        named = ("name", "reference_no")
        rows = site.find_by(PAYMENT, "remarks", lines, named, ["docstatus", "=", _SUBMITTED])
        known.undoes = {opposite_key(row["reference_no"]): row["name"] for row in rows}
        numbers = sorted({p.item_number for p in every if p.item_number})
        fields = ("name", "customer", "outstanding_amount", "debit_to", "currency")
        for row in site.find_by(INVOICE, "name", numbers, fields, ["docstatus", "=", _SUBMITTED]):
            known.invoices[row["name"]] = row
        whys = ((entry[0].entry_key, self._lacks(entry)) for entry in entries)
        return {key: why for key, why in whys if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Make and submit the payment; an entry that takes one back cancels that one."""
        key = entry[0].entry_key
        if key in self._known.undoes:
            return self.undo("", self._known.undoes[key], key)
        try:
            made = self._site.create(PAYMENT, self._payment(entry))
        except Declined as error:
            return Told("rejected", str(error))
        return Told("accepted", None, str(made["name"]))

    def doubt(self, key: str, remote_id: str) -> str:  # noqa: ARG002 - asked by its name
        """Ask whether the payment is still submitted."""
        rows = self._site.search(PAYMENT, [["name", "=", remote_id]], ("docstatus",))
        is_there = bool(rows) and int(rows[0]["docstatus"]) == _SUBMITTED
        return "" if is_there else "it was cancelled in ERPNext"

    def undo(self, key: str, remote_id: str, as_key: str) -> Told:  # noqa: ARG002 - the name says it all
        """Cancel the payment; its invoices are open again."""
        try:
            self._site.cancel(PAYMENT, remote_id)
        except Declined as error:
            return Told("rejected", str(error))
        return Told("accepted", None, remote_id)

    def _payment(self, entry: Sequence[Posting]) -> dict[str, Any]:
        (cash,) = [p for p in entry if p.role == "cash"]
        settled = [p for p in entry if p.role == "receivable"]
        invoice = self._known.invoices[settled[0].item_number or ""]
        paid = _amount(cash)
        return {
            "docstatus": _SUBMITTED,
            "payment_type": "Receive",
            "company": self._places.company,
            "posting_date": cash.date.isoformat(),
            "party_type": "Customer",
            "party": invoice["customer"],
            "paid_from": invoice["debit_to"],
            "paid_to": self._places.accounts[cash.account],
            "paid_amount": paid,
            "received_amount": paid,
            "reference_no": cash.entry_key,
            "reference_date": cash.date.isoformat(),
            "custom_remarks": 1,
            "remarks": cash.line_id,
            "references": [
                {
                    "reference_doctype": INVOICE,
                    "reference_name": p.item_number,
                    "allocated_amount": -_amount(p),
                }
                for p in settled
            ],
            "deductions": [
                {
                    "account": self._places.accounts[p.account],
                    "cost_center": self._places.cost_center,
                    "amount": _amount(p),
                }
                for p in entry
                if p.role not in {"cash", "receivable", "on_account"}
            ],
        }

    def _lacks(self, entry: Sequence[Posting]) -> str:
        """Say why ERPNext cannot hold an entry as one payment; '' if it can."""
        if entry[0].entry_key in self._known.undoes:
            return ""
        invoices = self._known.invoices
        settled = [p for p in entry if p.role == "receivable"]
        found = [invoices[p.item_number] for p in settled if p.item_number in invoices]
        if len(found) < len(settled):
            gone = next(p.item_number for p in settled if p.item_number not in invoices)
            return f"ERPNext has no submitted invoice {gone}"
        if len({one["customer"] for one in found}) != 1:
            return "a payment of ERPNext is of one customer and for an invoice"
        if {one["currency"] for one in found} != {entry[0].currency}:
            return f"its invoices are not in {entry[0].currency}"
        known = self._places.accounts
        placed = (p.account for p in entry if p.role not in {"receivable", "on_account"})
        missing = [account for account in placed if account not in known]
        return f"no account of ERPNext is given for {missing[0]}" if missing else ""


def _amount(posting: Posting) -> Decimal:
    return Decimal(format_minor(posting.amount, posting.currency))

"""An entry in Odoo: a posted journal entry whose receivable lines settle invoices. In: postings. Out: what Odoo said.

Three steps, each a transaction of Odoo's: create the whole move as a draft, post it, match its receivable lines with the
invoices. Its reference is the entry's key, and a key is found only when all three are done, so what was broken off is gone on
with. Nothing in Odoo keeps a second move with one reference out; only the look-up does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon.api import Declined, format_minor, opposite_key
from recon.api.remote_ledger import Told
from recon_odoo.client import id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recon.api.file_ledger import Posting
    from recon_odoo.client import Odoo

_MOVE: Final = "account.move"
_LINE: Final = "account.move.line"
_POSTED: Final = ["state", "=", "posted"]
_RECEIVABLE: Final = ["account_id.account_type", "=", "asset_receivable"]
_ON_ACCOUNT: Final = "on account"
_REVERSAL: Final = "reversal"


@dataclass(slots=True)
class Known:
    """What Odoo has of all that a batch names."""

    invoices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    receivable_of: dict[int, int] = field(default_factory=dict)
    partners: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    undoes: dict[str, tuple[str, int]] = field(default_factory=dict)


class OdooGateway:
    """One database of Odoo."""

    is_idempotent = False

    def __init__(self, odoo: Odoo, journal: str, accounts: Mapping[str, str]) -> None:
        """Keep the connection, the code of the journal, and our accounts by Odoo's codes."""
        self._odoo = odoo
        self._journal = journal
        self._accounts = accounts
        self._known = Known()

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Find the posted moves whose receivable lines are all matched."""
        rows = self._odoo.find_by(_MOVE, "ref", keys, ("ref",), _POSTED)
        moves = {row["id"]: row["ref"] for row in rows}
        open_moves = {id_of(line["move_id"]) for line in self._open_lines(list(moves))}
        return {ref: f"{_MOVE},{move}" for move, ref in moves.items() if move not in open_moves}

    def refuse(self, entries: Sequence[Sequence[Posting]]) -> Mapping[str, str]:
        """Read all that the entries name, and say which name something that Odoo does not have."""
        odoo, known = self._odoo, Known()
        self._known = known
        every = [p for entry in entries for p in entry]
        lines = sorted({p.line_id for p in every})
        for row in odoo.find_by(_MOVE, "invoice_origin", lines, ("ref",), _POSTED):
            known.undoes[opposite_key(row["ref"])] = (row["ref"], row["id"])
        numbers = sorted({p.item_number for p in every if p.item_number})
        named = ("name", "partner_id", "amount_residual", "currency_id")
        kinds = ["move_type", "in", ["out_invoice", "out_refund"]]
        for row in odoo.find_by(_MOVE, "name", numbers, named, kinds, _POSTED):
            known.invoices.setdefault(row["name"], []).append(row)
        ids = [row["id"] for rows in known.invoices.values() for row in rows]
        for row in odoo.find_by(_LINE, "move_id", ids, ("move_id", "account_id"), _RECEIVABLE):
            known.receivable_of[id_of(row["move_id"])] = id_of(row["account_id"])
        codes = sorted({p.customer_id for p in every if p.customer_id})
        wanted = ("ref", "property_account_receivable_id")
        for row in odoo.find_by("res.partner", "ref", codes, wanted):
            known.partners[row["ref"]] = row
        codes = sorted(set(self._accounts.values()))
        for row in odoo.find_by("account.account", "code", codes, ("code",)):
            known.accounts[row["code"]] = row["id"]
        whys = ((entry[0].entry_key, self._lacks(entry)) for entry in entries)
        return {key: why for key, why in whys if why}

    def send(self, entry: Sequence[Posting]) -> Told:
        """Go through the steps that are left; an entry that takes one back undoes that one."""
        key = entry[0].entry_key
        if key in self._known.undoes:
            return self.undo(*self._known.undoes[key], key)
        left = self._odoo.find_by(_MOVE, "ref", [key], ("state",), ["state", "!=", "cancel"])
        try:
            move = left[0]["id"] if left else self._create(entry)
            if not left or left[0]["state"] == "draft":
                self._odoo.write(_MOVE, "action_post", ids=[move])
        except Declined as error:
            return Told("rejected", str(error))
        return self._matched(move)

    def doubt(self, key: str, remote_id: str) -> str:  # noqa: ARG002 - asked by its id
        """Add the lines of the move up."""
        move = int(remote_id.partition(",")[2])
        lines = self._odoo.find_by(_LINE, "move_id", [move], ("balance",))
        total = sum((Decimal(str(line["balance"])) for line in lines), Decimal(0))
        return f"its lines add up to {total}" if total or not lines else ""

    def undo(self, key: str, remote_id: str | int, as_key: str) -> Told:  # noqa: ARG002 - asked by its id
        """Part the invoices from their payment, and post the opposite move."""
        move = int(str(remote_id).rpartition(",")[2])
        odoo = self._odoo
        fields = ("name", "account_id", "partner_id", "debit", "credit", "date", "journal_id")
        lines = odoo.find_by(_LINE, "move_id", [move], (*fields, "account_type"))
        swapped = [
            {
                "name": _REVERSAL,
                "account_id": id_of(line["account_id"]),
                "partner_id": id_of(line["partner_id"]) if line["partner_id"] else False,
                "debit": Decimal(str(line["credit"])),
                "credit": Decimal(str(line["debit"])),
            }
            for line in lines
        ]
        receivable = [line["id"] for line in lines if line["account_type"] == "asset_receivable"]
        left = odoo.find_by(_MOVE, "ref", [as_key], ("state",), ["state", "!=", "cancel"])
        try:
            odoo.write(_LINE, "remove_move_reconcile", ids=receivable)
            if left:
                back = left[0]["id"]
            else:
                head = {"date": str(lines[0]["date"]), "journal_id": id_of(lines[0]["journal_id"])}
                back = self._create_move(head | {"ref": as_key}, swapped)
            if not left or left[0]["state"] == "draft":
                odoo.write(_MOVE, "action_post", ids=[back])
            opposite = odoo.find_by(_LINE, "move_id", [back], ("reconciled",), _RECEIVABLE)
            odoo.write(_LINE, "reconcile", ids=[*receivable, *(row["id"] for row in opposite)])
        except Declined as error:
            return Told("needs_confirmation", str(error))
        return Told("accepted", None, f"{_MOVE},{back}")

    def _create(self, entry: Sequence[Posting]) -> int:
        first = entry[0]
        (journal,) = self._odoo.find_by("account.journal", "code", [self._journal], ("code",))
        head = {
            "date": first.date.isoformat(),
            "journal_id": journal["id"],
            "ref": first.entry_key,
            "invoice_origin": first.line_id,
        }
        return self._create_move(head, [self._line(p) for p in entry if p.amount])

    def _create_move(self, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> int:
        rows = [[0, 0, dict(line)] for line in lines]
        vals = {"move_type": "entry", **head, "line_ids": rows}
        (made,) = self._odoo.write(_MOVE, "create", vals_list=[vals])
        return int(made)

    def _line(self, p: Posting) -> dict[str, Any]:
        amount = Decimal(format_minor(abs(p.amount), p.currency))
        account, partner, name = self._place(p)
        return {
            "name": name,
            "account_id": account,
            "partner_id": partner,
            "debit": amount if p.amount > 0 else Decimal(0),
            "credit": amount if p.amount < 0 else Decimal(0),
        }

    def _place(self, p: Posting) -> tuple[int, int | bool, str]:
        """Give account, partner (False: none) and label of a posting; the label of a receivable is its invoice."""
        known = self._known
        partner = known.partners.get(p.customer_id or "")
        if p.role == "receivable":
            (invoice,) = known.invoices[p.item_number or ""]
            return known.receivable_of[invoice["id"]], id_of(invoice["partner_id"]), invoice["name"]
        if p.account in self._accounts:
            label = _ON_ACCOUNT if p.role == "on_account" else p.description[:100]
            account = known.accounts[self._accounts[p.account]]
            return account, partner["id"] if partner else False, label
        assert partner is not None
        return id_of(partner["property_account_receivable_id"]), partner["id"], _ON_ACCOUNT

    def _matched(self, move: int) -> Told:
        """Match the receivable lines of a posted move with their invoices."""
        try:
            for line in self._open_lines([move]):
                kinds = ["move_type", "in", ["out_invoice", "out_refund"]]
                found = self._odoo.find_by(_MOVE, "name", [line["name"]], ("name",), kinds, _POSTED)
                ids = [row["id"] for row in found]
                self._odoo.write(_MOVE, "js_assign_outstanding_line", ids=ids, line_id=line["id"])
        except Declined as error:
            return Told(
                "needs_confirmation", f"posted, but not matched: {error}", f"{_MOVE},{move}"
            )
        if self._open_lines([move]):
            why = "posted, but its invoice does not take all of it"
            return Told("needs_confirmation", why, f"{_MOVE},{move}")
        return Told("accepted", None, f"{_MOVE},{move}")

    def _open_lines(self, moves: Sequence[int]) -> list[dict[str, Any]]:
        """Give receivable lines that are to settle an invoice and do not yet."""
        fields = ("move_id", "name")
        rule = (["reconciled", "=", False], _RECEIVABLE, ["name", "!=", _ON_ACCOUNT])
        return self._odoo.find_by(_LINE, "move_id", moves, fields, *rule)

    def _lacks(self, entry: Sequence[Posting]) -> str:
        """Say what an entry names that Odoo does not have; '' if nothing."""
        if entry[0].entry_key in self._known.undoes:
            return ""
        return next((why for p in entry if (why := self._unplaced(p))), "")

    def _unplaced(self, p: Posting) -> str:
        known = self._known
        lacks = ""
        if p.role == "receivable":
            found = known.invoices.get(p.item_number or "", [])
            if len(found) != 1:
                lacks = f"Odoo has {len(found) or 'no'} posted invoices {p.item_number}"
            elif abs(Decimal(str(found[0]["amount_residual"]))) < Decimal(
                format_minor(abs(p.amount), p.currency)
            ):
                lacks = f"only {found[0]['amount_residual']} of invoice {p.item_number} are open"
        elif p.account in self._accounts:
            code = self._accounts[p.account]
            lacks = "" if code in known.accounts else f"Odoo has no account with the code {code}"
        elif p.role == "on_account":
            there = p.customer_id in known.partners
            lacks = "" if there else f"Odoo has no partner with the reference {p.customer_id}"
        else:
            lacks = f"no account of Odoo is given for {p.account}"
        return lacks

"""What an entry means in Tryton: its invoices, parties, accounts and journals. In: Entries. Out: rows of a statement.

Cash becomes the origin of a statement (the bank's line), every other posting a line of it: related to an invoice, or on an
account. What has no counterpart in Tryton is refused before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from recon.api import format_minor
from recon_tryton.rpc import day, decimal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import dataframely as dy

    from recon.api import Entries
    from recon.api.file_ledger import Posting
    from recon_tryton.rpc import Rpc

_STATED: Final = 100


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go: our accounts of the chart to codes and journals of Tryton."""

    journal: str | None
    journals: Mapping[str, str]
    accounts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What Tryton has of all that some entries name; ids by number, code or name."""

    invoices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    parties: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    journals: dict[str, dict[str, Any]] = field(default_factory=dict)
    receivable: int | None = None


def look_up(rpc: Rpc, entries: dy.DataFrame[Entries], places: Places) -> Known:
    """Read all that these entries name, in a handful of calls."""
    known = Known(receivable=_usual_receivable(rpc))
    numbers = entries["item_number"].drop_nulls().unique().sort().to_list()
    named = ("number", "party", "account", "currency.code")
    out = ["type", "=", "out"], ["state", "in", ["posted", "paid"]]
    for row in rpc.find_by("account.invoice", "number", numbers, named, *out):
        known.invoices.setdefault(row["number"], []).append(row)
    codes = entries["customer_id"].drop_nulls().unique().sort().to_list()
    for row in rpc.find_by("party.party", "code", codes, ("code", "account_receivable")):
        known.parties[row["code"]] = row
    wanted = sorted(set(places.accounts.values()))
    for row in rpc.find_by("account.account", "code", wanted, ("code",)):
        known.accounts[row["code"]] = row["id"]
    fields = ("name", "currency.code", "account")
    for row in rpc.search_read("account.statement.journal", [], fields):
        known.journals[row["name"]] = row
    return known


def journal_of(postings: Sequence[Posting], places: Places) -> str:
    """Name the statement journal of an entry, '' where none is."""
    for posting in postings:
        if posting.role == "cash":
            return places.journals.get(posting.account, places.journal or "")
    return ""


def refusal(postings: Sequence[Posting], known: Known, places: Places) -> str:
    """Say why Tryton cannot hold an entry; '' if it can."""
    cash = [p for p in postings if p.role == "cash"]
    if len(cash) != 1:
        return f"an entry of Tryton has one posting of cash, not {len(cash)}"
    journal = known.journals.get(journal_of(postings, places))
    if journal is None:
        return f"Tryton has no statement journal for {cash[0].account}"
    currency = journal["currency."]["code"]
    for p in postings:
        if p.currency != currency:
            return f"the journal {journal['name']} is in {currency}, and a posting in {p.currency}"
        if why := _unplaced(p, known, places):
            return why
    return ""


def origin_of(postings: Sequence[Posting]) -> dict[str, Any]:
    """Write the bank's line: its number is the entry's key, its description the id of our line."""
    (cash,) = [p for p in postings if p.role == "cash"]
    return {
        "number": cash.entry_key,
        "date": day(cash.date),
        "amount": _amount(cash.amount, cash.currency),
        "description": cash.line_id,
    }


def lines_of(
    postings: Sequence[Posting], known: Known, places: Places, ids: tuple[int, int]
) -> list[dict[str, Any]]:
    """Write what the cash is for; `ids` are those of the statement and of the origin."""
    rows: list[dict[str, Any]] = []
    shared = _party_of(postings, known)
    for p in postings:
        if p.role == "cash" or not p.amount:
            continue
        row: dict[str, Any] = {
            "statement": ids[0],
            "origin": ids[1],
            "number": p.entry_key,
            "date": day(p.date),
            # Tryton counts a line as the bank does: what came in is positive.
            "amount": _amount(-p.amount, p.currency),
            "description": " ".join(p.description.split())[:_STATED],
        }
        if p.role == "receivable":
            invoice = known.invoices[p.item_number or ""][0]
            row |= {"party": invoice["party"], "account": invoice["account"]}
            row["related_to"] = f"account.invoice,{invoice['id']}"
        elif p.account in places.accounts:
            row |= {"party": shared, "account": known.accounts[places.accounts[p.account]]}
        else:
            party = known.parties[p.customer_id or ""]
            account = party.get("account_receivable") or known.receivable
            row |= {"party": party["id"], "account": account}
        rows.append(row)
    return rows


def _unplaced(p: Posting, known: Known, places: Places) -> str:
    """Say what a posting lacks in Tryton; '' if nothing."""
    lacks = ""
    if p.role == "receivable":
        found = len(known.invoices.get(p.item_number or "", []))
        if found != 1:
            lacks = f"Tryton has {found or 'no'} posted invoices with the number {p.item_number}"
    elif p.account in places.accounts:
        code = places.accounts[p.account]
        if code not in known.accounts:
            lacks = f"Tryton has no account with the code {code}"
    elif p.role == "on_account":
        party = known.parties.get(p.customer_id or "")
        if party is None:
            lacks = f"Tryton has no party with the code {p.customer_id}"
        elif not party.get("account_receivable") and known.receivable is None:
            lacks = "the party has no receivable account, and Tryton no usual one"
    elif p.role != "cash":
        lacks = f"no account of Tryton is given for {p.account}"
    return lacks


def _party_of(postings: Sequence[Posting], known: Known) -> int | None:
    """Give the one party of an entry's invoices, so that its moves are not torn apart."""
    parties = {
        int(known.invoices[p.item_number or ""][0]["party"])
        for p in postings
        if p.role == "receivable"
    }
    return parties.pop() if len(parties) == 1 else None


def _usual_receivable(rpc: Rpc) -> int | None:
    """Give the account that a party has whose record names none."""
    found = rpc.search_read("account.configuration", [], ("default_account_receivable",), limit=1)
    return found[0]["default_account_receivable"] if found else None


def _amount(minor: int, currency: str) -> dict[str, str]:
    return decimal(format_minor(minor, currency))

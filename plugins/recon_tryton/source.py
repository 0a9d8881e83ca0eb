"""Unpaid customer invoices of Tryton, with their parties. In: a session. Out: the books, as they are now.

Source: Tryton 8.0, models account.invoice, party.party and bank.account; `amount_to_pay` is what is open in the invoice's
own currency, negative for a credit note.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from recon.api import Place, UnreadableItems
from recon.api.remote_source import (
    PAGE,
    books_of,
    by_key,
    minor_units,
    read_all,
    text_of,
)
from recon_tryton.rpc import day, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.api import Books
    from recon_tryton.rpc import Rpc

_INVOICE: Final = "account.invoice"
_ACCOUNT: Final = "bank.account"
_INVOICES: Final = "Tryton invoices"
_ASKED: Final = (
    "number",
    "party",
    "currency.code",
    "total_amount",
    "amount_to_pay",
    "invoice_date",
    "lines_to_pay.maturity_date",
    "reference",
)
# Fields of another record come in a member of their own.
_TOLD: Final = tuple(
    f"{first}." if behind else first for first, _, behind in (one.partition(".") for one in _ASKED)
)
_ARCHIVED_TOO: Final = ("active", "in", (True, False))
_OLDEST_FIRST: Final = [["id", "ASC"]]


def fetch_books(rpc: Rpc, company: str | None, as_of: dt.date | None) -> Books:
    """Read what is open now, of what was issued up to a day.

    Raises:
        UnreadableItems: a record is missing or has a value that is none.
        ReconError: Tryton fails or cannot be reached.
    """
    domain: list[list[Any]] = [["type", "=", "out"], ["state", "=", "posted"]]
    if company is not None:
        domain.append(["company.rec_name", "=", company])
    if as_of is not None:
        domain.append(["invoice_date", "<=", day(as_of)])

    def page(last: int | None) -> list[dict[str, Any]]:
        behind = [*domain, ["id", ">", last or 0]]
        return rpc.search_read(_INVOICE, behind, _ASKED, order=_OLDEST_FIRST, limit=PAGE)

    rows = read_all(page, lambda: rpc.count(_INVOICE, domain), _TOLD, key="id", what=_INVOICES)
    ids = sorted({row["party"] for row in rows})
    fields = ("name", "code", "addresses.country.code")
    found = rpc.find_by("party.party", "id", ids, fields, _ARCHIVED_TOO)
    parties = by_key(found, ids, ("name", "code", "addresses."), key="id", what="Tryton parties")
    return books_of([_item(row, parties[row["party"]]) for row in rows], _customers(rpc, parties))


def _item(row: Mapping[str, Any], party: Mapping[str, Any]) -> dict[str, Any]:
    number, currency = str(row["number"]), str(row["currency."]["code"])
    due = [_day(one["maturity_date"], number) for one in row["lines_to_pay."]]
    total, left = (
        minor_units(_number(row[name], number), currency, number, _INVOICES)
        for name in ("total_amount", "amount_to_pay")
    )
    return {
        "item_id": str(row["id"]),
        "kind": "credit_note" if total < 0 else "invoice",
        "number": number,
        "customer_id": _code(party),
        "customer_name": text_of(party["name"]),
        "currency": currency,
        "amount": total,
        "open_amount": left,
        "issue_date": _day(row["invoice_date"], number),
        # Of several instalments, the first that is still open.
        "due_date": min((one for one in due if one is not None), default=None),
        "purchase_order": text_of(row["reference"]),
    }


def _customers(rpc: Rpc, parties: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    accounts: dict[int, list[str]] = {}
    domain = [["owners", "in", sorted(parties)]]
    asked = ("owners", "numbers.number")

    def page(last: int | None) -> list[dict[str, Any]]:
        behind = [*domain, ["id", ">", last or 0]]
        return rpc.search_read(_ACCOUNT, behind, asked, order=_OLDEST_FIRST, limit=PAGE)

    rows = read_all(
        page,
        lambda: rpc.count(_ACCOUNT, domain),
        ("owners", "numbers."),
        key="id",
        what="Tryton bank accounts",
    )
    for row in rows:
        for owner in row["owners"]:
            accounts.setdefault(owner, []).extend(str(one["number"]) for one in row["numbers."])
    return [
        {
            "customer_id": _code(party),
            "name": text_of(party["name"]),
            "country": _country(party),
            "accounts": accounts.get(ident, []),
        }
        for ident, party in parties.items()
    ]


def _code(party: Mapping[str, Any]) -> str:
    """Give the code, by which the ledger finds the party too."""
    return text_of(party["code"]) or f"party,{party['id']}"


def _country(party: Mapping[str, Any]) -> str | None:
    countries = (one.get("country.") for one in party["addresses."])
    return next((text_of(one["code"]) for one in countries if one), None)


def _number(value: Any, number: str) -> str:
    try:
        return number_of(value)
    except (TypeError, KeyError):
        raise UnreadableItems(
            f"{_INVOICES} {number}: {value!r} is no amount", place=Place(_INVOICES)
        ) from None


def _day(value: Any, number: str) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date(value["year"], value["month"], value["day"])
    except (TypeError, KeyError, ValueError):
        raise UnreadableItems(
            f"{_INVOICES} {number}: {value!r} is no day", place=Place(_INVOICES)
        ) from None

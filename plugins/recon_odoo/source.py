"""Open invoices and credit notes of Odoo, with their customers. In: a connection. Out: the books, as they are now.

Source: Odoo 19, models account.move, res.partner and res.partner.bank; `amount_residual` is what is open in the invoice's
own currency, without a sign.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from recon.api.remote_source import (
    PAGE,
    books_of,
    by_key,
    day_of,
    minor_units,
    read_all,
    text_of,
)
from recon_odoo.client import id_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from recon.api import Books
    from recon_odoo.client import Odoo

_MOVE: Final = "account.move"
_PARTNER: Final = "res.partner"
_BANK: Final = "res.partner.bank"
_INVOICES: Final = "Odoo invoices"
_CUSTOMERS: Final = "Odoo customers"
_FIELDS: Final = (
    "name",
    "move_type",
    "commercial_partner_id",
    "currency_id",
    "amount_total",
    "amount_residual",
    "invoice_date",
    "invoice_date_due",
    "payment_reference",
    "ref",
)
# A search leaves out what is archived, unless it speaks of it.
_ARCHIVED_TOO: Final = ("active", "in", (True, False))
_OF_PARTNER: Final = ("name", "ref", "country_code", "parent_id")


def fetch_books(odoo: Odoo, company: str | None, as_of: dt.date | None) -> Books:
    """Read what is open now, of what was issued up to a day.

    Raises:
        UnreadableItems: a record is missing or has a value that is none.
        ReconError: Odoo fails or cannot be reached.
    """
    domain: list[list[Any]] = [
        ["move_type", "in", ["out_invoice", "out_refund"]],
        ["state", "=", "posted"],
        ["amount_residual", "!=", 0],
    ]
    if company is not None:
        domain.append(["company_id.name", "=", company])
    if as_of is not None:
        domain.append(["invoice_date", "<=", as_of.isoformat()])
    moves = read_all(
        lambda last: odoo.search(_MOVE, _behind(domain, last), _FIELDS, PAGE),
        lambda: odoo.count(_MOVE, domain),
        _FIELDS,
        key="id",
        what=_INVOICES,
    )
    partners = _partners(odoo, {id_of(row["commercial_partner_id"]) for row in moves})
    codes = _codes(odoo, partners)
    named = {id_of(row["currency_id"]) for row in moves}
    currencies = _by_id(odoo, "res.currency", named, ("name",))
    return books_of(
        [_item(row, partners, codes, currencies) for row in moves],
        _customers(odoo, partners, codes),
    )


def _behind(domain: Sequence[Any], last: int | None) -> list[Any]:
    return [*domain, ["id", ">", last or 0]]


def _item(
    row: Mapping[str, Any],
    partners: Mapping[int, Mapping[str, Any]],
    codes: Mapping[int, str],
    currencies: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    number, partner = str(row["name"]), id_of(row["commercial_partner_id"])
    currency = str(currencies[id_of(row["currency_id"])]["name"])
    is_refund = row["move_type"] == "out_refund"
    sign = -1 if is_refund else 1
    total, left = (
        sign * minor_units(row[name], currency, number, _INVOICES)
        for name in ("amount_total", "amount_residual")
    )
    return {
        "item_id": str(row["id"]),
        "kind": "credit_note" if is_refund else "invoice",
        "number": number,
        "customer_id": codes[partner],
        "customer_name": text_of(partners[partner]["name"]),
        "currency": currency,
        "amount": total,
        "open_amount": left,
        "issue_date": day_of(row["invoice_date"], number, _INVOICES),
        "due_date": day_of(row["invoice_date_due"], number, _INVOICES),
        "payment_reference": text_of(row["payment_reference"]),
        "purchase_order": text_of(row["ref"]),
    }


def _partners(odoo: Odoo, wanted: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Read customers, and the companies that they belong to."""
    found = _by_id(odoo, _PARTNER, wanted, _OF_PARTNER)
    above = {id_of(row["parent_id"]) for row in found.values() if row["parent_id"]} - set(found)
    return found | _by_id(odoo, _PARTNER, above, _OF_PARTNER)


def _codes(odoo: Odoo, partners: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Give the id of each customer: its reference in Odoo, by which the ledger finds it too, where no other partner has it."""
    named = sorted({row["ref"] for row in partners.values() if row["ref"]})
    # Also those who owe nothing today: an id that changes with them would be another customer.
    rows = odoo.find_by(_PARTNER, "ref", named, ("ref",), _ARCHIVED_TOO)
    by_key(rows, named, (), key="ref", what=_CUSTOMERS)
    often = Counter(row["ref"] for row in rows)
    return {
        ident: str(row["ref"]) if often[row["ref"]] == 1 else f"{_PARTNER},{ident}"
        for ident, row in partners.items()
    }


def _customers(
    odoo: Odoo, partners: Mapping[int, Mapping[str, Any]], codes: Mapping[int, str]
) -> list[dict[str, Any]]:
    accounts: dict[int, list[str]] = {}
    domain = [["partner_id", "in", sorted(partners)]]
    fields = ("acc_number", "partner_id")
    rows = read_all(
        lambda last: odoo.search(_BANK, _behind(domain, last), fields, PAGE),
        lambda: odoo.count(_BANK, domain),
        fields,
        key="id",
        what="Odoo bank accounts",
    )
    for row in rows:
        accounts.setdefault(id_of(row["partner_id"]), []).append(str(row["acc_number"]))
    return [
        {
            "customer_id": codes[ident],
            "name": text_of(row["name"]),
            "country": text_of(row["country_code"]),
            "parent_customer_id": codes[id_of(row["parent_id"])]
            if row["parent_id"] and id_of(row["parent_id"]) in codes
            else None,
            "accounts": accounts.get(ident, []),
        }
        for ident, row in partners.items()
    ]


def _by_id(
    odoo: Odoo, model: str, wanted: Iterable[int], fields: Sequence[str]
) -> dict[int, Mapping[str, Any]]:
    """Read the records that others name, archived ones too."""
    ids = sorted(wanted)
    rows = odoo.find_by(model, "id", ids, fields, _ARCHIVED_TOO)
    return by_key(rows, ids, fields, key="id", what=f"Odoo {model}")

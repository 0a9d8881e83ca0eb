"""Open Sales Invoices and returns of ERPNext, with their customers. In: a site. Out: the books, as they are now.

Source: ERPNext, doctypes Sales Invoice, Customer and Bank Account; `outstanding_amount` is what is open in the currency of
the customer's account, negative for a return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from recon.api.remote_source import (
    PAGE,
    books_of,
    by_key,
    check_fields,
    day_of,
    minor_units,
    read_all,
    text_of,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from recon.api import Books
    from recon_erpnext.client import Erpnext

_INVOICE: Final = "Sales Invoice"
_CUSTOMER: Final = "Customer"
_ACCOUNT: Final = "Bank Account"
_INVOICES: Final = "ERPNext Sales Invoices"
_FIELDS: Final = (
    "customer",
    "customer_name",
    "currency",
    "party_account_currency",
    "grand_total",
    "rounded_total",
    "outstanding_amount",
    "is_return",
    "posting_date",
    "due_date",
    "po_no",
)
_OF_ACCOUNT: Final = ("party", "iban", "bank_account_no")


def fetch_books(site: Erpnext, company: str | None, as_of: dt.date | None) -> Books:
    """Read what is open now, of what was posted up to a day.

    Raises:
        UnreadableItems: a record is missing or has a value that is none.
        ReconError: ERPNext fails or cannot be reached.
    """
    filters: list[list[Any]] = [["docstatus", "=", 1], ["outstanding_amount", "!=", 0]]
    if company is not None:
        filters.append(["company", "=", company])
    if as_of is not None:
        filters.append(["posting_date", "<=", as_of.isoformat()])

    def page(last: str | None) -> list[dict[str, Any]]:
        behind = [] if last is None else [["name", ">", last]]
        return site.search(_INVOICE, [*filters, *behind], ("name", *_FIELDS), PAGE)

    rows = read_all(
        page, lambda: site.count(_INVOICE, filters), _FIELDS, key="name", what=_INVOICES
    )
    customers = sorted({str(row["customer"]) for row in rows})
    return books_of([_item(row) for row in rows], _customers(site, customers))


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    number, currency = str(row["name"]), str(row["party_account_currency"] or row["currency"])
    # Where rounding is off, the rounded total is zero or left out.
    total = row["rounded_total"] if _is_amount(row["rounded_total"]) else row["grand_total"]
    is_of_account = currency == row["currency"]
    return {
        "item_id": number,
        "kind": "credit_note" if row["is_return"] else "invoice",
        "number": number,
        "customer_id": str(row["customer"]),
        "customer_name": text_of(row["customer_name"]),
        "currency": currency,
        "amount": minor_units(total, currency, number, _INVOICES) if is_of_account else None,
        "open_amount": minor_units(row["outstanding_amount"], currency, number, _INVOICES),
        "issue_date": day_of(row["posting_date"], number, _INVOICES),
        "due_date": day_of(row["due_date"], number, _INVOICES),
        "purchase_order": text_of(row["po_no"]),
    }


def _customers(site: Erpnext, names: list[str]) -> list[dict[str, Any]]:
    rows = site.find_by(_CUSTOMER, "name", names, ("name", "customer_name"))
    customers = by_key(rows, names, ("customer_name",), key="name", what="ERPNext Customers")
    accounts: dict[str, list[str]] = {}
    of_customers = ["party_type", "=", _CUSTOMER], ["disabled", "=", 0]
    for row in site.find_by(_ACCOUNT, "party", names, _OF_ACCOUNT, *of_customers):
        check_fields(row, _OF_ACCOUNT, "ERPNext Bank Accounts")
        if number := row["iban"] or row["bank_account_no"]:
            accounts.setdefault(str(row["party"]), []).append(str(number))
    return [
        {
            "customer_id": name,
            "name": row["customer_name"] or name,
            "accounts": accounts.get(name, []),
        }
        for name, row in customers.items()
    ]


def _is_amount(value: Any) -> bool:
    return value is not None and str(value).strip("-0.") != ""

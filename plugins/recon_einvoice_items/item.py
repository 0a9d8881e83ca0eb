"""What an e-invoice says of one open item and its customer, whatever it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

# Codes of UNTDID 1001 that EN 16931 knows as credit notes.
CREDIT_NOTES: Final = frozenset(
    ("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532")
)


class Item(NamedTuple):
    """An open item as its document tells it, in minor units; a credit note is negative."""

    item_id: str
    kind: str
    number: str
    customer_id: str | None
    customer_name: str | None
    currency: str
    amount: int | None
    open_amount: int
    issue_date: dt.date | None
    due_date: dt.date | None
    payment_reference: str | None
    purchase_order: str | None
    discount_amount: int | None
    discount_until: dt.date | None


class Customer(NamedTuple):
    """The customer as the document names it."""

    customer_id: str
    name: str | None
    country: str | None


def kind_of(open_amount: int, *, is_credit_note: bool) -> str:
    """Give the kind: a document of the other kind may have a negative sum, and what is owed decides."""
    if open_amount < 0:
        return "credit_note"
    return "debit_note" if is_credit_note and open_amount else "invoice"

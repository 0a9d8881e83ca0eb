"""Lines, items and customers in comparable form: what the room `normalise` hands to the room `match`.

`line`, `item` and `customer` are row numbers, given in an order that does not depend on how the inputs came.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy


class ComparableLines(dy.Schema):
    """A row a line, numbered in order of time."""

    line = dy.Int64(primary_key=True, min=0)
    line_id = dy.String()
    account = dy.String(description="our account")
    amount = dy.Int64()
    currency = dy.String()
    booking_date = dy.Date()
    date = dy.Date(description="value date, else booking date")
    payer_account = dy.String(nullable=True, description="letters and digits only")
    payer_name = dy.String(nullable=True)
    payer_key = dy.String(nullable=True, description="name without legal form, words sorted")
    words = dy.String(description="name and remittance, folded to words")
    text = dy.String(description="remittance and references, folded, fields kept apart")
    booking_text = dy.String(description="booking text and remittance, folded")
    transaction_code = dy.String(description="upper case; '' if none")
    bank_transaction_code = dy.String(description="ISO 20022 code, upper case; '' if none")
    return_reason = dy.String(nullable=True, description="ISO 20022 reason of a return (AC04)")
    end_to_end_id = dy.String(nullable=True)
    structured_reference = dy.String(nullable=True)
    mandate = dy.String(nullable=True, description="of the direct debit; letters and digits only")
    is_reversal = dy.Bool()
    is_held = dy.Bool()
    is_own_account = dy.Bool(description="the other party's account is one of ours")
    is_disguised = dy.Bool(
        description="invisible characters or mixed scripts in name or remittance"
    )


class ComparableItems(dy.Schema):
    """A row an item."""

    item = dy.Int64(primary_key=True, min=0)
    item_id = dy.String()
    number = dy.String()
    customer = dy.Int64(nullable=True)
    currency = dy.String()
    kind = dy.String()
    issue_date = dy.Date(nullable=True)
    due_date = dy.Date(nullable=True)
    age_rank = dy.Int64(min=1, description="1 = first due")
    open = dy.Int64(description="open amount, minor units")
    discount = dy.Int64(min=0)
    discount_until = dy.Date(nullable=True)
    number_text = dy.String(description="the number, folded")


class ComparableCustomers(dy.Schema):
    """A row a customer."""

    customer = dy.Int64(primary_key=True, min=0)
    customer_id = dy.String()
    family = dy.Int64(description="row number of the topmost parent")


class CustomerNames(dy.Schema):
    """A row a name of a customer, aliases included."""

    customer = dy.Int64()
    name_key = dy.String()


class CustomerAccounts(dy.Schema):
    """A row a known account of a customer; one account may stand with several."""

    customer = dy.Int64()
    account = dy.String()


class LineKeys(dy.Schema):
    """A row a token, or a window of neighbouring tokens, of a receipt's text; rows may repeat."""

    line = dy.Int64()
    key = dy.String()
    span = dy.String(description="the text as read")
    chunks = dy.Int64(min=1, description="how many tokens were joined")
    scheme = dy.String(
        nullable=True, description="the structured reference that the token is by its check digits"
    )


class ItemKeys(dy.Schema):
    """A row a way in which an item may be quoted."""

    item = dy.Int64()
    key = dy.String()
    kind = dy.String(description="number, payment_reference, number_without_letters, ...")


class ClosedKeys(dy.Schema):
    """Numbers of items that were settled before; one that several customers had is a row each."""

    key = dy.String()
    customer = dy.Int64(nullable=True, description="whose it was; null: nobody of today's")
    is_told = dy.Bool(description="the books tell whose it was")


class Advised(dy.Schema):
    """A row an item that a remittance advice names for a line: payer or reference, total, currency and items agree."""

    line = dy.Int64(primary_key=True, min=0)
    item = dy.Int64(primary_key=True, min=0)
    advice_id = dy.String()
    reference_key = dy.String(
        description="the reference of the advice, letters and digits only; '' if none"
    )


@dataclass(frozen=True, slots=True)
class Comparable:
    """All tables of one run in comparable form."""

    lines: dy.DataFrame[ComparableLines]
    items: dy.DataFrame[ComparableItems]
    customers: dy.DataFrame[ComparableCustomers]
    names: dy.DataFrame[CustomerNames]
    accounts: dy.DataFrame[CustomerAccounts]
    line_keys: dy.DataFrame[LineKeys]
    item_keys: dy.DataFrame[ItemKeys]
    closed_keys: dy.DataFrame[ClosedKeys]
    advised: dy.DataFrame[Advised] | None = None

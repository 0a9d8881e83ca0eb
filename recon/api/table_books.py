"""The books' side from tables of text: open items, customers, closed items and our own accounts.

In: the columns of a table. Out: a frame of the contract, of every row, or an error that lists what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.api.table_columns import Wanted
from recon.frames.items import ClosedItems, Items
from recon.frames.parties import OwnAccounts, Parties

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dataframely as dy

    from recon.api.table import Reading
    from recon.api.table_columns import Columns

_CUSTOMER_COLUMNS = ("customer_id", "name", "country", "iban", "parent_customer_id", "aliases")


def wanted_of_items(reading: Reading, mapped: Mapping[str, str]) -> Wanted:
    """Say which columns open items have; a currency of all rows may stand in the options."""
    required = ["item_id", "number", "open_amount"]
    if reading.default_currency is None:
        required.append("currency")
    return Wanted(Items.column_names(), required, mapped)


def wanted_of_customers(mapped: Mapping[str, str]) -> Wanted:
    """Say which columns customers have."""
    return Wanted(_CUSTOMER_COLUMNS, ["customer_id"], mapped)


def wanted_of_closed(mapped: Mapping[str, str]) -> Wanted:
    """Say which columns closed items have."""
    return Wanted(ClosedItems.column_names(), ["number"], mapped)


def wanted_of_own_accounts(mapped: Mapping[str, str]) -> Wanted:
    """Say which columns our own accounts have."""
    return Wanted(OwnAccounts.column_names(), ["account"], mapped)


def build_items(columns: Columns) -> dy.DataFrame[Items]:
    """Build open items: amounts to minor units, the kind from its column or else from the sign.

    Raises:
        UnreadableItems: any cell is wrong, an item_id stands twice, or kind and sign contradict each other.
    """
    currency = columns.currencies("currency", is_required=True)
    item_id = columns.text("item_id", is_required=True)
    open_amount = columns.amounts("open_amount", currency, is_required=True)
    discount = columns.amounts("discount_amount", currency)
    columns.note(
        "discount_amount", discount < 0, "a discount is not negative", "write it without a sign"
    )
    _note_repeats(columns, "item_id", item_id)
    frame = pl.DataFrame(
        [
            item_id,
            _read_kinds(columns, open_amount),
            columns.text("number", is_required=True),
            columns.text("customer_id"),
            columns.text("customer_name"),
            currency,
            columns.amounts("amount", currency),
            open_amount,
            columns.dates("issue_date"),
            columns.dates("due_date"),
            columns.text("payment_reference"),
            discount,
            columns.dates("discount_until"),
            columns.text("purchase_order"),
        ]
    )
    columns.problems.check()
    return Items.validate(frame)


def build_customers(columns: Columns) -> dy.DataFrame[Parties]:
    """Build customers; several accounts or aliases are parted by `|`.

    Raises:
        UnreadableItems: a customer_id is missing or stands twice.
    """
    customer_id = columns.text("customer_id", is_required=True)
    _note_repeats(columns, "customer_id", customer_id)
    country = columns.text("country")
    columns.note(
        "country",
        ~country.str.contains("^[A-Z]{2}$"),
        "no country code",
        "write the two capital letters of ISO 3166, such as DE",
    )
    frame = pl.DataFrame(
        [
            customer_id,
            columns.text("name"),
            country,
            columns.text("parent_customer_id"),
            _split(columns.text("iban").str.replace_all(r"\s", "")).alias("accounts"),
            _split(columns.text("aliases")),
        ]
    )
    columns.problems.check()
    return Parties.validate(frame)


def build_closed(columns: Columns) -> dy.DataFrame[ClosedItems]:
    """Build items that were settled before; only their number must be there.

    Raises:
        UnreadableItems: any cell is wrong.
    """
    currency = columns.currencies("currency", is_required=False)
    frame = pl.DataFrame(
        [
            columns.text("number", is_required=True),
            columns.text("customer_id"),
            currency,
            columns.amounts("amount", currency),
        ]
    )
    columns.problems.check()
    return ClosedItems.validate(frame)


def build_own_accounts(columns: Columns) -> dy.DataFrame[OwnAccounts]:
    """Build our own accounts, blanks removed; the currency may be left out.

    Raises:
        UnreadableItems: an account is missing or stands twice, or a currency is none.
    """
    account = columns.text("account", is_required=True).str.replace_all(r"\s", "")
    _note_repeats(columns, "account", account)
    currency = columns.text("currency")
    if "currency" in columns.positions:
        columns.currencies("currency", is_required=False)
    columns.problems.check()
    return OwnAccounts.validate(pl.DataFrame([account, currency]))


def _read_kinds(columns: Columns, open_amount: pl.Series) -> pl.Series:
    by_sign = pl.select(
        pl.when(open_amount < 0).then(pl.lit("credit_note")).otherwise(pl.lit("invoice"))
    ).to_series()
    given = columns.text("kind").str.to_lowercase().str.replace_all("[ -]", "_")
    kinds = pl.select(pl.coalesce(given, by_sign)).to_series().alias("kind")
    columns.note(
        "kind",
        ~kinds.is_in(["invoice", "credit_note", "debit_note"]),
        "no kind of item",
        "write invoice, credit_note or debit_note, or leave the column out: then the sign decides",
    )
    is_credit = kinds == "credit_note"
    columns.note(
        "open_amount",
        is_credit & (open_amount > 0),
        "a credit note is negative",
        "write what we owe with a minus sign",
    )
    columns.note(
        "open_amount",
        ~is_credit & kinds.is_in(["invoice", "debit_note"]) & (open_amount < 0),
        "an invoice or debit note is not negative",
        "write credit_note as its kind, or leave the kind out: then the sign decides",
    )
    return kinds


def _note_repeats(columns: Columns, name: str, ids: pl.Series) -> None:
    lines = columns.table.lines
    columns.note(
        name,
        ~ids.is_first_distinct() & ids.is_not_null(),
        lambda row: f"stands already on line {lines[(ids == ids[row]).arg_true()[0]]}",
        "an id names one row; if the file lists the lines of an invoice, add them up",
    )


def _split(text: pl.Series) -> pl.Series:
    parts = text.fill_null("").str.split("|")
    trimmed = parts.list.eval(pl.element().str.strip_chars())
    return trimmed.list.eval(pl.element().filter(pl.element() != "")).list.unique(
        maintain_order=True
    )

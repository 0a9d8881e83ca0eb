"""Number lines, items and customers, and bring their texts into comparable form, once for all stages.

Inputs are sorted by what they are, so that the order in which they came can decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.frames.comparable import (
    ClosedKeys,
    Comparable,
    ComparableItems,
    ComparableLines,
    ItemKeys,
    LineKeys,
)
from recon.normalise.accounts import is_own_account
from recon.normalise.customers import customer_tables
from recon.normalise.parties import name_key, name_words
from recon.normalise.references import FIELD_BREAK, item_keys, letters_of, line_keys, whole_keys
from recon.normalise.structured import other_forms, recognise, scheme_of
from recon.normalise.text import compact, fold, is_disguised, mandate_key
from recon.threads import side_by_side

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import ComparableCustomers, CustomerAccounts, CustomerNames
    from recon.frames.items import ClosedItems, Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties


def prepare(
    lines: dy.DataFrame[Lines],
    items: dy.DataFrame[Items],
    parties: dy.DataFrame[Parties],
    closed: dy.DataFrame[ClosedItems],
    own_accounts: pl.Series,
) -> Comparable:
    """Build the comparable tables of one run.

    Args:
        lines: all distinct lines.
        items: all open items.
        parties: customers; those that only the items name are added.
        closed: items settled before.
        own_accounts: our accounts, as given and as seen in the feed.
    """
    comparable, quoted = side_by_side(
        lambda: comparable_lines(lines, own_accounts), lambda: _quotable(items, parties, closed)
    )
    receipts = comparable.filter(pl.col("amount") > 0).select("line", "text")
    of_lines, (of_items, of_closed) = side_by_side(
        lambda: recognise(line_keys(receipts, quoted.letters)),
        lambda: (
            item_keys(quoted.texts),
            _closed_keys(quoted.closed_texts, closed, quoted.customers),
        ),
    )
    return Comparable(
        lines=comparable,
        items=quoted.items,
        customers=quoted.customers,
        names=quoted.names,
        accounts=quoted.accounts,
        line_keys=LineKeys.validate(of_lines),
        item_keys=ItemKeys.validate(of_items),
        closed_keys=of_closed,
    )


@dataclass(frozen=True, slots=True)
class _Quotable:
    """Whose items there are, and by what: texts and closed_texts of item, text, role; letters that such numbers have."""

    customers: dy.DataFrame[ComparableCustomers]
    names: dy.DataFrame[CustomerNames]
    accounts: dy.DataFrame[CustomerAccounts]
    items: dy.DataFrame[ComparableItems]
    texts: pl.DataFrame
    closed_texts: pl.DataFrame
    letters: pl.Series


def _quotable(
    items: dy.DataFrame[Items], parties: dy.DataFrame[Parties], closed: dy.DataFrame[ClosedItems]
) -> _Quotable:
    customers, names, accounts = customer_tables(items, parties)
    numbered, texts = _items(items, customers)
    closed_texts = _closed_texts(closed)
    quoted = [texts["text"], closed_texts["text"], fold(customers["customer_id"])]
    letters = letters_of(pl.concat(part.rename("text") for part in quoted))
    return _Quotable(customers, names, accounts, numbered, texts, closed_texts, letters)


def comparable_lines(
    lines: dy.DataFrame[Lines], own_accounts: pl.Series
) -> dy.DataFrame[ComparableLines]:
    """Put lines into comparable form, their row numbers in the order of time."""
    fields = ["remittance", "structured_reference", "end_to_end_id", "customer_reference"]
    shown = pl.concat_str(pl.col("payer_name").fill_null(""), pl.col("remittance"), separator=" ")
    # Row numbers follow time, so that of equal payments the earlier line comes first.
    ordered = lines.sort("booking_date", "value_date", "file", "record", "line_id", nulls_last=True)
    table = ordered.with_columns(
        line=pl.int_range(pl.len(), dtype=pl.Int64),
        date=pl.coalesce("value_date", "booking_date"),
        payer_account=compact(pl.col("payer_account")),
        mandate=mandate_key(pl.col("mandate_id")),
        transaction_code=pl.col("transaction_code").fill_null("").str.to_uppercase(),
        bank_transaction_code=pl.col("bank_transaction_code").fill_null("").str.to_uppercase(),
        text=pl.concat_str([pl.col(name).fill_null("") for name in fields], separator=FIELD_BREAK),
        words=shown,
        booking_text=pl.concat_str(
            pl.col("transaction_text").fill_null(""), pl.col("remittance"), separator=" "
        ),
        is_disguised=is_disguised(shown),
    ).with_columns(
        is_own_account=is_own_account(pl.col("payer_account"), own_accounts).fill_null(value=False)
    )
    text, words, booking_text = side_by_side(
        lambda: fold(table["text"]),
        lambda: name_words(table["words"]),
        lambda: fold(table["booking_text"]),
    )
    folded = table.with_columns(
        text.alias("text"), words.alias("words"), booking_text.alias("booking_text")
    )
    # Few distinct payers send many lines: fold each name once.
    names = table.select("payer_name").drop_nulls().unique().sort("payer_name")
    names = names.with_columns(name_key(names["payer_name"]).alias("payer_key"))
    keys = table.select("payer_name").join(
        names, on="payer_name", how="left", maintain_order="left"
    )
    named = folded.with_columns(keys["payer_key"])
    return ComparableLines.validate(named.select(ComparableLines.column_names()))


def _items(
    items: dy.DataFrame[Items], customers: pl.DataFrame
) -> tuple[dy.DataFrame[ComparableItems], pl.DataFrame]:
    """Number the items, and list the texts by which each may be quoted."""
    key = pl.coalesce("customer_id", "customer_name")
    numbered = items.sort("item_id").with_columns(
        item=pl.int_range(pl.len(), dtype=pl.Int64), customer_id=key
    )
    joined = numbered.join(
        customers.select("customer", "customer_id"),
        on="customer_id",
        how="left",
        maintain_order="left",
    )
    due = pl.coalesce("due_date", "issue_date")
    by_age = pl.arg_sort_by(due, "issue_date", "number", "item", nulls_last=True)
    table = joined.with_columns(
        age_rank=by_age.arg_sort().cast(pl.Int64) + 1,
        open=pl.col("open_amount"),
        discount=pl.col("discount_amount").fill_null(0),
    )
    texts = {
        role: fold(table[role].fill_null(""))
        for role in ("payment_reference", "number", "purchase_order")
    }
    roles = {role: pl.lit(role) for role in texts} | {
        "payment_reference": scheme_of(texts["payment_reference"])
    }
    quotable = pl.concat(
        table.select("item", text=text, role=roles[role]).filter(pl.col("text").str.len_bytes() > 0)
        for role, text in texts.items()
    )
    quotable = pl.concat([quotable, other_forms(quotable)])
    numbered_items = table.with_columns(number_text=texts["number"]).select(
        ComparableItems.column_names()
    )
    return ComparableItems.validate(numbered_items), quotable


def _closed_texts(closed: dy.DataFrame[ClosedItems]) -> pl.DataFrame:
    return closed.select(
        item=pl.int_range(pl.len(), dtype=pl.Int64),
        text=fold(closed["number"]),
        role=pl.lit("number"),
    )


def _closed_keys(
    texts: pl.DataFrame, closed: dy.DataFrame[ClosedItems], customers: pl.DataFrame
) -> dy.DataFrame[ClosedKeys]:
    """Numbers settled before, with whose they were: the rows of `texts` are those of `closed`."""
    owners = closed.select(
        "customer_id",
        item=pl.int_range(pl.len(), dtype=pl.Int64),
        is_told=pl.col("customer_id").is_not_null(),
    ).join(customers.select("customer", "customer_id"), on="customer_id", how="left")
    whole = whole_keys(texts).join(owners, on="item")
    return ClosedKeys.validate(
        whole.select(ClosedKeys.column_names()).unique().sort(pl.all(), nulls_last=True)
    )

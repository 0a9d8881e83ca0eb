"""The report `postings`: every entry with what became of its delivery, reversals linked, and totals that balance.

In: a Standing. Out: the body of the report: a row a posting and a ledger that it was queued for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import IdentityBroken
from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing.cash import counted_entries
from recon.report.standing.document import Body, ControlTotal, Table, total

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

# An entry that no ledger was asked to take yet.
NOT_QUEUED: Final = "not_queued"
_MONEY: Final = (
    Column("debit", "Debit", 15, "money"),
    Column("credit", "Credit", 15, "money"),
    Column("currency", "Currency", 9),
)
POSTINGS: Final = (
    Column("entry_key", "Entry", 34),
    Column("posting", "Posting", 8, "count"),
    Column("date", "Date", 11, "date"),
    Column("account", "Ledger account", 28),
    Column("role", "Role", 13),
    *_MONEY,
    Column("item_number", "Item", 18),
    Column("customer_id", "Customer", 14),
    Column("line_id", "Line", 19),
    Column("decision_no", "Decision", 10, "count"),
    Column("reverses", "Reverses", 34),
    Column("reversed_by", "Reversed by", 34),
    Column("ledger", "Ledger", 14),
    Column("delivery", "Delivery", 18),
    Column("attempts", "Attempts", 9, "count"),
    Column("remote_id", "Id in the ledger", 22),
    Column("delivery_reason", "Said by the ledger", 34),
    Column("description", "Description", 44),
)
BRIEF: Final = (
    "date",
    "account",
    "debit",
    "credit",
    "currency",
    "item_number",
    "line_id",
    "decision_no",
    "ledger",
    "delivery",
)
DELIVERIES: Final = (
    Column("ledger", "Ledger", 14),
    Column("delivery", "Delivery", 18),
    Column("count", "Entries", 9, "count"),
    *_MONEY,
)
ACCOUNTS: Final = (
    Column("ledger", "Ledger", 14),
    Column("account", "Ledger account", 34),
    Column("count", "Postings", 9, "count"),
    Column("debit", "Debit", 18, "money"),
    Column("credit", "Credit", 18, "money"),
    Column("net", "Net", 18, "money"),
    Column("currency", "Currency", 9),
)


def build_postings(standing: Standing, _asked: Asked) -> Body:
    """Build the register of postings.

    Raises:
        IdentityBroken: an entry does not balance in each currency.
    """
    entries = counted_entries(standing)
    _check_balanced(entries)
    rows = _rows(standing, entries)
    sums = {"debit": total("debit"), "credit": total("credit")}
    deliveries = rows.group_by("ledger", "delivery", "currency").agg(
        count=pl.col("entry_key").n_unique(), **sums
    )
    accounts = (
        rows.group_by("ledger", "account", "currency")
        .agg(count=pl.len(), **sums)
        .with_columns(net=pl.col("debit") - pl.col("credit"))
    )
    by = ["ledger", "delivery", "currency"]
    return Body(
        headline=_headline(entries, rows),
        totals=_totals(entries),
        tables=(
            Table("postings", "Postings by date", POSTINGS, rows, brief=BRIEF),
            Table("by_delivery", "By delivery", DELIVERIES, deliveries.sort(by, nulls_last=True)),
            Table(
                "by_account",
                "By ledger account",
                ACCOUNTS,
                accounts.sort("ledger", "currency", "account", nulls_last=True),
            ),
        ),
    )


def _headline(entries: pl.DataFrame, rows: pl.DataFrame) -> str:
    counts = rows.group_by("delivery").agg(pl.col("entry_key").n_unique()).sort("delivery")
    said = ", ".join(
        f"{shown.number(n)} {shown.words(state).lower()}" for state, n in counts.iter_rows()
    )
    count = entries["entry_key"].n_unique()
    return f"{shown.counted(count, 'entry', 'entries')}{': ' if said else ''}{said}."


def _rows(standing: Standing, entries: pl.DataFrame) -> pl.DataFrame:
    reversals = (
        entries.filter(pl.col("reverses").is_not_null())
        .group_by(entry_key=pl.col("reverses"))
        .agg(reversed_by=pl.col("entry_key").unique().sort().str.join("|"))
    )
    outbox = standing.outbox.select(
        "entry_key", "ledger", "attempts", "remote_id", delivery="state", delivery_reason="reason"
    )
    amount = pl.col("amount")
    return (
        entries.join(reversals, on="entry_key", how="left")
        .join(outbox, on="entry_key", how="left")
        .with_columns(
            pl.col("delivery").fill_null(NOT_QUEUED),
            debit=pl.when(amount >= 0).then(amount).otherwise(0),
            credit=pl.when(amount < 0).then(-amount).otherwise(0),
        )
        .sort("date", "decision_no", "entry_key", "posting", "ledger", nulls_last=True)
    )


def _check_balanced(entries: pl.DataFrame) -> None:
    sums = entries.group_by("entry_key", "currency").agg(net=total())
    for key, code, net in sums.filter(pl.col("net") != 0).sort("entry_key").head(1).iter_rows():
        raise IdentityBroken(f"entry {key}: its postings in {code} add up to {net}, not 0")


def _totals(entries: pl.DataFrame) -> tuple[ControlTotal, ...]:
    """Give debits and credits of all entries, each counted once however many ledgers take it."""
    amount = pl.col("amount")
    found = []
    for name, which, sign in (("debits", amount >= 0, 1), ("credits", amount < 0, -1)):
        sums = entries.filter(which).group_by("currency").agg(pl.len(), total() * sign)
        found += [ControlTotal(name, *row) for row in sums.sort("currency").iter_rows()]
    return tuple(found)

"""The report `register`: receipts that settle nothing yet, by customer: on account, unapplied, unidentified.

In: a Standing. Out: the body of the report. The register ties to the lines: what is unmatched or suggested, and every
amount put on account, stands in it once.

Source: unapplied receipts registers group by customer and total the three kinds apart, by account and in all; they leave
out what was refunded, written off or is no receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing.document import Body, Table, check_equal, control_totals, total
from recon.report.standing.placed import customers_of_lines, placed_lines

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

KINDS: Final = ("on_account", "unapplied", "unidentified")
_MONEY: Final = (Column("amount", "Amount", 15, "money"), Column("currency", "Currency", 9))
RECEIPTS: Final = (
    Column("customer_id", "Customer", 14),
    Column("customer_name", "Name", 28),
    Column("kind", "Kind", 14),
    Column("line_id", "Line", 19),
    Column("account", "Account", 24),
    Column("booking_date", "Booked", 11, "date"),
    Column("value_date", "Value date", 11, "date"),
    *_MONEY,
    Column("line_amount", "Whole line", 15, "money"),
    Column("known_by", "Known by", 14),
    Column("payer_name", "Payer", 28),
    Column("payer_account", "Payer account", 25),
    Column("remittance", "Remittance", 44),
    Column("fate", "Fate", 13),
    Column("reason", "Reason", 22),
    Column("bank_reference", "Bank reference", 20),
    Column("file", "File", 24),
    Column("record", "Record", 8, "count"),
)
BRIEF: Final = (
    "customer_id",
    "customer_name",
    "kind",
    "line_id",
    "booking_date",
    "amount",
    "currency",
    "payer_name",
    "reason",
)
_COUNTED: Final = (Column("count", "Receipts", 10, "count"), *_MONEY)
BY_CUSTOMER: Final = (
    Column("customer_id", "Customer", 14),
    Column("customer_name", "Name", 28),
    Column("kind", "Kind", 14),
    *_COUNTED,
)
BY_ACCOUNT: Final = (Column("account", "Account", 24), Column("kind", "Kind", 14), *_COUNTED)
TOTALS: Final = (Column("kind", "Kind", 14), *_COUNTED)


def build_register(standing: Standing, _asked: Asked) -> Body:
    """Build the register.

    Raises:
        IdentityBroken: it does not tie to the lines.
    """
    receipts = _receipts(standing)
    _check_ties(standing, receipts)
    found = (
        Table("receipts", "Receipts by customer", RECEIPTS, receipts, brief=BRIEF),
        Table(
            "by_customer",
            "By customer",
            BY_CUSTOMER,
            _sums(receipts, "customer_id", "customer_name", "kind"),
        ),
        Table("by_account", "By account", BY_ACCOUNT, _sums(receipts, "account", "kind")),
        Table("totals", "In all", TOTALS, _sums(receipts, "kind"), "bars"),
    )
    totals = [
        each
        for kind in KINDS
        for each in control_totals(kind, receipts.filter(pl.col("kind") == kind))
    ]
    return Body(
        headline=_headline(receipts),
        totals=(*totals, *control_totals("register", receipts)),
        tables=found,
    )


def _headline(receipts: pl.DataFrame) -> str:
    if not receipts.height:
        return "No receipt waits for an item."
    counts = dict(receipts.group_by("kind").agg(pl.len()).iter_rows())
    said = ", ".join(
        f"{shown.number(counts[kind])} {shown.words(kind).lower()}"
        for kind in KINDS
        if kind in counts
    )
    return f"{shown.counted(receipts.height, 'amount')} of receipts settle nothing: {said}."


def _receipts(standing: Standing) -> pl.DataFrame:
    """Give each amount that settles nothing, with the line it is of; what stands on account may be a part of a line."""
    placed = _booked(standing)
    customers = customers_of_lines(standing)
    waiting = (
        placed.filter(pl.col("fate").is_in(("unmatched", "suggested")))
        .join(customers, on="line_id", how="left")
        .with_columns(
            kind=pl.when(pl.col("customer_id").is_not_null())
            .then(pl.lit("unapplied"))
            .otherwise(pl.lit("unidentified")),
            line_amount=pl.col("amount"),
        )
    )
    names = standing.parties.select("customer_id", customer_name="name")
    kept = (
        _on_account(standing)
        .group_by("line_id", "customer_id")
        .agg(kept=pl.col("amount").sum())
        .join(placed.rename({"amount": "line_amount"}), on="line_id", how="inner")
        .join(names, on="customer_id", how="left")
        .with_columns(amount="kept", kind=pl.lit("on_account"), known_by=pl.lit("decision"))
    )
    columns = [column.name for column in RECEIPTS]
    rows = pl.concat([waiting.select(columns), kept.select(columns)])
    order = ["customer_id", "kind", "booking_date", "line_id", "amount"]
    return rows.sort(order, nulls_last=True)


def _booked(standing: Standing) -> pl.DataFrame:
    """Leave out what the bank has only announced: it is no receipt yet."""
    return placed_lines(standing).filter(pl.col("status") == "booked")


def _on_account(standing: Standing) -> pl.DataFrame:
    is_kept = (pl.col("kind") == "on_account") & (pl.col("status") == "applied")
    return standing.allocations.filter(is_kept)


def _check_ties(standing: Standing, receipts: pl.DataFrame) -> None:
    """Compare with the lines and their allocations, summed without any join to customers."""
    waiting = _booked(standing).filter(pl.col("fate").is_in(("unmatched", "suggested")))
    kept = _on_account(standing)
    is_kept = pl.col("kind") == "on_account"
    check_equal(
        "unapplied and unidentified", _by_code(receipts.filter(~is_kept)), _by_code(waiting)
    )
    check_equal("on account", _by_code(receipts.filter(is_kept)), _by_code(kept))


def _by_code(frame: pl.DataFrame) -> dict[str, int]:
    sums = frame.group_by("currency").agg(amount=total())
    return {code: amount for code, amount in sums.iter_rows() if amount}


def _sums(receipts: pl.DataFrame, *by: str) -> pl.DataFrame:
    sums = receipts.group_by("currency", *by).agg(count=pl.len(), amount=total())
    return sums.sort("currency", *by, nulls_last=True)

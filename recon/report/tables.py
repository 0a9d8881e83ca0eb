"""The tables of a run: what each report shows, typed and in one fixed order.

In: a RunView. Out: plain frames with money in Int64 minor units and real dates. `exports` writes them as
text, `page` and `workbook` show them; nobody joins the run's frames a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.batches import BatchOutcomes
from recon.money import AmountError, exponent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.protocols import RunView

READ_COLUMNS: Final = (
    "line_id",
    "file",
    "record",
    "copies",
    "account",
    "bank_reference",
    "booking_date",
    "value_date",
    "amount",
    "currency",
    "payer_name",
    "payer_account",
    "remittance",
)
LINE_COLUMNS: Final = (*READ_COLUMNS, "fate", "reason")
LINE_ORDER: Final = ("booking_date", "account", "file", "record", "line_id")
ALLOCATION_COLUMNS: Final = (
    "line_id",
    "bank_reference",
    "item_id",
    "item_number",
    "customer_id",
    "amount",
    "currency",
    "item_amount",
    "item_currency",
    "kind",
    "status",
    "rank",
    "confidence_ppm",
    "because",
)
# All columns follow the leading keys, so that rows which differ anywhere have one order.
ALLOCATION_ORDER: Final = ("line_id", "rank", "status", "item_id", "kind", "item_number", "amount")
EXCEPTION_FATES: Final = ("unmatched", "suggested", "on_account")
EXCEPTION_COLUMNS: Final = (
    "line_id",
    "account",
    "booking_date",
    "value_date",
    "amount",
    "currency",
    "payer_name",
    "payer_account",
    "remittance",
    "fate",
    "reason",
    "note",
    "age_days",
    "age_bucket",
    "best_items",
    "best_confidence_ppm",
)
# What the page and the workbook show of an exception beside the columns of unmatched.csv.
EXCEPTION_PLACE: Final = ("is_held", "file", "record")
AGE_BUCKETS: Final = ("0-30", "31-60", "61-90", ">90")
ENTRY_ORDER: Final = ("date", "line_id", "entry_key", "posting")


def check_currencies(amounts: pl.Series, currencies: pl.Series) -> None:
    """Refuse to report an amount whose currency has no known decimals, or that has none.

    Raises:
        AmountError: such an amount could not be written, and would be lost in silence.
    """
    without = (amounts.is_not_null() & currencies.is_null()).sum()
    if without:
        raise AmountError(f"{without} amounts have no currency")
    for code in sorted(currencies.drop_nulls().unique()):
        exponent(code)


def line_rows(view: RunView) -> pl.DataFrame:
    """Give every distinct line with its fate and reason, in the order of lines.csv."""
    fates = view.decisions.select("line_id", "fate", "reason")
    joined = view.lines.join(fates, on="line_id", how="left", validate="1:1")
    return joined.select(LINE_COLUMNS).sort(LINE_ORDER)


def allocation_rows(view: RunView) -> pl.DataFrame:
    """Give every allocation, applied and suggested, in the order of allocations.csv."""
    references = view.lines.select("line_id", "bank_reference")
    joined = view.allocations.join(references, on="line_id", how="left", validate="m:1")
    rest = [name for name in ALLOCATION_COLUMNS if name not in ALLOCATION_ORDER]
    order = [*ALLOCATION_ORDER, *rest]
    return joined.select(ALLOCATION_COLUMNS).sort(order, nulls_last=True)


def exception_rows(view: RunView) -> pl.DataFrame:
    """Give every receivable line that a person still has to look at, oldest first, then largest first.

    These are the fates of EXCEPTION_FATES and all lines of held statements; what is no receivable or was
    returned is not among them. The age counts days from the booking date to the run's date.
    """
    is_open = pl.col("fate").is_in(EXCEPTION_FATES)
    is_stopped = pl.col("is_held") & ~pl.col("fate").is_in(("not_receivable", "returned"))
    decisions = view.decisions.select("line_id", "fate", "reason", "note")
    age = (pl.lit(view.as_of) - pl.col("booking_date")).dt.total_days()
    return (
        view.lines.join(decisions, on="line_id", how="left", validate="1:1")
        .filter(is_open | is_stopped)
        .join(_best_suggestions(view), on="line_id", how="left", validate="1:1")
        .with_columns(age_days=age, age_bucket=age_bucket(age))
        .select(*EXCEPTION_COLUMNS, *EXCEPTION_PLACE)
        .sort(
            "booking_date", "amount", "currency", "line_id", descending=[False, True, False, False]
        )
    )


def batch_rows(view: RunView) -> pl.DataFrame:
    """Give every part of every batch in the order of its file; none if no batches were given."""
    rows = BatchOutcomes.create_empty() if view.batches is None else view.batches
    return rows.sort("file", "row")


def entry_rows(view: RunView) -> pl.DataFrame:
    """Give every posting in the order of entries.csv."""
    return view.entries.sort(ENTRY_ORDER)


def _best_suggestions(view: RunView) -> pl.DataFrame:
    best = (pl.col("status") == "suggested") & (pl.col("rank") == 1)
    item = pl.coalesce("item_number", "item_id")
    return (
        view.allocations.filter(best)
        .group_by("line_id")
        .agg(
            best_items=item.drop_nulls().unique().sort().str.join("|"),
            best_confidence_ppm=pl.col("confidence_ppm").max(),
        )
        .sort("line_id")
    )


def age_bucket(age: pl.Expr) -> pl.Expr:
    """Put an age in days into one of AGE_BUCKETS; the upper day belongs to its bucket."""
    return (
        pl.when(age <= 30)
        .then(pl.lit(AGE_BUCKETS[0]))
        .when(age <= 60)
        .then(pl.lit(AGE_BUCKETS[1]))
        .when(age <= 90)
        .then(pl.lit(AGE_BUCKETS[2]))
        .otherwise(pl.lit(AGE_BUCKETS[3]))
    )


def ageing_rows(exceptions: pl.DataFrame) -> pl.DataFrame:
    """Add up the rows of `exception_rows` by currency and age; debits lower the sum of their bucket."""
    order = pl.col("age_bucket").replace_strict(AGE_BUCKETS, range(len(AGE_BUCKETS)))
    return (
        exceptions.group_by("currency", "age_bucket")
        .agg(count=pl.len(), amount=pl.col("amount").cast(pl.Int128).sum())
        .sort("currency", order)
    )


def books_rows(view: RunView) -> pl.DataFrame:
    """Say per currency what was open in the books, what this run settles of it, and what stays open."""
    settled = (
        view.allocations.filter(pl.col("status") == "applied", pl.col("item_id").is_not_null())
        .group_by(currency="item_currency")
        .agg(
            items_settled=pl.col("item_id").n_unique(),
            settled_amount=pl.col("item_amount").cast(pl.Int128).sum(),
        )
    )
    items = view.items.group_by("currency").agg(
        items=pl.len(), open_before=pl.col("open_amount").cast(pl.Int128).sum()
    )
    joined = items.join(settled, on="currency", how="full", coalesce=True).fill_null(0)
    after = pl.col("open_before") - pl.col("settled_amount")
    return joined.with_columns(open_after=after).sort("currency")


def first_rows(frame: pl.DataFrame, limit: int) -> tuple[pl.DataFrame, int]:
    """Split off the first `limit` rows; the second value says how many are not among them."""
    return frame.head(limit), max(0, frame.height - limit)


def with_nothing_empty(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Turn empty text into null, so that 'not said' is written in one way only."""
    return frame.with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in columns
    )

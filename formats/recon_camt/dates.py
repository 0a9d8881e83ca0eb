"""Date the entries whose bank gives no booking date. In: lines and statements. Out: lines, and those that have no date.

A booked entry is booked on a day of its statement's period, so the day of a statement of one day is its booking date.
An entry that is not booked counts in no balance; its settlement, or else the making of its statement, dates it. What
stands in is named in the line's extras, and anything else is rejected.
"""

from __future__ import annotations

import polars as pl

from recon_camt.reading import FAULT_SCHEMA
from recon_camt.values import date


def with_dates(lines: pl.DataFrame, statements: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fill booking dates that are missing.

    Returns:
        the lines that have one, `date_source` naming what stands in; and the faults of the entries that have none.
    """
    if not lines["booking_date"].null_count():
        return lines, FAULT_SCHEMA.to_frame()
    begin, end = date(pl.col("from")), date(pl.col("to"))
    days = statements.select(
        statement="statement_index",
        day=pl.coalesce(
            pl.when(begin == end).then(begin),
            pl.when(pl.col("opening_date") == pl.col("closing_date")).then("opening_date"),
        ),
        made_on=date(pl.col("made")),
    )
    is_booked = pl.col("status") == "booked"
    settled = pl.when(~is_booked).then(date(pl.col("settled_text")))
    made_on = pl.when(~is_booked).then("made_on")
    is_missing = pl.col("booking_date").is_null()
    stands_in = (
        pl.when(~is_missing)
        .then("date_source")
        .when(settled.is_not_null())
        .then(pl.lit("RltdDts"))
        .when(pl.col("day").is_not_null())
        .then(pl.lit("the day of the statement"))
        .when(made_on.is_not_null())
        .then(pl.lit("CreDtTm"))
    )
    filled = (
        lines.join(days, on="statement", how="left", maintain_order="left")
        .with_columns(
            date_source=stands_in,
            booking_date=pl.coalesce("booking_date", settled, "day", made_on),
        )
        .drop("day", "made_on")
    )
    is_undated = pl.col("booking_date").is_null().any().over("start")
    undated = (
        filled.filter(is_undated)
        .unique("start", keep="first", maintain_order=True)
        .select(
            "statement",
            "start",
            "currency",
            field=pl.lit("BookgDt"),
            code=pl.lit("no-date"),
            reason=pl.lit("the entry has no date, and its statement is not of one day"),
            excerpt=pl.lit(None, dtype=pl.String),
        )
    )
    return filled.filter(~is_undated), undated


def with_dates_marked(lines: pl.DataFrame) -> pl.DataFrame:
    """Name in the extras what stands in for the booking date."""
    mark = pl.concat_str(pl.lit('"booking_date_source": "'), "date_source", pl.lit('"'))
    rest = pl.col("extras").str.strip_prefix("{").fill_null("}")
    comma = pl.when(rest == "}").then(pl.lit("")).otherwise(pl.lit(", "))
    marked = pl.concat_str(pl.lit("{"), mark, comma, rest)
    is_marked = pl.col("date_source").is_not_null()
    return lines.with_columns(extras=pl.when(is_marked).then(marked).otherwise("extras"))

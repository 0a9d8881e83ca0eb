"""The tables an evaluation compares, checked: a run's lines and allocations, and the truth.

In: frames of text as read from CSV. Out: the same rows with amounts in minor units and the truth's optional columns
filled in. Compares nothing.

The truth is a table with `bank_reference` or `line_id`, `item_number` and `allocated_amount` (cash); a line that pays
no item has one row without item number. Optional columns are `kind` (or `allocation_kind`), `fate` (alternatives
joined by `|`), `scenario`, `decidable` (true or false: can a careful person tell from the data which items the line
pays) and `group` (numbers of interchangeable items joined by `|`; any of them is right).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import ConfigurationError, Place
from recon.frames.allocations import KINDS
from recon.money import exponent_expr, parse_minor_expr
from recon.report.text import rearmed

LINE_COLUMNS: Final = ("line_id", "bank_reference", "amount", "currency", "fate", "reason")
ALLOCATION_COLUMNS: Final = (
    "line_id",
    "item_number",
    "amount",
    "kind",
    "status",
    "rank",
    "confidence",
    "because",
)
# Needed where it is checked that no item is settled beyond what was open.
ITEM_COLUMNS: Final = ("item_id", "item_amount", "item_currency")
TRUTH_COLUMNS: Final = ("item_number", "allocated_amount")
_OPTIONAL: Final = ("kind", "fate", "scenario", "decidable", "group")


def checked_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Check `lines.csv`: its columns as text, with `minor`.

    Raises:
        ConfigurationError: a column is missing, an amount is none, a line stands there twice.
    """
    name = "lines.csv"
    checked = _with_minor(_texts(lines, LINE_COLUMNS, name), "amount", name)
    _refuse_repeats(checked, "line_id", name, "evaluate one run at a time")
    return checked


def checked_allocations(
    allocations: pl.DataFrame, lines: pl.DataFrame, *, with_items: bool
) -> pl.DataFrame:
    """Check `allocations.csv` against checked lines: its columns, with `minor`, `rank` and `ppm` as numbers.

    With items, `ITEM_COLUMNS` must be there too, and `item_minor` is what a row settles, in the item's currency.

    Raises:
        ConfigurationError: a column is missing, a text is no number, a row belongs to no line.
    """
    name = "allocations.csv"
    columns = (*ALLOCATION_COLUMNS, *ITEM_COLUMNS) if with_items else ALLOCATION_COLUMNS
    rows = _texts(allocations, columns, name).select("source_row", *columns)
    # Amounts of a line are in the line's currency.
    currency = lines.select("line_id", "currency")
    rows = rows.join(currency, on="line_id", how="left", maintain_order="left")
    _refuse(rows, pl.col("currency").is_null(), "line_id", name, "is no line of lines.csv")
    rows = _with_minor(rows, "amount", name).with_columns(
        rank=pl.col("rank").cast(pl.Int64, strict=False),
        ppm=parse_minor_expr(pl.col("confidence"), pl.lit(6, dtype=pl.Int64)),
        rank_text="rank",
    )
    _refuse(rows, pl.col("rank").is_null(), "rank_text", name, "is no rank")
    _refuse(rows, pl.col("ppm").is_null(), "confidence", name, "is no confidence")
    return _with_item_minor(rows, name) if with_items else rows


def _with_item_minor(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    amount = parse_minor_expr(pl.col("item_amount"), exponent_expr(pl.col("item_currency")))
    parsed = rows.with_columns(item_minor=amount)
    # A suggestion may leave open what it settles, such as of an item in another currency.
    is_wrong = (pl.col("item_amount") != "") & pl.col("item_minor").is_null()
    _refuse(parsed, is_wrong, "item_amount", name, "is no amount of its currency")
    return parsed


def checked_truth(truth: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Check the truth against checked lines: columns `key`, `line_id` (null if the run lost the line), `item_number`,
    `minor` (null in a row without allocation, or of a lost line), `kind`, `fate`, `scenario`, `decidable`, `group`.

    Raises:
        ConfigurationError: a column is missing, an amount, kind or mark is none, a bank reference names several lines.
    """  # noqa: D205
    labels = _texts(truth, TRUTH_COLUMNS, "truth")
    key = "line_id" if "line_id" in labels.columns else "bank_reference"
    if key not in labels.columns:
        raise _missing(key, "truth", ("bank_reference or line_id", *TRUTH_COLUMNS))
    if "kind" not in labels.columns and "allocation_kind" in labels.columns:
        labels = labels.rename({"allocation_kind": "kind"})
    absent = [pl.lit("").alias(name) for name in _OPTIONAL if name not in labels.columns]
    labels = labels.with_columns(absent).select(
        "source_row", pl.col(key).alias("key"), *TRUTH_COLUMNS, *_OPTIONAL
    )
    labels = _with_line(labels, lines, key)
    has_amount, has_item = pl.col("allocated_amount") != "", pl.col("item_number") != ""
    _refuse(labels, has_item & ~has_amount, "item_number", "truth", "has no allocated_amount")
    assumed = pl.when(has_item).then(pl.lit("payment")).otherwise(pl.lit("on_account"))
    labels = labels.with_columns(kind=pl.when(pl.col("kind") == "").then(assumed).otherwise("kind"))
    _refuse(labels, ~pl.col("kind").is_in(KINDS), "kind", "truth", "is no kind of allocation")
    mark = pl.col("decidable").str.to_lowercase()
    _refuse(
        labels, ~mark.is_in(["", "true", "false"]), "decidable", "truth", "is not true or false"
    )
    return _with_minor(labels, "allocated_amount", "truth").with_columns(
        decidable=mark != "false",
        scenario=pl.when(pl.col("scenario") == "").then(pl.lit("all")).otherwise("scenario"),
    )


def _with_line(labels: pl.DataFrame, lines: pl.DataFrame, key: str) -> pl.DataFrame:
    """Add `line_id` and `currency` of the line that each row of the truth names."""
    named = lines.filter(pl.col(key).is_in(labels["key"].unique().implode()))
    _refuse_repeats(named, key, "lines.csv", "name the lines by line_id in the truth")
    known = named.select(pl.col(key).alias("key"), pl.col("line_id").alias("known"), "currency")
    joined = labels.join(known, on="key", how="left", maintain_order="left")
    return joined.rename({"known": "line_id"})


def _texts(frame: pl.DataFrame, columns: tuple[str, ...], name: str) -> pl.DataFrame:
    """Check the columns; absent text becomes "", and what disarms formulas is taken off again."""
    for column in columns:
        if column not in frame.columns:
            raise _missing(column, name, columns)
    texts = frame.select(rearmed(pl.all().cast(pl.String).fill_null("")))
    return texts.with_row_index("source_row", offset=2)


def _missing(column: str, name: str, columns: tuple[str, ...]) -> ConfigurationError:
    return ConfigurationError(
        f"the column {column} is missing",
        place=Place(name, 1),
        hint=f"the table needs the columns {', '.join(columns)}",
    )


def _with_minor(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Add `minor`, null where the text is empty or the line, and so its currency, is not known."""
    is_given = (pl.col(column) != "") & pl.col("currency").is_not_null()
    amount = parse_minor_expr(pl.col(column), exponent_expr(pl.col("currency")))
    parsed = frame.with_columns(minor=pl.when(is_given).then(amount))
    _refuse(
        parsed, is_given & pl.col("minor").is_null(), column, name, "is no amount of its currency"
    )
    return parsed


def _refuse(frame: pl.DataFrame, is_wrong: pl.Expr, column: str, name: str, cause: str) -> None:
    """Raise for the first wrong row, with its place; the header is row 1."""
    wrong = frame.filter(is_wrong).select("source_row", column).head(1)
    for row, text in wrong.rows():
        raise ConfigurationError(f"{text!r} {cause}", place=Place(name, row), excerpt=text or None)


def _refuse_repeats(frame: pl.DataFrame, column: str, name: str, hint: str) -> None:
    for text in frame.filter(pl.col(column).is_duplicated())[column].sort().head(1):
        raise ConfigurationError(
            f"{text!r} stands in {column} more than once", place=Place(name), hint=hint
        )

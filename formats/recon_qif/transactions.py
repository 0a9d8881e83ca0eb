"""Records of transactions as rows: one a record, with the reason why it cannot be read where it cannot.

In: the contents of a file. Out: columns of ReadLines, and code, field, reason, hint of what is wrong.

Source: Quicken Interchange Format: D date, T and U amount, P payee, M memo, N number, L category, C cleared status,
A address, S E $ % split; a split details the transaction and is no line of its own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponent_expr, json_members, json_object, parse_minor_expr
from recon_qif.values import dates, plain_amounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon_qif.records import Contents

COLUMNS: Final = (
    "statement_index", "record", "line_number", "byte_offset", "byte_length", "status",
    "booking_date", "amount", "currency", "payer_name", "remittance", "customer_reference",
    "cheque_number", "extras",
)  # fmt: skip
# What joins the values of a tag that is repeated in one record; two dates or amounts make a reject.
_TAGS: Final = {
    "D": " ", "T": " ", "U": " ", "N": " ", "L": " ", "C": " ", "P": " ", "M": " ", "A": "\n",
}  # fmt: skip
_SPLIT: Final = {"$": "amount", "S": "category", "E": "memo", "%": "percent"}
_NAMED: Final = frozenset({*_TAGS, *_SPLIT})
_NO_SPLITS: Final = pl.DataFrame(schema={"record": pl.UInt32, "splits": pl.String})
_OPENING: Final = "opening balance"


def read_transactions(
    source_name: str, contents: Contents, statements: pl.DataFrame, options: Mapping[str, Any]
) -> pl.DataFrame:
    """Read the transactions of all sections that hold money.

    Args:
        source_name: for the place of an error.
        contents: see records.py.
        statements: section, statement_index, currency.
        options: date_order and decimal_mark, where the policy says them.

    Raises:
        MalformedFile: order of dates or decimal mark are not certain over the whole file.
    """
    # Numbered in file order; sections without money have no records.
    numbered = contents.records.join(
        statements, on="section", how="inner", maintain_order="left"
    ).with_columns(number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    fields = contents.fields.join(
        numbered.select("record"), on="record", how="semi", maintain_order="left"
    )
    rows = _with_fields(numbered, fields)
    rows = rows.join(_splits(fields), on="record", how="left", maintain_order="left")
    rows = rows.join(_others(fields), on="record", how="left", maintain_order="left")
    mark = options.get("decimal_mark")
    written = pl.concat([rows["T"], rows["U"]])
    plain, doubtful = plain_amounts(source_name, written, mark)
    count = len(rows)
    rows = rows.with_columns(
        dates(source_name, rows["D"], options.get("date_order")).alias("booking_date"),
        plain[:count].alias("plain_t"),
        plain[count:].alias("plain_u"),
        doubtful[:count].alias("doubtful"),
    )
    decimals = exponent_expr(pl.col("currency"))
    rows = rows.with_columns(
        amount_t=parse_minor_expr(pl.col("plain_t"), decimals),
        amount_u=parse_minor_expr(pl.col("plain_u"), decimals),
    )
    return rows.with_columns(**_completing()).with_columns(**_verdict())


def _with_fields(records: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """Add a column a tag; where a tag that stands once by the format is repeated, the record is marked."""
    twice = fields.filter(pl.struct("record", "tag").is_duplicated())
    repeated = twice.filter(pl.col("tag").is_in(["D", "T", "U"]))["record"].unique()
    marked = records.with_columns(is_repeated=pl.col("record").is_in(repeated.implode()))
    return _joined(marked, fields, ["record"], {tag: (tag, by) for tag, by in _TAGS.items()})


def _joined(
    rows: pl.DataFrame, fields: pl.DataFrame, keys: list[str], named: Mapping[str, tuple[str, str]]
) -> pl.DataFrame:
    """Add a column for each tag of `named` (its name, and what joins several values of one tag), null where it is not."""
    values = (
        fields.filter(pl.col("tag").is_in(list(named)))
        .with_columns(pl.col("value").str.strip_chars())
        .partition_by("tag", as_dict=True, include_key=False)
    )
    absent = [name for tag, (name, _) in named.items() if (tag,) not in values]
    for (tag,), one in values.items():
        name, separator = named[str(tag)]
        own = one.select(*keys, pl.col("value").alias(name))
        if own.select(pl.struct(keys).is_duplicated().any()).item():
            own = own.group_by(keys, maintain_order=True).agg(pl.col(name).str.join(separator))
        rows = rows.join(own, on=keys, how="left", maintain_order="left")
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _splits(fields: pl.DataFrame) -> pl.DataFrame:
    """Write the splits of each record as a JSON list, in their order."""
    parts = fields.filter(pl.col("tag").is_in(list(_SPLIT)))
    if parts.is_empty():
        return _NO_SPLITS
    parts = parts.with_columns(split=(pl.col("tag") == "S").cum_sum())
    keys = ["record", "split"]
    rows = parts.select(keys).unique(maintain_order=True)
    rows = _joined(rows, parts, keys, {tag: (name, " ") for tag, name in _SPLIT.items()})
    members = {name: pl.when(pl.col(name) != "").then(pl.col(name)) for name in _SPLIT.values()}
    return (
        rows.with_columns(one=json_object(json_members(members)))
        .group_by("record", maintain_order=True)
        .agg(splits=pl.concat_str(pl.lit("["), pl.col("one").str.join(","), pl.lit("]")))
    )


def _others(fields: pl.DataFrame) -> pl.DataFrame:
    """Keep fields that have no name here, with their tags, as they stand in the file."""
    return (
        fields.filter(~pl.col("tag").is_in(list(_NAMED)))
        .group_by("record", maintain_order=True)
        .agg(others=pl.concat_str("tag", "value").str.join("\n"))
    )


@cache
def _completing() -> dict[str, pl.Expr]:
    """Give the columns of the line; they need the amounts."""

    def filled(name: str) -> pl.Expr:
        return pl.when(pl.col(name) != "").then(pl.col(name))

    # Quicken writes the balance that an account was opened with as its first transaction, against itself.
    is_first = pl.int_range(pl.len()).over("statement_index") == 0
    is_opening = is_first & (pl.col("P").str.to_lowercase() == _OPENING)
    kept = {"address": "A", "category": "L", "cleared": "C", "other_fields": "others"}
    members = json_members({name: filled(column) for name, column in kept.items()})
    splits = pl.concat_str(pl.lit('"splits":'), "splits")
    return {
        "amount": pl.coalesce("amount_t", "amount_u"),
        "payer_name": filled("P"),
        "remittance": pl.col("M").fill_null(""),
        "customer_reference": filled("N"),
        "cheque_number": pl.when(pl.col("N").str.contains(r"^[0-9]+$")).then(pl.col("N")),
        "status": pl.when(is_opening).then(pl.lit("information")).otherwise(pl.lit("booked")),
        "extras": json_object(members, splits),
        "record": pl.col("number"),
    }


@cache
def _verdict() -> dict[str, pl.Expr]:
    """Say what is wrong with a row, the first thing only."""
    written = pl.coalesce("T", "U")
    quoted = pl.concat_str(pl.lit("'"), written.fill_null("").str.head(40), pl.lit("'"))
    differs = (pl.col("amount_t") != pl.col("amount_u")).fill_null(value=False)
    unread = pl.col("amount_t").is_null() & pl.col("T").is_not_null()
    causes: list[tuple[pl.Expr, str, str, pl.Expr]] = [
        (
            ~pl.col("is_ended"),
            "^",
            "cut-off",
            pl.lit("the record has no end (^), so its last field may be cut off"),
        ),
        (
            pl.col("is_repeated"),
            "^",
            "repeated-field",
            pl.lit("two dates or amounts in one record: the end (^) between two is missing"),
        ),
        (
            pl.col("booking_date").is_null(),
            "D",
            "no-date",
            pl.concat_str(
                pl.lit("'"), pl.col("D").fill_null("").str.head(40), pl.lit("' is no day")
            ),
        ),
        (
            pl.col("doubtful"),
            "T",
            "ambiguous-amount",
            pl.concat_str(quoted, pl.lit(" has a decimal or a thousands mark; nothing decides it")),
        ),
        (
            pl.col("amount").is_null() | unread,
            "T",
            "no-amount",
            pl.concat_str(quoted, pl.lit(" is no amount in "), "currency"),
        ),
        (differs, "U", "two-amounts", pl.lit("the amounts T and U of the record differ")),
    ]
    return {
        "field": pl.coalesce(pl.when(cause[0]).then(pl.lit(cause[1])) for cause in causes),
        "code": pl.coalesce(pl.when(cause[0]).then(pl.lit(cause[2])) for cause in causes),
        "reason": pl.coalesce(pl.when(cause[0]).then(cause[3]) for cause in causes),
        "excerpt": pl.concat_str(
            pl.lit("D"), pl.col("D").fill_null(""), pl.lit(" T"), written.fill_null("")
        ).str.head(120),
    }

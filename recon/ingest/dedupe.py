"""Give each line its identity, and collapse further deliveries of the same line into one.

A line is the same when account, currency, bank reference, booking date, amount, text and occurrence index agree.
Banks repeat FITIDs and book equal lines on one day, so equal lines within a statement, or within statements that
continue each other, count 0, 1, 2, ... and stay apart; overlapping deliveries count alike and collapse.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.lines import Lines
from recon.frames.statements import KINDS

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy

    from recon.frames.statements import Statements

# The recipe is part of the identity: changing it would import everything again.
RECIPE: Final = "1"
_KEY: Final = ("account", "currency", "bank_reference", "booking_date", "amount", "text")


def distinct_lines(
    lines: pl.DataFrame, statements: dy.DataFrame[Statements], previous: pl.DataFrame
) -> tuple[dy.DataFrame[Lines], pl.DataFrame]:
    """Collapse overlapping deliveries.

    Args:
        lines: gathered lines with `statement_id`, `account`, `kind` and `file`.
        statements: checked statements.
        previous: statement_id and previous_id, from `continuity`.

    Returns:
        the distinct lines, and the collapsed copies (line_id, file, record), both sorted.
    """
    keyed = lines.with_columns(text=_text()).sort("statement_id", "record")
    keyed = keyed.with_columns(key=pl.concat_str(*_fields(), separator="\x1f"))
    counted = keyed.with_columns(occurrence=pl.int_range(pl.len()).over("statement_id", "key"))
    counted = _continue_counts(counted, previous)
    identified = counted.with_columns(line_id=_line_ids(counted))
    # A booked line of a final statement is kept before what announced it.
    order = pl.Enum(KINDS)
    ordered = identified.sort(
        pl.col("status") != "booked", pl.col("kind").cast(order), "file", "record", "statement_id"
    )
    rank = pl.int_range(pl.len()).over("line_id")
    ranked = ordered.with_columns(rank=rank, copies=pl.len().over("line_id").cast(pl.Int64) - 1)
    held = statements.select("statement_id", "is_held")
    kept = (
        ranked.filter(pl.col("rank") == 0)
        .join(held, on="statement_id", how="left")
        .with_columns(is_held=pl.col("is_held") | (pl.col("status") != "booked"))
    )
    copies = ranked.filter(pl.col("rank") > 0).select("line_id", "file", "record").sort(pl.all())
    return Lines.validate(kept.select(Lines.column_names()).sort("line_id")), copies


def _text() -> pl.Expr:
    """All words of the line without blanks or case: banks wrap the same text differently in each delivery."""
    parts = [
        pl.col(name).fill_null("")
        for name in ("payer_name", "payer_account", "remittance", "end_to_end_id")
    ]
    return pl.concat_str(*parts, separator=" ").str.to_uppercase().str.replace_all(r"\s+", "")


def _fields() -> list[pl.Expr]:
    return [pl.col(name).cast(pl.String).fill_null("") for name in _KEY]


def _continue_counts(lines: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Go on counting equal lines where a statement continues an earlier one of the same day."""
    shared = (
        lines.group_by("key")
        .agg(pl.col("statement_id").n_unique().alias("n"))
        .filter(pl.col("n") > 1)
    )
    if shared.is_empty() or previous.is_empty():
        return lines
    contested = lines.join(shared.select("key"), on="key", how="semi")
    counts = {
        (statement, key): (count, day)
        for statement, key, count, day in contested.group_by("statement_id", "key")
        .agg(pl.len(), pl.col("booking_date").first())
        .iter_rows()
    }
    before = dict(
        previous.filter(pl.col("previous_id").is_not_null())
        .select("statement_id", "previous_id")
        .iter_rows()
    )
    last_days = dict(lines.group_by("statement_id").agg(pl.col("booking_date").max()).iter_rows())
    offsets = [
        (statement, key, _count_before(statement, key, day, counts, before, last_days))
        for (statement, key), (_, day) in counts.items()
    ]
    schema = {"statement_id": pl.String, "key": pl.String, "offset": pl.Int64}
    table = pl.DataFrame(offsets, schema=schema, orient="row")
    joined = lines.join(table, on=["statement_id", "key"], how="left")
    return joined.with_columns(occurrence=pl.col("occurrence") + pl.col("offset").fill_null(0))


def _count_before(
    statement: str,
    key: str,
    day: dt.date,
    counts: dict[tuple[str, str], tuple[int, dt.date]],
    before: dict[str, str],
    last_days: dict[str, dt.date],
) -> int:
    total = 0
    seen = {statement}
    at = before.get(statement)
    # An equal line books on the same day, so the walk ends where a statement's lines are all older.
    while at is not None and at not in seen and (at not in last_days or last_days[at] >= day):
        total += counts.get((at, key), (0, day))[0]
        seen.add(at)
        at = before.get(at)
    return total


def _line_ids(lines: pl.DataFrame) -> pl.Series:
    """Hash the length-prefixed fields; `L` and 16 letters of base 32 (80 bits)."""
    identifiers = [
        _line_id(key, occurrence)
        for key, occurrence in lines.select("key", "occurrence").iter_rows()
    ]
    return pl.Series("line_id", identifiers, dtype=pl.String)


def _line_id(key: str, occurrence: int) -> str:
    fields = (RECIPE, *key.split("\x1f"), str(occurrence))
    canonical = "".join(f"{len(field)}:{field}" for field in fields)
    digest = hashlib.blake2b(canonical.encode(), digest_size=10).digest()
    return "L" + base64.b32encode(digest).decode().lower()

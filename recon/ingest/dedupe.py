"""Give each line its identity, and collapse further deliveries of the same line into one.

A line is the same when account, currency, bank reference, booking date, amount, text and occurrence index agree.
Banks repeat FITIDs and book equal lines on one day, so equal lines within a statement, or within statements that
continue each other, count 0, 1, 2, ... and stay apart; overlapping deliveries count alike and collapse.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.frames.demands import validated
from recon.frames.lines import Lines
from recon.frames.statements import KINDS

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy

    from recon.frames.statements import Statements

# The recipe is part of the identity: changing it would import everything again.
RECIPE: Final = "1"
_NEEDED: Final = ("statement_id", "record", "status", "kind", "file", "booking_date")
_WORDS: Final = ("payer_name", "payer_account", "remittance", "end_to_end_id")
_FIELDS: Final = ("account", "currency", "bank_reference", "booking_date", "amount")
DECISIVE: Final = tuple(dict.fromkeys((*_NEEDED, *_WORDS, *_FIELDS)))
# 80 bits are 16 letters of five bits each, without a rest.
_DIGEST_BYTES: Final = 10
_BASE_32: Final = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)


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
    kept, further = identify(lines, statements.select("statement_id", "is_held"), previous)
    distinct = lines[kept["row"]].with_columns(
        kept.select("line_id", "occurrence", "copies", "is_held")
    )
    copies = further.select("line_id", "file", "record").sort(pl.all())
    return validated(distinct.select(Lines.column_names()), Lines), copies


def identify(
    lines: pl.DataFrame, held: pl.DataFrame, previous: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each delivery of a line its identity, and choose the one that is shown.

    Args:
        lines: what decides of each delivery: the columns of DECISIVE.
        held: statement_id and is_held.
        previous: statement_id and previous_id, from `continuity`.

    Returns:
        the deliveries shown (row, line_id, statement_id, record, occurrence, copies, is_held), sorted by line; and the
        others (line_id, file, record).
    """
    # What decides is narrow; the wide columns are put in order once, at the end.
    keyed = _keyed(lines).with_row_index("row").sort("statement_id", "record")
    counted = _continue_counts(_counted(keyed), previous)
    identified = counted.with_columns(line_id=_line_ids(counted)).drop("key")
    ranked = _ranked(identified.filter(pl.col("line_id").is_duplicated()))
    further = ranked.filter(pl.col("rank") > 0)
    kept = (
        identified.join(further, on="row", how="anti")
        .join(ranked.select("row", "copies"), on="row", how="left")
        .join(held, on="statement_id", how="left")
        .with_columns(
            pl.col("copies").fill_null(0),
            is_held=pl.col("is_held") | (pl.col("status") != "booked"),
        )
        .sort("line_id")
    )
    return kept, further


def _ranked(shared: pl.DataFrame) -> pl.DataFrame:
    """Rank lines that share an id, 0 for the one that is kept, and count the others as its copies."""
    # A booked line of a final statement is kept before what announced it.
    is_announced, kind = pl.col("status") != "booked", pl.col("kind").cast(pl.Enum(KINDS))
    return shared.sort(is_announced, kind, "file", "record", "statement_id").with_columns(
        rank=pl.int_range(pl.len()).over("line_id"),
        copies=pl.len().over("line_id").cast(pl.Int64) - 1,
    )


def _keyed(lines: pl.DataFrame) -> pl.DataFrame:
    """Give what decides of each line, with its key: the fields of its identity, each behind its length."""
    # A step for each column that is looked at more than once, since Polars would work it out each time.
    words = pl.concat_str(pl.col(name).fill_null("") for name in _WORDS)
    text = pl.col("text")
    fields = (pl.col(name).cast(pl.String).fill_null("") for name in _FIELDS)
    return (
        lines.select(
            *dict.fromkeys((*_NEEDED, *_FIELDS)),
            # All words without blanks or case: banks wrap the same text differently in each delivery.
            text=words.str.to_uppercase().str.replace_all(" ", "", literal=True),
        )
        # The expression is dear, and nulls are passed over: only texts with another blank come to it.
        .with_columns(
            blanked=pl.when(text.str.contains(r"\s")).then(text).str.replace_all(r"\s+", "")
        )
        .with_columns(pl.coalesce("blanked", text).alias("text"))
        .with_columns(key=_with_lengths(pl.lit(RECIPE), *fields, text))
        .select(*_NEEDED, "key")
    )


def _with_lengths(*fields: pl.Expr) -> pl.Expr:
    parts = ((field.str.len_chars(), pl.lit(":"), field) for field in fields)
    return pl.concat_str(part for triple in parts for part in triple)


def _counted(lines: pl.DataFrame) -> pl.DataFrame:
    """Count equal lines of one statement 0, 1, 2, ... as `occurrence`."""
    identity = ("statement_id", "key")
    # Nearly all lines are the only ones of their kind.
    equal = lines.filter(pl.struct(identity).is_duplicated()).select(
        "row", occurrence=pl.int_range(pl.len()).over(identity)
    )
    counted = lines.join(equal, on="row", how="left", maintain_order="left")
    return counted.with_columns(pl.col("occurrence").fill_null(0))


def _continue_counts(lines: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Go on counting equal lines where a statement continues an earlier one of the same day."""
    before = dict(previous.select("statement_id", "previous_id").drop_nulls().iter_rows())
    if not before:
        return lines
    statements_of_key = lines.group_by("key").agg(pl.col("statement_id").n_unique())
    shared = statements_of_key.filter(pl.col("statement_id") > 1)
    contested = lines.join(shared.select("key"), on="key", how="semi")
    counts = {
        (statement, key): (count, day)
        for statement, key, count, day in contested.group_by("statement_id", "key")
        .agg(pl.len(), pl.col("booking_date").first())
        .iter_rows()
    }
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
    """Hash key and occurrence; `L` and 16 letters of base 32 (80 bits)."""
    occurrence = pl.col("occurrence").cast(pl.String)
    told = lines.select(pl.concat_str("key", _with_lengths(occurrence)).cast(pl.Binary)).to_series()
    hashed = (hashlib.blake2b(one, digest_size=_DIGEST_BYTES).digest() for one in told.to_list())
    digests = b"".join(hashed)
    bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(-1, 5)
    letters = _BASE_32[np.packbits(bits, axis=1)[:, 0] >> 3].tobytes().decode()
    identifiers = [f"L{letters[at : at + 16]}" for at in range(0, len(letters), 16)]
    return pl.Series("line_id", identifiers, dtype=pl.String)

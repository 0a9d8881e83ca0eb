"""Give each line its identity, and collapse further deliveries of the same line into one.

A line is the same when account, currency, bank reference, booking date, amount, text and occurrence index agree.
Banks repeat FITIDs and book equal lines on one day, so equal lines within a statement, or within statements that
continue each other, count 0, 1, 2, ... and stay apart; overlapping deliveries count alike and collapse.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import polars as pl

from recon.frames.demands import validated
from recon.frames.lines import Lines
from recon.frames.statements import KINDS

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy
    import numpy.typing as npt

    from recon.frames.statements import Statements

F = TypeVar("F", pl.DataFrame, pl.LazyFrame)
# The recipe is part of the identity: changing it would import everything again.
RECIPE: Final = "1"
_NEEDED: Final = ("statement_id", "record", "status", "kind", "file", "booking_date")
_WORDS: Final = ("payer_name", "payer_account", "remittance", "end_to_end_id")
_FIELDS: Final = ("account", "currency", "bank_reference", "booking_date", "amount")
DECISIVE: Final = tuple(dict.fromkeys((*_NEEDED, *_WORDS, *_FIELDS)))
# 80 bits are 16 letters of five bits each, without a rest.
_DIGEST_BYTES: Final = 10
_ID_LENGTH: Final = 17
_LINES_AT_ONCE: Final = 250_000
_HASHED_AT_ONCE: Final = 25_000
_BASE_32: Final = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_PAIRS: Final = np.stack((np.repeat(_BASE_32, 32), np.tile(_BASE_32, 32)), axis=1)


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
    ranked = _ranked(identified).with_row_index("at")
    is_first = pl.col("line_id").ne_missing(pl.col("line_id").shift(1))
    # The copies of a line stand behind it, up to the next line.
    copies = pl.col("at").shift(-1, fill_value=ranked.height).cast(pl.Int64) - pl.col("at") - 1
    kept = (
        ranked.filter(is_first)
        .with_columns(copies=copies)
        .join(held, on="statement_id", how="left", maintain_order="left")
        .with_columns(is_held=pl.col("is_held") | (pl.col("status") != "booked"))
    )
    return kept, ranked.filter(~is_first)


def _ranked(identified: pl.DataFrame) -> pl.DataFrame:
    """Sort by line; of one line the delivery that is shown comes first."""
    # Ranks of whole statements are whole numbers, which sort quicker than their words.
    statements = (
        identified.select("statement_id", "file", pl.col("kind").cast(pl.Enum(KINDS)))
        .unique()
        .sort("kind", "file", "statement_id")
        .select(
            "statement_id", place=pl.struct("kind", "file").rle_id(), last=pl.int_range(pl.len())
        )
    )
    # A booked line of a final statement is kept before what announced it.
    is_announced = pl.col("status") != "booked"
    return (
        identified.join(statements, on="statement_id", how="left")
        .sort("line_id", is_announced, "place", "record", "last")
        .drop("place", "last")
    )


def _keyed(lines: pl.DataFrame) -> pl.DataFrame:
    """Give what decides of each line, with its key; many lines in pieces, side by side."""
    pieces = [_with_key(piece.lazy()) for piece in lines.iter_slices(_LINES_AT_ONCE)]
    return pl.concat(pl.collect_all(pieces)) if len(pieces) > 1 else _with_key(lines)


def _with_key(lines: F) -> F:
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
    """Give the identity of each delivery; what several deliveries tell alike is hashed once."""
    identity = lines.select("key", "occurrence")
    marks = identity.select(mark=_mark())
    first = marks.with_row_index("at").unique("mark", keep="first", maintain_order=True)
    if first.height == lines.height:
        return _hashed(identity)
    alike = identity[first["at"]]
    places = first.with_row_index("place").select("mark", "place")
    place = marks.join(places, on="mark", how="left", maintain_order="left")["place"]
    if not alike[place].equals(identity):
        # One mark for two identities: it happens once in millions of runs, and then all are hashed.
        return _hashed(identity)
    return _hashed(alike)[place]


def _mark() -> pl.Expr:
    """Give a number by which equal identities are found; different ones seldom have the same."""
    return pl.col("key").hash() ^ pl.col("occurrence").cast(pl.UInt64)


def _hashed(lines: pl.DataFrame) -> pl.Series:
    """Hash key and occurrence; `L` and 16 letters of base 32 (80 bits)."""
    occurrence = pl.col("occurrence").cast(pl.String)
    told = lines.lazy().select(pl.concat_str("key", _with_lengths(occurrence)).cast(pl.Binary))
    empty = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    hashed = []
    # In pieces that fit into memory which is there already: new memory costs as much as hashing.
    for first in range(0, lines.height, _HASHED_AT_ONCE):
        for one in told.slice(first, _HASHED_AT_ONCE).collect().to_series().to_list():
            digest = empty.copy()
            digest.update(one)
            hashed.append(digest.digest())
    letters = np.full((lines.height, _ID_LENGTH), ord("L"), np.uint8)
    letters[:, 1:] = _in_base_32(b"".join(hashed)).reshape(-1, _ID_LENGTH - 1)
    identifiers = letters.view(f"S{_ID_LENGTH}").ravel().tolist()
    return pl.Series("line_id", identifiers, dtype=pl.Binary).cast(pl.String)


def _in_base_32(data: bytes) -> npt.NDArray[np.uint8]:
    """Write bytes in letters of five bits; five bytes are four pairs of letters, looked up ten bits at a time."""
    of = np.frombuffer(data, np.uint8).reshape(-1, 5).astype(np.uint16).T
    tens = np.stack(
        (
            of[0] << 2 | of[1] >> 6,
            (of[1] & 63) << 4 | of[2] >> 4,
            (of[2] & 15) << 6 | of[3] >> 2,
            (of[3] & 3) << 8 | of[4],
        ),
        axis=1,
    )
    letters: npt.NDArray[np.uint8] = _PAIRS[tens]
    return letters.reshape(-1)

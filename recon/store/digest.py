"""One digest for a set of rows, and one for an event. In: a frame or fields. Out: SHA-256 as hex.

Every field stands behind its length in bytes (a netstring, `5:hello,`), and null is told from an empty text, so that no
text can be shifted from one field to the next without a trace. Two published ledgers join their fields with a separator
or with nothing, and so give one hash to different rows.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NULL: Final = "-,"
_ROWS_AT_ONCE: Final = 100_000
# Events and rows are hashed in domains of their own, so that none can pass for the other.
_EVENT: Final = b"\x01"
_ROWS: Final = b"\x02"


def rows_digest(name: str, frame: pl.DataFrame) -> str:
    """Digest all columns of all rows, in the order given, with the name of the table and of its columns.

    Args:
        name: the table.
        frame: columns of text, whole numbers, dates, yes and no, or lists of texts as JSON.
    """
    digest = _begun(name, frame)
    fields = list(_fields(frame))
    for rows in frame.iter_slices(_ROWS_AT_ONCE):
        told_rows = rows.select(pl.concat_str(fields).str.join("")).item()
        digest.update((told_rows or "").encode())
    return digest.hexdigest()


def digests_by_event(name: str, frame: pl.DataFrame) -> dict[int, tuple[int, str]]:
    """Digest the rows of each event by themselves, as `rows_digest` does: their number and digest by `seq`.

    Many small events cost little more than one, since the texts of all rows are made at once.
    """
    texts = frame.select("seq", text=pl.concat_str(list(_fields(frame))))
    told = texts.group_by("seq").agg(pl.len(), pl.col("text").str.join(""))
    found = {}
    for seq, count, text in told.iter_rows():
        digest = _begun(name, frame)
        digest.update(text.encode())
        found[seq] = count, digest.hexdigest()
    return found


def _begun(name: str, frame: pl.DataFrame) -> hashlib._Hash:
    digest = hashlib.sha256(_ROWS)
    for told in (name, *frame.columns):
        digest.update(_netstring(told))
    return digest


def event_digest(previous_hash: str, fields: Sequence[str | int | None]) -> str:
    """Digest an event with the hash of the one before it."""
    digest = hashlib.sha256(_EVENT)
    digest.update(bytes.fromhex(previous_hash))
    for field in fields:
        digest.update(_NULL.encode() if field is None else _netstring(str(field)))
    return digest.hexdigest()


def _netstring(text: str) -> bytes:
    data = text.encode()
    return b"%d:%b," % (len(data), data)


def _fields(frame: pl.DataFrame) -> Iterator[pl.Expr]:
    """Give the text of each column; columns side by side that hold nothing are one text."""
    empty = [column.null_count() == column.len() for column in frame]
    if all(empty):
        # A text alone would be one row, whatever the number of rows.
        empty = [False] * frame.width
    for is_empty, run in groupby(zip(empty, frame.schema.items(), strict=True), key=itemgetter(0)):
        if is_empty:
            yield pl.lit(_NULL * sum(1 for _ in run))
        else:
            yield from (_field(column, dtype) for _, (column, dtype) in run)


@cache
def _field(column: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(column)
    if dtype == pl.Boolean:
        text = text.cast(pl.Int8)
    if dtype != pl.String:
        text = text.cast(pl.String)
    told = pl.concat_str(text.str.len_bytes().cast(pl.String), pl.lit(":"), text, pl.lit(","))
    return told.fill_null(_NULL)

"""Gather the tags of transactions into a row a transaction, with a column a field.

In: tags, from one transaction to before another. Out: the transactions (text, not yet judged) and the tags around
them. A transaction that is not closed, or stands in another, keeps its row and is marked.

Source: OFX 2.1.1 section 11.4.3 (statement transaction).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from recon_ofx.aggregates import with_aggregates
from recon_ofx.values import clean
from recon_ofx.vocabulary import EMPTY, END, INNER, OPEN, OUTER, TRANSACTIONS

if TYPE_CHECKING:
    import numpy.typing as npt

    from recon_ofx.tokens import Tokens
    from recon_ofx.vocabulary import Tags

    Numbers = npt.NDArray[Any]
    Faults = list[tuple[Numbers, str]]  # rows, and what is wrong with them

# Values outside any tag, as a field of their own.
TEXT: Final = "(text)"
# Fields with a column; a name with a point is a value in an aggregate.
FIELDS: Final = (
    "TRNTYPE", "DTPOSTED", "DTTRAN", "DTAVAIL", "TRNAMT", "FITID", "CHECKNUM", "CHKNUM", "REFNUM",
    "NAME", "EXTDNAME", "MEMO", "PAYEE", "CURRENCY", "CORRECTFITID", "CORRECTACTION",
    "PAYEE.NAME", "EXTDPAYEE.NAME", "BANKACCTTO.ACCTID", "BANKACCTTO.BANKID", "CCACCTTO.ACCTID",
    "CURRENCY.CURSYM", "CURRENCY.CURRATE", "ORIGCURRENCY.CURSYM", "ORIGCURRENCY.CURRATE",
)  # fmt: skip
# A second, different one of these in one transaction is not the bank's: tags in a name can forge an amount.
ONCE: Final = (
    "TRNAMT", "DTPOSTED", "DTTRAN", "FITID", "TRNTYPE", "CORRECTFITID", "CORRECTACTION",
    "CURRENCY.CURSYM",
)  # fmt: skip

_BEGINNING: Final = 1000
_AGGREGATE: Final = 2**16  # the number of a field: `aggregate * _AGGREGATE + tag`
_TEXT: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of the document holds.

    `records`: row (1, 2, ... in the piece), offset, length, is_pending, fault. `fields`: the columns of those FIELDS
    that any record has. `others`: row, name, value: what was said beyond FIELDS. `around`: the tags outside
    transactions, with the number of transactions before each.
    """

    records: pl.DataFrame
    fields: dict[str, pl.Series]
    others: pl.DataFrame
    around: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where transactions are: the tags that begin and end each, and how many end tags each has."""

    first: Numbers
    last: Numbers
    ends: Numbers


def gather(tokens: Tokens, tags: Tags) -> Piece:
    """Gather the transactions of one piece of the document."""
    extent = _extent(tokens)
    records, faults = _records(tokens, extent, tags)
    is_inside = np.zeros(len(tokens.tag) + 1, np.int8)
    is_inside[extent.first] += 1
    is_inside[extent.last + 1] -= 1
    is_inside = np.cumsum(is_inside[:-1], dtype=np.int8).astype(np.bool_)
    within = np.flatnonzero(is_inside)
    row = np.repeat(np.arange(1, len(records) + 1, dtype=np.uint32), extent.last - extent.first + 1)
    fields, unsound = _fields(tokens, within, row, tags)
    columns, others, repeated = _columns(tokens, fields, tags, len(records))
    fault = records["fault"]
    for rows, name in (*faults, *unsound, *repeated):
        # The first fault that was found stands.
        free = rows[fault.gather(rows - 1).is_null().to_numpy()]
        if len(free):
            fault = fault.scatter(free - 1, name)
    around = _around(tokens, np.flatnonzero(~is_inside), extent)
    return Piece(records.with_columns(fault), columns, others, around)


def _extent(tokens: Tokens) -> _Extent:
    """Find the transactions: each ends with its last end tag, or before a tag that only stands around transactions."""
    events = np.flatnonzero(tokens.tag < len(TRANSACTIONS) + len(OUTER))
    is_bound = tokens.tag[events] < len(TRANSACTIONS)
    is_limit = ~is_bound | (tokens.kind[events] != END)
    start = np.flatnonzero(is_bound & is_limit)
    limits = np.append(np.flatnonzero(is_limit), len(events))
    limit = limits[np.searchsorted(limits, start, "right")]
    # Between a start and the next limit stand only end tags of transactions.
    ends = limit - start - 1
    before_limit = np.append(events, len(tokens.tag))[limit] - 1
    last = np.where(ends > 0, events[limit - 1], before_limit)
    return _Extent(events[start], last, ends)


def _records(tokens: Tokens, extent: _Extent, tags: Tags) -> tuple[pl.DataFrame, Faults]:
    """Give place, length and kind of each transaction, and the rows that do not end once."""
    first, last = extent.first, extent.last
    is_closed = (extent.ends > 0) | (tokens.kind[first] == EMPTY)
    end = np.where(is_closed, tokens.closed[last], tokens.end[last])
    records = pl.DataFrame(
        {
            "row": np.arange(1, len(first) + 1, dtype=np.uint32),
            "offset": tokens.offset[first],
            "length": end - tokens.offset[first],
            "is_pending": tokens.tag[first] == tags.id("STMTTRNP"),
            "fault": pl.Series([None], dtype=pl.String).new_from_index(0, len(first)),
        }
    )
    faults = [
        (np.flatnonzero(~is_closed) + 1, "not-closed"),
        (np.flatnonzero(extent.ends > 1) + 1, "nested"),
    ]
    return records, faults


@dataclass(frozen=True, slots=True)
class _Fields:
    """What transactions say, an element a value: the tag before it, the row it is in, and the number of its field."""

    at: Numbers
    row: Numbers
    number: Numbers


def _fields(tokens: Tokens, within: Numbers, row: Numbers, tags: Tags) -> tuple[_Fields, Faults]:
    """Find what transactions say, and the rows whose aggregates are not sound.

    Args:
        tokens: all tags of the piece.
        within: those in transactions.
        row: the transaction of each of them.
        tags: their names.
    """
    tag, kind, has_value = tokens.tag[within], tokens.kind[within], tokens.has_value[within]
    is_bound = tag < len(TRANSACTIONS)
    is_told = (kind == OPEN) & ~is_bound & has_value
    is_inner = (tag >= tags.id(INNER[0])) & (tag <= tags.id(INNER[-1]))
    said, number = np.flatnonzero(is_told), tag[is_told]
    faults: Faults = []
    if ((kind == END) & ~is_bound).any() or (is_inner & ~has_value).any():
        marked, faults = with_aggregates(
            pl.DataFrame(
                {"at": np.arange(len(within)), "tag": tag, "kind": kind, "row": row}
                | {"has_value": has_value}
            ).filter(~is_bound),
            tags,
        )
        number = (marked["aggregate"] * _AGGREGATE + marked["tag"]).to_numpy()
        said = marked["at"].to_numpy()
    stray = np.flatnonzero(has_value & ~is_told)
    if len(stray):
        said = np.concatenate([said, stray])
        number = np.concatenate([number, np.full(len(stray), _TEXT, np.uint32)])
    return _Fields(within[said], row[said], number), faults


def _columns(
    tokens: Tokens, fields: _Fields, tags: Tags, records: int
) -> tuple[dict[str, pl.Series], pl.DataFrame, Faults]:
    """Give those of FIELDS that are told a column each, and what is said beyond them or twice as further rows."""
    # Nearly always the first transactions have every field that others have.
    numbers = sorted(set(fields.number[:_BEGINNING].tolist()))
    members = [np.flatnonzero(fields.number == number) for number in numbers]
    if sum(map(len, members)) < len(fields.number):
        numbers = pl.Series(fields.number).unique().sort().to_list()
        members = [np.flatnonzero(fields.number == number) for number in numbers]
    values = clean(tokens.values(fields.at[np.concatenate([*members, fields.at[:0]])]))
    named = {_number(name, tags): name for name in FIELDS}
    columns: dict[str, pl.Series] = {}
    beyond, faults, begin = [], [], 0
    for number, member in zip(numbers, members, strict=True):
        rows, texts = fields.row[member], values.slice(begin, len(member))
        begin += len(member)
        is_told = (texts != "").to_numpy()
        if not is_told.all():
            # A value of nothing but unusual blanks is none.
            rows, texts = rows[is_told], texts.filter(is_told)
        name = named.get(number)
        is_again = np.zeros(len(rows), np.bool_)
        is_again[1:] = rows[1:] == rows[:-1]
        if name is None:
            beyond.append((_name(number, tags), rows, texts))
        elif is_again.any():
            again, first = np.flatnonzero(is_again), np.flatnonzero(~is_again)
            beyond.append((name, rows[again], texts.gather(again)))
            if name in ONCE:
                told_first = texts.gather(first[np.searchsorted(rows[first], rows[again])])
                differs = (texts.gather(again) != told_first).to_numpy()
                faults.append((np.unique(rows[again][differs]), f"repeated-field:{name}"))
            columns[name] = placed(rows[first], texts.gather(first), records)
        elif len(rows):
            columns[name] = placed(rows, texts, records)
    return columns, _others(beyond), faults


def _others(beyond: list[tuple[str, Numbers, pl.Series]]) -> pl.DataFrame:
    schema = {"row": pl.UInt32, "name": pl.String, "value": pl.String}
    frames = [
        pl.DataFrame({"row": rows, "value": texts}).select(
            "row", pl.lit(name).alias("name"), "value"
        )
        for name, rows, texts in beyond
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def placed(rows: Numbers, values: pl.Series, records: int) -> pl.Series:
    """Give the value of each record, numbered from 1; null where it has none."""
    if len(values) == records:
        return values
    place = pl.Series([None], dtype=pl.UInt32).new_from_index(0, records)
    at = pl.int_range(len(values), dtype=pl.UInt32, eager=True)
    return values.gather(place.scatter(rows - 1, at))


def _around(tokens: Tokens, at: Numbers, extent: _Extent) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "tag": tokens.tag[at],
            "kind": tokens.kind[at],
            "value": clean(tokens.values(at)),
            "offset": tokens.offset[at],
            "before": np.searchsorted(extent.first, at),
        }
    )


def _number(name: str, tags: Tags) -> int:
    aggregate, _, tag = name.rpartition(".")
    return (tags.id(aggregate) * _AGGREGATE if aggregate else 0) + tags.id(tag)


def _name(number: int, tags: Tags) -> str:
    if number == _TEXT:
        return TEXT
    aggregate, tag = divmod(number, _AGGREGATE)
    return f"{tags.names[aggregate]}.{tags.names[tag]}" if aggregate else tags.names[tag]

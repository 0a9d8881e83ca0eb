"""Gather the tags of transactions into a row a transaction, with a column a field.

In: tags, from one transaction to before another. Out: the transactions (text, not yet judged) and the tags around
them. A transaction that is not closed, or stands in another, keeps its row and is marked.

Source: OFX 2.1.1 section 11.4.3 (statement transaction).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_ofx.values import clean
from recon_ofx.vocabulary import EMPTY, END, INNER, OPEN, OUTER, TRANSACTIONS, VALUES

if TYPE_CHECKING:
    from recon_ofx.vocabulary import Tags

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

DEPTH_LIMIT: Final = 4

_AGGREGATE: Final = 2**16  # the number of a field: `aggregate * _AGGREGATE + tag`
_TEXT: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of the document holds.

    `records`: row (1, 2, ... in the piece), offset, length, is_pending, fault, and FIELDS as text.
    `others`: row, name, value: what was said beyond FIELDS. `around`: the tags outside transactions, with the
    number of transactions before each.
    """

    records: pl.DataFrame
    others: pl.DataFrame
    around: pl.DataFrame


def gather(tokens: pl.DataFrame, tags: Tags) -> Piece:
    """Gather the transactions of one piece of the document."""
    inside, records = _delimit(tokens, tags)
    around = inside.filter(~pl.col("is_inside"))
    within = inside.filter("is_inside")
    fields, faults = _fields(within, tags)
    records, others, repeated = _columns(records, fields, tags)
    fault = pl.col("fault")
    for found in (*faults, *repeated):
        records = records.join(found, on="row", how="left", maintain_order="left")
        records = records.with_columns(fault=fault.fill_null(pl.col("fault_right"))).drop(
            "fault_right"
        )
    return Piece(records, others, around)


def _delimit(tokens: pl.DataFrame, tags: Tags) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the transactions, and say of each tag whether it stands in one.

    A transaction ends with its last end tag, or before a tag that only stands around transactions.
    """
    tag, kind = tokens["tag"].to_numpy(), tokens["kind"].to_numpy()
    is_transaction = tag < len(TRANSACTIONS)
    is_start = is_transaction & (kind != END)
    starts = np.flatnonzero(is_start)
    row = np.cumsum(is_start, dtype=np.uint32)
    outer = np.cumsum((tag < len(TRANSACTIONS) + len(OUTER)) & ~is_transaction, dtype=np.uint32)
    # Element 0 stands for the tags before the first transaction, which are in none.
    is_near = (row > 0) & (outer == np.concatenate([[0], outer[starts]])[row])
    is_end = is_transaction & (kind == END) & is_near
    ends = np.cumsum(is_end, dtype=np.uint32)
    ends_before = np.concatenate([[0], ends[starts]])
    in_row = np.diff(ends_before, append=ends[-1])
    is_inside = is_near & (ends - is_end - ends_before[row] < np.maximum(in_row, 1)[row])
    inside = tokens.with_columns(
        row=pl.Series(row), is_inside=pl.Series(is_inside), is_bound=pl.Series(is_transaction)
    )
    # The tags of a transaction follow each other from its start.
    last = (
        starts + np.add.reduceat(is_inside, starts, dtype=np.int64) - 1 if len(starts) else starts
    )
    return inside, _bounds(inside, pl.Series(starts), pl.Series(last), pl.Series(in_row[1:]), tags)


def _bounds(
    inside: pl.DataFrame, starts: pl.Series, last: pl.Series, ends: pl.Series, tags: Tags
) -> pl.DataFrame:
    """Give place, length and fault of each transaction, from its first and last tag and its number of end tags."""
    opening = inside.select("tag", "kind", "offset", row=pl.col("row").cast(pl.UInt32))[starts]
    final = inside.select("offset", "end", "name")[last].rename(
        {"offset": "last_offset", "end": "last_end", "name": "last_name"}
    )
    is_closed = (pl.col("ends") > 0) | (pl.col("kind") == EMPTY)
    tag_end = pl.col("last_offset") + pl.col("last_name").str.len_bytes().cast(pl.Int64) + 2
    end = pl.when(is_closed).then(tag_end).otherwise(pl.col("last_end"))
    fault = pl.when(~is_closed).then(pl.lit("not-closed"))
    return pl.concat([opening, final, ends.to_frame("ends")], how="horizontal").select(
        "row",
        "offset",
        length=end - pl.col("offset"),
        is_pending=pl.col("tag") == tags.id("STMTTRNP"),
        fault=fault.when(pl.col("ends") > 1).then(pl.lit("nested")),
    )


def _fields(within: pl.DataFrame, tags: Tags) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Give row, field (number) and value of all that transactions say, and the rows whose aggregates do not close."""
    tag, kind, is_bound = within["tag"], within["kind"], within["is_bound"]
    has_value = within["value"] != ""
    stray = within.filter(((kind != OPEN) | is_bound) & has_value)
    is_inner = tag.is_between(tags.id(INNER[0]), tags.id(INNER[-1]))
    faults: list[pl.DataFrame] = []
    if ((kind == END) & ~is_bound).any() or (is_inner & ~has_value).any():
        marked, faults = _with_aggregates(within.filter(~is_bound), tags)
        field = pl.col("aggregate").fill_null(0) * _AGGREGATE + pl.col("tag")
        told = marked.filter((pl.col("kind") == OPEN) & (pl.col("value") != ""))
    else:
        field, told = pl.col("tag"), within.filter((kind == OPEN) & ~is_bound & has_value)
    fields = told.select("row", field.alias("field"), "value")
    if len(stray):
        text = stray.select("row", pl.lit(_TEXT, dtype=pl.UInt32).alias("field"), "value")
        fields = pl.concat([fields, text]).sort("row", maintain_order=True)
    # A value of nothing but unusual blanks is none.
    fields = fields.with_columns(clean(fields["value"]).alias("value")).filter(
        pl.col("value") != ""
    )
    return fields, faults


def _with_aggregates(within: pl.DataFrame, tags: Tags) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Add the aggregate that each value stands in; in a transaction, one that opens as often as it closes.

    A tag of VALUES never is an aggregate, so that no stray end tag can hide an amount.
    """
    tag, kind = pl.col("tag"), pl.col("kind")
    is_leaf_end = (
        (kind == END)
        & (tag == tag.shift(1))
        & (kind.shift(1) == OPEN)
        & (pl.col("row") == pl.col("row").shift(1))
    )
    marked = within.with_columns(is_leaf_end=is_leaf_end.fill_null(False))
    is_plain = tag.is_in(tags.several(VALUES).implode())
    # `<MEMO></MEMO>` is empty, and no aggregate.
    opens = (
        (kind == OPEN) & (pl.col("value") == "") & ~pl.col("is_leaf_end").shift(-1).fill_null(False)
    )
    marked = marked.with_columns(is_candidate=(opens | (kind == END)) & ~is_plain)
    marked = marked.filter(~pl.col("is_leaf_end")).with_row_index("at")
    candidates = marked.filter("is_candidate").select("at", "row", "tag", "kind")
    counts = candidates.group_by("row", "tag").agg(
        opens=(kind == OPEN).sum(), ends=(kind == END).sum()
    )
    is_even = pl.col("opens") == pl.col("ends")
    is_strict = tag.is_in(tags.several(INNER).implode())
    steps = candidates.join(counts.filter(is_even), on=["row", "tag"], how="semi").sort("at")
    step = pl.repeat(0, len(marked), dtype=pl.Int8, eager=True)
    step = step.scatter(
        steps["at"], steps.select(pl.when(kind == OPEN).then(1).otherwise(-1)).to_series()
    )
    marked = marked.with_columns(step=step, depth=step.cast(pl.Int64).cum_sum())
    last = pl.when(pl.col("step") == 1).then(tag).forward_fill()
    marked = marked.with_columns(aggregate=pl.when(pl.col("depth") > 0).then(last))
    faults = [
        _faulty(counts.filter(~is_even & is_strict), "not-closed"),
        _faulty(marked.filter((pl.col("depth") < 0) | (pl.col("depth") > DEPTH_LIMIT)), "nested"),
    ]
    return marked, faults


def _faulty(rows: pl.DataFrame, fault: str) -> pl.DataFrame:
    return rows.select("row").unique().with_columns(fault=pl.lit(fault))


def _columns(
    records: pl.DataFrame, fields: pl.DataFrame, tags: Tags
) -> tuple[pl.DataFrame, pl.DataFrame, list[pl.DataFrame]]:
    """Give each of FIELDS its column, and what is said beyond them or twice as further rows."""
    numbers = {_number(name, tags): name for name in FIELDS}
    parts = fields.partition_by("field", maintain_order=True, as_dict=True)
    columns = dict.fromkeys(
        FIELDS, pl.Series([None], dtype=pl.String).new_from_index(0, len(records))
    )
    beyond, faults = [fields.clear()], []
    for (number,), part in parts.items():
        name = numbers.get(number)
        if name is None:
            beyond.append(part)
            continue
        first = part
        is_again = part["row"] == part["row"].shift(1)
        if is_again.any():
            again, first = part.filter(is_again), part.filter(~is_again.fill_null(False))
            beyond.append(again)
            if name in ONCE:
                told_first = again.join(first, on="row").filter(
                    pl.col("value") != pl.col("value_right")
                )
                faults.append(_faulty(told_first, f"repeated-field:{name}"))
        columns[name] = _column(first, len(records))
    others = pl.concat(beyond)
    told = others["field"].unique()
    names = pl.Series("name", [_name(number, tags) for number in told], dtype=pl.String)
    named = others.join(
        pl.DataFrame([told, names]), on="field", how="left", maintain_order="left"
    ).select("row", "name", "value")
    return records.with_columns(**columns), named, faults


def _column(part: pl.DataFrame, records: int) -> pl.Series:
    """Give the value of each record, null where it has none."""
    if len(part) == records:
        return part["value"]
    place = pl.Series([None], dtype=pl.UInt32).new_from_index(0, records)
    at = pl.int_range(len(part), dtype=pl.UInt32, eager=True)
    return part["value"].gather(place.scatter(part["row"] - 1, at))


def _number(name: str, tags: Tags) -> int:
    aggregate, _, tag = name.rpartition(".")
    return (tags.id(aggregate) * _AGGREGATE if aggregate else 0) + tags.id(tag)


def _name(number: int, tags: Tags) -> str:
    if number == _TEXT:
        return TEXT
    aggregate, tag = divmod(number, _AGGREGATE)
    return f"{tags.names[aggregate]}.{tags.names[tag]}" if aggregate else tags.names[tag]

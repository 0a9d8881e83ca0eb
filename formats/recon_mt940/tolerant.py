"""The tolerant reader: statements with entries that our grammar refuses are read again by the library mt-940.

In: the entries of a chunk with their faults. Out: the same with faults taken away where the library's reading is proven.
The library is wrong in silence on known inputs: a decimal point ends the amount, `1.000,00` is 1, more than 15 digits are
cut, 30 February becomes the 28th. So it is believed for a statement only when it reads every entry, agrees with us on all
that we accept, keeps the days as written, and opening balance plus entries is the closing balance.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import AmountError, ChildFailed, call_in_child, exponents, parse_minor

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY: Final = "mt-940"
# Faults of what stands in the entry; where it stands, the library knows no better.
_FAULTS: Final = ("entry-grammar", "thousands-mark", "ambiguous-amount", "no-amount", "no-date")
# A statement of more refused entries is no statement with a slip in it, and nothing is proven by one sum.
_REFUSED_AT_MOST: Final = 20
_ENTRIES_AT_MOST: Final = 10_000


def read_again(entries: pl.DataFrame, headings: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Let the library read the statements in which our grammar refuses an entry.

    Args:
        entries: as read_entries gives them, with `message`, in order.
        headings: balances and currency, a row a message.

    Returns:
        entries, proven ones without fault; and the messages for which the library spoke.
    """
    messages = _statements_in_doubt(entries, headings)
    if not messages:
        return entries, []
    rows = {message: entries.filter(pl.col("message") == message) for message in messages}
    payload = [
        {"currency": headings["currency"][message], "entries": rows[message]["text"].to_list()}
        for message in messages
    ]
    try:
        readings = call_in_child("recon_mt940.tolerant_child:read_statements", payload)
    except ChildFailed:
        return entries, []  # the rejects stand, each with its reason
    spoken = []
    for message, reading in zip(messages, readings, strict=True):
        stated = headings.row(message, named=True)
        proven = _proven(rows[message].to_dicts(), reading, stated)
        if proven is not None:
            patch = pl.DataFrame(proven, schema=entries.schema)
            entries = entries.update(patch, on=["index"], include_nulls=True)
            spoken.append(message)
    return entries, spoken


def _statements_in_doubt(entries: pl.DataFrame, headings: pl.DataFrame) -> list[int]:
    if entries["fault"].null_count() == entries.height:
        return []
    refused = pl.col("fault").is_in(_FAULTS)
    counted = entries.group_by("message").agg(
        refused=refused.sum(), others=(pl.col("fault").is_not_null() & ~refused.fill_null(value=False)).sum(), count=pl.len()
    )  # fmt: skip
    provable = headings.with_row_index("message").filter(
        pl.col("opening_balance").is_not_null() & pl.col("closing_balance").is_not_null()
    )
    return (
        counted.filter(
            pl.col("refused").is_between(1, _REFUSED_AT_MOST),
            pl.col("others") == 0,
            pl.col("count") <= _ENTRIES_AT_MOST,
            pl.col("message").is_in(provable["message"].cast(pl.Int64).implode()),
        )["message"]
        .sort()
        .to_list()
    )


def _proven(
    entries: list[dict[str, Any]],
    readings: Sequence[dict[str, Any] | None],
    stated: dict[str, Any],
) -> list[dict[str, Any]] | None:
    """Give the refused entries as the library reads them, None unless count, agreement and balance prove them."""
    if len(readings) != len(entries):
        return None
    total, taken = 0, []
    for entry, reading in zip(entries, readings, strict=True):
        read = _read(entry, reading, exponents()[stated["currency"]])
        if read is None:
            return None
        total += read["amount"]
        if entry["fault"] is not None:
            taken.append(read)
        elif any(read[name] != entry[name] for name in ("amount", "value_date", "booking_date")):
            return None
    is_balanced = stated["opening_balance"] + total == stated["closing_balance"]
    return taken if is_balanced else None


def _read(
    entry: dict[str, Any], reading: dict[str, Any] | None, decimals: int
) -> dict[str, Any] | None:
    if reading is None:
        return None
    value_date = dt.date.fromisoformat(reading["value_date"])
    if not entry["text"].startswith(f"{value_date:%y%m%d}"):
        return None  # the library made a day of what is none
    try:
        amount = parse_minor(reading["amount"], decimals)
    except AmountError:
        return None
    return {
        **entry,
        "amount": amount,
        "value_date": value_date,
        "booking_date": dt.date.fromisoformat(reading["booking_date"]),
        "mark": reading["status"],
        "code": reading["id"] or None,
        "customer": reading["customer_reference"],
        "bank": reading["bank_reference"] or None,
        "supplementary": reading["extra_details"] or None,
        "fault": None,
    }

"""The tolerant reader's half in the child process: the library mt-940 reads entries that our grammar refuses.

In: plain lists and tables. Out: what the library says of each entry, or None. Imports nothing of the engine, and runs only
behind the limits of a child process: the library's time on hostile input has no bound.
"""

from __future__ import annotations

import io
import logging
from typing import Any, Final

import mt940

# What the library raises on fields that it cannot read; its exceptions have no common base.
_REFUSALS: Final = (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError)

# It logs the whole content of a field that it refuses: bank data does not belong into a log.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def read_statements(payload: list[dict[str, Any]]) -> list[list[dict[str, Any] | None]]:
    """Read the entries of statements.

    Args:
        payload: for each statement its `currency` and the `entries`: the text of each `:61:` field, tag taken off.

    Returns:
        For each entry of each statement amount, dates, mark, type and references as text, None where it is refused.
    """
    return [_read_entries(each["currency"], each["entries"]) for each in payload]


def _read_entries(currency: str, entries: list[str]) -> list[dict[str, Any] | None]:
    head = f":20:0\n:25:0\n:28C:1/1\n:60F:C700101{currency}0,\n"
    readings: list[dict[str, Any] | None] = [None] * len(entries)
    # The library refuses a whole text for one bad field, so a refused text is halved until the bad ones stand alone.
    pending = [(0, len(entries))]
    while pending:
        start, end = pending.pop()
        read = _read(head + "".join(f":61:{text}\n" for text in entries[start:end]))
        if read is not None and len(read) == end - start:
            readings[start:end] = read
        elif end - start > 1:
            middle = (start + end) // 2
            pending += [(start, middle), (middle, end)]
    return readings


def _read(text: str) -> list[dict[str, Any]] | None:
    try:
        # A handle, because the library opens a file whose name equals a text that it is given.
        [statement] = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
        return [_reading(found.data) for found in statement.transactions]
    except _REFUSALS:
        return None


def _reading(data: dict[str, Any]) -> dict[str, Any]:
    texts = ("status", "id", "customer_reference", "bank_reference", "extra_details")
    return {
        "amount": str(data["amount"].amount),
        "value_date": str(data["date"]),
        "booking_date": str(data.get("entry_date") or data["date"]),
        **{name: str(data.get(name) or "") for name in texts},
    }

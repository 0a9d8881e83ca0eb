"""The second reading: the library mt-940 reads the same fields, and every record is compared with ours.

This is the seam where a reader can be replaced: one function, bytes never reach the library as a path. The library is
believed only where it agrees, because it is wrong in silence on known inputs: a decimal point ends the amount, more
than 15 digits are cut, 30 February becomes the 28th. Our own reading follows a stricter grammar and stands.
"""

from __future__ import annotations

import io
import logging
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import mt940

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from recon_mt940.entry import Entry

LIBRARY: Final = "mt-940"

# What the library raises on fields that it cannot read; its exceptions have no common base.
_REFUSALS: Final = (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError)

# It logs the whole content of a field that it refuses: bank data does not belong into a log.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def unconfirmed(
    entries: Sequence[tuple[str, Entry]], currency: str, decimals: int
) -> list[tuple[int, str]]:
    """Let the library read the entries of one statement and list those that it reads otherwise.

    Args:
        entries: text of each `:61:` field with our reading of it.
        currency: ISO 4217 code of the account.
        decimals: number of decimals of the currency.

    Returns:
        Index and reason of every entry whose amount or dates the library does not confirm.
    """
    head = f":20:0\n:25:0\n:28C:1/1\n:60F:C700101{currency}0,\n"
    # The library refuses a whole text for one bad field, so a refused text is halved until the bad ones stand alone.
    doubts: list[tuple[int, str]] = []
    pending = [(0, len(entries))]
    while pending:
        start, end = pending.pop()
        if start == end:
            continue
        readings = _read(head + "".join(f":61:{text}\n" for text, _ in entries[start:end]))
        if readings is not None and len(readings) == end - start:
            ours = (entry for _, entry in entries[start:end])
            for index, (entry, reading) in enumerate(zip(ours, readings, strict=True), start=start):
                amount = Decimal(entry.amount).scaleb(-decimals)
                if reading != (amount, entry.value_date, entry.booking_date):
                    doubts.append((index, "reads another amount or date"))
        elif end - start == 1:
            doubts.append((start, "refuses the entry"))
        else:
            middle = (start + end) // 2
            pending += [(start, middle), (middle, end)]
    return sorted(doubts)


def _read(text: str) -> list[tuple[Decimal, dt.date, dt.date]] | None:
    """Give amount, value date and booking date of each entry, None if the library refuses the text."""
    try:
        # A handle, because the library opens a file whose name equals a text that it is given.
        [statement] = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
        return [_reading(found.data) for found in statement.transactions]
    except _REFUSALS:
        return None


def _reading(data: dict[str, Any]) -> tuple[Decimal, dt.date, dt.date]:
    return data["amount"].amount, data["date"], data.get("entry_date", data["date"])

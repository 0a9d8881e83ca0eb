"""Say of every record that could not be read what is wrong, and where. In: judged records. Out: rows of Rejects.

Only rejected records are looked at one by one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from recon.api import NO_CURRENCY, exponents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from recon_ofx.text import Text

_TEXT_SHOWN: Final = 40
# The fault, and the field, code, reason and hint that stand for it.
_FAULTS: Final[Mapping[str, tuple[str, str, str, str | None]]] = {
    "not-closed": (
        "STMTTRN",
        "not-closed",
        "the transaction, or an aggregate in it, is not closed",
        None,
    ),
    "nested": (
        "STMTTRN",
        "nested-transaction",
        "a transaction or an aggregate stands inside another one",
        "tags in a name or memo may have been taken for the bank's own",
    ),
    "repeated-field": (
        "",
        "repeated-field",
        "the transaction has different <{field}>",
        "tags in a name or memo may have been taken for the bank's own",
    ),
    "missing-amount": ("TRNAMT", "no-amount", "the transaction has no <TRNAMT>", None),
    "missing-date": ("DTPOSTED", "no-date", "the transaction has no <DTPOSTED>", None),
    "missing-currency": ("CURRENCY", "unknown-currency", "<CURRENCY> names no currency", None),
    "no-date": ("DTPOSTED", "no-date", "{date!r} is no day of the calendar", None),
    "no-amount": ("TRNAMT", "no-amount", "{amount!r} is no amount", None),
    "too-fine": (
        "TRNAMT",
        "no-amount",
        "{amount!r} is no amount in {currency}: more than {decimals} decimals, or too large",
        'ask the bank for the amounts as booked, or have them rounded half up: `finer_amounts = "rounded"` under [formats.ofx]',
    ),
    "ambiguous-amount": (
        "TRNAMT",
        "ambiguous-amount",
        "{amount!r}: its mark is a decimal or a thousands mark, and nothing in the file decides it",
        "ask the bank for an export with two decimals",
    ),
    "unknown-currency": (
        "currency",
        "unknown-currency",
        "{currency!r} is no ISO 4217 currency",
        None,
    ),
    "no-currency": (
        "CURDEF",
        "no-currency",
        "the statement names no currency",
        'name the account\'s currency: `currency = "EUR"` under [formats.ofx]',
    ),
}


def record_rejects(faulty: pl.DataFrame, text: Text) -> Iterator[dict[str, Any]]:
    """Give a row a rejected record.

    Args:
        faulty: record, offset, length, fault, amount_text, date_text, currency.
        text: where the records stand.
    """
    for row in faulty.iter_rows(named=True):
        reject = explain(row["fault"], row["amount_text"], row["currency"], row["date_text"])
        begin, end = row["offset"], row["offset"] + row["length"]
        found = re.compile(rb"<%b[\s/>]" % reject["field"].encode(), re.IGNORECASE).search(
            text.data, begin, end
        )
        at = found.start() if found else begin
        yield reject | {
            "file": text.file,
            "record": row["record"],
            "line_number": text.place(at).line,
            "excerpt": text.excerpt(at, end),
        }


def explain(
    fault: str, amount: str | None, currency: str, date: str | None = None
) -> dict[str, Any]:
    """Give field, code, reason and hint of a fault, for a record or a balance."""
    if fault == "unknown-currency" and currency == NO_CURRENCY:
        fault = "no-currency"
    cause, _, field = fault.partition(":")
    default, code, reason, hint = _FAULTS[cause]
    told = reason.format(
        field=field,
        amount=(amount or "")[:_TEXT_SHOWN],
        date=(date or "")[:_TEXT_SHOWN],
        currency=currency,
        decimals=exponents().get(currency),
    )
    return {
        "field": (field or default).rpartition(".")[2],
        "code": code,
        "reason": told,
        "hint": hint,
    }

"""Build the frames of the contract from typed values. In: values, refusals, facts around the table. Out: frames.

A statement is one account in one currency. Its balances come from the running balance; where there is none, from the
words around the table; where there are none either, they are not said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    AmountError,
    ReadLines,
    ReadStatements,
    Rejects,
    completed,
    exponent,
    format_minor,
    parse_minor,
)
from recon_csv.amounts import plain_text
from recon_csv.distinct import is_one
from recon_csv.running import follow_balance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy

    from recon_csv.entries import Refusal
    from recon_csv.layout import Layout
    from recon_csv.preamble import Surroundings

_HINT: Final = (
    "compare the row with the bank's own view; declare the layout under [formats.csv.profiles]"
)
_KEY: Final = ("account", "currency")
# Columns of the lines whose values have another name, since that is the one of their text.
_RENAMED: Final = {
    "booking_date": "booked",
    "value_date": "valued",
    "amount": "amount_read",
    "original_amount": "original_units",
    "original_currency": "original_code",
}
_NOT_AS_READ: Final = frozenset({"status", "remittance", *_RENAMED})
_LINE_COLUMNS: Final = frozenset(ReadLines.column_names())


@dataclass(frozen=True, slots=True)
class Break:
    """Where the running balance first contradicts the amounts, in the words of a finding."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Built:
    """The statements, what their balances show, and the first break of a running balance."""

    statements: dy.DataFrame[ReadStatements]
    notes: tuple[str, ...]
    broken: Break | None


def _statement_keys(values: pl.DataFrame) -> list[tuple[str, str]]:
    """Give the account and the currency of each statement, in the order of their first rows."""
    # Nearly every file has one; to see that is cheaper than to look for others.
    if values.height and all(is_one(values[name]) for name in _KEY):
        return [(values.item(0, "account"), values.item(0, "currency"))]
    return values.select(_KEY).unique(maintain_order=True).rows()


def build_lines(values: pl.DataFrame, layout: Layout) -> dy.DataFrame[ReadLines]:
    """Give the lines in file order."""
    keys = _statement_keys(values)
    index = pl.Series([0], dtype=pl.Int64).new_from_index(0, values.height)
    for place, (account, currency) in enumerate(keys[1:], start=1):
        is_own = (values["account"] == account) & (values["currency"] == currency)
        index = pl.Series([place], dtype=pl.Int64).zip_with(is_own, index)
    taken = {
        name: _filled(values[name])
        for name in values.columns
        if name in _LINE_COLUMNS and name not in _NOT_AS_READ
    }
    taken |= {name: values[own] for name, own in _RENAMED.items() if own in values.columns}
    if "remittance" in values.columns:
        taken["remittance"] = values["remittance"]
    if values["is_pending"].any():
        pending, booked = pl.Series(["pending"]), pl.Series(["booked"])
        taken["status"] = pending.zip_with(values["is_pending"], booked)
    if "fee_units" in values.columns:
        taken["charges"] = _charges(values["fee_units"], layout)
    taken["statement_index"] = index
    lines = pl.DataFrame([column.alias(name) for name, column in taken.items()])
    return completed(lines, ReadLines)


def _filled(column: pl.Series) -> pl.Series:
    """Give null for every empty text."""
    if column.dtype != pl.String:
        return column
    is_empty = column == ""
    return (
        pl.Series([None], dtype=pl.String).zip_with(is_empty, column) if is_empty.any() else column
    )


def _charges(fee: pl.Series, layout: Layout) -> pl.Series:
    """Give what the bank took; a column that holds one sign only states it without regard to the sign."""
    has_plus = bool((fee > 0).any())
    turned = {"subtract": False, "add": True, "included": not has_plus}[layout.profile.fee]
    return -fee if turned else fee


def build_rejects(refusals: list[Refusal], file: str) -> dy.DataFrame[Rejects]:
    """Give the rejects in file order."""
    rows = [
        {
            "file": file,
            "record": refusal.record,
            "line_number": refusal.line,
            "field": refusal.column,
            "code": refusal.code,
            "reason": refusal.reason,
            "excerpt": refusal.excerpt[:120],
            "hint": _HINT,
        }
        for refusal in refusals
    ]
    return completed(rows, Rejects)


def build_statements(
    values: pl.DataFrame, refused: Sequence[int], layout: Layout, around: Surroundings
) -> Built | None:
    """Give a statement for each account and currency, and what the balances show.

    None where there is neither a line nor a known currency. Rejected records count with the first statement.
    """
    keys = _statement_keys(values)
    fixed = layout.profile.currency or around.currency
    if not keys:
        if fixed is None:
            return None
        keys = [(layout.profile.account or around.account or "", fixed)]
    notes: list[str] = []
    breaks: list[Break] = []
    rows = []
    for index, (account, currency) in enumerate(keys):
        part = values
        if len(keys) > 1:
            is_own = (pl.col("account") == account) & (pl.col("currency") == currency)
            part = values.filter(is_own)
        booked = part.filter(~part["is_pending"]) if part["is_pending"].any() else part
        balances, broken, note = _balances(booked, (layout, around), currency, refused)
        if len(keys) > 1 and "balance" not in layout.columns:
            # Balances around the table are said once and belong to one of several accounts, we do not know to which.
            balances = (None, None)
        notes += [note] if note else []
        breaks += [broken] if broken else []
        rows.append(
            {
                "statement_index": index,
                "account": account,
                "currency": currency,
                "kind": "final",
                "opening_balance": balances[0],
                "closing_balance": balances[1],
                "line_count": part.height + (len(refused) if index == 0 else 0),
            }
        )
    return Built(completed(rows, ReadStatements), tuple(notes), next(iter(breaks), None))


Balances = tuple[int | None, int | None]


def _balances(
    part: pl.DataFrame, known: tuple[Layout, Surroundings], currency: str, refused: Sequence[int]
) -> tuple[Balances, Break | None, str | None]:
    layout, around = known
    said = (_said(around.opening, layout, currency), _said(around.closing, layout, currency))
    if "balance_units" not in part.columns or not part.get_column("balance_units").count():
        return said, None, None
    running = follow_balance(part, refused, layout.profile.order)
    broken = None
    if running.break_row is not None:
        row = part.row(running.break_row, named=True)
        text = (
            f"the running balance does not follow from the amounts at {running.breaks} place(s), the first on "
            f"line {row['line_number']}, where it is {format_minor(row['balance_units'], currency)} {currency}"
        )
        broken = Break(row["line_number"], text)
    if not running.is_ordered:
        note = "the order of the rows is not certain: the running balance is not used"
        return said, broken, note
    opening, closing = running.ends or said
    ends = (opening, said[1] if closing is None else closing)
    return ends, broken, broken.text if broken else None


def _said(text: str | None, layout: Layout, currency: str) -> int | None:
    """Read a balance that stands in words around the table; None if it is not written as the table's amounts are."""
    if text is None:
        return None
    plain = plain_text(text, layout.style("amount"))
    try:
        return parse_minor(plain, exponent(currency)) if plain else None
    except AmountError:
        return None

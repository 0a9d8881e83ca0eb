"""Build the frames of the contract from typed values. In: values, refusals, facts around the table. Out: frames.

A statement is one account in one currency. Its balances come from the running balance; where there is none, from the
words around the table; where there are none either, they are not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    AmountError,
    ReadLines,
    ReadStatements,
    Rejects,
    exponent,
    format_minor,
    parse_minor,
)
from recon_csv.amounts import Style, plain_text
from recon_csv.proof import Order, Pair, balances_at_ends, chain, proven_order

if TYPE_CHECKING:
    import dataframely as dy

    from recon_csv.entries import Refusal
    from recon_csv.layout import Layout
    from recon_csv.preamble import Surroundings

_HINT: Final = (
    "compare the row with the bank's own view; declare the layout under [formats.csv.profiles]"
)
_KEY: Final = ("account", "currency")


def _statement_keys(values: pl.DataFrame) -> list[tuple[str, str]]:
    return values.select(_KEY).unique(maintain_order=True).rows()


def build_lines(values: pl.DataFrame) -> dy.DataFrame[ReadLines]:
    """Give the lines in file order."""
    keys = _statement_keys(values)
    index = pl.DataFrame(
        {
            "account": [account for account, _ in keys],
            "currency": [currency for _, currency in keys],
            "statement_index": list(range(len(keys))),
        },
        schema={"account": pl.String, "currency": pl.String, "statement_index": pl.Int64},
    )
    frame = values.join(index, on=list(_KEY), how="left", maintain_order="left")
    texts = [
        name
        for name, kind in ReadLines.columns().items()
        if isinstance(kind.dtype, pl.String) and name not in {"currency", "remittance"}
    ]
    lines = frame.with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts
    ).select(
        "statement_index",
        "record",
        "line_number",
        "bank_reference",
        booking_date="booked",
        value_date="valued",
        amount="amount_read",
        **{
            name: name
            for name in ReadLines.columns()
            if name in {"currency", "remittance", *texts} and name != "bank_reference"
        },
        is_reversal=pl.lit(value=False),
    )
    return ReadLines.validate(lines.select(list(ReadLines.columns())), cast=True)


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
    schema = {name: kind.dtype for name, kind in Rejects.columns().items()}
    return Rejects.validate(pl.DataFrame(rows, schema=schema), cast=True)


def build_statements(
    values: pl.DataFrame, rejected: int, layout: Layout, around: Surroundings
) -> tuple[dy.DataFrame[ReadStatements] | None, tuple[str, ...]]:
    """Give a statement for each account and currency, and what the balances show.

    None where there is neither a line nor a known currency. Rejected records count with the first statement.
    """
    keys = _statement_keys(values)
    fixed = layout.profile.currency or around.currency
    if not keys:
        if fixed is None:
            return None, ()
        keys = [(layout.profile.account or around.account or "", fixed)]
    notes: list[str] = []
    rows = []
    for index, (account, currency) in enumerate(keys):
        part = values.filter((pl.col("account") == account) & (pl.col("currency") == currency))
        balances, note = _balances(part, layout, around, currency)
        if len(keys) > 1 and "balance" not in layout.columns:
            # Balances around the table are said once and belong to one of several accounts, we do not know to which.
            balances = (None, None)
        notes += [note] if note else []
        rows.append(
            {
                "statement_index": index,
                "account": account,
                "currency": currency,
                "kind": "final",
                "opening_balance": balances[0],
                "closing_balance": balances[1],
                "line_count": part.height + (rejected if index == 0 else 0),
            }
        )
    schema = {name: kind.dtype for name, kind in ReadStatements.columns().items()}
    return ReadStatements.validate(pl.DataFrame(rows, schema=schema), cast=True), tuple(notes)


Balances = tuple[int | None, int | None]


def _balances(
    part: pl.DataFrame, layout: Layout, around: Surroundings, currency: str
) -> tuple[Balances, str | None]:
    said = (_said(around.opening, layout, currency), _said(around.closing, layout, currency))
    pairs: list[Pair] = part.select("amount_read", "balance_units").rows()
    if not any(balance is not None for _, balance in pairs):
        return said, None
    order = _order(pairs, part, layout)
    if order == "unknown" and len(pairs) > 1:
        return said, "the order of the rows is not certain: the running balance is not used"
    lines = part.get_column("line_number").to_list()
    if order == "newest_first":
        pairs.reverse()
        lines.reverse()
    found = chain(pairs)
    note = None
    if found.first_break is not None:
        held = pairs[found.first_break][1] or 0
        note = (
            f"the running balance does not follow from the amounts at {found.breaks} place(s), the first on "
            f"line {lines[found.first_break]}, where it is {format_minor(held, currency)} {currency}"
        )
    return balances_at_ends(pairs) or said, note


def _order(pairs: list[Pair], part: pl.DataFrame, layout: Layout) -> Order:
    """Give the order of rows: as declared or proven, else as the dates run."""
    proven = proven_order([pairs])
    if proven != "unknown":
        return proven
    if layout.profile.order != "unknown":
        return layout.profile.order
    days = part.get_column("booked").to_list()
    if len(set(days)) < 2:
        return "unknown"
    if days == sorted(days):
        return "oldest_first"
    return "newest_first" if days == sorted(days, reverse=True) else "unknown"


def _said(text: str | None, layout: Layout, currency: str) -> int | None:
    """Read a balance that stands in words around the table; None if it is not written as the table's amounts are."""
    if text is None:
        return None
    style = Style(layout.profile.decimal_mark, layout.profile.thousands_mark)
    plain = plain_text(text, style)
    try:
        return parse_minor(plain, exponent(currency)) if plain else None
    except AmountError:
        return None

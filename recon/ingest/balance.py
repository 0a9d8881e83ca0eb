"""Check every statement: opening + lines = closing, and each opening balance continues a closing one.

In: gathered statements and lines. Out: Statements with both checks, both numbers of each break, and the hold.
A break never refuses a file: a third of the public samples do not balance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from recon.frames.statements import Statements
from recon.money import format_minor

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy


class _Stated(NamedTuple):
    """What continuity needs to know of one statement, in order of time."""

    account: str
    currency: str
    date: dt.date
    opened: dt.date | None
    number: str | None
    page: int | None
    opening: int
    closing: int | None
    statement_id: str


def check_statements(
    statements: pl.DataFrame, lines: pl.DataFrame, *, on_break: Literal["hold", "warn"]
) -> dy.DataFrame[Statements]:
    """Check the balances of all statements.

    Args:
        statements: gathered statements with `statement_id`.
        lines: gathered lines, before copies collapse, since each statement must balance by itself.
        on_break: whether a statement whose balance breaks is held.

    Returns:
        Statements; `balance_difference` is closing - opening - lines in minor units.

    Source: SWIFT MT940 fields :60F:, :61:, :62F:; ISO 20022 camt.053 balances OPBD and CLBD.
    """
    sums = lines.group_by("statement_id").agg(pl.col("amount").cast(pl.Int128).sum().alias("moved"))
    moved = pl.col("moved").fill_null(0).cast(pl.Int64)
    difference = pl.col("closing_balance") - pl.col("opening_balance") - moved
    checked = statements.join(sums, on="statement_id", how="left").with_columns(
        balance_difference=difference, balance_check=_verdict(difference)
    )
    notes = continuity(checked)
    broken = pl.col("balance_check") == "broken"
    return Statements.validate(
        checked.join(notes, on="statement_id", how="left")
        .with_columns(
            continuity_check=pl.col("continuity_check").fill_null("not_checkable"),
            is_held=broken if on_break == "hold" else pl.lit(False),
        )
        .select(Statements.column_names())
        .sort("statement_id")
    )


def _verdict(difference: pl.Expr) -> pl.Expr:
    known = pl.when(difference == 0).then(pl.lit("ok")).otherwise(pl.lit("broken"))
    return pl.when(difference.is_null()).then(pl.lit("not_checkable")).otherwise(known)


def continuity(statements: pl.DataFrame) -> pl.DataFrame:
    """Say for each statement with an opening balance whether it continues an earlier one.

    The first of an account cannot be checked, nor what begins where another begins. An overlapping delivery (weekly
    beside daily) continues whatever earlier closing balance equals its opening one, so overlaps are no breaks.

    Returns:
        statement_id, continuity_check, continuity_note, previous_id (the statement that it continues).
    """
    rows: list[tuple[str, str, str | None, str | None]] = []
    by_account: dict[tuple[str, str], list[_Stated]] = {}
    for stated in _stated_in_order(statements):
        earlier = by_account.setdefault((stated.account, stated.currency), [])
        others = [one for one in earlier if not _is_copy(one, stated)]
        if others:
            rows.append(_continued(stated, others))
        earlier.append(stated)
    schema = ["statement_id", "continuity_check", "continuity_note", "previous_id"]
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")


def _stated_in_order(statements: pl.DataFrame) -> list[_Stated]:
    date = pl.coalesce("closing_date", "opening_date")
    found = (
        statements.filter(pl.col("opening_balance").is_not_null(), date.is_not_null())
        .with_columns(
            date=date, order=pl.col("statement_number").str.extract(r"^(\d{1,9})$").cast(pl.Int64)
        )
        .sort("account", "currency", "date", "order", "page", "statement_id", nulls_last=True)
        .select(
            "account",
            "currency",
            "date",
            "opening_date",
            "statement_number",
            "page",
            "opening_balance",
            "closing_balance",
            "statement_id",
        )
    )
    return [_Stated(*row) for row in found.iter_rows()]


def _is_copy(one: _Stated, other: _Stated) -> bool:
    return (one.number, one.page, one.opening, one.closing) == (
        other.number,
        other.page,
        other.opening,
        other.closing,
    )


def _continued(stated: _Stated, earlier: list[_Stated]) -> tuple[str, str, str | None, str | None]:
    meeting = [one for one in reversed(earlier) if one.closing == stated.opening]
    after = [one for one in meeting if stated.opened is None or stated.opened >= one.date]
    if meeting:
        # A statement that opens before another closes overlaps it, so equal lines in both are the same lines.
        return stated.statement_id, "ok", None, after[0].statement_id if after else None
    last = earlier[-1]
    begins_alike = any(
        (one.opening, one.opened) == (stated.opening, stated.opened) for one in earlier
    )
    if last.closing is None or begins_alike:
        return stated.statement_id, "not_checkable", None, None
    note = (
        f"opens with {format_minor(stated.opening, stated.currency)}, but the statement before "
        f"({last.number or last.date.isoformat()}) closed with {format_minor(last.closing, stated.currency)}"
    )
    return stated.statement_id, "broken", note, None

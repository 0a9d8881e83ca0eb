"""Check every statement: opening + lines = closing, and each opening balance continues a closing one.

In: gathered statements and lines. Out: Statements with both checks, both numbers of each break, and the hold.
A break never refuses a file: a third of the public samples do not balance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import polars as pl

from recon.frames.demands import validated
from recon.frames.statements import Statements
from recon.money import format_minor

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy

    from recon.config import Policy

_Identity: TypeAlias = tuple[str | None, int | None, int, int | None]


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

    @property
    def identity(self) -> _Identity:
        """What copies of one statement share."""
        return self.number, self.page, self.opening, self.closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What is held back: statements that do not balance, that do not continue, and notifications (camt.054)."""

    balance_break: bool
    continuity_break: bool
    notifications: bool = True

    @classmethod
    def of(cls, policy: Policy) -> Holds:
        """Read them from the policy."""
        return cls(
            balance_break=policy.on_balance_break == "hold",
            continuity_break=policy.on_continuity_break == "hold",
            notifications=policy.on_notification == "hold",
        )


def check_statements(
    statements: pl.DataFrame, lines: pl.DataFrame, holds: Holds
) -> dy.DataFrame[Statements]:
    """Check the balances of all statements.

    Args:
        statements: gathered statements with `statement_id`.
        lines: gathered lines, before copies collapse, since each statement must balance by itself.
        holds: which breaks hold a statement.

    Returns:
        Statements; `balance_difference` is closing - opening - lines in minor units.
    """
    return check_continuity(check_balances(statements, lines), holds)


def check_balances(statements: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add `balance_check` and `balance_difference` to each statement.

    Source: SWIFT MT940 fields :60F:, :61:, :62F:; ISO 20022 camt.053 balances OPBD and CLBD.
    """
    booked = lines.filter(pl.col("status") == "booked").join(
        statements.select("statement_id", account_currency="currency"), on="statement_id"
    )
    sums = booked.group_by("statement_id").agg(
        moved=pl.col("amount").cast(pl.Int128).sum(),
        # An entry that is told in another currency moves the balance by an amount that the file does not say.
        is_foreign=(pl.col("currency") != pl.col("account_currency")).any(),
    )
    moved = pl.col("moved").fill_null(0).cast(pl.Int64)
    stated = pl.col("closing_balance") - pl.col("opening_balance") - moved
    is_told = (stated == 0) | ~pl.col("is_foreign").fill_null(value=False)
    difference = pl.when(is_told).then(stated)
    return (
        statements.join(sums, on="statement_id", how="left", maintain_order="left")
        .with_columns(balance_difference=difference, balance_check=_verdict(difference))
        .drop("moved", "is_foreign")
    )


def check_continuity(
    checked: pl.DataFrame, holds: Holds, released: frozenset[str] = frozenset()
) -> dy.DataFrame[Statements]:
    """Say of statements with checked balances which continue another, and which are held.

    Args:
        checked: statements with `balance_check` and `balance_difference`.
        holds: which breaks hold a statement.
        released: ids of statements that a person released: they are held no more.
    """
    broken = (pl.col("balance_check") == "broken") & holds.balance_break
    gap = (pl.col("continuity_check") == "broken") & holds.continuity_break
    announced = (pl.col("kind") == "notification") & holds.notifications
    is_released = pl.col("statement_id").is_in(sorted(released))
    return validated(
        checked.join(continuity(checked), on="statement_id", how="left")
        .with_columns(
            continuity_check=pl.col("continuity_check").fill_null("not_checkable"),
        )
        .with_columns(is_held=(broken | gap | announced) & ~is_released)
        .select(Statements.column_names())
        .sort("statement_id"),
        Statements,
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
    by_account: dict[tuple[str, str], _Earlier] = {}
    for stated in _stated_in_order(statements):
        earlier = by_account.setdefault((stated.account, stated.currency), _Earlier())
        if found := _continued(stated, earlier):
            rows.append((stated.statement_id, *found))
        earlier.add(stated)
    schema = ["statement_id", "continuity_check", "continuity_note", "previous_id"]
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")


@dataclass(slots=True)
class _Earlier:
    """The statements of one account so far, found by what the next one must meet."""

    by_closing: dict[int, list[_Stated]] = field(default_factory=dict)
    begins: dict[tuple[int, dt.date | None], set[_Identity]] = field(default_factory=dict)
    newest: list[_Stated] = field(default_factory=list)

    def add(self, stated: _Stated) -> None:
        """Add the next statement in order of time."""
        if stated.closing is not None:
            self.by_closing.setdefault(stated.closing, []).append(stated)
        self.begins.setdefault((stated.opening, stated.opened), set()).add(stated.identity)
        # Only the newest is compared with; copies of it are one.
        if not self.newest or self.newest[-1].identity != stated.identity:
            self.newest = [*self.newest[-1:], stated]


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


def _continued(stated: _Stated, earlier: _Earlier) -> tuple[str, str | None, str | None] | None:
    """Give the check, its note and the statement continued; None for the first of an account and its copies."""
    others = [one for one in reversed(earlier.newest) if one.identity != stated.identity]
    if not others:
        return None
    meeting, after = _meet(stated, earlier.by_closing.get(stated.opening, []))
    if meeting:
        return "ok", None, after
    begins_alike = earlier.begins.get((stated.opening, stated.opened), set()) - {stated.identity}
    last = others[0]
    if last.closing is None or begins_alike:
        return "not_checkable", None, None
    note = (
        f"{_named(stated)} opens with {format_minor(stated.opening, stated.currency)}, but "
        f"{_named(last)} before it closed with {format_minor(last.closing, stated.currency)}"
    )
    return "broken", note, None


def _meet(stated: _Stated, closing_alike: list[_Stated]) -> tuple[bool, str | None]:
    """Say whether an earlier statement closed with this opening balance, and which one this continues."""
    meeting = False
    for one in reversed(closing_alike):
        if one.identity == stated.identity:
            continue
        meeting = True
        # A statement that opens before another closes overlaps it, so equal lines in both are the same lines.
        if stated.opened is None or stated.opened >= one.date:
            return True, one.statement_id
    return meeting, None


def _named(stated: _Stated) -> str:
    return f"statement {stated.number or stated.date.isoformat()}"

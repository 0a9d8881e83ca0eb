"""The tie-out: every cent received is in exactly one place, per currency.

    received = applied + on account + refunded + suggested + unmatched + not receivable + returned

In: a RunView. Out: control totals, summed as Int128. Never shows a total that does not tie: it raises instead.
Debits stand apart; they are no part of what was received.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import IdentityBroken
from recon.frames.allocations import CASH_KINDS
from recon.frames.decisions import FATES
from recon.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recon.protocols import RunView

# Where the money of an allocated line stands, by the kind of its cash rows.
_PART_OF_KIND: Final = {"payment": "applied", "on_account": "on_account", "refund": "refunded"}
_ALLOCATED_FATES: Final = ("applied", "on_account")
# Fates whose whole amount stands in one part.
_WHOLE_FATES: Final = ("suggested", "unmatched", "not_receivable", "returned")
PARTS: Final = (*_PART_OF_KIND.values(), *_WHOLE_FATES)
NON_CASH_KINDS: Final = ("discount", "write_off", "bank_charge", "fx_difference")


# (currency, name of the part or '') to (rows, minor units).
Sums = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """A sum of money and how many it is the sum of; the amount is in minor units."""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """The money of one currency, tied.

    `received` is the sum of `parts`, and so are the counts. Counts go by a line's fate: the overpaid rest of
    an applied line adds to the amount of `on_account`, the line itself counts once, under `applied`.

    Attributes:
        currency: ISO 4217 code.
        received: all credits.
        parts: one for each name in PARTS, in that order.
        held: credits of `suggested` and `unmatched` whose statement is held.
        debits: one for each fate that debits have.
        settled: what items were settled with beside cash, one for each kind that occurs.
    """

    currency: str
    received: Part
    parts: tuple[Part, ...]
    held: Part
    debits: tuple[Part, ...]
    settled: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """Give one part by its name."""
        return next(part for part in self.parts if part.name == name)

    @property
    def open_amount(self) -> int:
        """What a person still has to place: on account, suggested and unmatched."""
        return sum(self.part(name).amount for name in ("on_account", "suggested", "unmatched"))


def tie_out(view: RunView) -> tuple[ControlTotals, ...]:
    """Add up the run per currency, in the order of the codes.

    Raises:
        IdentityBroken: a line has no fate or several, an allocated line's cash is not its amount, a line
            that is not allocated has applied cash, or a currency's parts do not add up to what was received.
    """
    _check_fates(view)
    _check_cash(view)
    lines = view.lines.join(view.decisions.select("line_id", "fate"), on="line_id", how="left")
    cash = _applied_cash(view).join(
        lines.select("line_id", "fate", line_amount="amount"), on="line_id", how="left"
    )
    credits_ = lines.filter(pl.col("amount") >= 0)
    by_currency = {
        "received": _sums(credits_),
        "by_fate": _sums(credits_, "fate"),
        "cash": _sums(
            cash.filter(pl.col("line_amount") >= 0, pl.col("fate").is_in(_ALLOCATED_FATES)), "kind"
        ),
        "held": _sums(credits_.filter("is_held", pl.col("fate").is_in(("suggested", "unmatched")))),
        "debits": _sums(lines.filter(pl.col("amount") < 0), "fate"),
        "settled": _sums(
            view.allocations.filter(
                pl.col("status") == "applied", pl.col("kind").is_in(NON_CASH_KINDS)
            ),
            "kind",
        ),
    }
    return tuple(_currency_totals(code, by_currency) for code in sorted(set(lines["currency"])))


def _sums(frame: pl.DataFrame, by: str | None = None) -> Sums:
    """Count and add up amounts by currency and by a column."""
    name = pl.col(by) if by else pl.lit("")
    groups = frame.group_by("currency", name.alias("name")).agg(
        rows=pl.len(), total=pl.col("amount").cast(pl.Int128).sum()
    )
    return {(c, n): (rows, total) for c, n, rows, total in groups.rows()}


def _currency_totals(code: str, sums: dict[str, Sums]) -> ControlTotals:
    def part(name: str, table: str, key: str) -> Part:
        return Part(name, *sums[table].get((code, key), (0, 0)))

    parts = []
    for kind, name in _PART_OF_KIND.items():
        amount = part(name, "cash", kind).amount
        parts.append(Part(name, part(name, "by_fate", name).count, amount))
    parts += [part(fate, "by_fate", fate) for fate in _WHOLE_FATES]
    totals = ControlTotals(
        currency=code,
        received=part("received", "received", ""),
        parts=tuple(parts),
        held=part("held", "held", ""),
        debits=_present(part(fate, "debits", fate) for fate in FATES),
        settled=_present(part(kind, "settled", kind) for kind in NON_CASH_KINDS),
    )
    check_tie(totals)
    return totals


def _present(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.count)


def check_tie(totals: ControlTotals) -> None:
    """Check that the parts add up to what was received, in money and in lines.

    Raises:
        IdentityBroken: they do not; both numbers are named.
    """
    placed = sum(part.amount for part in totals.parts)
    if placed != totals.received.amount:
        code = totals.currency
        raise IdentityBroken(
            f"received {format_minor(totals.received.amount, code)} {code}, "
            f"but the parts add up to {format_minor(placed, code)} {code}"
        )
    counted = sum(part.count for part in totals.parts)
    if counted != totals.received.count:
        raise IdentityBroken(
            f"{totals.received.count} credits in {totals.currency}, but the parts count {counted}"
        )


def _applied_cash(view: RunView) -> pl.DataFrame:
    return view.allocations.filter(pl.col("status") == "applied", pl.col("kind").is_in(CASH_KINDS))


def _check_fates(view: RunView) -> None:
    """Every line has one fate, and nothing else has one."""
    lines, decisions = view.lines.select("line_id"), view.decisions.select("line_id")
    decided = decisions["line_id"].n_unique()
    if decided != decisions.height:
        raise IdentityBroken(f"{decisions.height} fates for {decided} lines: one line has two")
    for what, left, right in (
        ("line without a fate", lines, decisions),
        ("fate without a line", decisions, lines),
        ("allocation without a line", view.allocations.select("line_id"), lines),
    ):
        lone = left.join(right, on="line_id", how="anti")["line_id"].unique().sort()
        if lone.len():
            raise IdentityBroken(
                f"{lone.len()} x {what}: {lone[0]} ({lines.height} lines, {decisions.height} fates)"
            )


def _check_cash(view: RunView) -> None:
    """Per line, applied cash is the line's amount, or there is none because the line is not allocated."""
    cash = _applied_cash(view)
    placed = cash.group_by("line_id").agg(
        placed=pl.col("amount").cast(pl.Int128).sum(),
        rows=pl.len(),
        cash_currency=pl.col("currency").unique().sort().str.join("+"),
    )
    lines = (
        view.lines.join(view.decisions.select("line_id", "fate"), on="line_id", how="left")
        .join(placed, on="line_id", how="left")
        .with_columns(pl.col("placed").fill_null(0), pl.col("rows").fill_null(0))
        .sort("line_id")
    )
    fate = pl.col("fate")
    # The return of an allocated receipt may carry the cash it takes back.
    may_have_cash = fate.is_in((*_ALLOCATED_FATES, "returned")) & ~pl.col("is_held")
    is_whole = pl.col("placed") == pl.col("amount").cast(pl.Int128)
    in_currency = pl.col("cash_currency").is_null() | (
        pl.col("cash_currency") == pl.col("currency")
    )
    is_right = (
        pl.when(fate.is_in(_ALLOCATED_FATES) & ~pl.col("is_held"))
        .then(is_whole)
        .when(may_have_cash)
        .then(is_whole | (pl.col("rows") == 0))
        .otherwise(pl.col("rows") == 0)
    )
    wrong = lines.filter(~(is_right & in_currency))
    if wrong.height:
        first = wrong.row(0, named=True)
        code = first["currency"]
        raise IdentityBroken(
            f"line {first['line_id']} ({first['fate']}) is {format_minor(first['amount'], code)} {code}, "
            f"its applied cash is {format_minor(first['placed'], code)} {first['cash_currency'] or code}",
            hint=f"{wrong.height} lines in all; the allocations of this run are refused",
        )

"""Check from a run's files alone that every cent has one place: nothing allocated twice, nothing beyond what was open.

In: checked lines and allocations, and the open items if they are given. Out: rows that break an identity, and the
totals by currency. Trusts no check that the run made of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.frames.allocations import CASH_KINDS
from recon.frames.decisions import FATES
from recon.money import format_minor_expr

if TYPE_CHECKING:
    from collections.abc import Sequence

# Only lines of these fates hold money that has a place; of all others nothing may be applied.
_PLACED = ("applied", "on_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """What became of every cent.

    Attributes:
        totals: a row a currency: lines, `amount`, and its parts `allocated` and `unallocated`, as text.
        broken_lines: a row a line whose allocated cash is not its amount, or that has no fate or another than its money.
        broken_suggestions: a row a suggested set whose cash is not the line's amount.
        broken_items: a row an item settled beyond what was open, the wrong way, or that was not open at all; None if no
            open items were given, so that nothing was checked.
    """

    totals: pl.DataFrame
    broken_lines: pl.DataFrame
    broken_suggestions: pl.DataFrame
    broken_items: pl.DataFrame | None

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked is broken."""
        items_hold = self.broken_items is None or self.broken_items.is_empty()
        return self.broken_lines.is_empty() and self.broken_suggestions.is_empty() and items_hold

    @property
    def said(self) -> str:
        """What was checked and found, in a sentence."""
        broken = self.broken_lines.height + self.broken_suggestions.height
        lines = (
            f"{broken} lines or suggestions are broken"
            if broken
            else "every cent of every line has its place"
        )
        if self.broken_items is None:
            return f"{lines}; items unchecked, as no open items were given"
        beyond = self.broken_items.height
        items = f"{beyond} items are settled beyond" if beyond else "no item is settled beyond"
        return f"{lines}; {items} what was open"


def check_conservation(
    lines: pl.DataFrame, rows: pl.DataFrame, items: pl.DataFrame | None
) -> Conservation:
    """Check lines, suggestions and items.

    Args:
        lines: `line_id`, `fate`, `currency`, `amount` (text) and `minor`.
        rows: allocations with `line_id`, `kind`, `status`, `rank`, `currency` and `minor`; with items also `item_id`,
            `item_number`, `item_currency` and `item_minor`.
        items: `item_id`, `currency` and `open_amount` in minor units, or None.
    """
    cash = rows.filter(pl.col("kind").is_in(CASH_KINDS))
    placed = _cash_of(cash.filter(pl.col("status") == "applied"), ["line_id"])
    return Conservation(
        totals=_totals(lines, placed),
        broken_lines=_broken_lines(lines, placed),
        broken_suggestions=_broken_suggestions(lines, cash),
        broken_items=None if items is None else _broken_items(rows, items),
    )


def _cash_of(cash: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return cash.group_by(by).agg(allocated=pl.col("minor").cast(pl.Int128).sum())


def _totals(lines: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Sum money received and paid out, each part by itself: allocated + unallocated = amount where nothing is broken."""
    minor = pl.col("minor").cast(pl.Int128)
    summed = (
        lines.join(placed, on="line_id", how="left")
        .group_by("currency")
        .agg(
            lines=pl.len(),
            amount=minor.sum(),
            allocated=pl.col("allocated").sum(),
            unallocated=minor.filter(pl.col("allocated").is_null()).sum(),
        )
        .sort("currency")
    )
    return summed.with_columns(
        _shown(name).alias(name) for name in ("amount", "allocated", "unallocated")
    )


def _broken_lines(lines: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    checked = lines.join(placed, on="line_id", how="left")
    has_place = pl.col("fate").is_in(_PLACED)
    is_off = pl.col("allocated") != pl.col("minor")
    is_empty = (pl.col("fate") == "applied") & pl.col("allocated").is_null()
    is_placed_twice = ~has_place & pl.col("allocated").is_not_null()
    broken = checked.filter(is_off | is_empty | is_placed_twice | ~pl.col("fate").is_in(FATES))
    return broken.select(
        "line_id", "fate", "currency", "amount", allocated=_shown("allocated")
    ).sort("line_id")


def _broken_suggestions(lines: pl.DataFrame, cash: pl.DataFrame) -> pl.DataFrame:
    suggested = cash.filter(pl.col("status") == "suggested")
    sets = _cash_of(suggested, ["line_id", "rank"])
    facts = lines.select("line_id", "currency", "amount", "minor")
    broken = sets.join(facts, on="line_id").filter(pl.col("allocated") != pl.col("minor"))
    return broken.select(
        "line_id", "rank", "currency", "amount", allocated=_shown("allocated")
    ).sort("line_id", "rank")


def _broken_items(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Find items of which more is settled, with cash or without, than was open."""
    settled = (
        rows.filter(pl.col("status") == "applied", pl.col("item_id") != "")
        .group_by("item_id", "item_currency")
        .agg(
            pl.col("item_number").first(),
            settled=pl.col("item_minor").cast(pl.Int128).sum(),
            is_unsaid=pl.col("item_minor").is_null().any(),
        )
    )
    books = items.select(
        "item_id", open_currency="currency", open=pl.col("open_amount").cast(pl.Int128)
    )
    compared = settled.join(books, on="item_id", how="left")
    is_unknown = pl.col("open").is_null() | pl.col("is_unsaid")
    is_wrong_way = pl.col("settled").sign() * pl.col("open").sign() < 0
    is_beyond = pl.col("settled").abs() > pl.col("open").abs()
    is_other = pl.col("item_currency") != pl.col("open_currency")
    broken = compared.filter(is_unknown | is_wrong_way | is_beyond | is_other)
    return broken.select(
        "item_id",
        "item_number",
        currency="item_currency",
        open=_shown("open", "open_currency"),
        settled=_shown("settled", "item_currency"),
    ).sort("item_id", "currency")


def _shown(name: str, currency: str = "currency") -> pl.Expr:
    return format_minor_expr(pl.col(name), pl.col(currency))

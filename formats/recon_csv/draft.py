"""What a guess works on: the dated rows by column, and the profile in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from recon_csv.amounts import Style, proof_column
from recon_csv.fields import column_at
from recon_csv.proof import Moves

if TYPE_CHECKING:
    from recon_csv.columns import Roles


@dataclass(slots=True)
class Draft:
    """A profile in the making: settings by key, columns by field, and the questions that stay open."""

    columns: dict[str, str | list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entries:
    """The rows that have a booking date, by column; a column is read once in a style."""

    rows: pl.DataFrame
    roles: Roles
    is_booked: pl.Series
    read: dict[tuple[int | None, Style], pl.Series] = field(default_factory=dict)

    def cells(self, index: int | None) -> pl.Series:
        """Give one column, a blank text for each cell it lacks."""
        return column_at(self.rows, -1 if index is None else index)

    def units(self, index: int | None, style: Style) -> pl.Series:
        """Give one column as whole numbers for a proof."""
        if (index, style) not in self.read:
            self.read[index, style] = proof_column(self.cells(index), style)
        return self.read[index, style]

    def groups(self, moved: pl.Series, balances: pl.Series) -> list[Moves]:
        """Part the booked rows by account and currency: each has a balance of its own."""
        frame = pl.DataFrame(
            {
                "account": self.cells(self.roles.first("own_account")),
                "currency": self.cells(self.roles.first("currency")),
                "moved": moved,
                "held": balances,
            }
        ).filter(self.is_booked)
        parted = frame.partition_by("account", "currency", maintain_order=True)
        return [Moves.of_columns(part["moved"], part["held"]) for part in parted]

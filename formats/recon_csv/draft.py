"""What a guess works on: the dated rows by column, and the profile in the making. In: a table. Out: columns, as texts and as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from recon_csv.amounts import Style, proof_column
from recon_csv.distinct import is_one
from recon_csv.fields import column_at
from recon_csv.proof import Moves
from recon_csv.styles import find_styles

if TYPE_CHECKING:
    from recon_csv.columns import Roles
    from recon_csv.table import Table


@dataclass(slots=True)
class Draft:
    """A profile in the making: settings by key, columns by field, and the questions that stay open."""

    columns: dict[str, str | list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entries:
    """The rows that have a booking date, by column; a column is read once in a style.

    `is_dated` says of every record of the table from `first_row` on whether it is one of the rows.
    """

    table: Table
    first_row: int
    is_dated: pl.Series
    rows: pl.DataFrame
    roles: Roles
    is_booked: pl.Series
    read: dict[tuple[int, Style], pl.Series] = field(default_factory=dict)

    def cells(self, index: int | None) -> pl.Series:
        """Give one column, a blank text for each cell it lacks."""
        return column_at(self.rows, -1 if index is None else index)

    def hundredths(self, index: int, style: Style) -> pl.Series:
        """Give one column as its table reads it: numbers of two decimals, null for every other cell."""
        units = self.table.hundredths(index, style, self.first_row)
        return units if len(units) == self.rows.height else units.filter(self.is_dated)

    def units(self, index: int, style: Style) -> pl.Series:
        """Give one column as whole numbers for a proof."""
        if (index, style) not in self.read:
            known = self.hundredths(index, style)
            self.read[index, style] = proof_column(self.cells(index), style, known)
        return self.read[index, style]

    def styles(self, *indices: int) -> list[Style]:
        """Give every style that some columns together allow."""

        def read(style: Style) -> pl.Series:
            return pl.concat([self.hundredths(index, style) for index in indices])

        return find_styles(pl.concat([self.cells(index).alias("text") for index in indices]), read)

    def groups(self, moved: pl.Series, balances: pl.Series) -> list[Moves]:
        """Part the booked rows by account and currency: each has a balance of its own."""
        keys = [self.cells(self.roles.first(role)) for role in ("own_account", "currency")]
        columns = [moved.alias("moved"), balances.alias("held")]
        # Nearly every table is of one account, and to see that is cheaper than to part it.
        parting = [key.alias(str(at)) for at, key in enumerate(keys) if not is_one(key)]
        frame = pl.DataFrame([*columns, *parting])
        frame = frame if self.is_booked.all() else frame.filter(self.is_booked)
        by = [key.name for key in parting]
        parted = frame.partition_by(by, maintain_order=True) if by else [frame]
        return [Moves.of_columns(part["moved"], part["held"]) for part in parted]

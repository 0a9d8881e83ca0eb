"""What a guess works on: the dated rows by column, and the profile in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recon_csv.amounts import Style, proof_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.columns import Roles
    from recon_csv.proof import Pair

Units = list[int | None]


@dataclass(slots=True)
class Draft:
    """A profile in the making: settings by key, columns by field, and the questions that stay open."""

    columns: dict[str, str | list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entries:
    """The rows that have a booking date, by column; a column is cut out once, and read once in a style."""

    rows: list[list[str]]
    roles: Roles
    is_booked: list[bool]
    columns: dict[int, list[str]] = field(default_factory=dict)
    read: dict[tuple[int | None, Style], Units] = field(default_factory=dict)

    def cells(self, index: int | None) -> list[str]:
        """Give one column, a blank text for each cell it lacks."""
        if index is None:
            return [""] * len(self.rows)
        if index not in self.columns:
            self.columns[index] = [row[index] if index < len(row) else "" for row in self.rows]
        return self.columns[index]

    def units(self, index: int | None, style: Style) -> Units:
        """Give one column as whole numbers for a proof."""
        if (index, style) not in self.read:
            self.read[index, style] = proof_units(self.cells(index), style)
        return self.read[index, style]

    def groups(self, pairs: Sequence[Pair]) -> list[list[Pair]]:
        """Part the booked rows by account and currency: each has a balance of its own."""
        keys = zip(
            self.cells(self.roles.first("own_account")),
            self.cells(self.roles.first("currency")),
            strict=True,
        )
        parted: dict[tuple[str, str], list[Pair]] = {}
        for key, pair, is_booked in zip(keys, pairs, self.is_booked, strict=True):
            if is_booked:
                parted.setdefault(key, []).append(pair)
        return list(parted.values())

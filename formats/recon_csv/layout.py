"""A profile laid over one table: which column of this file is what. In: profile and table. Out: column numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.api import MalformedFile, Place
from recon_csv.amounts import Style
from recon_csv.profile import FIELDS, Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.table import Table


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table begins and which column (from 0) each field is read from."""

    profile: Profile
    header: list[str]
    first_row: int
    columns: dict[str, list[int]]

    def texts(self, field: str, row: Sequence[str]) -> list[str]:
        """Give the filled cells of a field."""
        if field not in self.columns:
            return []
        return [row[at] for at in self.columns[field] if at < len(row) and row[at]]

    def text(self, field: str, row: Sequence[str]) -> str:
        """Give the first filled cell of a field, '' if there is none."""
        for at in self.columns.get(field, ()):
            if at < len(row) and row[at]:
                return row[at]
        return ""

    def style(self, field: str) -> Style:
        """Give how a column of numbers is written; the balance may be written otherwise than the amounts."""
        profile = self.profile
        if field == "balance" and profile.balance_decimal_mark:
            return Style(profile.balance_decimal_mark, profile.balance_thousands_mark)
        return Style(profile.decimal_mark, profile.thousands_mark)

    def name(self, field: str) -> str:
        """Give the bank's name of a field's first column, for a message."""
        return column_name(self.header, self.columns[field][0]) if field in self.columns else field


def column_name(header: Sequence[str], index: int) -> str:
    """Give a column's name, `#3` where it has none."""
    return header[index] if index < len(header) and header[index] else f"#{index + 1}"


def fits(profile: Profile, rows: Sequence[Sequence[str]]) -> int | None:
    """Give the row that holds all names of the profile's header, None if no row does."""
    wanted = {name.strip() for name in profile.header}
    return next(
        (at for at, row in enumerate(rows) if wanted <= {cell.strip() for cell in row}), None
    )


def lay_over(profile: Profile, table: Table, file: str) -> Layout:
    """Find the header and every column of the profile in the table.

    Raises:
        MalformedFile: the header or a column that the profile names is not there.
    """
    if profile.header:
        at = fits(profile, table.head)
        if at is None:
            raise MalformedFile(
                f"no row holds the columns {', '.join(map(repr, profile.header))}",
                place=Place(file),
                hint="correct `header` in the profile, or ask the bank for the former layout",
            )
        header, first_row = table.head[at], at + 1
    else:
        header, first_row = [], profile.skip_records
    columns: dict[str, list[int]] = {
        str(field): [_index(name, header, (field, file)) for name in profile.names(field)]
        for field in FIELDS
        if field in profile.columns
    }
    return Layout(profile, header, first_row, columns)


def _index(name: str, header: Sequence[str], field_and_file: tuple[str, str]) -> int:
    if name.startswith("#") and name[1:].isdigit() and int(name[1:]) > 0:
        return int(name[1:]) - 1
    places = [at for at, cell in enumerate(header) if cell.strip() == name.strip()]
    if len(places) == 1:
        return places[0]
    field, file = field_and_file
    what = "is not in the header" if not places else "stands in the header more than once"
    raise MalformedFile(
        f"the column {name!r} for {field} {what}",
        place=Place(file),
        hint="name the column as in the header, or by its number as in `#3`",
    )

"""A table to our columns: which header is which, and each column's text to values or problems.

In: a table of text. Out: columns of String, Int64 minor units and Date; every cell that is none is a problem with its
place. Nothing is defaulted but what the options say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.api.table import normalise_header
from recon.api.table_problems import SHOWN, Problem, Problems
from recon.errors import ConfigurationError, Place, UnreadableItems
from recon.money import (
    AmountError,
    exponent,
    exponent_expr,
    exponents,
    parse_minor,
    parse_minor_expr,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from recon.api.table import Reading, Table

_EARLIEST_YEAR = 1900
_LONG_FRACTION = re.compile(r"[+-]?[0-9]+\.[0-9]{11,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table that we know, by our names, with the problems found so far.

    `section` says where the options stand, for hints: "under [sources.item-file]".
    """

    table: Table
    positions: Mapping[str, int]
    reading: Reading
    problems: Problems
    section: str

    def text(self, name: str, *, is_required: bool = False) -> pl.Series:
        """Give a column as text, null where it is blank; a missing column is all null.

        Notes a problem where a required cell is blank, where Excel made a date of a text, or where an id is a
        number too long for a float.
        """
        at = self.positions.get(name)
        if at is None:
            return pl.repeat(None, self.table.cells.height, dtype=pl.String, eager=True).alias(name)
        text = self.table.cells[f"{at}"].alias(name)
        if is_required:
            self.note(name, text.is_null(), f"{name} is missing", "every row needs it")
        if (days := self._typed(at, "day")) is not None:
            self.note(
                name,
                days.is_not_null(),
                f"{name} is a date",
                "format the column as text; a spreadsheet may have made a date of a number such as 1-2",
            )
        if at in self.table.floats and (numbers := self._typed(at, "number")) is not None:
            is_exact = text.str.contains(r"^-?[0-9]{1,15}(\.[0-9]+)?$")
            self.note(
                name,
                numbers.is_not_null() & ~is_exact,
                f"{name} is a number of more than 15 digits, which a spreadsheet does not keep",
                "format the column as text before it is filled",
            )
        return text

    def currencies(self, name: str, *, is_required: bool) -> pl.Series:
        """Give a column of ISO 4217 codes; blanks take `default_currency` where the options name one."""
        text = self.text(name)
        if self.reading.default_currency is not None:
            text = text.fill_null(self.reading.default_currency)
        elif is_required:
            self.note(name, text.is_null(), f"{name} is missing", "every row needs it")
        self.note(
            name,
            text.is_not_null() & ~text.is_in(list(exponents())),
            "no ISO 4217 currency",
            "write the three capital letters, such as EUR",
        )
        return text

    def amounts(self, name: str, currencies: pl.Series, *, is_required: bool = False) -> pl.Series:
        """Give a column of amounts in minor units of each row's currency, exactly or as a problem."""
        at = self.positions.get(name)
        if at is None:
            return pl.repeat(None, self.table.cells.height, dtype=pl.Int64, eager=True).alias(name)
        shown = self.table.cells[f"{at}"]
        plain = self._plain(shown)
        exact = shown
        if (numbers := self._typed(at, "number")) is not None:
            plain = pl.select(pl.coalesce(numbers, plain)).to_series()
            exact = pl.select(pl.coalesce(numbers, shown)).to_series()
        in_minor_units = self.reading.amounts == "minor_units"
        if in_minor_units:
            # 100.00 in a column of minor units is most likely no minor units.
            plain = pl.select(
                pl.when(~plain.str.contains(".", literal=True)).then(plain)
            ).to_series()
        decimals = pl.lit(0) if in_minor_units else exponent_expr(pl.lit(currencies))
        values = pl.select(parse_minor_expr(pl.lit(plain), decimals)).to_series().alias(name)
        if is_required:
            self.note(name, shown.is_null(), f"{name} is missing", "every row needs it")
        is_known = currencies.is_in(list(exponents())).fill_null(value=False)
        is_wrong = (values.is_null() & shown.is_not_null() & is_known).fill_null(value=False)
        self.note(
            name,
            is_wrong,
            lambda row: _why_no_amount(
                plain[row], 0 if in_minor_units else exponent(currencies[row])
            ),
            self._amount_hint(exact.filter(is_wrong)),
            exact,
        )
        self.note(
            name,
            shown.is_not_null() & currencies.is_null(),
            f"{name} stands without a currency",
            f"fill the currency, or set `default_currency` {self.section}",
        )
        return values

    def dates(self, name: str) -> pl.Series:
        """Give a column of dates: typed days, or text in `date_format`."""
        at = self.positions.get(name)
        if at is None:
            return pl.repeat(None, self.table.cells.height, dtype=pl.Date, eager=True).alias(name)
        text = self.table.cells[f"{at}"]
        form = self.reading.date_format
        parsed = text.str.to_date(form, strict=False)
        if form == "%Y-%m-%d":
            is_iso = text.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
            parsed = pl.select(pl.when(is_iso).then(parsed)).to_series()
        if (days := self._typed(at, "day")) is not None:
            parsed = pl.select(pl.coalesce(days, parsed)).to_series()
        # `%Y` also reads 26 as the year 26.
        is_date = (parsed.dt.year() >= _EARLIEST_YEAR).fill_null(value=False)
        self.note(
            name,
            text.is_not_null() & ~is_date,
            f"no date of the form {form}",
            f'dates are ISO (2026-01-31), or as `date_format` says {self.section}, such as "%d.%m.%Y"',
        )
        return parsed.alias(name)

    def note(
        self,
        name: str,
        is_wrong: pl.Series,
        cause: str | Callable[[int], str],
        hint: str,
        shown: pl.Series | None = None,
    ) -> None:
        """Note a problem for each row where `is_wrong`.

        Args:
            name: our name of the column.
            is_wrong: a claim a row; null is no problem.
            cause: what is wrong, in general or by row.
            hint: what can be done about it.
            shown: the text to show, where it is not the cell's own.
        """
        rows = is_wrong.fill_null(value=False).arg_true()
        if shown is None and name in self.positions:
            shown = self.table.cells[f"{self.positions[name]}"]
        first = [
            self._problem(
                name,
                row,
                cause if isinstance(cause, str) else cause(row),
                shown[row] if shown is not None else None,
                hint,
            )
            for row in rows.head(SHOWN)
        ]
        self.problems.note(len(rows), first)

    def _problem(self, name: str, row: int, cause: str, text: str | None, hint: str) -> Problem:
        column = self.positions.get(name, 0) + 1
        quoted = f"{name} {text[:40]!r}: {cause}" if text else cause
        return Problem(self.table.lines[row], column, quoted, text or "", hint)

    def _typed(self, at: int, kind: str) -> pl.Series | None:
        name = f"{at}:{kind}"
        return self.table.cells[name] if name in self.table.cells.columns else None

    def _plain(self, text: pl.Series) -> pl.Series:
        """Rewrite text with the declared marks as plain text; null where it does not fit them."""
        mark, group = self.reading.decimal_mark, self.reading.thousands_mark
        if mark == "." and not group:
            return text
        spelt = _escape(mark)
        whole = f"[0-9]{{1,3}}({_escape(group)}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
        fits = text.str.contains(f"^[+-]?({whole})({spelt}[0-9]*)?$")
        plain = text.str.replace_all(group, "", literal=True) if group else text
        plain = plain.str.replace(mark, ".", literal=True)
        return pl.select(pl.when(fits).then(plain)).to_series()

    def _amount_hint(self, wrong: pl.Series) -> str:
        has_comma = wrong.str.contains(",", literal=True).any()
        has_point = wrong.str.contains(".", literal=True).any()
        if has_comma and self.reading.decimal_mark == ".":
            return f'for a decimal comma set `decimal_mark = ","` {self.section}'
        if has_point and self.reading.decimal_mark == "," and not self.reading.thousands_mark:
            return f'for points between thousands set `thousands_mark = "."` {self.section}'
        if self.reading.amounts == "minor_units":
            return 'with `amounts = "minor_units"` 123.45 is 12345, a whole number'
        return "write plain amounts such as -1234.50; a spreadsheet rounds with =ROUND(A1, 2)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns are looked for.

    `known` are our names of them, `required` those without which the table means nothing, `mapped` our name to their
    header, where they differ.
    """

    known: Sequence[str]
    required: Sequence[str]
    mapped: Mapping[str, str]

    def headers(self) -> dict[str, str]:
        """Give our name to their header, in comparable form.

        Raises:
            ConfigurationError: the map names a column that we do not know.
        """
        unknown = sorted(set(self.mapped) - set(self.known))
        if unknown:
            raise ConfigurationError(
                f"the column map names {unknown[0]!r}, which is none of our columns",
                hint="ours are: " + ", ".join(self.known),
            )
        return {name: normalise_header(self.mapped.get(name, name)) for name in self.known}


def find_columns(table: Table, reading: Reading, wanted: Wanted, section: str) -> Columns:
    """Find our columns in a table.

    Args:
        table: cells by position.
        reading: how they are written.
        wanted: which columns.
        section: where the options stand, for hints: "under [sources.item-file]".

    Raises:
        ConfigurationError: the map names a column that we do not know.
        UnreadableItems: a column is missing or stands twice, or holds what has no exact text.
    """
    headers = [normalise_header(header) for header in table.header]
    place = Place(table.file, table.header_line or None)
    positions: dict[str, int] = {}
    for name, header in wanted.headers().items():
        if headers.count(header) > 1:
            raise UnreadableItems(
                f"the header {header!r} stands twice", place=place, excerpt=", ".join(table.header)
            )
        if header in headers:
            positions[name] = headers.index(header)
        elif name in wanted.required or name in wanted.mapped:
            raise UnreadableItems(
                f"there is no column {wanted.mapped.get(name, name)!r}",
                place=place,
                excerpt=", ".join(table.header),
                hint=f'name its header in the policy: {name} = "..." among the columns of this file',
            )
    columns = Columns(table, positions, reading, Problems(table.file), section)
    _check_cells(columns)
    return columns


def _check_cells(columns: Columns) -> None:
    table = columns.table
    names = {at: name for name, at in columns.positions.items()}
    for at, cause in table.refused.items():
        if at in names:
            raise UnreadableItems(
                f"{names[at]}: {cause}",
                place=Place(table.file),
                hint="write it as Decimal, 64-bit float, integer, date or text",
            )
    broken = [cell for cell in table.broken if cell.position in names]
    columns.problems.note(
        len(broken),
        [
            Problem(
                cell.line,
                cell.position + 1,
                f"{names[cell.position]} has no value: {cell.text}",
                cell.text,
                "mend the formula, or save the file once in the spreadsheet so that it is calculated",
            )
            for cell in broken[:SHOWN]
        ],
    )


def _why_no_amount(plain: str | None, decimals: int) -> str:
    if plain is None:
        return "no amount in the declared marks"
    if _LONG_FRACTION.fullmatch(plain):
        return f"more than {decimals} decimals"
    try:
        parse_minor(plain, decimals)
    except AmountError as error:
        return str(error).removeprefix(f"{plain[:40]!r} ").removeprefix("is ").removeprefix("has ")
    return "beyond the limit of one amount"


def _escape(mark: str) -> str:
    return f"[{mark}]"

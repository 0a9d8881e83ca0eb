"""Settle what a bank's layout leaves to the file: dates, decimal marks, currency, account. In: claim and table. Out: a profile.

What the whole columns do not decide is asked for, never assumed: a wrong day or a wrong decimal mark is a wrong booking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

import polars as pl

from recon.api import MalformedFile, Place
from recon_csv.amounts import Style, proof_units
from recon_csv.catalogue import ANY_NAME
from recon_csv.dates import are_orders, find_formats, in_order, nearly_fitting
from recon_csv.preamble import read_surroundings
from recon_csv.profile import Profile
from recon_csv.styles import find_styles
from recon_csv.words import currency_in_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.catalogue import BankLayout, Claim
    from recon_csv.profile import Columns, Options
    from recon_csv.table import Table

_AMOUNTS: Final = ("amount", "debit", "credit", "fee")
Mark = Literal[".", ","]
Group = Literal["", ".", ",", "'", " "]


def settle(claim: Claim, table: Table, options: Options, file: str) -> Profile:
    """Make a profile of a claimed layout for one file.

    Raises:
        MalformedFile: the file leaves open what the layout does not say.
    """
    profile, questions = settle_openly(claim, table, options)
    if questions:
        raise MalformedFile(
            f"the layout is that of {claim.layout.bank} ({claim.name}), but not all of it is certain: {'; '.join(questions)}",
            place=Place(file),
            hint="settle it under [formats.csv], or by a profile under [formats.csv.profiles.NAME]",
        )
    return profile


def settle_openly(claim: Claim, table: Table, options: Options) -> tuple[Profile, tuple[str, ...]]:
    """Make a profile of a claimed layout for one file, and give the questions that stay open."""
    layout, places = claim.layout, claim.layout.places()
    first_row, header = claim.first_row(table.head), claim.header
    columns = _Columns(table, first_row, places)
    # A header without fixed names may hold the account itself.
    above = first_row - 1 if header and ANY_NAME not in layout.headers[0].names else first_row
    around = read_surroundings(table.head[:above])
    settings = _dates(columns, layout, options) | _numbers(columns, layout)
    currency = layout.currency or _currency_of_names(header, places)
    if currency is None and ("currency" not in places or table.height <= first_row):
        currency = around.currency or options.currency
    if currency is None and "currency" not in places:
        columns.questions.append('the currency: set `currency = "EUR"` under [formats.csv]')
    for name, pattern in layout.conditions.items():
        if not columns.fits(layout.place(name), pattern):
            columns.questions.append(
                f"what some cells of {name!r} are: the bank writes none like them"
            )
    named: Columns = {field: [f"#{at + 1}" for at in found] for field, found in places.items()}
    profile = Profile(
        columns=named,
        header=[cell for cell in header if cell],
        skip_records=0 if header else first_row,
        delimiter=claim.delimiter,
        amount_sign=layout.amount_sign,
        debit_flags=layout.debit_flags,
        credit_flags=layout.credit_flags,
        flag_pattern=layout.flag_pattern,
        fee=layout.fee,
        unbooked_statuses=layout.unbooked_statuses,
        order=layout.order,
        balance_rows=layout.balance_rows,
        currency=currency,
        account=None if "account" in places else around.account or options.account,
        **settings,
    )
    return profile, tuple(columns.questions)


class _Columns:
    """Cells of the table by field, and the questions that stay open."""

    def __init__(self, table: Table, first_row: int, places: dict[str, list[int]]) -> None:
        self._table = table
        self._first_row = first_row
        self._places = places
        self.questions: list[str] = []

    def filled(self, *fields: str) -> pl.Series:
        """Give all filled cells of some fields."""
        columns = [self._column(at) for field in fields for at in self._places.get(field, [])]
        return _not_empty(pl.concat(columns)) if columns else pl.Series(dtype=pl.String)

    def first_filled(self, field: str) -> pl.Series:
        """Give the first filled cell of a field on every row that has one, in the order of the file."""
        columns = [self._column(at) for at in self._places.get(field, [])]
        if not columns:
            return pl.Series(dtype=pl.String)
        first = columns[0]
        for column in columns[1:]:
            first = first.zip_with(first != "", column)
        return _not_empty(first)

    def fits(self, at: int, pattern: str) -> bool:
        """Say whether all filled cells of a column fit a pattern."""
        return bool(_not_empty(self._column(at)).str.contains(f"^(?:{pattern})$").all())

    def _column(self, at: int) -> pl.Series:
        return self._table.column(at, self._first_row).rename("cell")


def _not_empty(column: pl.Series) -> pl.Series:
    return column.filter(column != "")


def _currency_of_names(header: Sequence[str], places: dict[str, list[int]]) -> str | None:
    """Give the currency that the names of the number columns state, as in `Saldo (CHF)`."""
    columns = [at for field in (*_AMOUNTS, "balance") for at in places.get(field, [])]
    stated = {currency_in_name(header[at]) for at in columns if at < len(header)} - {None}
    return stated.pop() if len(stated) == 1 else None


def _dates(columns: _Columns, layout: BankLayout, options: Options) -> dict[str, Any]:
    """Settle the formats of the dates: by the column, else by the bank's order, else by the other date column or the user."""
    booked = _date_formats(columns.first_filled("booking_date"), layout, options)
    valued = _date_formats(columns.first_filled("value_date"), layout, options)
    if len(booked) > 1:
        booked = [name for name in booked if [name] == valued] or booked
    if len(valued) > 1:
        valued = [name for name in valued if [name] == booked] or valued
    if booked and valued and are_orders(booked[0], valued[0]):
        both = [booked[0], valued[0]]
        booked = valued = in_order(both, layout.date_order or options.date_order) or both
    if len(booked) > 1 or len(valued) > 1:
        columns.questions.append("which is the day and which the month of the dates")
    if not booked:
        return {"date_format": "%Y-%m-%d"}
    other = valued[0] if valued and valued != booked else None
    return {"date_format": booked[0], "value_date_format": other}


def _date_formats(cells: pl.Series, layout: BankLayout, options: Options) -> list[str]:
    """Give the formats of a column in the order that is known of it; both orders where the cells hardly contradict the bank's."""
    found = find_formats(cells)
    if len(found) != 1 or layout.date_order is None or in_order(found, layout.date_order):
        return in_order(found, layout.date_order or options.date_order) or found
    both = [*found, *in_order(nearly_fitting(cells, found[0]), layout.date_order)]
    return in_order(both, options.date_order) or both


def _numbers(columns: _Columns, layout: BankLayout) -> dict[str, Any]:
    """Settle the marks of the amounts and of the balance, and the sign of the debit column."""
    style = _style(columns.filled(*_AMOUNTS), layout.decimal_mark)
    if style is None:
        columns.questions.append("which is the decimal mark of the amounts")
        style = Style(".", "")
    settings: dict[str, Any] = {
        "decimal_mark": cast("Mark", style.decimal),
        "thousands_mark": cast("Group", style.thousands),
    }
    balances = columns.filled("balance")
    held = None if balances.is_empty() else _style(balances, None)
    if held is not None and held != style:
        settings |= {"balance_decimal_mark": held.decimal, "balance_thousands_mark": held.thousands}
    if layout.debit_sign is not None:
        settings["debit_sign"] = layout.debit_sign
    elif debits := {unit > 0 for unit in proof_units(columns.filled("debit"), style) if unit}:
        settings["debit_sign"] = "negative" if debits == {False} else "positive"
        if len(debits) > 1:
            columns.questions.append("what a negative debit is: the debit column holds both signs")
    return settings


def _style(cells: pl.Series, mark: str | None) -> Style | None:
    """Give the one style of a column, None if it is open."""
    found = find_styles(cells)
    if mark is None:
        return found[0] if len(found) == 1 else None
    fitting = [style for style in found if style.decimal == mark]
    if fitting:
        return fitting[0]
    has_marks = bool(cells.str.contains("[.,]").any())
    return None if has_marks else Style(mark, found[0].thousands if found else "")

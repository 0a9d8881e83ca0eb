"""Settle what a bank's layout leaves to the file: dates, decimal marks, currency, account. In: claim and table. Out: a profile.

What the whole columns do not decide is asked for, never assumed: a wrong day or a wrong decimal mark is a wrong booking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from recon.api import MalformedFile, Place
from recon_csv.amounts import Style, find_styles, proof_units
from recon_csv.dates import find_formats
from recon_csv.preamble import read_surroundings
from recon_csv.profile import Profile
from recon_csv.words import currency_in_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.catalogue import BankLayout, Claim
    from recon_csv.dialect import Table
    from recon_csv.profile import Columns, Options

_AMOUNTS: Final = ("amount", "debit", "credit", "detail_amount", "fee")
_FIRST_TOKENS: Final = {"day_first": "%d", "month_first": "%m", "year_first": "%Y"}
Mark = Literal[".", ","]
Group = Literal["", ".", ",", "'", " "]


def settle(claim: Claim, table: Table, options: Options, file: str) -> Profile:
    """Make a profile of a claimed layout for one file.

    Raises:
        MalformedFile: the file leaves open what the layout does not say.
    """
    layout, places = claim.layout, claim.layout.places()
    first_row, header = claim.first_row(table.rows[:120]), claim.header
    columns = _Columns(table.rows[first_row:], places)
    around = read_surroundings(table.rows[: first_row - 1 if header else first_row])
    settings = _dates(columns, layout, options) | _numbers(columns, layout)
    in_header = {code for at in _number_places(places) if (code := _currency_at(header, at))}
    currency = layout.currency or (next(iter(in_header)) if len(in_header) == 1 else None)
    if currency is None and "currency" not in places:
        currency = around.currency or options.currency
    if currency is None and "currency" not in places:
        columns.questions.append('the currency: set `currency = "EUR"` under [formats.csv]')
    if columns.questions:
        raise MalformedFile(
            f"the layout is that of {layout.bank} ({claim.name}), but not all of it is certain: {'; '.join(columns.questions)}",
            place=Place(file),
            hint="settle it under [formats.csv], or by a profile under [formats.csv.profiles.NAME]",
        )
    named: Columns = {field: [f"#{at + 1}" for at in found] for field, found in places.items()}
    return Profile(
        columns=named,
        header=[cell for cell in header if cell],
        skip_records=first_row,
        delimiter=claim.delimiter,
        amount_sign=layout.amount_sign,
        debit_flags=layout.debit_flags,
        credit_flags=layout.credit_flags,
        fee=layout.fee,
        unbooked_statuses=layout.unbooked_statuses,
        order=layout.order,
        currency=currency,
        account=None if "account" in places else around.account or options.account,
        **settings,
    )


class _Columns:
    """Cells of the table by field, and the questions that stay open."""

    def __init__(self, rows: Sequence[Sequence[str]], places: dict[str, list[int]]) -> None:
        self._rows = rows
        self._places = places
        self.questions: list[str] = []

    def cells(self, *fields: str) -> list[str]:
        """Give the filled cells of some fields."""
        wanted = [at for field in fields for at in self._places.get(field, [])]
        return [row[at] for at in wanted for row in self._rows if at < len(row) and row[at]]


def _number_places(places: dict[str, list[int]]) -> list[int]:
    return [at for field in (*_AMOUNTS, "balance") for at in places.get(field, [])]


def _currency_at(header: Sequence[str], at: int) -> str | None:
    return currency_in_name(header[at]) if at < len(header) else None


def _dates(columns: _Columns, layout: BankLayout, options: Options) -> dict[str, Any]:
    """Settle the formats of the dates: by the column, else by the bank's order, else by the other date column or the user."""
    order = layout.date_order or options.date_order
    booked = _date_formats(columns.cells("booking_date"), order)
    valued = _date_formats(columns.cells("value_date"), order)
    if len(booked) > 1:
        booked = [name for name in booked if [name] == valued] or booked
    if len(valued) > 1:
        valued = [name for name in valued if [name] == booked] or valued
    if len(booked) > 1 or len(valued) > 1:
        columns.questions.append("which is the day and which the month of the dates")
    if not booked:
        return {"date_format": "%Y-%m-%d"}
    other = valued[0] if valued and valued != booked else None
    return {"date_format": booked[0], "value_date_format": other}


def _date_formats(cells: list[str], order: str | None) -> list[str]:
    found = find_formats(cells)
    if len(found) > 1 and order is not None:
        return [
            name
            for name in found
            if name.startswith(_FIRST_TOKENS[order].lower())
            or name.startswith(_FIRST_TOKENS[order])
        ] or found
    return found


def _numbers(columns: _Columns, layout: BankLayout) -> dict[str, Any]:
    """Settle the marks of the amounts and of the balance, and the sign of the debit column."""
    style = _style(columns.cells(*_AMOUNTS), layout.decimal_mark)
    if style is None:
        columns.questions.append("which is the decimal mark of the amounts")
        style = Style(".", "")
    settings: dict[str, Any] = {
        "decimal_mark": cast("Mark", style.decimal),
        "thousands_mark": cast("Group", style.thousands),
    }
    held = _style(columns.cells("balance"), None)
    if held is not None and held != style:
        settings |= {"balance_decimal_mark": held.decimal, "balance_thousands_mark": held.thousands}
    if layout.debit_sign is not None:
        settings["debit_sign"] = layout.debit_sign
    elif debits := {unit > 0 for unit in proof_units(columns.cells("debit"), style) if unit}:
        settings["debit_sign"] = "negative" if debits == {False} else "positive"
        if len(debits) > 1:
            columns.questions.append("what a negative debit is: the debit column holds both signs")
    return settings


def _style(cells: list[str], mark: str | None) -> Style | None:
    """Give the one style of a column, None if it is open."""
    found = find_styles(cells)
    if mark is None:
        return found[0] if len(found) == 1 else None
    fitting = [style for style in found if style.decimal == mark]
    if fitting:
        return fitting[0]
    is_plain = (
        len(found) == 1
        and not found[0].thousands
        and not any("." in cell or "," in cell for cell in cells)
    )
    return Style(mark, "") if is_plain or not cells else None

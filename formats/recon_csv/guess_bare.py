"""Guess a profile of a table without a header, where arithmetic or flags prove which column is what.

In: the table and the user's options. Out: a profile and the questions that stay open, or None where nothing is proven. Without names
only three things prove an amount: a running balance that follows from it, debit and credit flags that agree with its signs, or signs
beside a column that is one account number throughout.
"""

from __future__ import annotations

import re
from itertools import permutations, zip_longest
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import exponents
from recon_csv.amounts import Style, glued_currency, looks_like_amount, proof_units
from recon_csv.dates import are_orders, looks_like_date, parse_date
from recon_csv.draft import Draft
from recon_csv.guess import Guess, settle_dates
from recon_csv.phrases import CREDIT_FLAGS, DEBIT_FLAGS
from recon_csv.profile import Profile
from recon_csv.proof import chain, proven_order
from recon_csv.styles import find_styles, shapes
from recon_csv.words import plain_words

if TYPE_CHECKING:
    from recon_csv.profile import Options
    from recon_csv.table import Table

_DECIMALS: Final = re.compile(r"[.,][0-9]{2}(?![0-9])")
_ACCOUNT: Final = re.compile(r"[0-9]{9,20}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_OUT_WORDS: Final = DEBIT_FLAGS | {"check", "cheque"}
_LEAST_LINKS: Final = 2
_MOST_NUMBERS: Final = 4

Cells = list[list[str]]


def guess_bare(table: Table, options: Options) -> Guess | None:
    """Guess the layout of a table whose first row is a booking; None if nothing proves its amounts."""
    cells = _filled_cells(table)
    dates = [at for at, column in enumerate(cells) if all(map(looks_like_date, column))]
    numbers = [at for at, column in enumerate(cells) if at not in dates and _is_number(column)]
    if not 0 < len(dates) <= 2 or not 0 < len(numbers) <= _MOST_NUMBERS:
        return None
    draft = _by_balance(cells, numbers) or _by_flags(cells, numbers) or _by_account(cells, numbers)
    if draft is None:
        return None
    _settle_dates(cells, dates, draft, options)
    _settle_texts(cells, {*dates, *numbers}, draft)
    _settle_currency(cells, numbers, draft, options)
    profile = Profile(columns=draft.columns, delimiter=table.delimiter, **draft.settings)
    return Guess(profile, tuple(draft.questions))


def _filled_cells(table: Table) -> Cells:
    """Give the columns without blank records; none where the first records already show that no column is one of dates."""
    head = [row for row in table.head if any(row)]
    if not any(all(map(looks_like_date, column)) for column in zip_longest(*head, fillvalue="")):
        return []
    is_filled = pl.any_horizontal(pl.all() != "")
    return [column.to_list() for column in table.cells.filter(is_filled).iter_columns()]


def _is_number(column: list[str]) -> bool:
    filled = shapes(pl.Series("text", [cell for cell in column if cell], dtype=pl.String))
    return any(map(_DECIMALS.search, filled)) and all(map(looks_like_amount, filled))


def _style(cells: Cells, places: tuple[int, ...]) -> Style | None:
    found = find_styles([cell for at in places for cell in cells[at] if cell])
    return found[0] if len(found) == 1 else None


def _marks(style: Style) -> dict[str, Any]:
    return {"decimal_mark": style.decimal, "thousands_mark": style.thousands}


def _by_balance(cells: Cells, numbers: list[int]) -> Draft | None:
    """Find the one choice of amount (or debit and credit) and balance columns that the running balance proves."""
    proven = [
        draft
        for count in (2, 3)
        for places in permutations(numbers, count)
        if (draft := _proven(cells, places)) is not None
    ]
    return proven[0] if len(proven) == 1 else None


def _proven(cells: Cells, places: tuple[int, ...]) -> Draft | None:
    *moved, held = places
    style, held_style = _style(cells, tuple(moved)), _style(cells, (held,))
    if style is None or held_style is None:
        return None
    units = [proof_units(cells[at], style) for at in moved]
    balances = proof_units(cells[held], held_style)
    settings = _marks(style)
    if held_style != style:
        settings |= {
            "balance_decimal_mark": held_style.decimal,
            "balance_thousands_mark": held_style.thousands,
        }
    if len(units) == 1:
        amounts = units[0]
        columns = {"amount": f"#{moved[0] + 1}"}
    else:
        debit, credit = units
        if any(bool(out) == bool(into) for out, into in zip(debit, credit, strict=True)):
            return None
        amounts = [(into or 0) - abs(out or 0) for out, into in zip(debit, credit, strict=True)]
        if len({unit > 0 for unit in debit if unit}) != 1 or any(
            into < 0 for into in credit if into
        ):
            return None
        settings["debit_sign"] = (
            "negative" if min(unit for unit in debit if unit) < 0 else "positive"
        )
        columns = {"debit": f"#{moved[0] + 1}", "credit": f"#{moved[1] + 1}"}
    if None in amounts or None in balances:
        return None
    pairs = list(zip(amounts, balances, strict=True))
    order = proven_order([pairs])
    ordered = pairs[::-1] if order == "newest_first" else pairs
    if order == "unknown" or chain(ordered).links < _LEAST_LINKS:
        return None
    return Draft({**columns, "balance": f"#{held + 1}"}, {**settings, "order": order})


def _by_flags(cells: Cells, numbers: list[int]) -> Draft | None:
    """Take the only number column where a column of debit and credit words agrees with its sign on every row."""
    style = _style(cells, tuple(numbers)) if len(numbers) == 1 else None
    if style is None:
        return None
    units = proof_units(cells[numbers[0]], style)
    for at, column in enumerate(cells):
        words = [plain_words(cell) for cell in column]
        if set(words) <= _OUT_WORDS | CREDIT_FLAGS and all(
            unit and (unit < 0) == (word in _OUT_WORDS)
            for unit, word in zip(units, words, strict=True)
        ):
            return Draft(
                {"amount": f"#{numbers[0] + 1}", "transaction_code": f"#{at + 1}"}, _marks(style)
            )
    return None


def _by_account(cells: Cells, numbers: list[int]) -> Draft | None:
    """Take the only number column where it has signs, and a column is one account number on every row."""
    style = _style(cells, tuple(numbers)) if len(numbers) == 1 else None
    accounts = [
        at
        for at, column in enumerate(cells)
        if at not in numbers
        and len(set(column)) == 1
        and _ACCOUNT.fullmatch(column[0].replace(" ", ""))
    ]
    if style is None or len(accounts) != 1:
        return None
    signs = {unit > 0 for unit in proof_units(cells[numbers[0]], style) if unit}
    if False not in signs:
        return None
    return Draft({"amount": f"#{numbers[0] + 1}", "account": f"#{accounts[0] + 1}"}, _marks(style))


def _settle_dates(cells: Cells, dates: list[int], draft: Draft, options: Options) -> None:
    """Settle the format of the dates; of two the booking date is the one that alone runs one way in time."""
    formats = [
        settle_dates(cells[at], [cells[other] for other in dates if other != at], options)
        for at in dates
    ]
    is_open = any(len(found) != 1 for found in formats)
    if is_open or are_orders(formats[0][0], formats[-1][0]):
        draft.questions.append("which is the day and which the month of the dates")
    draft.settings["date_format"] = formats[0][0] if formats[0] else "%Y-%m-%d"
    draft.columns["booking_date"] = f"#{dates[0] + 1}"
    if len(dates) == 1 or cells[dates[0]] == cells[dates[1]] or draft.questions:
        return
    running = [_runs_one_way(cells[at], found[0]) for at, found in zip(dates, formats, strict=True)]
    if running[0] == running[1]:
        draft.questions.append("which of two columns is the booking date")
        return
    booked, valued = (0, 1) if running[0] else (1, 0)
    draft.columns |= {
        "booking_date": f"#{dates[booked] + 1}",
        "value_date": f"#{dates[valued] + 1}",
    }
    draft.settings |= {
        "date_format": formats[booked][0],
        "value_date_format": formats[valued][0],
    }


def _runs_one_way(column: list[str], date_format: str) -> bool:
    days = [day for cell in column if (day := parse_date(cell, date_format))]
    return days in (sorted(days), sorted(days, reverse=True))


def _settle_texts(cells: Cells, used: set[int], draft: Draft) -> None:
    taken = {str(name) for name in draft.columns.values()}
    words = [
        f"#{at + 1}"
        for at, column in enumerate(cells)
        if at not in used
        and f"#{at + 1}" not in taken
        and any(char.isalpha() for cell in column for char in cell)
        and not set(column) <= set(exponents())
    ]
    if words:
        draft.columns["remittance"] = words


def _settle_currency(cells: Cells, numbers: list[int], draft: Draft, options: Options) -> None:
    texts = [shape for at in numbers for shape in shapes(pl.Series("text", cells[at]))]
    beside = {code for text in texts if (code := glued_currency(text))}
    coded = [at for at, column in enumerate(cells) if set(column) <= set(exponents())]
    if len(coded) == 1:
        draft.columns["currency"] = f"#{coded[0] + 1}"
    elif len(beside) == 1:
        draft.settings["currency"] = beside.pop()
    elif options.currency:
        draft.settings["currency"] = options.currency
    else:
        draft.questions.append('the currency: set `currency = "EUR"` under [formats.csv]')
    if options.account and "account" not in draft.columns:
        draft.settings["account"] = options.account
